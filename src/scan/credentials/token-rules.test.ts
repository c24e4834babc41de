// Each row of the token tables is its own test: its example is found whole, by its own rule, wherever it stands; its near miss
// is not.
import { describe, expect, it } from "vitest";
import { seed } from "../../../test/depth.ts";
import { EMBEDDED_TOKENS } from "./embedded-tokens.ts";
import { fillExample, seededRandom } from "./fixtures/fill-example.ts";
import type { Rule } from "./rule.ts";
import { embeddedRule, TOKEN_ROWS, tokenRule, vendorRule } from "./token-rules.ts";
import { VENDOR_VALUES } from "./vendor-values.ts";

const AROUND: readonly (readonly [string, string])[] = [
  ["", ""],
  ["x = '", "'\n"],
  ['{"a":"', '"}'],
  ["a\\n", "\\n"],
  ["see ", ", please"],
];

interface Example {
  readonly name: string;
  readonly rule: Rule;
  readonly kind: string;
  readonly example: string;
  readonly nearMiss: string;
}

const tokens: readonly Example[] = [
  ...TOKEN_ROWS.map((row) => ({
    name: `${row[0]} ${row[1]}`,
    rule: tokenRule(row),
    kind: row[0],
    example: row[3],
    nearMiss: row[4],
  })),
  ...EMBEDDED_TOKENS.map((row) => ({
    name: row[0],
    rule: embeddedRule(row),
    kind: row[0],
    example: row[4],
    nearMiss: row[5],
  })),
];

describe("tokenRules", () => {
  it("knows at least 150 public formats", () => {
    expect(
      new Set([...tokens.map(({ kind }) => kind), ...VENDOR_VALUES.map(([kind]) => kind)]).size,
    ).toBeGreaterThanOrEqual(150);
  });

  it.each(tokens)("finds $name and not its near miss", ({ rule, kind, example, nearMiss }) => {
    const random = seededRandom(seed);
    for (let round = 0; round < 12; round += 1) {
      const token = fillExample(example, random);
      for (const [before, after] of AROUND) {
        // A sign at the end of a token is no part of it when it could end a sentence as well.
        const found = run(rule, before + token + after);
        expect(found, `${kind}: ${example}`).not.toBeNull();
        expect(found?.kind).toBe(kind);
        // Backwards, the letter of an escape may be taken for the token's first.
        expect(before.length - (found?.start ?? 0)).toBeOneOf(before.endsWith("\\n") ? [0, 1] : [0]);
        expect(found?.end).toBeGreaterThanOrEqual(before.length + token.replace(/[=_-]+$/, "").length);
        expect(found?.end).toBeLessThanOrEqual(before.length + token.length);
      }
      expect(run(rule, `x ${fillExample(nearMiss, random)} y`), `${kind}: ${nearMiss}`).toBeNull();
    }
  });

  it.each(VENDOR_VALUES.map((row) => ({ row, name: row[0] })))(
    "finds $name and not its near miss",
    ({ row }) => {
      const [kind, names, , example, nearMiss] = row;
      const random = seededRandom(seed);
      for (const name of names.split(" "))
        for (const [before, after] of [
          [`${name}_token = "`, '"'],
          [`{"${name}Secret": "`, '"}'],
          [`export ${name.toUpperCase()}_KEY=`, "\n"],
        ]) {
          const value = fillExample(example, random);
          const rule = vendorRule(row);
          expect(run(rule, before + value + after)).toEqual({
            kind,
            start: before?.length,
            end: (before + value).length,
          });
          expect(run(rule, before + fillExample(nearMiss, random) + after)).toBeNull();
        }
    },
  );

  it("takes a token with a right checksum whatever it is made of, and not one character over and over without it", () => {
    const github = TOKEN_ROWS.find(([kind]) => kind === "github_token");
    if (github === undefined) throw new Error("no github_token");
    const rule = tokenRule(github);
    expect(run(rule, `ghp_${"x".repeat(36)}`)).toBeNull();
    expect(run(rule, `ghp_${"0".repeat(30)}2CzfFY`)?.kind ?? null).toBeNull();
    expect(run(rule, fillExample("ghp_{crc:30}", seededRandom(seed)))).not.toBeNull();
  });

  it("asks that a token stands alone", () => {
    const npm = TOKEN_ROWS.find(([kind]) => kind === "npm_token");
    if (npm === undefined) throw new Error("no npm_token");
    const token = fillExample("npm_{crc:30}", seededRandom(seed));
    expect(run(tokenRule(npm), `a${token}`)).toBeNull();
    expect(run(tokenRule(npm), `${token}a`)).toBeNull();
    expect(run(tokenRule(npm), `_${token}`)).not.toBeNull();
  });
});

/** The rule at each place of each of its keywords, until it finds something. */
function run({ keywords, find }: Rule, text: string): ReturnType<Rule["find"]> {
  const lower = text.toLowerCase();
  for (const word of keywords)
    for (let at = lower.indexOf(word); at !== -1; at = lower.indexOf(word, at + 1)) {
      const found = find(text, at, at + word.length);
      if (found !== null) return found;
    }
  return null;
}
