// Random facts of the small world about what a task names and a spec bounds. For property tests of decide/.
import type { Arbitrary } from "fast-check";
import * as fc from "fast-check";
import type {
  ContentFact,
  Facts,
  HoldFact,
  LeftCall,
  LeftModel,
  ModelFact,
  NarrowedFact,
  OutputFact,
  PathFact,
  ProviderFact,
  RemainingGrant,
  WindowFact,
} from "../src/decide/facts.ts";
import type { Budget, Spec } from "../src/spec/spec.ts";
import type { Task } from "../src/task/task.ts";
import { anyLabel, HOSTS, MODELS, mostly, nullable, PATHS, PROVIDERS, SECRETS } from "./small-world.ts";

const model = (name: string): Arbitrary<ModelFact> =>
  fc.record({
    name: fc.constant(name),
    digest: fc.constant(null),
    remote: mostly<boolean>(false, true),
    context_max: nullable(fc.constantFrom(2048, 8192)),
    memory: nullable(fc.constantFrom(100, 400, 900, 5000), 1, 5),
    loaded: mostly<boolean>(false, true),
  });

const providerFact = (name: string): Arbitrary<ProviderFact> =>
  fc.record({
    name: fc.constant(name),
    state: fc.constantFrom("up", "up", "down"),
    control: mostly<ProviderFact["control"]>("node", "unknown"),
    evidence: fc.constant("seen"),
    models: fc.subarray([...MODELS]).chain((names) => fc.tuple(...names.map(model))),
  });

const forecast = fc.record({
  samples: fc.constantFrom(0, 0, 9, 64),
  base_milli: fc.constantFrom(35_000, 50_000, 81_000),
  rise_milli: fc.constantFrom(0, 2000, 12_500),
  tau: fc.constantFrom(1, 1000, 60_000),
  error_milli: fc.constantFrom(0, 700),
});

const celsius = {
  state: fc.constant("measured" as const),
  celsius_milli: mostly(50_000, 79_000, 80_000, 80_001),
  sensor: fc.constant("s"),
};

const detailed = fc.record(
  {
    ...celsius,
    critical: fc.record({
      sensor: fc.constant("drive"),
      celsius_milli: mostly(40_000, 79_999, 80_000, 80_001),
      limit_milli: fc.constant(85_000),
    }),
    throttled: fc.record({ by: fc.constant("cpu0 core"), ago: fc.constantFrom(0, 9999, 10_000) }),
    held_back: fc.constant(true as const),
  },
  { requiredKeys: ["state", "celsius_milli", "sensor"] },
);

/** A temperature, with whatever else may be known of it; a level; or nothing. */
const heatFact: Arbitrary<Facts["node"]["heat"]> = fc.oneof(
  { weight: 9, arbitrary: fc.record(celsius) },
  { weight: 4, arbitrary: fc.record({ ...celsius, forecast }) },
  { weight: 1, arbitrary: detailed },
  {
    weight: 1,
    arbitrary: fc.record({ state: fc.constant("unmeasurable" as const), cause: fc.constant("none") }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      state: fc.constant("level" as const),
      level: fc.constantFrom("nominal", "nominal", "moderate", "trapping"),
      source: fc.constant("pmset"),
    }),
  },
);

/** What is at a path: usually itself, at times a link elsewhere, missing, something odd, or not for this task. */
const pathFact = (asked: string, kind: PathFact["kind"]): Arbitrary<PathFact> => {
  const usual: PathFact = { asked, real: asked, kind, device: "1", inode: asked, permitted: true };
  return fc.oneof(
    { weight: 30, arbitrary: fc.constant(usual) },
    {
      weight: 1,
      arbitrary: fc.constantFrom<PathFact>(
        { ...usual, real: "/e/v" },
        { ...usual, real: null, kind: "missing", device: null, inode: null },
        { ...usual, kind: "other" },
        { ...usual, permitted: false },
        { ...usual, inode: null },
      ),
    },
  );
};

const contentFact: Arbitrary<ContentFact> = fc
  .record({
    place: fc.constantFrom("intent", "run.command[1]"),
    from: fc.constantFrom("words", "file"),
    found: fc.constantFrom("credential", "protected", "unfinished", "email", "iban", "ip"),
    count: fc.constantFrom(1, 2, 30),
  })
  .map(({ found, ...fact }): ContentFact => {
    const named = { ...fact, kind: found, name: found === "protected" ? "one" : null };
    if (found === "credential" || found === "protected" || found === "unfinished")
      return { ...named, class: found, group: null };
    return { ...named, class: "personal", group: found };
  });

