// Tests of what is enrolled in steps: found as if at once, kept sealed, never twice, and nothing of it in the clear.
import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createScanPorts } from "../../enforce/scan-ports.ts";
import { createDocumentIndex, writeDocumentIndex } from "../documents/document-index.ts";
import type { Grade } from "../protected/family.ts";
import { sealedIndex } from "../protected/index-file.ts";
import { createProtectedIndex, type ProtectedValue } from "../protected/protected-index.ts";
import { writeIndex } from "../protected/stored-index.ts";
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
import { mergedDocuments, mergedIndex } from "./merged-index.ts";

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

describe("withAddition tells", () => {
  const first = withAddition(emptyEnrolled(KEY, ports), addition("a", [1, 2], [REPORT]), KEY, ports);
  const again = withAddition(first.enrolled, addition("b", [2, 3], [REPORT, "too short"]), KEY, ports);

  it("how many were taken, known and of no use, documents too", () => {
    expect([first.taken, first.known, first.unusable]).toEqual([3, 0, 0]);
    expect([again.taken, again.known, again.unusable]).toEqual([1, 2, 1]);
    expect(again.enrolled.entries).toEqual([
      { name: "a", as: "document", added: "2026-01-01T00:00:00.000Z", count: 3 },
      { name: "b", as: "document", added: "2026-01-01T00:00:00.000Z", count: 1 },
    ]);
    expect(again.enrolled.digests.size).toBe(5);
  });

  it("by a digest what was new, in whatever order and under this key alone", () => {
    const digestOf = (numbers: readonly number[], key = KEY): string =>
      withAddition(emptyEnrolled(key, ports), addition("x", numbers), key, ports).digest;
    expect(digestOf([1, 2])).toMatch(/^[0-9a-f]{32}$/);
    expect(digestOf([2, 1])).toBe(digestOf([1, 2]));
    expect(digestOf([2, 1, 2])).toBe(digestOf([1, 2]));
    expect(
      new Set([
        digestOf([1]),
        digestOf([1, 2]),
        digestOf([3]),
        digestOf(
          [1],
          KEY.map((byte) => byte ^ 1),
        ),
      ]).size,
    ).toBe(4);
    expect(withAddition(first.enrolled, addition("x", [2, 3]), KEY, ports).digest).toBe(digestOf([3]));
  });

  it("a value and a document of the same bytes as one thing", () => {
    const text = valueOf(7, 60);
    const values = withAddition(
      emptyEnrolled(KEY, ports),
      { ...addition("v", []), values: [{ name: "v", value: text, grade: "high" }] },
      KEY,
      ports,
    );
    const { known } = withAddition(values.enrolled, addition("d", [], [text]), KEY, ports);
    expect(known).toBe(1);
  });

  it("no index where there is nothing to be added", () => {
    expect(again.enrolled.values).not.toBe(first.enrolled.values);
    const none = withAddition(first.enrolled, addition("x", [9]), KEY, ports).enrolled;
    expect(none.documents).toBe(first.enrolled.documents);
    const other = withAddition(
      first.enrolled,
      addition("x", [], [`${REPORT} ${valueOf(8, 200)}`]),
      KEY,
      ports,
    );
    expect(other.enrolled.values).toBe(first.enrolled.values);
    expect(enrolledFinders(emptyEnrolled(KEY, ports))).toEqual([]);
    expect([
      enrolledFinders(first.enrolled).length,
      enrolledFinders(steps([addition("a", [1])])).length,
    ]).toEqual([2, 1]);
  });
});

