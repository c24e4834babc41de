// Small parts of the model listener: model names, paths, counts and buffers.
import { describe, expect, it } from "vitest";
import type { GrantedModel } from "../../../decide/decision.ts";
import { CONCURRENT_MAX } from "./bounds.ts";
import { foldKey } from "./fold-key.ts";
import { isInferencePath, isListingPath, recordedMethod, recordedPath } from "./inference-paths.ts";
import { BufferBudget } from "./read-body.ts";
import { RequestCounts } from "./request-counts.ts";
import { isSameModel } from "./same-model.ts";

describe("isSameModel", () => {
  it.each<readonly [GrantedModel["kind"], string, string, boolean]>([
    ["ollama", "a", "a", true],
    ["ollama", "a", "a:latest", true],
    ["ollama", "a:latest", "a", true],
    ["ollama", "a:7b", "a", false],
    ["ollama", "a:7b", "a:latest", false],
    ["ollama", "host:5000/ns/a", "host:5000/ns/a:latest", true],
    ["ollama", "host:5000/ns/a", "host/ns/a", false],
    ["ollama", "a", "A", false],
    ["ollama", "a", "library/a", false],
    ["openai", "a", "a", true],
    ["openai", "a", "a:latest", false],
    ["openai", "a", "", false],
  ])("%s: granted %s, asked %s: %s", (kind, granted, asked, expected) => {
    expect(isSameModel(kind, granted, asked)).toBe(expected);
  });
});

describe("isInferencePath and isListingPath", () => {
  it("know each kind's own paths", () => {
    expect(isInferencePath("ollama", "/api/chat")).toBe(true);
    expect(isInferencePath("openai", "/api/chat")).toBe(false);
    expect(isListingPath("ollama", "/api/tags")).toBe(true);
    expect(isListingPath("openai", "/api/tags")).toBe(false);
    for (const path of ["/v1/chat/completions", "/v1/completions", "/v1/embeddings", "/v1/responses"]) {
      expect([isInferencePath("ollama", path), isInferencePath("openai", path)]).toEqual([true, true]);
      expect(recordedPath(path)).toBe(path);
    }
  });

  it.each([
    "/api/chat/",
    "/api/chat?",
    "/api/chat#",
    "/api/Chat",
    "/api//chat",
    "api/chat",
    "",
    "/",
    "/api/pull",
    "constructor",
  ])("take %j for none", (path) => {
    expect([isInferencePath("ollama", path), isListingPath("ollama", path)]).toEqual([false, false]);
  });

  it("keep unknown words out of records", () => {
    expect([recordedPath("/api/pull"), recordedPath("/secret"), recordedPath("")]).toEqual([
      "/api/pull",
      "(other)",
      "(other)",
    ]);
    expect([recordedMethod("POST"), recordedMethod("SECRET"), recordedMethod("")]).toEqual([
      "POST",
      "(other)",
      "(other)",
    ]);
  });
});

describe("foldKey", () => {
  it("makes one of what a lenient server takes for one", () => {
    expect(["Model", "MODEL", "model"].map(foldKey)).toEqual(["model", "model", "model"]);
    expect(foldKey("image\u017f")).toBe("images");
    expect(foldKey("\u212aey")).toBe("key");
  });
});

describe("RequestCounts", () => {
  const model = (name: string, requests_max: number): GrantedModel => ({
    provider: "p",
    kind: "openai",
    url: "http://127.0.0.1:1",
    model: name,
    requests_max,
    tokens_max: null,
    context: 0,
  });

  it("gives exactly what was granted, and nothing to a model that was not", () => {
    const [a, b, none] = [model("a", 2), model("b", 0), model("c", 5)];
    const counts = new RequestCounts([a, b, a]);
    expect([1, 2, 3, 4, 5].map(() => counts.take(a))).toEqual([true, true, true, true, false]);
    expect([counts.limit(a), counts.take(b), counts.take(none)]).toEqual([4, false, false]);
  });

  it("lets sixteen in, and one more for each that leaves", () => {
    const counts = new RequestCounts([model("a", 1)]);
    const entered = Array.from({ length: CONCURRENT_MAX + 1 }, () => counts.enter());
    expect(entered.filter(Boolean)).toHaveLength(CONCURRENT_MAX);
    counts.leave();
    expect([counts.enter(), counts.enter()]).toEqual([true, false]);
  });

  it.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
    "takes no grant of %d requests",
    (requests_max) => {
      expect(() => new RequestCounts([model("a", requests_max)])).toThrow(/requests_max is a count/);
    },
  );
});

describe("BufferBudget", () => {
  it("holds its bound exactly, and gives back", () => {
    const budget = new BufferBudget(10);
    expect([budget.take(4), budget.take(6), budget.take(1)]).toEqual([true, true, false]);
    budget.release(1);
    expect([budget.take(1), budget.take(1)]).toEqual([true, false]);
    expect(() => budget.release(11)).toThrow(/released/);
  });

  it("keeps one grant from the buffers of another", () => {
    const all = new BufferBudget(10);
    const [one, other] = [new BufferBudget(6, all), new BufferBudget(6, all)];
    expect([one.take(7), one.take(6), other.take(6), other.take(4), other.take(1)]).toEqual([
      false,
      true,
      false,
      true,
      false,
    ]);
    one.release(6);
    expect([other.take(2), other.take(1), one.take(4)]).toEqual([true, false, true]);
  });
});
