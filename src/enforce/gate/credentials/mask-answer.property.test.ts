// A masked answer never holds a credential in the spellings that are known, wherever the chunks are cut; without one it is
// byte for byte what came.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { depth, seed } from "../../../../test/depth.ts";
import type { HeldSecret } from "../policy.ts";
import { createMask, maskText, spellingsOf } from "./mask-answer.ts";

const secret: HeldSecret = {
  name: "key",
  host: "h",
  port: 443,
  methods: [],
  paths: [],
  place: { kind: "bearer" },
  placeholder: "<placeholder>",
  value: 'sk-"real"/a<b+&\\ aab',
};
const spellings = spellingsOf([secret]);

function masked(bytes: Buffer, cuts: readonly number[]): Buffer {
  const mask = createMask(spellings);
  const out: Buffer[] = [];
  let at = 0;
  for (const cut of cuts) {
    out.push(mask.push(bytes.subarray(at, at + cut)));
    at += cut;
  }
  out.push(mask.push(bytes.subarray(at)), mask.end());
  return Buffer.concat(out);
}

const inHtml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("'", "&#39;").replaceAll("<", "&lt;");
const base64 = (offset: number): string =>
  Buffer.from("xyz".slice(0, offset) + secret.value).toString("base64");
const forms = [
  secret.value,
  JSON.stringify(secret.value),
  encodeURIComponent(secret.value),
  Buffer.from(secret.value).toString("hex"),
  base64(0),
  base64(1),
  base64(2),
  // What encoders make of it: PHP's JSON, JSON in capitals and none, forms, lower-case percent, HTML, references.
  JSON.stringify(secret.value).replaceAll("/", "\\/"),
  Array.from(secret.value, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`).join(""),
  Array.from(secret.value, (c) => `\\u${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`).join(
    "",
  ),
  new URLSearchParams({ v: secret.value }).toString().slice(2),
  encodeURIComponent(secret.value).toLowerCase(),
  inHtml(secret.value),
  Array.from(secret.value, (c) => `&#${c.charCodeAt(0)};`).join(""),
  Array.from(secret.value, (c) => `&#x${c.charCodeAt(0).toString(16)};`).join(""),
  encodeURIComponent(base64(0).slice(0, -2)),
  base64(0).replaceAll("/", "\\/"),
];
const filler = fc.string({ maxLength: 30, unit: fc.constantFrom(...Array.from('sk-real/ab +"\\xyz&#%u;')) });
const cuts = fc.array(fc.nat(9), { maxLength: 80 });

test("createMask leaves no credential, however the answer is cut", () => {
  const property = fc.property(
    fc.array(fc.tuple(filler, fc.constantFrom(...forms)), { minLength: 1, maxLength: 4 }),
    cuts,
    (parts, cuts) => {
      const bytes = Buffer.from(parts.map(([before, form]) => `${before} ${form} `).join(""));
      const text = masked(bytes, cuts).toString();
      expect(text).toBe(masked(bytes, []).toString());
      for (const form of [
        secret.value,
        JSON.stringify(secret.value).slice(1, -1),
        encodeURIComponent(secret.value),
      ]) {
        expect(text).not.toContain(form);
      }
      expect(Buffer.from(text, "base64").toString()).not.toContain(secret.value);
      expect(text.split(secret.placeholder).length - 1).toBe(parts.length);
      expect(maskText(bytes.toString("latin1"), spellings)).toBe(text);
    },
  );
  fc.assert(property, { seed, numRuns: depth(300, 20_000) });
});

test("createMask passes an answer without a credential byte for byte", () => {
  const property = fc.property(fc.uint8Array({ maxLength: 300 }), cuts, (bytes, cuts) => {
    expect(masked(Buffer.from(bytes), cuts)).toEqual(Buffer.from(bytes));
  });
  fc.assert(property, { seed, numRuns: depth(300, 20_000) });
});

test("createMask holds back no more than what may be the start of a credential", () => {
  const mask = createMask(spellings);
  expect(mask.push(Buffer.from("data: 1\n\n")).toString()).toBe("data: 1\n\n");
  expect(mask.push(Buffer.from("data: sk-")).toString()).toBe("data: ");
  expect(mask.push(Buffer.from("other")).toString()).toBe("sk-other");
  expect(mask.push(Buffer.from("sk")).toString()).toBe("");
  expect(mask.end().toString()).toBe("sk");
});
