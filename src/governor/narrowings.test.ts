// Who narrows: people and alarms, each lifted by itself; what either forbids is forbidden.
import { expect, test } from "vitest";
import type { StopCause } from "../enforce/execution.ts";
import { Narrowings } from "./narrowings.ts";

const CALLS = { calls: [{}], opaque: [] } as never;
const STAYS = { calls: [], opaque: [] } as never;

test("Narrowings holds both, tells the narrowest, and lifts each by itself", () => {
  const both = new Narrowings();
  const stopped: StopCause[] = [];
  const task = {
    grants: CALLS,
    ended: Promise.resolve(),
    stop: (cause: StopCause) => void stopped.push(cause),
  };
  both.watch(task);
  both.note({ kind: "narrowed", sequence: 5, core: { step: "offline", alarm: 4 } });
  expect(stopped).toEqual(["offline"]);
  expect([both.fact, both.byHand.fact]).toEqual([{ step: "offline", record: 5, alarm: true }, null]);
  expect([both.forbids(CALLS), both.forbids(STAYS), both.byHand.forbids(CALLS)]).toEqual([
    "offline",
    null,
    null,
  ]);
  both.note({ kind: "narrowed", sequence: 6, core: { step: "offline", uid: 0 } });
  both.note({ kind: "narrowed", sequence: 7, core: { step: "halted", alarm: 6 } });
  expect([both.fact?.record, both.forbids(STAYS)]).toEqual([7, "halted"]);
  // Of two alarms that take the node offline, one is over.
  both.note({ kind: "narrowed", sequence: 9, core: { step: "offline", alarm: 8 } });
  both.note({ kind: "lifted", sequence: 10, core: { step: "halted", narrowed: 7, alarm: 6 } });
  both.note({ kind: "lifted", sequence: 11, core: { step: "offline", narrowed: 5, alarm: 4 } });
  expect([both.fact?.record, both.byAlarm.record("offline"), both.forbids(CALLS)]).toEqual([6, 9, "offline"]);
  both.note({ kind: "lifted", sequence: 12, core: { step: "offline", narrowed: 6 } });
  expect([both.fact, both.forbids(CALLS)]).toEqual([{ step: "offline", record: 9, alarm: true }, "offline"]);
  both.note({ kind: "lifted", sequence: 13, core: { step: "offline", narrowed: 9, alarm: 8 } });
  expect([both.fact, both.forbids(CALLS)]).toEqual([null, null]);
});
