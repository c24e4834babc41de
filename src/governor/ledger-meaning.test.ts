// LedgerMeaning over records made by hand: what a governor writes follows, and each thing that one never writes is named.
import { expect, test } from "vitest";
import type { RecordKind } from "../ledger/record.ts";
import type { JsonObject } from "../stdx/json.ts";
import { LedgerMeaning } from "./ledger-meaning.ts";

type Entry = readonly [RecordKind, JsonObject];

const hold = (id: string): JsonObject => ({ id });
const START: readonly Entry[] = [
  ["genesis", { spec_hash: "a" }],
  ["software", { build: "x" }],
  ["spec_adopted", { spec_hash: "a", before: null }],
];
const ADMITTED: Entry = ["decision", { spec_hash: "a", outcome: "admit", hold: hold("h") }];
const WRIT: Entry = ["writ", { decision: 3, fence: 1 }];
const SETTLED: Entry = ["settlement", { decision: 3, hold: "h" }];

function meaningOf(entries: readonly Entry[]): LedgerMeaning {
  const meaning = new LedgerMeaning();
  for (const [sequence, [kind, core]] of entries.entries()) meaning.take({ sequence, kind, core });
  return meaning;
}

test("LedgerMeaning follows what a governor writes, over restarts", () => {
  const meaning = meaningOf([
    ...START,
    ADMITTED,
    WRIT,
    ["egress", { decision_sequence: 3 }],
    ["task_frozen", { decision: 3 }],
    ["task_thawed", { decision: 3 }],
    SETTLED,
    ["check", { spec_hash: "a", outcome: "admit", hold: null }],
    ["spec_adopted", { spec_hash: "b", before: "a" }],
    ["decision", { spec_hash: "a", outcome: "refuse", hold: null }],
    ["decision", { spec_hash: "b", outcome: "admit", hold: hold("i") }],
    ["recovery", { decision: 12, hold: "i" }],
    ["software", { build: "y" }],
    ["decision", { spec_hash: "b", outcome: "admit", hold: hold("j") }],
    ["writ", { decision: 15, fence: 1 }],
  ]);
  expect([meaning.problem, meaning.writs, meaning.open]).toEqual([null, 2, 1]);
});

test.each<readonly [string, readonly Entry[], number, string]>([
  ["no genesis", [["software", {}]], 0, "one genesis"],
  ["a second genesis", [...START, ["genesis", {}]], 3, "one genesis"],
  [
    "an adoption out of the chain",
    [...START, ["spec_adopted", { spec_hash: "c", before: "b" }]],
    3,
    "does not follow",
  ],
  [
    "a first adoption with one before",
    [
      ["genesis", {}],
      ["spec_adopted", { spec_hash: "a", before: "z" }],
    ],
    1,
    "follow",
  ],
  [
    "a spec that nobody adopted",
    [...START, ["decision", { spec_hash: "z", outcome: "refuse" }]],
    3,
    "never adopted",
  ],
  [
    "a hold of a refusal",
    [...START, ["decision", { spec_hash: "a", outcome: "refuse", hold: hold("h") }]],
    3,
    "not admitted",
  ],
  [
    "a hold of a check",
    [...START, ["check", { spec_hash: "a", outcome: "admit", hold: hold("h") }]],
    3,
    "not admitted",
  ],
  ["one hold twice", [...START, ADMITTED, ADMITTED], 4, "held already"],
  ["a writ for nothing", [...START, ["writ", { decision: 2, fence: 1 }]], 3, "not admitted"],
  ["a writ spent twice", [...START, ADMITTED, WRIT, ["writ", { decision: 3, fence: 2 }]], 5, "second writ"],
  ["a writ behind the end", [...START, ADMITTED, SETTLED, WRIT], 5, "has ended"],
  [
    "a fence that was passed",
    [
      ...START,
      ADMITTED,
      WRIT,
      ["decision", { spec_hash: "a", outcome: "admit", hold: hold("i") }],
      ["writ", { decision: 5, fence: 1 }],
    ],
    6,
    "fence",
  ],
  ["a settlement of nothing", [...START, SETTLED], 3, "not held"],
  ["a settlement twice", [...START, ADMITTED, SETTLED, SETTLED], 5, "not held"],
  [
    "a settlement of another",
    [...START, ADMITTED, ["settlement", { decision: 2, hold: "h" }]],
    4,
    "another decision",
  ],
  ["traffic before its decision", [...START, ["egress", { decision_sequence: 9 }]], 3, "not made yet"],
  ["a freeze without a writ", [...START, ADMITTED, ["task_frozen", { decision: 3 }]], 4, "does not run"],
  [
    "a thaw behind the end",
    [...START, ADMITTED, SETTLED, ["task_thawed", { decision: 3 }]],
    5,
    "does not run",
  ],
  ["traffic without a writ", [...START, ADMITTED, ["egress", { decision_sequence: 3 }]], 4, "no writ"],
])("LedgerMeaning names %s", (_, entries, sequence, words) => {
  const { problem } = meaningOf(entries);
  expect(problem?.sequence).toBe(sequence);
  expect(problem?.detail).toContain(words);
});

test("LedgerMeaning names the first problem only, and throws for no core", () => {
  const meaning = meaningOf([
    ["software", {}],
    ["software", {}],
    ["writ", {}],
  ]);
  expect(meaning.problem?.sequence).toBe(0);
  const kinds: readonly RecordKind[] = [
    "spec_adopted",
    "decision",
    "check",
    "writ",
    "settlement",
    "recovery",
    "egress",
    "task_frozen",
    "task_thawed",
  ];
  for (const kind of kinds) {
    for (const core of [
      {},
      { hold: 7, spec_hash: "a", decision: "x" },
      { hold: { id: [] }, spec_hash: "a" },
    ]) {
      expect(meaningOf([...START, [kind, core]]).problem?.sequence, kind).toBe(3);
    }
  }
});
