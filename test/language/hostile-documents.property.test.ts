// parseSpec and parseTask give a value for any input: examples with random edits never make them throw, and what they
// accept is canonical.
import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { formatSpec } from "../../src/spec/format-spec.ts";
import { parseSpec } from "../../src/spec/parse-spec.ts";
import { formatTask } from "../../src/task/format-task.ts";
import { parseTask } from "../../src/task/parse-task.ts";
import { depth, seed } from "../depth.ts";

const sha256 = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex");
const ports = { sha256, clock: () => 0, directory: "/home/me" };
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

const example = readFileSync("examples/governance.yaml", "utf8");
const tasks = globSync("examples/day/tasks/*.yaml").map((file) => readFileSync(file, "utf8"));

const HOSTILE = [
  "",
  " ",
  "\n",
  "\n  ",
  "\t",
  "- ",
  ": ",
  "{",
  "}",
  "[",
  "]",
  ",",
  "'",
  '"',
  "#",
  "&a ",
  "*a",
  "!!x ",
  "<<: ",
  "%",
  "@",
  "|",
  ">",
  "\0",
  "\u001b[31m",
  "\u202e",
  "\ufeff",
  "~",
  "null",
  "true",
  "1e309",
  "-1",
  ".nan",
  "0x7f",
  "9".repeat(30),
  "__proto__",
  "constructor",
  "../..",
  "/**",
  "99999999999 TiB",
  "%00",
] as const;

function edited(source: string): fc.Arbitrary<string> {
  const edit = fc.record({ at: fc.nat(source.length), drop: fc.nat(12), put: fc.constantFrom(...HOSTILE) });
  return fc
    .array(edit, { minLength: 1, maxLength: 4 })
    .map((edits) =>
      edits.reduce((text, { at, drop, put }) => text.slice(0, at) + put + text.slice(at + drop), source),
    );
}

test("parseSpec never throws on an edited example, and what it accepts formats to itself", () => {
  let accepted = 0;
  fc.assert(
    fc.property(edited(example), (source) => {
      const read = parseSpec(encode(source), ports);
      if (!read.ok) return expectPlacedErrors(read.error, source);
      accepted += 1;
      expect(parseSpec(encode(formatSpec(read.value.spec)), ports)).toMatchObject({
        value: { canonical: read.value.canonical },
      });
    }),
    { seed, numRuns: depth(300, 50_000) },
  );
  expect(accepted).toBeGreaterThan(0);
});

test("parseTask never throws on an edited example, and what it accepts formats to itself", () => {
  let accepted = 0;
  fc.assert(
    fc.property(fc.constantFrom(...tasks).chain(edited), (source) => {
      const read = parseTask(source, ports);
      if (!read.ok) return expectPlacedErrors(read.error, source);
      accepted += 1;
      expect(parseTask(formatTask(read.value.task), ports)).toMatchObject({
        value: { canonical: read.value.canonical },
      });
    }),
    { seed, numRuns: depth(1000, 50_000) },
  );
  expect(accepted).toBeGreaterThan(0);
});

test("parseSpec and parseTask never throw on bytes with one of them flipped", () => {
  const bytes = encode(example);
  const flip = fc.record({ at: fc.nat(bytes.length - 1), value: fc.nat(255) });
  fc.assert(
    fc.property(flip, ({ at, value }) => {
      const copy = Uint8Array.from(bytes);
      copy[at] = value;
      const read = parseSpec(copy, ports);
      if (!read.ok) expect(read.error.length).toBeGreaterThan(0);
      expect(parseTask(copy, ports).ok).toBe(false);
    }),
    { seed, numRuns: depth(300, 20_000) },
  );
});

// Every message is one visible line, whatever the input held.
function expectPlacedErrors(
  errors: readonly {
    readonly line: number;
    readonly column: number;
    readonly message: string;
    readonly hint: string | null;
  }[],
  source: string,
): void {
  const lines = source.split("\n");
  expect(errors.length).toBeGreaterThan(0);
  for (const { line, column, message, hint } of errors) {
    expect(column).toBeGreaterThan(0);
    expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? -1) + 1);
    expect(`${message} ${hint ?? ""}`).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
    expect(message).toMatch(/[^.]$/u);
  }
}