const labelledPaths: Arbitrary<{ path: string; label: string }[]> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<{ path: string; label: string }[]>([]) },
  {
    weight: 1,
    arbitrary: fc.array(fc.record({ path: fc.constantFrom<string[]>(...PATHS), label: anyLabel }), {
      maxLength: 2,
    }),
  },
);

export const arbitraryHold: Arbitrary<HoldFact> = fc
  .record(
    {
      id: fc.constantFrom("h1", "h2", "h3"),
      principal: fc.constantFrom("me", "other"),
      memory: fc.constantFrom(0, 100, 300, 1000),
      cpu: fc.constantFrom(0, 500, 1500),
      ends_in: fc.constantFrom(0, 1000, 60_000),
      writes: labelledPaths,
      reads: labelledPaths,
      provider: fc.constantFrom(null, null, "p"),
      used: fc.constantFrom(0, 50, 100, 1000),
      models: fc.array(
        fc.record({
          provider: fc.constantFrom<string>(...PROVIDERS),
          model: fc.constantFrom<string>(...MODELS),
          memory: fc.constantFrom(100, 400, 900),
        }),
        { maxLength: 2 },
      ),
      label: anyLabel,
      untrusted: fc.boolean(),
    },
    { requiredKeys: ["id", "principal", "memory", "cpu", "ends_in", "writes", "reads", "provider"] },
  )
  .map((drawn) => {
    const hold = drawn as HoldFact;
    const models = (hold.models ?? []).reduce((sum, { memory }) => sum + memory, 0);
    return { ...hold, memory: hold.memory + models };
  });

export const arbitraryOutput: Arbitrary<OutputFact> = fc.record({
  path: fc.constantFrom<string>(...PATHS),
  label: anyLabel,
  untrusted: mostly(false, true),
  decision: fc.nat({ max: 9 }),
});

/** Everything that a task of this world can call, with so much left of each. */
function leftCalls(path: string, requests_max: number, bytes_in_max: number | null): readonly LeftCall[] {
  const places = HOSTS.flatMap((host) => [443, 8443, 80].map((port) => ({ host, port })));
  return places.flatMap(({ host, port }) =>
    ["GET", "POST"].flatMap((method) =>
      (["https", "http"] as const).map((scheme) => {
        const amounts = { requests_max, bytes_out_max: 2 ** 40, bytes_in_max };
        return { scheme, host, port, methods: [method], path, ...amounts };
      }),
    ),
  );
}

const LEFT_MODELS: readonly LeftModel[] = PROVIDERS.flatMap((provider) =>
  MODELS.map((model) => ({ provider, model, requests_max: 100, context: 1_000_000 })),
);

const ancestor: Arbitrary<RemainingGrant> = fc.record({
  decision: fc.constant(7),
  label: anyLabel,
  memory: mostly(1000, 99),
  cpu: mostly(2000, 499),
  processes: mostly(100, 9),
  time: mostly(1_800_000, 999),
  external_calls: mostly(200, 1, 0),
  bytes_out: mostly(100_000_000, 4096, 0),
  tokens: mostly(1_000_000, 100, 0),
  money: mostly(1_000_000_000, 5, 0),
  untrusted: mostly(true, false),
  submits: mostly(20, 1, 0),
  reads: mostly<string[]>(["/d", "/e", "/w"], ["/d/a"], []),
  writes: mostly<string[]>(["/"], ["/d"], []),
  // The naive model knows neither: known answers are in check-ancestors.test.ts.
  runs: fc.constant(["/"]),
  masked: fc.constant([]),
  calls: mostly(leftCalls("/", 200, null), leftCalls("/v1", 1, 100), leftCalls("/", 200, 2 ** 40), []),
  opaque: fc.constant(
    HOSTS.map((host) => ({
      host,
      port: 22,
      address: "10.0.0.5",
      connections_max: 100,
      bytes_out_max: 2 ** 40,
      bytes_in_max: 2 ** 40,
    })),
  ),
  models: mostly<readonly LeftModel[]>(LEFT_MODELS, []),
  secrets: mostly<string[]>([...SECRETS], []),
});

