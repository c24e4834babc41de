// P8: what a governor counts with can be deleted and is rebuilt from the ledger's cores alone, exactly.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { depth, seed } from "../../test/depth.ts";
import type { LedgerRecord } from "../ledger/record.ts";
import type { JsonObject } from "../stdx/json.ts";
import { ENDED } from "./fixtures/ended.ts";
import { emptyProjection, type Projection, projectEnd, projectHold } from "./project-record.ts";
import { asJson, recoveryRecord, settlementRecord, type WrittenOutput } from "./records.ts";
import { rebuild } from "./recover.ts";
import type { DestinationAmounts, HeldLabel, Hold } from "./sums.ts";

const part: fc.Arbitrary<DestinationAmounts> = fc.record({
  host: fc.constantFrom("a", "b", "c"),
  external_calls: fc.nat(5),
  bytes_out: fc.nat(1000),
  tokens: fc.nat(1000),
  money: fc.nat(1000),
});
const step = fc.record({
  wait: fc.nat(40_000),
  what: fc.constantFrom("admit", "refuse", "settle", "fail", "recover", "noise"),
  principal: fc.constantFrom("p", "q"),
  pick: fc.nat(20),
  destinations: fc.array(part, { maxLength: 3 }),
  carries: fc.option(
    fc.record({
      label: fc.constantFrom("internal", "secret"),
      untrusted: fc.boolean(),
      writes: fc.subarray(
        [
          ["/", "p"],
          ["/", "q", "r"],
        ],
        { minLength: 1 },
      ),
    }),
  ),
  /** Whether the hold finds what is known of the first place gone. */
  gone: fc.boolean(),
});

test("P8 rebuild gives the sums that the governor had when it lived", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const live = emptyProjection();
      const records: LedgerRecord[] = [];
      let time = 0;
      for (const [index, one] of steps.entries()) {
        time += one.wait;
        const append = (kind: LedgerRecord["kind"], core: JsonObject): LedgerRecord => {
          const record = {
            sequence: records.length,
            kind,
            time,
            wall: "",
            core,
            payload_hash: null,
            payload: null,
          };
          records.push(record);
          return record;
        };
        const holds = live.sums.holds();
        const picked = holds[one.pick % Math.max(1, holds.length)];
        if (one.what === "admit") admit(live, makeHold(`h${index}`, one, live), append);
        else if (one.what === "refuse") append("decision", { hold: null });
        else if (one.what === "noise") append("egress", { decision_sequence: 0 });
        else if (picked !== undefined) end(live, picked, one.what, append);
      }
      const rebuilt = await rebuild(records);
      expect(rebuilt.projection.sums.snapshot()).toEqual(live.sums.snapshot());
      expect(rebuilt.projection.outputs.snapshot()).toEqual(live.outputs.snapshot());
      expect(rebuilt.projection.footprints.snapshot()).toEqual(live.footprints.snapshot());
      expect(rebuilt.projection.decisions).toEqual(live.decisions);
      expect(rebuilt.projection.settlements).toEqual(live.settlements);
    }),
    { seed, numRuns: depth(300, 20_000) },
  );
});

type Append = (kind: LedgerRecord["kind"], core: JsonObject) => LedgerRecord;

/** As submit.ts does: the hold first, then its record. */
function admit(live: Projection, hold: Hold, append: Append): void {
  live.sums.take(hold);
  projectHold(hold, append("decision", { hold: asJson(hold) }).sequence, null, live);
}

/** As launch.ts and recover.ts do: the record first, then the end of the hold. */
function end(live: Projection, hold: Hold, what: string, append: Append): void {
  const decision = live.decisions.get(hold.id) ?? -1;
  const charged = what === "fail" ? [] : hold.destinations;
  const written = what === "fail" ? [] : (hold.carries?.writes ?? []).map((_, grant) => place(grant));
  const input =
    what === "recover"
      ? recoveryRecord(decision, hold)
      : settlementRecord({ decision, hold: hold.id, observation: ENDED, charged, written });
  projectEnd(append(input.kind, input.core), live);
}

function place(grant: number): WrittenOutput {
  return grant === 0
    ? { grant, chain: ["deep", "deeper"], content: "c", path: "/p/deep/deeper" }
    : { grant, chain: [], content: null, path: "/q" };
}

function makeHold(id: string, { principal, destinations, carries, gone }: MadeHold, live: Projection): Hold {
  const known = live.outputs
    .meeting(["/"])
    .filter(() => gone)
    .slice(0, 1);
  const ended = known.map(({ chain, at }) => ({ place: chain.at(-1) ?? "", at }));
  const held = {
    id,
    principal,
    lineage: id,
    memory: 5,
    cpu: 1,
    provider: null,
    ends_at: 9,
    destinations,
    class: principal,
  };
  return { ...held, ended, ...(carries === null ? {} : { carries }) };
}

type MadeHold = Pick<Hold, "principal" | "destinations"> & {
  readonly carries: HeldLabel | null;
  readonly gone: boolean;
};
