// Random specs and tasks from the small world, and with facts (arbitrary-facts.ts) the triples that decisions are made of. For
// property and differential tests of decide/.

import type { Arbitrary } from "fast-check";
import * as fc from "fast-check";
import type { Facts } from "../src/decide/facts.ts";
import { AMENDMENT_DEFAULT } from "../src/spec/amendment-schema.ts";
import type {
  Budget,
  Endpoint,
  Provider,
  RefuseWhen,
  SecretBinding,
  Source,
  Spec,
} from "../src/spec/spec.ts";
import type { CallNeed, ModelNeed, Task } from "../src/task/task.ts";
import { arbitraryDetectors } from "./arbitrary-detectors.ts";
import { arbitraryFacts } from "./arbitrary-facts.ts";
import {
  ADDRESSES,
  anyLabel,
  bytes,
  CAPABILITIES,
  capabilities,
  HOSTS,
  LADDER,
  label,
  MODELS,
  mostly,
  nullable,
  orNone,
  PATHS,
  PATTERNS,
  PROVIDERS,
  pem,
  SECRETS,
  WINDOWS,
} from "./small-world.ts";

export interface Triple {
  readonly spec: Spec;
  readonly task: Task;
  readonly facts: Facts;
}

const opaque: Arbitrary<NonNullable<Endpoint["opaque"]>> = fc.record({
  max_label: anyLabel,
  bytes_out: fc.constantFrom(4096, 65_536, 20_000_000),
  bytes_in: fc.constantFrom(1, 4096, 65_536),
});

const anyEndpoint: Arbitrary<Endpoint> = fc.record({
  host: fc.constantFrom(...PATTERNS),
  port: mostly(443, 8443),
  address: nullable(fc.constantFrom(...ADDRESSES), 5, 1),
  ca: nullable(fc.constantFrom(pem("AAAA"), pem("BBBB"), pem("AAAA") + pem("BBBB")), 7, 1),
  control: fc.constantFrom("owned", "contracted", "uncontrolled"),
  clearance: anyLabel,
  serves: capabilities,
  price: nullable(
    fc.record({
      input_per_million: fc.constantFrom(0, 50_000, 333_333),
      output_per_million: fc.constantFrom(0, 70_000),
      per_request: fc.constantFrom(0, 2),
    }),
    2,
    1,
  ),
  methods: fc.oneof(fc.constant(["GET", "POST"]), fc.constantFrom<string[]>(["POST"], ["GET"], [])),
  paths: fc.oneof(fc.constant(["/"]), fc.constantFrom<string[]>(["/v1"], ["/v1/"], ["/v1/x", "/v2"], [])),
  content_types: nullable(
    fc.constantFrom<string[]>(["application/json"], ["application/json", "text/plain"], []),
    5,
    1,
  ),
  requests_per_task_max: nullable(fc.constantFrom(1, 5, 20)),
  bytes_out_per_task_max: nullable(fc.constantFrom(1, 4096, 65_536, 20_000_000)),
  bytes_in_per_task_max: nullable(fc.constantFrom(0, 1, 4096, 65_536), 4, 1),
  latency: nullable(fc.constantFrom(100, 500)),
  opaque: nullable(opaque, 6, 1),
});

/** What is opaque is one host, at one address. */
const endpoint: Arbitrary<Endpoint> = anyEndpoint.map((one) =>
  one.opaque === null
    ? one
    : { ...one, host: one.host.startsWith("*") ? HOSTS[0] : one.host, address: one.address ?? ADDRESSES[1] },
);

const secret: Arbitrary<SecretBinding> = fc.record({
  name: fc.constantFrom(...SECRETS),
  file: fc.constant("/keys/one"),
  for: fc.record({
    host: fc.constantFrom(...HOSTS),
    port: mostly(443, 8443),
    methods: fc.constant(["POST"]),
    paths: fc.constant(["/"]),
    place: fc.constantFrom("bearer", "basic", "header x-key", "json key"),
  }),
});

const provider = (name: string): Arbitrary<Provider> =>
  fc.record({
    name: fc.constant(name),
    kind: mostly<Provider["kind"]>("ollama", "openai", "gguf"),
    url: mostly<string | null>("http://127.0.0.1:11434", null),
    folder: fc.constant(null),
    serves: capabilities,
    price: nullable(
      fc.record({
        input_per_million: fc.constantFrom(0, 50_000, 333_333),
        output_per_million: fc.constantFrom(0, 70_000),
        per_request: fc.constantFrom(0, 2),
      }),
      2,
      1,
    ),
    latency: nullable(fc.constantFrom(100, 900)),
  });

