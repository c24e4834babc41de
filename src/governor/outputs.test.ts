// Outputs by their hashes alone, and what of them the facts of a task get: against a naive reading over plain paths.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { baseFacts, baseSpec, baseTask } from "../../test/decision-fixtures.ts";
import { depth, seed } from "../../test/depth.ts";
import { compileSpec } from "../decide/compile-spec.ts";
import { isWithin } from "../names/path.ts";
import { endedOutputs, gatherOutputs, type ObservedTask, type OutputsSource } from "./gather-outputs.ts";
import { nameHash } from "./name-hash.ts";
import { Outputs } from "./outputs.ts";
import { pathChain } from "./path-chain.ts";

const names = nameHash(Buffer.alloc(32, 7));
const PATHS = ["/", "/w", "/w/a", "/w/a/x", "/w/ab", "/w/b/y/z"] as const;

function known(path: string, at: number, change: Partial<Parameters<Outputs["add"]>[0]> = {}) {
  const chain = pathChain(path, names);
  return { chain, path, device: "7", at, label: "secret", untrusted: false, decision: at - 1, ...change };
}

function filled(...added: readonly Parameters<Outputs["add"]>[0][]): OutputsSource {
  const outputs = new Outputs();
  for (const one of added) outputs.add(one);
  return { outputs, names };
}

function place(path: string): string {
  return pathChain(path, names).at(-1) ?? "";
}

/** A task that reads `reads`, and its working directory if asked, as the fixtures have it. */
function observed(reads: readonly string[], reads_directory = false): ObservedTask {
  const task = { ...baseTask({ reads, reads_directory }), directory: "/w" };
  const { paths } = baseFacts(task);
  const sources = [{ path: "/w/b/**", label: "secret", trust: "trusted" as const }];
  const spec = { ...baseSpec(), privacy: { ...baseSpec().privacy, sources } };
  return { compiled: compileSpec(spec, "s"), task, paths };
}

test("Outputs.meeting finds exactly what overlaps, though it holds hashes alone", () => {
  const added = fc.array(fc.constantFrom(...PATHS), { maxLength: 5 });
  fc.assert(
    fc.property(added, fc.constantFrom(...PATHS), (paths, asked) => {
      const { outputs } = filled(...paths.map((path, at) => known(path, at)));
      const found = outputs.meeting(pathChain(asked, names)).map(({ path }) => path);
      const overlaps = PATHS.filter(
        (path) => paths.includes(path) && (isWithin(path, asked) || isWithin(asked, path)),
      );
      expect(found).toHaveLength(overlaps.length);
      expect(new Set(found)).toEqual(new Set(overlaps));
    }),
    { seed, numRuns: depth(300, 20_000) },
  );
});

describe("Outputs", () => {
  test("labels join, and none replaces another; of the same the latest is named", () => {
    const { outputs } = filled(known("/w/a", 3), known("/w/a", 5, { label: "internal" }), known("/w/a", 9));
    const kinds = outputs.meeting(pathChain("/w/a", names)).map(({ label, at }) => [label, at]);
    expect(kinds).toEqual([
      ["secret", 9],
      ["internal", 5],
    ]);
  });
  test("end ends what was known by then, no more, and forgets folders that lead nowhere", () => {
    const { outputs } = filled(known("/w/a/x", 3), known("/w/a/x", 8, { label: "internal" }));
    outputs.end({ place: place("/w/a/x"), at: 7 });
    expect(outputs.meeting(pathChain("/w", names)).map(({ label }) => label)).toEqual(["internal"]);
    outputs.end({ place: place("/w/a/x"), at: 8 });
    expect([outputs.size, outputs.snapshot()]).toEqual([0, []]);
    outputs.end({ place: place("/w/none"), at: 8 });
    expect(outputs.size).toBe(0);
  });
  test("carries by the place and what is around it, this label and no less taint", () => {
    const { outputs } = filled(known("/w/a", 1), known("/w/b", 2, { untrusted: true }));
    const has = (path: string, untrusted: boolean, label = "secret"): boolean =>
      outputs.carries(pathChain(path, names), { label, untrusted });
    expect([has("/w/a", false), has("/w/a/x", false), has("/w", false)]).toEqual([true, true, false]);
    expect([has("/w/a", true), has("/w/b", true), has("/w/b", false)]).toEqual([false, true, true]);
    expect(has("/w/a", false, "internal")).toBe(false);
  });
});

