// The vectors of docs/SPEC.md: canonical forms and hashes that were written down without this implementation.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseSpec } from "../../src/spec/parse-spec.ts";
import { readDocument } from "../../src/stdx/document/read-document.ts";
import { parseQuantity, type QuantityKind } from "../../src/stdx/units.ts";
import { parseTask } from "../../src/task/parse-task.ts";

const sha256 = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex");
const ports = { sha256, clock: () => 0 };

interface Vector {
  readonly name: string;
  readonly source: string;
  readonly directory?: string;
  readonly outcome: "valid" | "malformed" | "invalid";
  readonly canonical?: unknown;
  readonly hash?: string;
  readonly line?: number;
  readonly column?: number;
}

test.each(vectors("spec"))("parseSpec agrees with vector `$name`", (vector) => {
  const read = parseSpec(new TextEncoder().encode(vector.source), ports);
  if (read.ok) {
    const { spec, canonical, spec_hash } = read.value;
    expect({ outcome: "valid", canonical: spec, hash: spec_hash }).toEqual(expected(vector));
    expect(JSON.parse(canonical)).toEqual(vector.canonical);
  } else expect(outcome(vector.source, read.error[0])).toEqual(expected(vector));
});

test.each(vectors("task"))("parseTask agrees with vector `$name`", (vector) => {
  const read = parseTask(vector.source, { ...ports, directory: vector.directory ?? "" });
  if (read.ok) {
    const { task, canonical, digest } = read.value;
    expect({ outcome: "valid", canonical: task, hash: digest }).toEqual(expected(vector));
    expect(JSON.parse(canonical)).toEqual(vector.canonical);
  } else expect(outcome(vector.source, read.error[0])).toEqual(expected(vector));
});

test("parseQuantity agrees with every vector", () => {
  const cases = JSON.parse(readFileSync("test/vectors/quantities.json", "utf8")) as readonly {
    readonly kind: QuantityKind;
    readonly text: string;
    readonly value: number | null;
  }[];
  const read = cases.map(({ kind, text }) => {
    const parsed = parseQuantity(kind, text);
    return { kind, text, value: parsed.ok ? parsed.value : null };
  });
  expect(read).toEqual(cases);
  expect(cases.length).toBeGreaterThan(40);
});

function expected({ outcome, canonical, hash, line, column }: Vector): object {
  return outcome === "valid" ? { outcome, canonical, hash } : { outcome, line, column };
}

function outcome(
  source: string,
  error: { readonly line: number; readonly column: number } | undefined,
): object {
  const document = readDocument(source, ports);
  return { outcome: document.ok ? "invalid" : "malformed", line: error?.line, column: error?.column };
}

function vectors(name: string): readonly Vector[] {
  return JSON.parse(readFileSync(`test/vectors/${name}.json`, "utf8")) as readonly Vector[];
}
