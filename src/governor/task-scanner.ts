// The scanner that tasks are looked at with, inside its thread. Not the gate's (enforce/gate/scan), and not the thread
// (task-scan-worker.ts).
import { createScanPorts } from "../enforce/scan-ports.ts";
import { createCredentialFinder } from "../scan/credentials/credential-finder.ts";
import { createDocumentFinder } from "../scan/documents/document-finder.ts";
import { createDocumentIndex } from "../scan/documents/document-index.ts";
import { enrolledFinders, readEnrolled } from "../scan/enrolled/enrolled-file.ts";
import type { Finding } from "../scan/finding.ts";
import { fingerprintOf } from "../scan/fingerprint.ts";
import { createPersonalFinder } from "../scan/personal/personal-finder.ts";
import { personalGroupOf } from "../scan/personal/personal-group.ts";
import { createProtectedFinder } from "../scan/protected/protected-finder.ts";
import { createProtectedIndex, type ProtectedValue } from "../scan/protected/protected-index.ts";
import { ScanBudget } from "../scan/scan-budget.ts";
import { createScanner } from "../scan/scan-bytes.ts";
import type { Finder } from "../scan/view.ts";
import { assert } from "../stdx/assert.ts";
import type { TaskFinding, TaskFound, TaskScannerValues } from "./task-scan-thread.ts";

/** For one look. Work and memory end nearly every one that does not end by itself; the time is the last resort. */
const LIMITS = { time: 4_000, work: 256_000_000, memory: 64_000_000 } as const;

const ports = createScanPorts();

/** Looks for everything but unreadable data, which a file may be. `key`: 32 bytes. */
export function createTaskScanner(
  { secrets, protected: values, documents, enrolled }: TaskScannerValues,
  key: Uint8Array,
): (text: Uint8Array) => TaskFound {
  const named: readonly ProtectedValue[] = [
    ...values.map(({ name, value }) => ({ name, value, grade: "ordinary" as const })),
    ...[...secrets].map(([name, value]) => ({ name: `secret ${name}`, value, grade: "high" as const })),
  ];
  const texts = documents.map(({ name, text }) => ({ name, bytes: Buffer.from(text) }));
  const scan = createScanner({
    finders: [createCredentialFinder(), createPersonalFinder()],
    protected: [
      createProtectedFinder(createProtectedIndex(named, key, ports)),
      createDocumentFinder(createDocumentIndex(texts, key, ports)),
      ...findersOf(enrolled),
    ],
    ports,
  });
  return (text) => {
    const { findings, exhausted } = scan(text, new ScanBudget(LIMITS, ports.now));
    const tell = (finding: Finding): TaskFinding => told(finding, text, enrolled?.key ?? "");
    return { findings: findings.map(tell), exhausted };
  };
}

function told(finding: Finding, text: Uint8Array, key: string): TaskFinding {
  const { class: of, kind, start, end } = finding;
  const found = text.subarray(start, end);
  return {
    ...finding,
    group: of === "personal" ? personalGroupOf(kind) : null,
    fingerprint: of === "credential" ? fingerprintOf(found, Buffer.from(key, "base64"), ports) : null,
  };
}

function findersOf(enrolled: TaskScannerValues["enrolled"]): readonly Finder[] {
  if (enrolled === null || enrolled.index === null) return [];
  const read = readEnrolled(
    Buffer.from(enrolled.index, "base64"),
    Buffer.from(enrolled.key, "base64"),
    ports,
  );
  assert(read.ok, "an index that was read holds");
  return enrolledFinders(read.value);
}