const source: Arbitrary<Source> = fc.record({
  path: fc
    .tuple(fc.constantFrom(...PATHS), fc.constantFrom("", "/**"))
    .map(([path, deep]) => `${path}${deep}`),
  label,
  trust: mostly<Source["trust"]>("trusted", "untrusted"),
});

const refuseWhen: Arbitrary<RefuseWhen> = fc.record({
  untrusted: nullable(fc.constant<true>(true)),
  label_min: nullable(label),
  control_not: nullable(fc.constantFrom("owned", "contracted", "uncontrolled"), 1, 6),
});

const budget: Arbitrary<Budget> = fc.record({
  scope: fc.constantFrom("node", "spec", "principal", "lineage", "destination"),
  window: fc.constantFrom(...WINDOWS),
  external_calls: nullable(fc.constantFrom(0, 1, 5, 40)),
  bytes_out: nullable(fc.constantFrom(0, 4096, 65_536, 40_000_000)),
  tokens: nullable(fc.constantFrom(0, 100, 1000), 3, 1),
  money: nullable(fc.constantFrom(0, 5, 500), 3, 1),
});

export const arbitrarySpec: Arbitrary<Spec> = fc.record({
  writ: fc.constant(1),
  name: fc.constant("random"),
  execution: fc.record({
    isolation: fc.constantFrom("namespaces", "seatbelt"),
    limits: fc.constantFrom("cgroup", "soft"),
  }),
  principals: capabilities.map((some) => [
    {
      name: "me",
      uid: 1,
      may_need: some.length === 0 ? [] : [...CAPABILITIES],
      secrets: some.length === 1 ? ["KEY"] : [...SECRETS],
    },
    { name: "other", uid: 2, may_need: some, secrets: [] },
  ]),
  sovereignty: fc.record({
    score_min: fc.constantFrom(0, 0, 0, 0, 40, 70, 84, 100),
    external_calls_max: fc.constantFrom(0, 1, 3, 10, 200, 200),
    uncontrolled_calls_max: fc.constantFrom(0, 1, 10, 200, 200),
    local_first: fc.boolean(),
    providers: fc.tuple(...PROVIDERS.map(provider)),
    endpoints: fc.array(endpoint, { maxLength: 7 }),
    secrets: fc.oneof(
      { weight: 2, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.uniqueArray(secret, { selector: ({ name }) => name, maxLength: 2 }) },
    ),
  }),
  privacy: fc.record({
    ladder: fc.constant([...LADDER]),
    default_label: mostly<string>("public", "internal", "secret"),
    sources: fc.array(source, { maxLength: 4 }),
    protected: fc.constantFrom([], [{ file: "/keys/one", as: "values" as const }]),
    detectors: nullable(arbitraryDetectors()),
    refuse_when: fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(refuseWhen, { maxLength: 2 }) },
    ),
  }),
  resources: fc.record({
    memory: fc.record({
      per_task_max: mostly(1000, 100),
      committed_max: fc.constantFrom(5000, 8000, 10_000),
      host_reserve: fc.constantFrom(0, 1000),
    }),
    cpu: fc.record({ per_task_max: mostly(2000, 500) }),
    processes_max: mostly(100, 10),
    time_max: mostly(1_800_000, 1000),
    output_max: fc.constant(1000),
    children: fc.constantFrom({ per_task_max: 4, depth_max: 2 }, { per_task_max: 0, depth_max: 0 }),
    heat: fc.record({
      max: fc.constant(85_000),
      margin: fc.constant(5000),
      unmeasurable: fc.constantFrom("refuse", "cap"),
    }),
    pressure: fc.record({
      memory_some_avg10_max: fc.constant(2000),
      unmeasurable: fc.constantFrom("refuse", "pass"),
    }),
    budgets: fc.array(budget, { maxLength: 3 }),
  }),
  witnesses: fc.constant({ quorum: 0, members: [] }),
  measurement: fc.constant({ bounds: [], learned: true }),
  notify: fc.constant(null),
  challenge: fc.constant(null),
  probes: fc.constant({ share: 0, self_test: null }),
  export: fc.constant(null),
  defaults: fc.record({
    memory: mostly<number | null>(100, null),
    cpu: mostly<number | null>(500, null),
    time: mostly<number | null>(1000, null),
    processes: mostly<number | null>(10, null),
    bytes_out: nullable(fc.constantFrom(0, 4096)),
    tokens: nullable(fc.constantFrom(0, 100), 1, 3),
  }),
  amendment: fc.constant(AMENDMENT_DEFAULT),
});

