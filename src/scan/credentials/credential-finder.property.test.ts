// The finder on hostile texts made of every rule's own words: it ends, throws nothing, and what it says lies in the text. And on
// generated secrets in generated contexts: it finds them.
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { depth, seed } from "../../../test/depth.ts";
import { ScanBudget } from "../scan-budget.ts";
import type { View } from "../view.ts";
import { createCredentialFinder, credentialRules } from "./credential-finder.ts";
import { fillExample, seededRandom } from "./fixtures/fill-example.ts";
import { SECRET_WORDS } from "./secret-words.ts";

const finder = createCredentialFinder();
const words = [...new Set([...credentialRules().flatMap(({ keywords }) => keywords), ...SECRET_WORDS])];
const glue = fc.constantFrom(...Array.from("=:\"'`\\<>(){}[],;|&?+-._~/@$# \n\t0aZ\x80\xff"));
const piece = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...words) },
  { weight: 3, arbitrary: glue },
  { weight: 1, arbitrary: fc.string({ unit: "binary-ascii", maxLength: 12 }) },
  { weight: 1, arbitrary: fc.constantFrom("a", "A0", "0f", "+/", "-_", "ey").map((text) => text.repeat(60)) },
);
const hostile = fc
  .tuple(fc.array(piece, { maxLength: 12 }), fc.integer({ min: 1, max: 40 }))
  .map(([pieces, times]) => pieces.join("").repeat(times).slice(0, 8_000));

it("createCredentialFinder on hostile texts: bounded work, ordered spans inside the text, the same again", () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const view = viewOf(Buffer.from(text, "latin1"));
      // Each byte once, and 32 for each keyword that ends at it: at most a few end at one byte.
      const budget = new ScanBudget({ time: 1000, work: 200 * text.length + 1, memory: 1 }, () => 0);
      const matches = finder(view, budget);
      let last = 0;
      for (const { start, end, class: found, name } of matches) {
        expect(start).toBeGreaterThanOrEqual(last);
        expect(end).toBeGreaterThan(start);
        expect(end).toBeLessThanOrEqual(text.length);
        expect([found, name]).toEqual(["credential", null]);
        last = start;
      }
      expect(finder(view, ample())).toEqual(matches);
    }),
    { seed, numRuns: depth(400, 20_000) },
  );
});

const KEYS = ["password", "DB_PASSWORD", "clientSecret", "api_key", "accessToken", "auth-token"];
const WRITTEN: readonly ((name: string, value: string) => string)[] = [
  (name, value) => `${name} = "${value}"`,
  (name, value) => `{"${name}": "${value}"}`,
  (name, value) => `${name}: ${value}\n`,
  (name, value) => `export ${name}=${value}\n`,
  (name, value) => `  '${name}' => '${value}',`,
  (name, value) => `{\\"${name}\\":\\"${value}\\"}`,
  (name, value) => `<${name}>${value}</${name}>`,
  (name, value) => `--${name} ${value}`,
  (name, value) => `https://host.test/path?x=1&${name}=${value}&y=2`,
];

it("createCredentialFinder finds nearly every random value behind a secret's name, however the assignment is written", () => {
  const random = seededRandom(seed);
  const rounds = depth(40, 2_000);
  const missed: string[] = [];
  const ways = KEYS.flatMap((name) => WRITTEN.map((write) => (value: string) => write(name, value)));
  for (let round = 0; round < rounds * ways.length; round += 1) {
    const value = fillExample(`{alnum:${24 + (round % 25)}}`, random);
    const text = `before\n${ways[round % ways.length]?.(value) ?? ""}`;
    const matches = finder(viewOf(Buffer.from(text, "latin1")), ample());
    const at = text.indexOf(value);
    if (!matches.some(({ start, end }) => start <= at && end >= at + value.length)) missed.push(text);
  }
  // The filter weighs; a value that happens to look like words may pass for some.
  expect(missed.length / (rounds * ways.length), missed.slice(0, 5).join()).toBeLessThan(0.03);
});

function viewOf(bytes: Buffer): View {
  return { bytes, text: bytes.toString("latin1"), decoded: [], origin: (start, end) => ({ start, end }) };
}

function ample(): ScanBudget {
  return new ScanBudget({ time: 1000, work: 2 ** 40, memory: 1 }, () => 0);
}
