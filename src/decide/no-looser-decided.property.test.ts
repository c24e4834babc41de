// noLooser against the decision itself: where it says that a spec is no looser, nothing that the older spec refuses or
// defers is admitted by it, over a finite universe of tasks with model needs, calls and wishes, and of facts.
import { dirname } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type Draw, drawFrom, relatedSpec, someSpec } from "../../model/comparison-universe.ts";
import { baseTask, call, hold, model, modelNeed, path, provider } from "../../test/decision-fixtures.ts";
import { depth, seed } from "../../test/depth.ts";
import { isWithin } from "../names/path.ts";
import { noLooser } from "../spec/no-looser.ts";
import type { Endpoint, Spec } from "../spec/spec.ts";
import type { CallNeed, Task } from "../task/task.ts";
import { compileSpec } from "./compile-spec.ts";
import { decide } from "./decide.ts";
import type { Grants } from "./decision.ts";
import type { Facts, HoldFact, OutputFact, WindowFact } from "./facts.ts";

/** Pairs that noLooser lets through, and how many tasks and facts each of them meets. */
const PAIRS = depth(500, 50_000);
const MEETINGS = 60;

test("what noLooser lets through admits nothing that the older spec refuses or defers", () => {
  const counts = { ok: 0, looser: 0, admitted: 0, refused: 0, placed: 0, raw: 0, secrets: 0, inspected: 0 };
  const property = fc.property(fc.integer({ min: 0, max: 0x7fff_ffff }), (pairSeed) => {
    const draw = drawFrom(pairSeed);
    const [b, a] = comparablePair(draw, counts);
    const newer = compileSpec(b, "b");
    const older = compileSpec(a, "a");
    for (let meeting = 0; meeting < MEETINGS; meeting += 1) {
      const task = draw(3) === 0 ? networkTask(draw, b) : someTask(draw);
      const facts = someFacts(draw, task);
      const after = decide(newer, { task, digest: "d" }, facts);
      if (after.outcome !== "admit") {
        counts.refused += 1;
        continue;
      }
      counts.admitted += 1;
      if (after.placements.some(({ target }) => target === "endpoint")) counts.placed += 1;
      if ((after.grants?.opaque.length ?? 0) > 0) counts.raw += 1;
      if ((after.grants?.secrets.length ?? 0) > 0) counts.secrets += 1;
      const before = decide(older, { task, digest: "d" }, facts);
      if (before.outcome !== "admit")
        expect({ b, a, task, facts, before }).toBe("nothing that the older spec did not admit");
      if (before.grants !== null && after.grants !== null && !watchesAsMuch(after.grants, before.grants))
        expect({ b, a, task, facts, after }).toBe("as closely inspected as under the older spec");
      if (before.grants?.calls.some(({ inspected }) => inspected) === true) counts.inspected += 1;
    }
  });
  fc.assert(property, { seed, numRuns: PAIRS, endOnFailure: true });
  console.log(`noLooser against decide: seed ${seed}, ${PAIRS} pairs, ${MEETINGS} meetings each`, counts);
  expect(counts.looser).toBeGreaterThan(PAIRS / 10);
  expect(counts.admitted).toBeGreaterThan(PAIRS);
  expect(counts.placed).toBeGreaterThan(PAIRS / 10);
  expect(Math.min(counts.raw, counts.secrets, counts.inspected)).toBeGreaterThan(PAIRS / 100);
}, 3_600_000);

/** What was inspected still is, and whatever was refused of it still is. */
function watchesAsMuch(after: Grants, before: Grants): boolean {
  const skipped = after.calls.filter(({ inspected }) => !inspected);
  const watched = before.calls.filter(({ inspected }) => inspected);
  if (watched.some(({ host, port }) => skipped.some((one) => one.host === host && one.port === port)))
    return false;
  const [now, then] = [after.detectors, before.detectors];
  if (then === null || now === null) return then === null;
  return (
    (then.credentials === "count" || now.credentials === "refuse") &&
    (then.opaque === "count" || now.opaque === "refuse") &&
    then.personal.every(({ group, max }) =>
      now.personal.some((one) => one.group === group && one.max <= max),
    ) &&
    (then.novel_max === null || (now.novel_max !== null && now.novel_max <= then.novel_max)) &&
    now.known_harmless.every((fingerprint) => then.known_harmless.includes(fingerprint))
  );
}

