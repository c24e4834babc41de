// The scanner that tasks are looked at with, loaded with the first task that needs it. Not the gate's (enforce/gate).
import { createScanPorts } from "../enforce/scan-ports.ts";
import { createCredentialFinder } from "../scan/credentials/credential-finder.ts";
import { createDocumentFinder } from "../scan/documents/document-finder.ts";
import { createDocumentIndex } from "../scan/documents/document-index.ts";
import { createPersonalFinder } from "../scan/personal/personal-finder.ts";
import { createProtectedFinder } from "../scan/protected/protected-finder.ts";
import { createProtectedIndex, type ProtectedValue } from "../scan/protected/protected-index.ts";
import { ScanBudget } from "../scan/scan-budget.ts";
import { createScanner, type Scanner } from "../scan/scan-bytes.ts";
import type { HeldValues } from "./held-values.ts";

export { personalGroupOf } from "../scan/personal/personal-group.ts";

/** For one look: the governor does nothing else meanwhile. */
const LIMITS = { time: 400, work: 256_000_000, memory: 64_000_000 } as const;

const ports = createScanPorts();

/** A scanner of everything but unreadable data, which a file may be. `key`: 32 bytes. */
export function createTaskScanner(
  { secrets, protected: values, documents }: HeldValues,
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
    ],
    ports,
  });
}

/** A fresh one for each look. */
export function budget(): ScanBudget {
  return new ScanBudget(LIMITS, ports.now);
}
