// P8: what a governor counts with can be deleted and is rebuilt from the ledger's cores alone, exactly.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { depth, seed } from "../../test/depth.ts";
import type { LedgerRecord } from "../ledger/record.ts";
import type { JsonObject } from "../stdx/json.ts";
import { emptyProjection, type Projection, projectEnd } from "./project-record.ts";
import { asJson, recoveryRecord, settlementRecord } from "./records.ts";
import { rebuild } from "./recover.ts";
import type { DestinationAmounts, Hold } from "./sums.ts";

const part: fc.Arbitrary<DestinationAmounts> = fc.record({
  host: fc.constantFrom("a", "b", "c"),
  external_calls: fc.nat(5),
  bytes_out: fc.nat(1000),
});
const step = fc.record({
  wait: fc.nat(40_000),
  what: fc.constantFrom("admit", "refuse", "settle", "fail", "recover", "noise"),
  principal: fc.constantFrom("p", "q"),
  pick: fc.nat(20),
  destinations: fc.array(part, { maxLength: 3 }),
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
        if (one.what === "admit") admit(live, makeHold(`h${index}`, one), append);
        else if (one.what === "refuse") append("decision", { hold: null });
        else if (one.what === "noise") append("egress", { decision_sequence: 0 });
        else if (picked !== undefined) end(live, picked, one.what, append);
      }
      const rebuilt = await rebuild(records);
      expect(rebuilt.projection.sums.snapshot()).toEqual(live.sums.snapshot());
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
  live.decisions.set(hold.id, append("decision", { hold: asJson(hold) }).sequence);
}

/** As launch.ts and recover.ts do: the record first, then the end of the hold. */
function end(live: Projection, hold: Hold, what: string, append: Append): void {
  const decision = live.decisions.get(hold.id) ?? -1;
  const charged = what === "fail" ? [] : hold.destinations;
  const input =
    what === "recover"
      ? recoveryRecord(decision, hold)
      : settlementRecord({ decision, hold: hold.id, observation: OBSERVATION, charged });
  projectEnd(append(input.kind, input.core), live);
}

function makeHold(
  id: string,
  { principal, destinations }: { principal: string; destinations: DestinationAmounts[] },
): Hold {
  return { id, principal, lineage: id, memory: 5, cpu: 1, provider: null, ends_at: 9, destinations };
}

const OBSERVATION = {
  exit_code: 0,
  signal: null,
  cause: "exited",
  wall: 1,
  cpu: 1,
  memory_peak: 1,
  memory_source: null,
  output: 0,
  model_requests: 0,
  model_bytes_out: 0,
  model_bytes_in: 0,
  external_requests: 0,
  external_bytes_out: 0,
  external_bytes_in: 0,
} as const;