const pick = <T>(draw: Draw, list: readonly T[]): T => list[draw(list.length)] as T;

/** A pair that noLooser lets through; few draws are needed for one. */
function comparablePair(draw: Draw, counts: { ok: number; looser: number }): readonly [b: Spec, a: Spec] {
  for (;;) {
    const a = lenient(draw, someSpec(draw));
    const b = draw(3) === 0 ? relatedSpec(draw, a, 25) : tightened(draw, a);
    if (noLooser(b, a).ok) {
      counts.ok += 1;
      return [b, a];
    }
    counts.looser += 1;
  }
}

/** Lets more through, so that what moves a placement is seen: every endpoint serves, few scores bind. */
function lenient(draw: Draw, spec: Spec): Spec {
  const endpoints = spec.sovereignty.endpoints.map((one) => ({
    ...one,
    methods: draw(4) === 0 ? one.methods : ["GET", "POST"],
    paths: draw(4) === 0 ? one.paths : ["/"],
    serves: draw(3) === 0 ? one.serves : ["chat"],
  }));
  return {
    ...spec,
    principals: [
      {
        name: "first",
        uid: 1000,
        may_need: ["chat", "embed"],
        secrets: draw(4) === 0 ? [] : ["KEY", "TOKEN"],
      },
    ],
    sovereignty: {
      ...spec.sovereignty,
      endpoints,
      score_min: pick(draw, [0, 0, 30, 50]),
      external_calls_max: 3,
      uncontrolled_calls_max: 3,
    },
    privacy: { ...spec.privacy, default_label: "public" },
  };
}

/** One or two changes that look like tightening. */
function tightened(draw: Draw, spec: Spec): Spec {
  let tighter = tightenedOnce(draw, spec);
  if (draw(2) === 0) tighter = tightenedOnce(draw, tighter);
  return tighter;
}

function tightenedOnce(draw: Draw, spec: Spec): Spec {
  const { sovereignty, privacy, resources } = spec;
  const at = draw(Math.max(1, sovereignty.endpoints.length));
  const changed = (change: (one: Endpoint) => readonly Endpoint[]): Spec => ({
    ...spec,
    sovereignty: {
      ...sovereignty,
      endpoints: sovereignty.endpoints.flatMap((one, index) => (index === at ? change(one) : [one])),
    },
  });
  const withMemory = (memory: Partial<Spec["resources"]["memory"]>): Spec => ({
    ...spec,
    resources: { ...resources, memory: { ...resources.memory, ...memory } },
  });
  const ways: readonly (() => Spec)[] = [
    () => changed(() => []),
    () => changed((one) => [{ ...one, clearance: privacy.ladder[0] ?? one.clearance }]),
    () => changed((one) => [{ ...one, control: one.control === "owned" ? "contracted" : "uncontrolled" }]),
    () => changed((one) => [{ ...one, requests_per_task_max: 1 }]),
    () => changed((one) => [{ ...one, bytes_out_per_task_max: 1 }]),
    () => changed((one) => [{ ...one, latency: null }]),
    () => changed((one) => [{ ...one, bytes_in_per_task_max: 1 }]),
    () => changed((one) => [{ ...one, content_types: [] }]),
    () => changed((one) => [{ ...one, address: one.address ?? "8.8.8.8" }]),
    () =>
      changed((one) => [
        { ...one, opaque: one.opaque === null ? null : { max_label: "public", bytes_out: 1, bytes_in: 1 } },
      ]),
    () => ({
      ...spec,
      sovereignty: {
        ...sovereignty,
        secrets: sovereignty.secrets.map((one) => ({ ...one, for: { ...one.for, methods: [] } })),
      },
    }),
    () => ({ ...spec, sovereignty: { ...sovereignty, secrets: sovereignty.secrets.slice(1) } }),
    () => ({ ...spec, privacy: { ...privacy, protected: kept("/k/one", "/k/two") } }),
    () => ({ ...spec, principals: spec.principals.map((one) => ({ ...one, secrets: [] })) }),
    () => changed((one) => [{ ...one, methods: one.methods.slice(0, 1) }]),
    () => changed((one) => [{ ...one, serves: [] }]),
    () => withMemory({ committed_max: 1 }),
    () => withMemory({ host_reserve: 39_990 }),
    () => ({ ...spec, privacy: { ...privacy, default_label: pick(draw, privacy.ladder) } }),
    () => ({
      ...spec,
      privacy: { ...privacy, sources: privacy.sources.map((one) => ({ ...one, trust: "untrusted" })) },
    }),
    () => ({
      ...spec,
      privacy: {
        ...privacy,
        sources: privacy.sources.map((one) => ({ ...one, label: privacy.ladder.at(-1) ?? one.label })),
      },
    }),
    () => ({
      ...spec,
      privacy: { ...privacy, sources: privacy.sources.map((one) => ({ ...one, path: dirname(one.path) })) },
    }),
    () => ({ ...spec, sovereignty: { ...sovereignty, local_first: true } }),
    () => ({ ...spec, sovereignty: { ...sovereignty, uncontrolled_calls_max: 0 } }),
  ];
  return pick(draw, ways)();
}