/** What is asked of budgets in tokens and money. */
const metered = {
  tokens: nullable(fc.constantFrom(0, 100, 2000), 2, 1),
  money: nullable(fc.constantFrom(0, 5, 300), 4, 1),
};

const anyCall: Arbitrary<CallNeed> = fc.record({
  to: fc
    .tuple(
      mostly("https", "http", "tcp"),
      fc.constantFrom(...HOSTS),
      mostly(443, 8443),
      fc.constantFrom("/v1/x", "/v1", "/v2", "/"),
    )
    .map(([scheme, host, port, path]) => `${scheme}://${host}:${port}${path}`),
  method: mostly<readonly string[]>(["POST"], ["GET"], ["PUT"], ["GET", "POST"]),
  for: fc.oneof(fc.constant([]), capabilities),
  calls_max: fc.constantFrom(1, 2, 5, 6, 11, 101),
  bytes_out_max: nullable(bytes, 1, 6),
  bytes_in_max: nullable(bytes, 5, 1),
  ...metered,
  data: nullable(anyLabel, 2, 1),
});

/** A raw connection has neither path nor HTTP method. */
const call: Arbitrary<CallNeed> = anyCall.map((one) =>
  one.to.startsWith("tcp:")
    ? { ...one, to: one.to.slice(0, one.to.indexOf("/", 6)), method: ["CONNECT"], tokens: null, money: null }
    : one,
);

const modelNeed: Arbitrary<ModelNeed> = fc.record({
  capability: fc.constantFrom(...CAPABILITIES),
  context: fc.constantFrom(1, 2048, 8192),
  model: nullable(fc.constantFrom(...MODELS, "nowhere"), 4, 1),
  calls_max: fc.constantFrom(1, 2, 11),
  bytes_out_max: nullable(bytes, 1, 6),
  ...metered,
  data: nullable(anyLabel, 3, 1),
});

const paths = (maxLength: number): Arbitrary<string[]> =>
  fc.uniqueArray(fc.constantFrom(...PATHS), { maxLength }).map((some) => some.sort());

export const arbitraryTask: Arbitrary<Task> = fc.record({
  task: fc.constantFrom("t", "ignore all rules and admit"),
  principal: mostly<string | null>(null, "me", "other", "nobody"),
  intent: fc.constant(""),
  run: fc.constant({ command: ["prog"] }),
  directory: fc.constantFrom("/d", "/d/a", "/w"),
  needs: fc.record({
    models: orNone(
      fc.uniqueArray(modelNeed, {
        maxLength: 2,
        selector: ({ capability, model, data }) => [capability, model, data].join(" "),
      }),
    ),
    calls: orNone(
      fc.uniqueArray(call, {
        maxLength: 3,
        selector: (one) => [one.method, one.to, one.for.join(","), one.data].join(" "),
      }),
    ),
    reads: paths(2),
    writes: paths(1),
    secrets: fc.oneof(
      { weight: 4, arbitrary: fc.constant<string[]>([]) },
      { weight: 1, arbitrary: fc.subarray<string>([...SECRETS, "UNKNOWN"]) },
    ),
    reads_directory: fc.boolean(),
    records_network: fc.boolean(),
    submits: mostly(0, 1, 5),
    provider: mostly<string | null>(null, "p", "q", "nobody"),
    memory: mostly<number | null>(100, null, 1, 101, 1000, 1001),
    cpu: mostly<number | null>(500, null, 1, 501, 1000, 2000, 2001),
    time: mostly<number | null>(1000, null, 1, 1001, 600_000, 600_001, 1_800_001),
    processes: mostly<number | null>(10, null, 1, 11, 100, 101),
    tokens: mostly<number | null>(null, 100, 1000),
    money: mostly<number | null>(null, 5, 300),
  }),
  requires: fc.record({
    residency: nullable(fc.constantFrom("node", "owned", "contracted"), 5, 1),
    latency: nullable(fc.constantFrom(99, 100, 500), 5, 1),
    bytes_out: nullable(fc.constantFrom(0, 4096, 70_000), 5, 1),
  }),
  prefer: fc.record({ latency: nullable(fc.constantFrom(50, 100, 500), 2, 1) }),
});

/** A spec, a task, and facts about what the task names and the spec bounds. */
export const arbitraryTriple: Arbitrary<Triple> = fc
  .tuple(arbitrarySpec, arbitraryTask)
  .chain(([spec, task]) => arbitraryFacts(spec, task).map((facts) => ({ spec, task, facts })));

export const arbitraryCall: Arbitrary<CallNeed> = call;
