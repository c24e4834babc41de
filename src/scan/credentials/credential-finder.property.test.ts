// The finder on hostile texts made of every rule's own words: it ends, throws nothing, and what it says lies in the text. And on
// generated secrets in generated contexts: it finds them.
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { depth, seed } from "../../../test/depth.ts";
import { ScanBudget } from "../scan-budget.ts";
import type { View } from "../view.ts";
import { createCredentialFinder, credentialRules } from "./credential-finder.ts";
import { SECRET_WORDS } from "./secret-words.ts";

const finder = createCredentialFinder();
const words = [...new Set([...credentialRules().flatMap(({ keywords }) => keywords), ...SECRET_WORDS])];
const glue = fc.constantFrom(..."=:\"'`\\<>(){}[],;|&?+-._~/@$# \n\t0aZ\x80\xff");
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

const random = fc.string({
  unit: fc.constantFrom(..."ABCDEFGHJKMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789"),
  minLength: 24,
  maxLength: 48,
});
const key = fc.constantFrom(
  "password",
  "DB_PASSWORD",
  "clientSecret",
  "api_key",
  "accessToken",
  "auth-token",
);
const written = fc.constantFrom<(key: string, value: string) => string>(
  (name, value) => `${name} = "${value}"`,
  (name, value) => `{"${name}": "${value}"}`,
  (name, value) => `${name}: ${value}\n`,
  (name, value) => `export ${name}=${value}\n`,
  (name, value) => `  '${name}' => '${value}',`,
  (name, value) => `{\\"${name}\\":\\"${value}\\"}`,
  (name, value) => `<${name}>${value}</${name}>`,
  (name, value) => `--${name} ${value}`,
  (name, value) => `https://host.test/path?x=1&${name}=${value}&y=2`,
);

it("createCredentialFinder finds a random value behind a secret's name however the assignment is written", () => {
  fc.assert(
    fc.property(
      key,
      random,
      written,
      fc.string({ unit: "binary-ascii", maxLength: 30 }),
      (name, value, write, noise) => {
        fc.pre(/\d/.test(value) && /[a-z]/.test(value) && /[A-Z]/.test(value));
        const text = `${noise.replaceAll(/[^ -~]|["'`\\<]/g, " ")}\n${write(name, value)}`;
        const matches = finder(viewOf(Buffer.from(text, "latin1")), ample());
        const at = text.indexOf(value);
        expect(
          matches.some(({ start, end }) => start <= at && end >= at + value.length),
          text,
        ).toBe(true);
      },
    ),
    { seed, numRuns: depth(300, 20_000) },
  );
});

function viewOf(bytes: Buffer): View {
  return { bytes, text: bytes.toString("latin1"), decoded: [], origin: (start, end) => ({ start, end }) };
}

function ample(): ScanBudget {
  return new ScanBudget({ time: 1000, work: 2 ** 40, memory: 1 }, () => 0);
}
