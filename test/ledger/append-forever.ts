// Opens the ledger named by its argument and appends until it is killed; prints each sequence once it is acknowledged.
import { openLedger } from "../../src/ledger/open-ledger.ts";
import { sampleOptions } from "./sample-ledger.ts";

const PRODUCERS = 8;
const dir = process.argv[2] ?? "";
const ledger = await openLedger(sampleOptions(dir));

async function produce(producer: number): Promise<never> {
  for (let index = 0; ; index += 1) {
    const payload = { text: "p".repeat((index * 37) % 900) };
    const { sequence } = await ledger.append({ kind: "decision", core: { producer, index }, payload });
    process.stdout.write(`${sequence}\n`);
  }
}

await Promise.all(Array.from({ length: PRODUCERS }, async (_, producer) => await produce(producer)));
