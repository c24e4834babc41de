// Opens and verifies the ledger named by its argument as whoever runs it, and prints what came of both.
import { verifyPath } from "../../src/governor/verify-path.ts";
import { logKey } from "../../src/ledger/checkpoint.ts";
import { importPublicKey } from "../../src/ledger/ledger-key.ts";
import { logOnly } from "../../src/ledger/ledger-policy.ts";
import { openLedger } from "../../src/ledger/open-ledger.ts";
import { WritError } from "../../src/stdx/writ-error.ts";
import { origin, sampleOptions, testKey } from "./sample-ledger.ts";

const dir = process.argv[2] ?? "";
const log = logKey({ origin, key: importPublicKey(testKey().publicKey) });

async function outcome(act: () => Promise<unknown>): Promise<object> {
  try {
    await act();
    return { code: null, message: "" };
  } catch (error) {
    if (!(error instanceof WritError)) throw error;
    return { code: error.code, message: error.message };
  }
}

const opened = await outcome(
  async () => await (await openLedger({ ...sampleOptions(dir), create: false })).close(),
);
const verified = await outcome(async () => await verifyPath(dir, logOnly(log), () => undefined));
process.stdout.write(JSON.stringify({ opened, verified }));
