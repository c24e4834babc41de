// Names in texts, and variants under a seed: the same ones each time, different from each other, with the same expectation.
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { Case } from "./case.ts";
import { NO_EFFECTS } from "./case-schema.ts";
import { ENCODINGS } from "./encodings.ts";
import { fill, fillText } from "./fill.ts";
import { mutationProblem, variantsOf } from "./mutate.ts";

test("fillText writes values down in the named ways, one after the other", () => {
  const values = { VALUE: "päss", OUTER: "<VALUE>!", PORT: 443 };
  expect(fillText("x<VALUE|base64>y", values)).toBe(`x${Buffer.from("päss").toString("base64")}y`);
  expect(fillText("<OUTER|hex|base64>", values)).toBe(
    Buffer.from(Buffer.from("päss!").toString("hex")).toString("base64"),
  );
  expect(gunzipSync(Buffer.from(fillText("<VALUE|gzip|base64>", values), "base64")).toString()).toBe("päss");
  expect(fill({ port: "<PORT>", to: "x:<PORT>" }, values)).toEqual({ port: 443, to: "x:443" });
});

test.each(["<NOBODY>", "<VALUE|rot47>", "<LOOP>"])("fillText refuses %s, which nothing has", (text) => {
  expect(() => fillText(text, { VALUE: "x", LOOP: "<LOOP>" })).toThrow("nothing is called");
});

test("fillText leaves alone what only looks like a name", () => {
  const text = "a < b > c; cat <file> >out; <br/> <a>";
  expect(fillText(text, {})).toBe(text);
});

test("every encoding changes the bytes of a mixed text", () => {
  const bytes = Buffer.from("Token 4711-xyz, é");
  for (const [name, encode] of Object.entries(ENCODINGS))
    expect(encode(bytes).equals(bytes), name).toBe(false);
});

const base: Case = {
  id: "a",
  parent: "a",
  family: "leaks",
  expected: "stopped",
  why: "",
  place: "one",
  fresh: false,
  from: "light",
  timeout: 1000,
  let: { WHAT: "tok_9fA3kQ0zL7pX" },
  mutate: [
    { operator: "encoding", of: "WHAT" },
    { operator: "splitting", of: "WHAT" },
    { operator: "spelling", of: "WHAT" },
    { operator: "nesting", of: "" },
    { operator: "renaming", of: "" },
  ],
  programs: [],
  machine: [],
  files: {},
  put_back: [],
  steps: [
    {
      action: { kind: "run", task: { task: "x", run: { command: ["echo", "<WHAT>"] } } },
      times: 1,
      answer: { outcome: null, cause: null, exit: null, status: null, says: [], lacks: [] },
    },
  ],
  effects: NO_EFFECTS,
};

test("variantsOf gives the same variants for the same seed, all different, and expects the same of each", () => {
  const once = variantsOf(base, "heavy", 7);
  expect(variantsOf(base, "heavy", 7)).toEqual(once);
  expect(variantsOf(base, "heavy", 8)).not.toEqual(once);
  const said = once.map((one) => JSON.stringify([one.steps, one.let]));
  expect(new Set(said).size).toBe(once.length);
  expect(once.length).toBeGreaterThan(30);
  expect(new Set(once.map(({ id }) => id)).size).toBe(once.length);
  for (const one of once)
    expect([one.parent, one.expected, one.effects]).toEqual(["a", "stopped", NO_EFFECTS]);
  expect(variantsOf(base, "light", 7).length).toBeLessThanOrEqual(6);
});

test("mutationProblem names an operator whose name the case lacks", () => {
  expect(mutationProblem(base, { operator: "encoding", of: "OTHER" })).toMatch(/`OTHER` is none/u);
  expect(mutationProblem(base, { operator: "nesting", of: "" })).toBeNull();
});