describe("gatherOutputs", () => {
  test("gives each path one output of each label and trust, the latest", () => {
    const source = filled(known("/w/a/x", 3), known("/w/a/y", 7), known("/w/a/z", 5, { untrusted: true }));
    expect(gatherOutputs(observed(["/w/a"]), source, [])).toEqual([
      { path: "/w/a/y", label: "secret", untrusted: false, decision: 6 },
      { path: "/w/a/z", label: "secret", untrusted: true, decision: 4 },
    ]);
    expect(gatherOutputs(observed(["/w/ab"]), source, [])).toEqual([]);
  });
  test("an output whose name was erased stands at each path that meets it", () => {
    const source = filled(known("/w/a/x", 3, { path: null }));
    const paths = gatherOutputs(observed(["/w/a", "/w/a/x/y", "/w/ab"]), source, []).map(({ path }) => path);
    expect(paths).toEqual(["/w/a", "/w/a/x/y"]);
  });
  test("what lies in a labelled place that the working directory hides is left out, named or not", () => {
    for (const path of ["/w/b/y", null]) {
      const source = filled(known("/w/b/y", 3, { path }));
      expect(gatherOutputs(observed([], true), source, [])).toEqual([]);
      expect(gatherOutputs(observed(["/w/b"], true), source, [])).toHaveLength(1);
      const shown = filled(known("/w/c", 3, { path: path === null ? null : "/w/c" }));
      expect(gatherOutputs(observed([], true), shown, [])).toHaveLength(1);
    }
  });
});

describe("endedOutputs", () => {
  const gone =
    (...paths: readonly string[]) =>
    (path: string) =>
      Promise.resolve(paths.includes(path));

  test("are those at which nothing is, up to the last record known; later ones and erased names stay", async () => {
    const source = filled(known("/w/a/x", 3), known("/w/a/x", 6, { untrusted: true }), known("/w/a/y", 4));
    const task = observed(["/w/a"]);
    const ended = await endedOutputs(task, source, gone("/w/a/x", "/w/ab"));
    expect(ended).toEqual([{ place: place("/w/a/x"), at: 6 }]);
    source.outputs.add(known("/w/a/x", 8));
    expect(gatherOutputs(task, source, ended).map(({ path, decision }) => [path, decision])).toEqual([
      ["/w/a/x", 7],
    ]);
    const erased = filled(known("/w/a/x", 3, { path: null }));
    const moved = filled(known("/w/a/x", 3), known("/w/a/x", 5, { device: "8", label: "internal" }));
    for (const unknown of [erased, moved])
      expect(await endedOutputs(task, unknown, () => Promise.resolve(true))).toEqual([]);
  });
  test("at most 1024 are looked for, the oldest, so that those beyond have their turn", async () => {
    const many = filled(...Array.from({ length: 1025 }, (_, at) => known(`/w/a/${at}`, at + 1)));
    const task = observed(["/w/a"]);
    const ended = await endedOutputs(task, many, () => Promise.resolve(true));
    expect(ended.map(({ at }) => at)).toEqual(Array.from({ length: 1024 }, (_, at) => at + 1));
    expect(gatherOutputs(task, many, ended)).toHaveLength(1);
    for (const one of ended) many.outputs.end(one);
    expect(await endedOutputs(task, many, () => Promise.resolve(true))).toHaveLength(1);
  });
});