const kept = (...files: readonly string[]) => files.map((file) => ({ file, as: "values" as const }));

/** Declares every amount: what a tighter default gives to a task that declares none is less, and so may pass. */
function someTask(draw: Draw): Task {
  const needs = {
    models: Array.from({ length: 1 + draw(2) }, (_, at) =>
      modelNeed({
        capability: at === 0 ? "chat" : "embed",
        context: pick(draw, [1, 1, 4096]),
        model: pick(draw, [null, null, null, "big"]),
        calls_max: pick(draw, [1, 1, 2]),
        bytes_out_max: pick(draw, [1, 2]),
        data: pick(draw, [null, null, "internal", "secret"]),
      }),
    ),
    calls: draw(3) === 0 ? [someCall(draw)] : [],
    secrets: draw(4) === 0 ? pick(draw, [["KEY"], ["TOKEN"], ["KEY", "TOKEN"]]) : [],
    reads: pick(draw, [[], [], ["/d/e"], ["/f"]]),
    reads_directory: draw(3) === 0,
    memory: 1,
    cpu: 1,
    time: 1,
    processes: 1,
  };
  return {
    ...baseTask(needs),
    directory: pick(draw, ["/w", "/d"]),
    requires: {
      residency: pick(draw, [null, null, "owned", "contracted"] as const),
      latency: pick(draw, [null, 1, 2, 3]),
      bytes_out: pick(draw, [null, null, 2]),
    },
    prefer: { latency: pick(draw, [null, 1]) },
  };
}

/** A request, a raw connection, or one over plain HTTP. */
function someCall(draw: Draw): CallNeed {
  const kind = pick(draw, ["https", "https", "tcp", "tcp", "http"]);
  const host = pick(draw, ["a.example.com", "b.a.example.com", "c.example.org"]);
  return call({
    to: `${kind}://${host}:443${kind === "tcp" ? "" : pick(draw, ["/v1", "/"])}`,
    method: kind === "tcp" ? ["CONNECT"] : pick(draw, [["GET"], ["POST"], ["GET", "POST"]]),
    for: pick(draw, [[], ["chat"]]),
    bytes_out_max: 1,
    bytes_in_max: pick(draw, [null, null, 1, 2]),
  });
}

