// What compiling refuses and resolves; what it must never change is shown by the differential tests.
import { expect, test } from "vitest";
import { decided, specWith } from "../../test/decision-cases.ts";
import { baseSpec, baseTask, endpoint, modelNeed } from "../../test/decision-fixtures.ts";
import { BrokenInvariant } from "../stdx/assert.ts";
import { compileSpec } from "./compile-spec.ts";

test("compileSpec asserts that the default label is on the ladder", () => {
  const spec = specWith({ privacy: { default_label: "nonsense" } });
  expect(() => compileSpec(spec, "s")).toThrow(new BrokenInvariant("the default label is on the ladder"));
});

test("compileSpec takes a source label that is not on the ladder as the most private", () => {
  const spec = specWith({ privacy: { sources: [{ path: "/x", label: "nonsense", trust: "trusted" }] } });
  expect(decided({ spec, task: baseTask({ reads: ["/x"] }) }).label).toBe("secret");
});

test("compileSpec keeps the hash and places model needs at each endpoint once, by its tightest entry", () => {
  const endpoints = [
    endpoint({ control: "owned", serves: ["frontier", "frontier"], port: 444 }),
    endpoint({ control: "owned", serves: ["frontier", "embed"] }),
    endpoint({ control: "contracted", serves: ["frontier"] }),
    endpoint({ host: "*.example.com", control: "uncontrolled", serves: ["frontier"] }),
    endpoint({ host: "a.example.org", serves: ["frontier"], methods: ["GET"] }),
    endpoint({ host: "b.example.org", serves: ["frontier"], paths: [] }),
  ];
  const compiled = compileSpec(specWith({ sovereignty: { endpoints } }), "hash");
  expect(compiled.spec_hash).toBe("hash");
  const targets = compiled.targets
    .get("frontier")
    ?.map(({ host, port, endpoint: { control } }) => [host, port, control]);
  expect(targets).toEqual([
    ["api.example.com", 444, "owned"],
    ["api.example.com", 443, "uncontrolled"],
  ]);
  expect(compiled.targets.get("embed")).toBe(undefined);
});

test("placement targets stand by control, host, port, whatever the order of the spec", () => {
  const endpoints = [
    endpoint({ host: "b.example.com", port: 9 }),
    endpoint({ host: "b.example.com", port: 8 }),
    endpoint({ host: "a.example.com", port: 9 }),
    endpoint({ host: "z.example.com", control: "owned" }),
    endpoint({ host: "u.example.com", control: "uncontrolled" }),
  ];
  for (const some of [endpoints, endpoints.toReversed()]) {
    const { targets } = compileSpec(specWith({ sovereignty: { endpoints: some } }), "s");
    expect(targets.get("frontier")?.map(({ host, port }) => `${host}:${port}`)).toEqual([
      "z.example.com:443",
      "a.example.com:9",
      "b.example.com:8",
      "b.example.com:9",
      "u.example.com:443",
    ]);
  }
});

test("an IPv6 placement is written in brackets", () => {
  const spec = specWith({ sovereignty: { endpoints: [endpoint({ host: "2001:db8::1" })] } });
  const task = baseTask({ models: [modelNeed({ capability: "frontier" })] });
  const decision = decided({ spec, task, node: { gate: "none" } });
  expect(decision.findings[0]?.evidence).toEqual([
    "POST https://[2001:db8::1]:443: host `2001:db8::1` is named contracted by the spec",
  ]);
  expect(compileSpec(baseSpec(), "s").capabilities).toEqual(new Set(["chat", "embed", "frontier"]));
});