describe("mergedIndex", () => {
  const value = (name: string, text: string, grade: Grade): ProtectedValue => ({ name, value: text, grade });
  const some = [value("a", valueOf(1), "high"), value("b", valueOf(2, 40), "ordinary")];
  const others = [value("c", "Margaret Whitfield 12", "canary"), value("d", "----------", "high")];
  const indexOf = (values: readonly ProtectedValue[]): ReturnType<typeof createProtectedIndex> =>
    createProtectedIndex(values, KEY, ports);

  it("is what one index of all is", () => {
    for (const [left, right] of [
      [some, others],
      [others, some],
      [some, some.map((each) => ({ ...each, value: `${String(each.value)}x9` }))],
    ] as const) {
      const [merged, whole] = [mergedIndex(indexOf(left), indexOf(right)), indexOf([...left, ...right])];
      const { enrolled, text, plain, letters, lags, hasBytes, parted, tokens, unusable, hashes } = whole;
      expect(merged).toMatchObject({
        enrolled,
        text,
        plain,
        letters,
        lags,
        hasBytes,
        parted,
        tokens,
        unusable,
        hashes,
      });
    }
  });

  it("has the bytes and the parts of either", () => {
    const plain = indexOf(some);
    for (const [a, b] of [
      [true, false],
      [false, true],
      [true, true],
      [false, false],
    ] as const) {
      const merged = mergedIndex({ ...plain, hasBytes: a, parted: b }, { ...plain, hasBytes: b, parted: a });
      expect([merged.hasBytes, merged.parted]).toEqual([a || b, a || b]);
    }
  });

  it("is of documents what one index of all is", () => {
    const document = (
      name: string,
      bytes: string,
    ): { readonly name: string; readonly bytes: Uint8Array } => ({ name, bytes: Buffer.from(bytes) });
    const [left, right] = [
      [document("a", REPORT), document("short", "hello")],
      [document("b", `${REPORT.slice(900)} and more of ${valueOf(11, 40)}`), document("brief", "good bye")],
    ];
    const indexes = [left, right].map((all) => createDocumentIndex(all, KEY, ports));
    expect(mergedDocuments(...(indexes as [never, never]))).toEqual(
      createDocumentIndex([...left, ...right], KEY, ports),
    );
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

describe("readEnrolled refuses a seal of its own over", () => {
  const wordsOf = (bytes: Uint8Array): Uint32Array => {
    const whole = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
    whole.set(bytes);
    const view = new DataView(whole.buffer);
    return Uint32Array.from({ length: whole.length / 4 }, (_, at) => view.getUint32(at * 4));
  };
  const values = writeIndex(createProtectedIndex([], KEY, ports), KEY, ports);
  const documents = writeDocumentIndex(createDocumentIndex([], KEY, ports), KEY, ports);
  const entry = { name: "a", as: "values", count: 1, added: "2026-01-01T00:00:00.000Z" };
  const head = { entries: [entry], digests: ["00"], lengths: [values.length, documents.length] };
  const arrays = [wordsOf(values), wordsOf(documents)];
  const read = (content: unknown, parts: readonly Uint32Array[] = arrays): unknown =>
    readEnrolled(sealedIndex("enrolled in a home", { head: content, arrays: parts }, KEY, ports), KEY, ports);

  it("nothing that it would write", () => {
    expect(read(head)).toMatchObject({ ok: true, value: { entries: [entry] } });
  });

  it.each([
    ["no head", null],
    ["a word", "enrolled"],
    ["no members", {}],
    ["entries that are no list", { ...head, entries: { ...entry } }],
    ["digests that are no list", { ...head, digests: "00" }],
    ["lengths that are no list", { ...head, lengths: 2 }],
    ["a digest that is a number", { ...head, digests: ["00", 0] }],
    ["one length", { ...head, lengths: [1] }],
    ["three lengths", { ...head, lengths: [1, 2, 3] }],
    ["a length that is a word", { ...head, lengths: [values.length, "1"] }],
    ["a fraction of a byte", { ...head, lengths: [1.5, 2] }],
    ["an entry that is null", { ...head, entries: [null] }],
    ["an entry that is a word", { ...head, entries: ["a"] }],
    ["a second entry that is none", { ...head, entries: [entry, {}] }],
    ["an entry without a name", { ...head, entries: [{ ...entry, name: 1 }] }],
    ["an entry of another kind", { ...head, entries: [{ ...entry, as: "key" }] }],
    ["an entry without a count", { ...head, entries: [{ ...entry, count: "1" }] }],
    ["an entry without a time", { ...head, entries: [{ ...entry, added: 0 }] }],
  ])("%s", (_, content) => {
    expect(read(content)).toEqual({ ok: false, error: "the index has another content" });
  });

  it("parts that are missing or are none", () => {
    expect(read(head, [])).toEqual({ ok: false, error: "the index has another content" });
    expect(read(head, arrays.slice(0, 1))).toEqual({ ok: false, error: "the index has another content" });
    expect(read(head, [arrays[1], arrays[0]] as never)).toMatchObject({ ok: false });
    expect(read(head, [arrays[0], arrays[0]] as never)).toMatchObject({ ok: false });
  });

  it("no entry of a document", () => {
    expect(read({ ...head, entries: [{ ...entry, as: "document" }] })).toMatchObject({ ok: true });
  });
});
