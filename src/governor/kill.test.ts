// SIGKILL at any moment: whatever was acknowledged is in the ledger, which verifies; whatever was admitted is settled; no
// task outlives its governor.
import { afterEach, expect, test, vi } from "vitest";
import { depth, seed } from "../../test/depth.ts";
import {
  governorPids,
  type MadeHome,
  makeHome,
  type Ran,
  run,
  script,
  taskOf,
} from "./fixtures/made-home.ts";
import type { Decided } from "./governor.ts";
import { tailHome } from "./tail-home.ts";

let made: MadeHome | null = null;
afterEach(async () => {
  await made?.end();
  made = null;
});

test(
  "a governor killed at random moments loses nothing that it acknowledged",
  async () => {
    made = await makeHome();
    const home = made;
    const governor = await home.open();
    const program = script(home, "short.sh", "sleep 0.05");
    const random = randomFrom(seed);
    const acknowledged: { readonly sequence: number; readonly outcome: string }[] = [];
    const decided = ({ sequence, decision: { outcome } }: Decided): void => {
      if (sequence !== null) acknowledged.push({ sequence, outcome });
    };
    for (let round = 0; round < depth(5, 200); round += 1) {
      const killed = new AbortController();
      const submit = (): Promise<void> =>
        submitUntil(killed.signal, () => run(governor, taskOf(home, [program]), { decided }));
      const work = Promise.all([submit(), submit(), submit()]);
      // Every third time while it starts, else while it works.
      const seen = acknowledged.length;
      const starts = round % 3 === 0;
      const works = (): boolean => acknowledged.length > seen;
      if (!starts) await Promise.race([work, vi.waitUntil(works, { timeout: 60_000, interval: 5 })]);
      await pause(random() * (starts ? 2000 : 300));
      killed.abort();
      for (const pid of governorPids(home.home)) process.kill(pid, "SIGKILL");
      await work;
      const report = await home.verify();
      expect(report.problem).toBeNull();
    }
    // The next start settles what the last one left.
    expect((await governor.status()).running).toBe(0);
    const { records } = await tailHome(home.home, 100_000);
    expect(acknowledged.length).toBeGreaterThan(0);
    for (const { sequence, outcome } of acknowledged) {
      expect(records[sequence]).toMatchObject({ sequence, kind: "decision", core: { outcome } });
    }
    const admitted = records.filter(({ kind, core }) => kind === "decision" && core["hold"] !== null);
    const ended = records.filter(({ kind }) => kind === "settlement" || kind === "recovery");
    expect(ended.map(({ core }) => core["decision"]).toSorted(byNumber)).toEqual(
      admitted.map(({ sequence }) => sequence),
    );
    expect((await home.verify()).ok).toBe(true);
  },
  depth(120_000, 1_800_000),
);

/** Submits one task after the other until the governor is killed. */
async function submitUntil(killed: AbortSignal, submit: () => Promise<Ran>): Promise<void> {
  try {
    while (!killed.aborted) expect((await submit()).observation?.exit_code).toBe(0);
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    expect(["WRIT_GOVERNOR_LOST", "WRIT_GOVERNOR_UNREACHABLE"]).toContain(error.code);
  }
}

function byNumber(one: unknown, other: unknown): number {
  return Number(one) - Number(other);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Mulberry32: a small generator whose every run with one seed is the same. */
function randomFrom(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