/** One call to an endpoint of the spec, with the secrets that are bound there: what the network fields are for. */
function networkTask(draw: Draw, { sovereignty }: Spec): Task {
  const target = pick(draw, sovereignty.endpoints) as Endpoint | undefined;
  const host = target?.host.replace("*", "w0") ?? "a.example.com";
  const port = target?.port ?? 443;
  const raw = target !== undefined && target.opaque !== null ? draw(8) > 0 : draw(8) === 0;
  const bound = sovereignty.secrets.filter((one) => one.for.host === host && one.for.port === port);
  const needs = {
    calls: [
      call({
        to: raw ? `tcp://${host}:${port}` : `${pick(draw, ["https", "https", "http"])}://${host}:${port}/v1`,
        method: raw ? ["CONNECT"] : pick(draw, [["GET"], ["POST"], ["GET", "POST"]]),
        bytes_out_max: pick(draw, [1, 1, 2]),
        bytes_in_max: pick(draw, [null, 1, 2]),
        data: pick(draw, [null, null, "internal"]),
      }),
    ],
    secrets: draw(6) === 0 ? ["KEY"] : bound.slice(0, 1 + draw(2)).map(({ name }) => name),
    memory: 1,
    cpu: 1,
    time: 1,
    processes: 1,
  };
  return baseTask(needs);
}

/** Without labelled paths of other tasks: a label that rises may end such a wait, which is no limit. */
function someFacts(draw: Draw, task: Task): Facts {
  const holds: readonly HoldFact[] = draw(3) === 0 ? [hold({ memory: pick(draw, [1, 3]), cpu: 1 })] : [];
  const file = (asked: string) => path(asked, { kind: "file" });
  return {
    time: 1000,
    node: {
      memory_total: 40_000,
      memory_available: pick(draw, [2, 6, 40_000]),
      cpu: 4000,
      memory_some_avg10: 0,
      heat: { state: "measured", celsius_milli: 1, sensor: "s" },
      isolation: "namespaces",
      limits: "cgroup",
      gate: "present",
    },
    principal: "first",
    providers: ["one", "two"].map((name) =>
      provider({
        name,
        state: pick(draw, ["up", "down", "down"] as const),
        control: pick(draw, ["node", "node", "unknown"] as const),
        models: ["small", "big"].slice(draw(3)).map((word) =>
          model({
            name: word,
            loaded: draw(4) === 0,
            memory: pick(draw, [1, 2, 5, 9, 50_000, null]),
            context_max: pick(draw, [null, 8192, 100]),
          }),
        ),
      }),
    ),
    paths: {
      directory: path(task.directory, { kind: "directory" }),
      reads: task.needs.reads.map(file),
      writes: [],
      executable: { ...file("/usr/bin/prog"), sha256: "aa" },
      arguments: pick(draw, [[], ["/d/e/x"], ["/d/y"]]).map((asked) => ({ ...file(asked), sha256: "bb" })),
      masked: pick(draw, [[], ["/d/e/x"]]),
      home: "/home/me",
    },
    sums: { holds, windows: windowRows(draw), ancestors: [] },
    outputs: someOutputs(draw, task),
  };
}

/** Not below a working directory that is read: a source that is added there hides them, so that less is read. */
function someOutputs(draw: Draw, task: Task): readonly OutputFact[] {
  const { directory, needs } = task;
  const places = ["/d", "/d/e", "/d/e/x", "/d/y", "/w", "/usr/bin/prog"].filter(
    (place) => !needs.reads_directory || place === directory || !isWithin(directory, place),
  );
  if (draw(3) > 0) return [];
  const label = pick(draw, ["public", "internal", "secret", "gone"]);
  return [{ path: pick(draw, places), label, untrusted: draw(2) === 0, decision: 1 }];
}

/** A longer window holds at least what a shorter one does, and what is narrower no more than what is wider. */
function windowRows(draw: Draw): readonly WindowFact[] {
  const spent = draw(3) === 0 ? 1 : 0;
  const hosts = ["a.example.com", "b.a.example.com", "c.example.org"];
  const busy = pick(draw, hosts);
  const keys = [
    ...(["node", "spec"] as const).map((scope) => [scope, ""] as const),
    ["principal", "first"] as const,
    ["lineage", ""] as const,
    ...hosts.map((host) => ["destination", host] as const),
  ];
  return [10, 20, 30].flatMap((window) =>
    keys.map(([scope, key]) => {
      const amount = window > 10 && (scope !== "destination" || key === busy) ? spent : 0;
      return { scope, key, window, external_calls: amount, bytes_out: amount, frees_in: null };
    }),
  );
}
