// Lets ledger time pass in a home that nobody governs, as a governor that ran so long would have: the test has the home's key,
// and nobody else has.
import { randomBytes, sign } from "node:crypto";
import type { MadeHome } from "../../src/governor/fixtures/made-home.ts";
import { loadGovernorKey } from "../../src/governor/governor-key.ts";
import { homePaths } from "../../src/governor/home.ts";
import { ledgerOrigin } from "../../src/governor/open-home-ledger.ts";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { openLedger } from "../../src/ledger/open-ledger.ts";

/** `ms` of it; `also` may append more. */
export async function letPass(
  made: MadeHome,
  ms: number,
  also: (ledger: Ledger) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const paths = homePaths(made.home);
  const key = loadGovernorKey(paths);
  const clock = { now: 0 };
  const ledger = await openLedger({
    dir: paths.ledger,
    origin: ledgerOrigin(made.node),
    key: { sign: (bytes) => sign(null, bytes, key.private_key), publicKey: key.public_key },
    time: () => clock.now,
    wall: () => new Date(),
    random: (length) => randomBytes(length),
    create: false,
  });
  clock.now = ms;
  await ledger.append({ kind: "gap", core: {} });
  await also(ledger);
  await ledger.close();
}
