// P11, by number: which alarms verdicts raise and what they narrow, how soon a check that misses a part is found, and when a
// narrowing is over.
import { describe, expect, it, test } from "vitest";
import { seed } from "../../../test/depth.ts";
import { seededRandom } from "../../scan/credentials/fixtures/fill-example.ts";
import { asJson } from "../records.ts";
import { CHECK_OF, type ProbeFamily, type ProbeOutcome, type ProbeVerdict } from "./probe.ts";
import { CLEAN_RUN, ProbeBook, RELEASE_MIN, stepOf } from "./probe-book.ts";

function verdict(family: ProbeFamily, outcome: ProbeOutcome): ProbeVerdict {
  const bad = outcome === "stopped" || outcome === "through";
  return { family, check: CHECK_OF[family], bad, form: "f", outcome, cause: null };
}

const CLEAN = [verdict("words", "stopped"), verdict("ways-out", "stopped"), verdict("leaks", "stopped")];

/** A book that is fed as a ledger feeds it. */
class Fed {
  readonly book = new ProbeBook();
  sequence = 10;
  time = 0;

  add(kind: "probe" | "alarm" | "narrowed" | "lifted", core: Record<string, unknown>): number {
    this.sequence += 1;
    this.book.note({ kind, sequence: this.sequence, time: this.time, core: asJson(core) as never });
    return this.sequence;
  }

  /** Verdicts, and each alarm that they raise with its narrowing. What was raised. */
  told(verdicts: readonly ProbeVerdict[], origin: "self_test" | "run" = "self_test"): readonly string[] {
    const raised = this.book.raisedBy(verdicts, origin === "self_test");
    const at = this.add("probe", { step: "verdicts", origin, verdicts });
    for (const alarm of raised) {
      const record = this.add("alarm", { ...alarm, at, step: stepOf(alarm) });
      if (stepOf(alarm) !== null) this.add("narrowed", { step: stepOf(alarm), alarm: record });
    }
    return raised.map(({ check, found }) => `${check} ${found}`);
  }
}

describe("P11: raisedBy", () => {
  it("raises nothing while every answer is right", () => {
    expect(new Fed().told([...CLEAN, verdict("leaks", "passed"), verdict("words", "passed")])).toEqual([]);
  });

  it.each([
    ["words", "through", "decision blind", "halted"],
    ["sums", "through", "decision blind", "halted"],
    ["names", "through", "gate blind", "offline"],
    ["ways-out", "through", "gate blind", "offline"],
    ["leaks", "through", "scan blind", "offline"],
    ["leaks", "refused", "scan refuses", null],
    ["words", "refused", "decision refuses", null],
    ["leaks", "late", "scan slow", null],
  ] as const)(
    "%s that was %s is `%s`, which narrows to %s, at the first one and once",
    (family, outcome, alarm, step) => {
      const fed = new Fed();
      expect(fed.told([verdict(family, outcome)], "run")).toEqual([alarm]);
      expect(fed.told([verdict(family, outcome)], "run")).toEqual([]);
      const [standing] = fed.book.standing;
      expect(standing === undefined ? undefined : stepOf(standing)).toBe(step);
      expect(fed.book.unnarrowed()).toEqual([]);
    },
  );

  it("no refusal and no slowness ever narrows, whatever else is found with it", () => {
    const fed = new Fed();
    const all = (["words", "sums", "names", "ways-out", "leaks"] as const).flatMap((family) => [
      verdict(family, "refused"),
      verdict(family, "late"),
    ]);
    fed.told(all);
    expect(fed.book.standing.length).toBeGreaterThan(0);
    expect(fed.book.standing.map(stepOf).filter((step) => step !== null)).toEqual([]);
  });

  it("a check without an answer in three self-tests in a row is untested, and is not any more with one answer", () => {
    const fed = new Fed();
    const silent = CLEAN.map((one): ProbeVerdict => ({ ...one, outcome: "unclear" }));
    expect([fed.told(silent), fed.told(silent)]).toEqual([[], []]);
    expect(fed.told(silent)).toEqual(["decision untested", "gate untested", "scan untested"]);
    fed.told(CLEAN);
    expect(fed.book.standing).toEqual([]);
    expect(fed.told(silent)).toEqual([]);
  });
});

