// The scanner that tasks are looked at with, loaded with the first task that needs it. Not the gate's (enforce/gate).
import { createScanPorts } from "../enforce/scan-ports.ts";
import { createCredentialFinder } from "../scan/credentials/credential-finder.ts";
import { createDocumentFinder } from "../scan/documents/document-finder.ts";
import { createDocumentIndex } from "../scan/documents/document-index.ts";
import { enrolledFinders, readEnrolled } from "../scan/enrolled/enrolled-file.ts";
import { createPersonalFinder } from "../scan/personal/personal-finder.ts";
import { createProtectedFinder } from "../scan/protected/protected-finder.ts";
import { createProtectedIndex, type ProtectedValue } from "../scan/protected/protected-index.ts";
import { ScanBudget } from "../scan/scan-budget.ts";
import { createScanner, type Scanner } from "../scan/scan-bytes.ts";
import type { Finder } from "../scan/view.ts";
import type { HeldValues } from "./held-values.ts";
import type { GivenIndex } from "./values-port.ts";

export { personalGroupOf } from "../scan/personal/personal-group.ts";

/** For one look: the governor does nothing else meanwhile. */
const LIMITS = { time: 400, work: 256_000_000, memory: 64_000_000 } as const;

const ports = createScanPorts();

/** What a task is looked at for: values of the spec and its secrets, and what the home has enrolled. */
export interface TaskScannerValues extends HeldValues {
  readonly enrolled: GivenIndex;
}

/** A scanner of everything but unreadable data, which a file may be. `key`: 32 bytes. */
export function createTaskScanner(
  { secrets, protected: values, documents, enrolled }: TaskScannerValues,
  key: Uint8Array,
): Scanner {
  const named: readonly ProtectedValue[] = [
    ...values.map(({ name, value }) => ({ name, value, grade: "ordinary" as const })),
    ...[...secrets].map(([name, value]) => ({ name: `secret ${name}`, value, grade: "high" as const })),
  ];
  const texts = documents.map(({ name, text }) => ({ name, bytes: Buffer.from(text) }));
  return createScanner({
    finders: [createCredentialFinder(), createPersonalFinder()],
    protected: [
      createProtectedFinder(createProtectedIndex(named, key, ports)),
      createDocumentFinder(createDocumentIndex(texts, key, ports)),
      ...findersOf(enrolled),
    ],
    ports,
  });
}

function findersOf(enrolled: GivenIndex): readonly Finder[] {
  if (enrolled === null) return [];
  const [index, key] = [enrolled.index, enrolled.key].map((text) => Buffer.from(text, "base64"));
  const read = readEnrolled(index ?? NOTHING, key ?? NOTHING, ports);
  return read.ok ? enrolledFinders(read.value) : [];
}

const NOTHING = new Uint8Array(0);

/** A fresh one for each look. */
export function budget(): ScanBudget {
  return new ScanBudget(LIMITS, ports.now);
}
