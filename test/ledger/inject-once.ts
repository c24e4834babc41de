// One life of a ledger, for a run whose system calls are made to fail: opens the ledger named by its argument, appends,
// erases, closes; prints each sequence once it is acknowledged and, at the end, how it ended as one JSON line.
import { openLedger } from "../../src/ledger/open-ledger.ts";
import { sampleOptions } from "./sample-ledger.ts";

const dir = process.argv[2] ?? "";
const said: number[] = [];
let later: string | null = null;
try {
  const ledger = await openLedger({ ...sampleOptions(dir), segmentBytesMax: 3000 });
  try {
    for (let index = 0; index < 6; index += 1) {
      const payload = { text: "p".repeat(300) };
      const { sequence } = await ledger.append({ kind: "decision", core: { index }, payload });
      said.push(sequence);
      process.stdout.write(`${sequence}\n`);
    }
    await ledger.erase((sequence) => sequence % 3 === 0);
    await ledger.checkpoint();
  } finally {
    // A poisoned ledger takes nothing more, whatever the disk says by now.
    if (ledger.poisoned !== null) {
      later = await ledger.append({ kind: "decision", core: {} }).then(
        () => "taken",
        () => "refused",
      );
    }
    await ledger.close();
  }
  process.stdout.write(`${JSON.stringify({ ended: "closed", later })}\n`);
} catch (cause) {
  const code = cause instanceof Error && "code" in cause ? cause.code : null;
  process.stdout.write(`${JSON.stringify({ ended: code ?? String(cause), later })}\n`);
}