/** Probes of the family until the first alarm, of a check that misses each with this chance; 19 of 20 times. */
function probesToFind(misses: number, draws = 4_000): number {
  const random = seededRandom(seed);
  const taken = Array.from({ length: draws }, () => {
    const fed = new Fed();
    for (let sent = 1; ; sent += 1)
      if (fed.told([verdict("leaks", random() < misses ? "through" : "stopped")], "run").length > 0)
        return sent;
  });
  return taken.sort((one, other) => one - other)[Math.ceil(0.95 * draws) - 1] ?? 0;
}

// The numbers of docs/MEASUREMENT.md: 1 − (1 − misses)^n ≥ 0.95.
test.each([
  [1, 1],
  [0.5, 5],
  [0.25, 11],
  [0.1, 29],
])(
  "P11: a check that misses %d of its known bad ones is found within %i probes, 19 of 20 times",
  (misses, within) => {
    expect(1 - (1 - misses) ** within).toBeGreaterThanOrEqual(0.95);
    // Drawn anew: the empirical quantile may be off by its own error, a tenth at most here.
    expect(probesToFind(misses, 1_000)).toBeLessThanOrEqual(Math.ceil(within * 1.1));
  },
);

describe("released", () => {
  it("needs a whole right self-test, the run of right answers and a day, and begins again when it is wrong once more", () => {
    const fed = new Fed();
    fed.told([verdict("leaks", "through")], "run");
    const many = Array.from({ length: CLEAN_RUN - 1 }, () => verdict("leaks", "stopped"));
    fed.told(many, "run");
    fed.time = RELEASE_MIN;
    expect(fed.book.released(fed.time)).toEqual([]);
    fed.told([verdict("leaks", "stopped")], "run");
    // The run is there and the day; no self-test was.
    expect(fed.book.released(fed.time)).toEqual([]);
    fed.told([verdict("leaks", "stopped")]);
    expect(fed.book.released(fed.time)).toMatchObject([{ check: "scan", found: "blind" }]);
    expect(fed.book.released(fed.time - 1)).toEqual([]);
    fed.told([verdict("leaks", "through")]);
    fed.told([...many, verdict("leaks", "stopped")]);
    expect(fed.book.released(fed.time + RELEASE_MIN - 1)).toEqual([]);
    expect(fed.book.released(fed.time + RELEASE_MIN)).toHaveLength(1);
    // A self-test with one answer missing is not a whole one.
    fed.told([verdict("leaks", "through")]);
    fed.told([...many, verdict("leaks", "stopped"), verdict("leaks", "unclear")]);
    expect(fed.book.released(fed.time + RELEASE_MIN)).toEqual([]);
  });

  it("is over with its record, and a later miss is another alarm", () => {
    const fed = new Fed();
    fed.told([verdict("leaks", "through")]);
    const [alarm] = fed.book.standing;
    fed.add("lifted", { step: "offline", narrowed: alarm?.narrowed, alarm: alarm?.record });
    expect(fed.book.standing).toEqual([]);
    expect(fed.told([verdict("leaks", "through")])).toEqual(["scan blind"]);
  });

  it("a narrowing that a crash kept from its record is told until it has one", () => {
    const fed = new Fed();
    const record = fed.add("alarm", { check: "gate", found: "blind", at: 1, step: "offline" });
    expect(fed.book.unnarrowed()).toMatchObject([{ record, check: "gate" }]);
    fed.add("narrowed", { step: "offline", alarm: record });
    expect(fed.book.unnarrowed()).toEqual([]);
  });
});
