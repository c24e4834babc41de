// Tests of what is enrolled in steps: found as if at once, kept sealed, never twice, and nothing of it in the clear.
import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createScanPorts } from "../../enforce/scan-ports.ts";
import type { Grade } from "../protected/family.ts";
import { ScanBudget } from "../scan-budget.ts";
import { createScanner } from "../scan-bytes.ts";
import {
  type Addition,
  type Enrolled,
  emptyEnrolled,
  enrolledFinders,
  readEnrolled,
  withAddition,
  writeEnrolled,
} from "./enrolled-file.ts";

const ports = createScanPorts();
const KEY = new Uint8Array(32).fill(7);

/** A value that looks like a key, of a number alone. */
function valueOf(number: number, length = 32): string {
  return createHmac("sha256", "values").update(String(number)).digest("base64url").slice(0, length);
}

const REPORT = Array.from(
  { length: 60 },
  (_, at) => `sentence ${at} of the report says ${valueOf(at, 8)} plainly`,
).join(". ");

function addition(name: string, numbers: readonly number[], documents: readonly string[] = []): Addition {
  const grade: Grade = "high";
  return {
    entry: { name, as: documents.length > 0 ? "document" : "values", added: "2026-01-01T00:00:00.000Z" },
    values: numbers.map((number) => ({ name: `${name} ${number}`, value: valueOf(number), grade })),
    documents: documents.map((text) => ({ name, bytes: Buffer.from(text) })),
  };
}

function steps(additions: readonly Addition[]): Enrolled {
  return additions.reduce<Enrolled>(
    (enrolled, each) => withAddition(enrolled, each, KEY, ports).enrolled,
    emptyEnrolled(KEY, ports),
  );
}

function foundIn(enrolled: Enrolled, text: string): readonly (string | null)[] {
  const scan = createScanner({ finders: [], protected: enrolledFinders(enrolled), ports });
  const budget = new ScanBudget({ time: 60_000, work: 2 ** 31, memory: 2 ** 30 }, ports.now);
  const { findings, exhausted } = scan(Buffer.from(text), budget);
  expect(exhausted).toBeNull();
  return findings.map(({ name }) => name);
}

describe("withAddition", () => {
  const enrolled = steps([
    addition("a", [1, 2]),
    addition("b", [3]),
    addition("report", [], [REPORT]),
    addition("c", [4, 5]),
  ]);

  it("has each value found under its own name, whichever step it came in, encoded and split too", () => {
    for (const [number, name] of [
      [1, "a 1"],
      [2, "a 2"],
      [3, "b 3"],
      [4, "c 4"],
      [5, "c 5"],
    ] as const) {
      expect(foundIn(enrolled, `x ${valueOf(number)} y`)).toEqual([name]);
      const hex = Buffer.from(valueOf(number)).toString("hex");
      expect(new Set(foundIn(enrolled, `x ${hex} y`))).toEqual(new Set([name]));
      const reversed = Buffer.from(Buffer.from(valueOf(number)).toReversed()).toString();
      expect(new Set(foundIn(enrolled, `x ${reversed} y`))).toEqual(new Set([name]));
    }
    expect(foundIn(enrolled, `x ${valueOf(9)} y`)).toEqual([]);
  });

  it("has a passage of a document found", () => {
    expect(foundIn(enrolled, REPORT.slice(400, 1200))).toEqual(["report"]);
  });

  it("takes nothing twice, however often it is enrolled", () => {
    let twice = enrolled;
    for (let time = 0; time < 12; time += 1) {
      const added = withAddition(twice, addition("again", [1, 2]), KEY, ports);
      expect([added.taken, added.known]).toEqual([0, 2]);
      twice = added.enrolled;
    }
    expect(twice.entries).toEqual(enrolled.entries);
    expect(foundIn(twice, valueOf(1))).toEqual(["a 1"]);
  });

  it("counts what nothing can tell", () => {
    const added = withAddition(
      enrolled,
      { ...addition("d", []), values: [{ name: "d", value: "----------", grade: "high" }] },
      KEY,
      ports,
    );
    expect([added.taken, added.unusable]).toEqual([0, 1]);
  });
});

describe("readEnrolled", () => {
  const enrolled = steps([addition("a", [1, 2]), addition("report", [], [REPORT])]);
  const bytes = writeEnrolled(enrolled, KEY, ports);

  it("gives back what was written", () => {
    const read = readEnrolled(bytes, KEY, ports);
    expect(read.ok && [read.value.entries, [...read.value.digests]]).toEqual([
      enrolled.entries,
      [...enrolled.digests],
    ]);
    expect(read.ok && foundIn(read.value, valueOf(2))).toEqual(["a 2"]);
    expect(read.ok && foundIn(read.value, REPORT.slice(400, 1200))).toEqual(["report"]);
  });

  it("can be added to after it was read", () => {
    const read = readEnrolled(bytes, KEY, ports);
    if (!read.ok) throw new Error(read.error);
    const added = withAddition(read.value, addition("b", [3]), KEY, ports);
    for (const number of [1, 2, 3]) expect(foundIn(added.enrolled, valueOf(number))).toHaveLength(1);
  });

  it("refuses every change of one byte, a cut, another key and another content", () => {
    for (let at = 0; at < bytes.length; at += 997) {
      const changed = bytes.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(readEnrolled(changed, KEY, ports).ok).toBe(false);
    }
    for (const length of [0, 1, 31, 100, bytes.length - 1]) {
      expect(readEnrolled(bytes.slice(0, length), KEY, ports).ok).toBe(false);
    }
    expect(readEnrolled(bytes, new Uint8Array(32).fill(8), ports).ok).toBe(false);
  });

  it("holds no piece of a value or a document", () => {
    const text = Buffer.from(bytes).toString("latin1");
    for (const number of [1, 2])
      for (let at = 0; at + 6 <= 32; at += 1) expect(text).not.toContain(valueOf(number).slice(at, at + 6));
    expect(text).not.toContain("sentence");
  });
});
