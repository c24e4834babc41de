// What judge-url.ts lets through never leaves a granted prefix, in whichever of three ways a server reads it.

import { parse as legacyParse } from "node:url";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { depth, seed } from "../../../../test/depth.ts";
import type { Target } from "../target.ts";
import { coversPath } from "./find-call.ts";
import { judgeUrl } from "./judge-url.ts";

const target: Target = { scheme: "https", host: "api.example.com", port: 443, via: "connect" };

/** Pieces that paths are cut and climbed with. */
const piece = fc.constantFrom(
  ..."/ // . .. ... v1 admin a %2e %2E %2f %2F %5c \\ %00 ; ;x ? # %25 %252e %252f %c0%ae %ef%bc%8f @ : é ～ ％ [ ] | %7e ~ + * %".split(
    " ",
  ),
  " ",
  "\t",
  "\0",
);
const path = fc.array(piece, { maxLength: 12 }).map((pieces) => `/v1/${pieces.join("")}`);
const free = fc.string({ maxLength: 40, unit: "binary-ascii" }).map((text) => `/${text}`);
const absolute = path.map((text) => `https://api.example.com${text}`);

/** Decodes once more, as a careless server does. */
function decodedAgain(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}

/** The path as a naive server walks it: slashes of both kinds, dot segments resolved. */
function walked(text: string): string {
  const kept: string[] = [];
  for (const segment of text.split(/[/\\]/)) {
    const name = segment.split(";")[0] ?? "";
    if (name === "..") kept.pop();
    else if (name !== "" && name !== ".") kept.push(name);
  }
  return `/${kept.join("/")}`;
}

test("judgeUrl sends nothing that escapes the granted prefix in any reading", () => {
  let passed = 0;
  const property = fc.property(fc.oneof(path, free, absolute), (url) => {
    const judged = judgeUrl(url, target);
    if (!judged.ok || !coversPath("/v1", judged.value.readings)) return;
    passed++;
    const sent = judged.value.path + judged.value.query;
    // WHATWG, Node's legacy parser, and a server that just cuts at the question mark.
    const whole = `https://api.example.com${sent}`;
    const readings = [new URL(whole).pathname, legacyParse(whole).pathname ?? "", sent.split("?")[0] ?? ""];
    expect(new URL(whole).host).toBe("api.example.com");
    for (const reading of readings) {
      expect(reading).toMatch(/^\/v1(\/|$)/);
      for (const again of [reading, decodedAgain(reading), decodedAgain(decodedAgain(reading))]) {
        expect(walked(again)).toMatch(/^\/v1(\/|$)/);
      }
    }
    expect(readings[0]).toBe(readings[2]);
    expect(sent).toMatch(/^[!-~]+$/);
    expect(sent).not.toContain("#");
  });
  fc.assert(property, { seed, numRuns: depth(3000, 300_000) });
  expect(passed).toBeGreaterThan(50);
});

test("judgeUrl of what it sends is the same again", () => {
  const property = fc.property(fc.oneof(path, free), (url) => {
    const judged = judgeUrl(url, target);
    if (!judged.ok) return;
    const sent = judged.value.path + judged.value.query;
    expect(judgeUrl(sent, target)).toEqual(judged);
  });
  fc.assert(property, { seed, numRuns: depth(2000, 200_000) });
});
