// Every detector's examples and counterexamples are its test: shape and check by themselves, and through the finder.
import { describe, expect, it } from "vitest";
import { foundPersonal } from "../../../../test/found-personal.ts";
import { TOPIC } from "../context-words.ts";
import type { Detector } from "../detector.ts";
import { detectorTable, type RunClass } from "../detector-table.ts";
import { personalGroupOf } from "../personal-group.ts";
import { EVERY_DETECTOR } from "./every-detector.ts";

/** A key of each topic, as an operator's payload may have it. */
const KEYS: readonly (readonly [number, string])[] = [
  [TOPIC.card, "card_number"],
  [TOPIC.bank, "iban"],
  [TOPIC.id, "national_id"],
  [TOPIC.passport, "passport_number"],
  [TOPIC.licence, "driver_license"],
  [TOPIC.plate, "license_plate"],
  [TOPIC.wallet, "wallet"],
  [TOPIC.birth, "birth_date"],
  [TOPIC.address, "postcode"],
];

describe.each(EVERY_DETECTOR.map((detector) => [detector.kind, detector] as const))(
  "EVERY_DETECTOR %s",
  (_, detector) => {
    it.each(detector.examples)("takes %s", (example) => {
      expect(takes(detector, example)).toBe(true);
      const head = /^(?:[A-Za-z]+(?=[ -])|[0-9A-Za-z]+)/.exec(example)?.[0] ?? "";
      const joined = /^[ \-./()+][0-9A-Za-z(]/.test(example.slice(head.length));
      expect(detectorTable([detector]).at(runClass(head), head.length, joined)).toEqual([detector]);
    });

    it.each(detector.others)("leaves %s", (other) => {
      expect(takes(detector, other)).toBe(false);
    });

    it.each(detector.examples)("%s is found under a key of its topic, whole and in its group", (example) => {
      const key = KEYS.find(([topic]) => (topic & detector.topics) !== 0)?.[1] ?? "";
      const text = JSON.stringify({ status: "ok", [key]: example });
      const start = text.indexOf(example);
      const groups = foundPersonal(text).map((match) => [
        match.start,
        match.end,
        personalGroupOf(match.kind),
      ]);
      const allowed = [detector.group, "national_id", "document"];
      expect(groups).toHaveLength(1);
      expect(groups[0]?.slice(0, 2)).toEqual([start, start + example.length]);
      expect(allowed).toContain(groups[0]?.[2]);
    });
  },
);

const CONTEXTUAL = EVERY_DETECTOR.filter(({ need }) => need === "topic" || need === "key");

describe("EVERY_DETECTOR", () => {
  it.each(CONTEXTUAL.map(({ kind, examples }) => [kind, examples] as const))(
    "%s, which needs a topic, is nothing under a key of a count",
    (kind, examples) => {
      for (const example of examples) {
        const found = foundPersonal(JSON.stringify({ status: "ok", retry_count: example }));
        expect(found.map((match) => match.kind)).not.toContain(kind);
      }
    },
  );

  it("has a positive and a negative example of each, bounded shapes, and only sticky ones", () => {
    for (const { kind, examples, others, shape } of EVERY_DETECTOR) {
      expect([kind, examples.length > 0, others.length > 0, shape.flags]).toEqual([kind, true, true, "y"]);
      expect(shape.source.replace(/\[[^\]]*\]|\\./g, "x")).not.toMatch(/[*]|(?<!\\)\+|\{\d+,\}/);
    }
  });

  it("covers more than 25 countries' identifiers", () => {
    const countries = new Set(EVERY_DETECTOR.map(({ kind }) => /^([a-z]{2})_/.exec(kind)?.[1]));
    expect(countries.size).toBeGreaterThan(25);
  });

  it("refuses a detector whose heads it cannot read", () => {
    const [first] = EVERY_DETECTOR;
    expect(() => detectorTable([{ ...(first as Detector), heads: "x9" }])).toThrow("unreadable head `x9`");
    expect(() => detectorTable([{ ...(first as Detector), heads: "d99" }])).toThrow(RangeError);
  });
});

function takes(detector: Detector, text: string): boolean {
  detector.shape.lastIndex = 0;
  const raw = detector.shape.exec(text)?.[0];
  const compact = text.replace(/[^0-9A-Za-z]/g, "").toUpperCase();
  return raw === text && detector.check?.(compact, raw) !== false;
}

function runClass(head: string): RunClass {
  if (/^\d+$/.test(head)) return "d";
  return /\d/.test(head) ? "m" : "l";
}