/** One row for each budget of the spec and each key it can have, at times one missing. */
function windowsOf(spec: Spec): Arbitrary<WindowFact[]> {
  const keys = (scope: Budget["scope"]): readonly string[] => {
    if (scope === "destination") return HOSTS;
    if (scope === "principal") return ["me", "other"];
    return scope === "lineage" ? ["root"] : [""];
  };
  const rows = spec.resources.budgets.flatMap(({ scope, window }) =>
    keys(scope).map((key) =>
      fc.record({
        scope: fc.constant(scope),
        key: fc.constant(key),
        window: fc.constant(window),
        external_calls: fc.constantFrom(0, 0, 4, 39),
        bytes_out: fc.constantFrom(0, 0, 60_000),
        tokens: fc.constantFrom(0, 0, 900),
        money: fc.constantFrom(0, 0, 400),
        frees_in: nullable(fc.constantFrom(0, 5000)),
      }),
    ),
  );
  return fc
    .tuple(fc.tuple(...rows), fc.nat({ max: 20 }))
    .map(([all, drop]) => all.filter((_, at) => at !== drop));
}

/** What tasks of the same class used, or nothing. */
const footprint: Arbitrary<Pick<Facts, "footprint">> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: nullable(fc.constantFrom(0, 2, 300, 901, 64 * 1024 * 1024 + 1, 8 * 1024 ** 3 + 1)).map(
      (max) => ({
        footprint: {
          count: 1,
          memory: max === null ? null : { p50: max, p95: max, max },
          cpu: null,
          time: { p50: 1, p95: 1, max: 9_000_000 },
          bytes_out: { p50: 1, p95: 1, max: 9_000_000 },
        },
      }),
    ),
  },
);

export function arbitraryFacts(spec: Spec, task: Task): Arbitrary<Facts> {
  return fc
    .tuple(wideFacts(spec, task), footprint, narrowedFact)
    .map(([facts, used, narrowed]) => ({ ...facts, ...used, ...(narrowed === null ? {} : { narrowed }) }));
}

/** Seldom: most decisions are of nodes that nobody narrowed. */
const narrowedFact: Arbitrary<NarrowedFact | null> = fc.oneof(
  { weight: 18, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.constant({ step: "offline" as const, record: 7 }) },
  { weight: 1, arbitrary: fc.constant({ step: "halted" as const, record: 7 }) },
);

function wideFacts(spec: Spec, task: Task): Arbitrary<Facts> {
  return fc.record({
    time: fc.constant(0),
    node: fc.record({
      memory_total: fc.constantFrom(2000, 3000),
      memory_available: mostly(2000, 50, 1000),
      cpu: fc.constantFrom(2000, 4000),
      memory_some_avg10: nullable(mostly(0, 2000, 2001), 1, 5),
      memory_level: fc.constantFrom(undefined, undefined, "normal", "warning", "critical"),
      heat: heatFact,
      isolation: mostly("namespaces", "seatbelt", "none"),
      limits: mostly("cgroup", "soft", "none"),
      gate: fc.constantFrom("present", "present", "present", "none"),
    }) as Arbitrary<Facts["node"]>,
    principal: mostly<string | null>("me", "other", null, "stranger"),
    providers: fc.tuple(...PROVIDERS.map(providerFact)),
    paths: fc.record({
      directory: pathFact(task.directory, "directory"),
      reads: fc.tuple(...task.needs.reads.map((asked) => pathFact(asked, "file"))),
      writes: fc.tuple(...task.needs.writes.map((asked) => pathFact(asked, "directory"))),
      executable: nullable(
        pathFact("/usr/bin/prog", "file").map((fact) => ({ ...fact, sha256: "aa" })),
        1,
        30,
      ),
      arguments: fc.oneof(
        { weight: 4, arbitrary: fc.constant([]) },
        {
          weight: 1,
          arbitrary: fc
            .constantFrom(...PATHS)
            .chain((asked) => pathFact(asked, "file"))
            .map((fact) => [{ ...fact, sha256: "bb" }]),
        },
      ),
      masked: mostly<string[]>([], ["/d/a/x"], ["/e"]),
      home: mostly<string | null>("/h", null, "/d/a", "/w"),
    }),
    sums: fc.record({
      holds: fc.oneof(
        { weight: 2, arbitrary: fc.constant([]) },
        { weight: 1, arbitrary: fc.array(arbitraryHold, { maxLength: 2 }) },
      ),
      windows: windowsOf(spec),
      ancestors: fc.oneof(
        { weight: 5, arbitrary: fc.constant([]) },
        { weight: 1, arbitrary: fc.array(ancestor, { maxLength: 2 }) },
      ),
    }),
    content: fc.oneof(
      { weight: 7, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(contentFact, { maxLength: 3 }) },
    ),
    outputs: fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(arbitraryOutput, { maxLength: 3 }) },
    ),
  });
}
