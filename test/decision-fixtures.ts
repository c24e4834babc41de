// A small spec, task and facts that admit, for tests that change one thing at a time. Hand-written, no randomness.
import type { Facts, HoldFact, ModelFact, PathFact, ProviderFact } from "../src/decide/facts.ts";
import type { Endpoint, Spec } from "../src/spec/spec.ts";
import type { CallNeed, ModelNeed, Needs, Task } from "../src/task/task.ts";

export const MIB = 1_048_576;
export const GIB = 1024 * MIB;

export function endpoint(change: Partial<Endpoint> = {}): Endpoint {
  return {
    host: "api.example.com",
    port: 443,
    address: null,
    ca: null,
    control: "contracted",
    clearance: "internal",
    serves: ["frontier"],
    methods: ["GET", "POST"],
    paths: ["/v1"],
    content_types: null,
    requests_per_task_max: 10,
    bytes_out_per_task_max: 65_536,
    bytes_in_per_task_max: null,
    latency: 400,
    opaque: null,
    price: null,
    ...change,
  };
}

/** Ladder public < internal < confidential < secret; one provider `ollama` serving chat; one contracted endpoint. */
export function baseSpec(): Spec {
  return {
    writ: 1,
    name: "test",
    execution: { isolation: "namespaces", limits: "cgroup" },
    principals: [
      { name: "me", uid: 1000, may_need: ["chat", "embed", "frontier"], secrets: [] },
      { name: "other", uid: 1001, may_need: [], secrets: [] },
    ],
    sovereignty: {
      score_min: 50,
      external_calls_max: 3,
      uncontrolled_calls_max: 1,
      local_first: true,
      providers: [
        {
          name: "ollama",
          kind: "ollama",
          url: "http://127.0.0.1:11434",
          folder: null,
          serves: ["chat"],
          latency: 900,
        },
      ],
      endpoints: [endpoint()],
      secrets: [],
    },
    privacy: {
      ladder: ["public", "internal", "confidential", "secret"],
      default_label: "public",
      sources: [
        { path: "/data/vault/**", label: "secret", trust: "trusted" },
        { path: "/data/mail/**", label: "internal", trust: "untrusted" },
      ],
      protected: [],
      detectors: null,
      refuse_when: [],
    },
    resources: {
      memory: { per_task_max: 2 * GIB, committed_max: 5000, host_reserve: 2 * GIB },
      cpu: { per_task_max: 2000 },
      processes_max: 100,
      time_max: 1_800_000,
      output_max: MIB,
      children: { per_task_max: 8, depth_max: 2 },
      heat: { max: 85_000, margin: 5000, unmeasurable: "refuse" },
      pressure: { memory_some_avg10_max: 2000, unmeasurable: "refuse" },
      budgets: [],
    },
    witnesses: { quorum: 0, members: [] },
    measurement: { bounds: [], learned: true },
    notify: null,
    challenge: null,
    probes: { share: 0, self_test: null },
    export: null,
    defaults: { memory: 512 * MIB, cpu: 1000, time: 120_000, processes: 64, bytes_out: null, tokens: null },
    amendment: { signers: [], quorum: 1, cooling_off: 259_200_000, trial: 2_592_000_000, founding: 0 },
  };
}

export function baseNeeds(): Needs {
  return {
    models: [],
    calls: [],
    reads: [],
    writes: [],
    secrets: [],
    reads_directory: false,
    records_network: false,
    submits: 0,
    provider: null,
    memory: null,
    cpu: null,
    time: null,
    processes: null,
    tokens: null,
    money: null,
  };
}

export function baseTask(needs: Partial<Needs> = {}): Task {
  return {
    task: "t",
    principal: null,
    intent: "",
    run: { command: ["prog"] },
    directory: "/work/job",
    needs: { ...baseNeeds(), ...needs },
    requires: { residency: null, latency: null, bytes_out: null },
    prefer: { latency: null },
  };
}

export function call(change: Partial<CallNeed> = {}): CallNeed {
  return {
    to: "https://api.example.com:443/v1/x",
    method: ["POST"],
    for: [],
    calls_max: 1,
    bytes_out_max: 1024,
    bytes_in_max: null,
    tokens: null,
    money: null,
    data: null,
    ...change,
  };
}

export function modelNeed(change: Partial<ModelNeed> = {}): ModelNeed {
  return {
    capability: "chat",
    context: 0,
    model: null,
    calls_max: 1,
    bytes_out_max: 1024,
    tokens: null,
    money: null,
    data: null,
    ...change,
  };
}

export function path(asked: string, change: Partial<PathFact> = {}): PathFact {
  return { asked, real: asked, kind: "file", device: "1", inode: "2", permitted: true, ...change };
}

export function model(change: Partial<ModelFact> = {}): ModelFact {
  return {
    name: "llama",
    digest: "d1",
    remote: false,
    context_max: 8192,
    memory: GIB,
    loaded: false,
    ...change,
  };
}

export function provider(change: Partial<ProviderFact> = {}): ProviderFact {
  return {
    name: "ollama",
    state: "up",
    control: "node",
    evidence: "own cgroup",
    models: [model()],
    ...change,
  };
}

export function hold(change: Partial<HoldFact> = {}): HoldFact {
  return {
    id: "h1",
    principal: "me",
    memory: 512 * MIB,
    cpu: 500,
    ends_in: 60_000,
    reads: [],
    writes: [],
    ...change,
  };
}

/** 10 GiB in all, so 4 GiB for tasks; four cores; a cool sensor; a gate; the provider up with one model of 1 GiB. */
export function baseFacts(task: Task = baseTask()): Facts {
  return {
    time: 1000,
    node: {
      memory_total: 10 * GIB,
      memory_available: 6 * GIB,
      cpu: 4000,
      memory_some_avg10: 0,
      heat: { state: "measured", celsius_milli: 50_000, sensor: "cpu" },
      isolation: "namespaces",
      limits: "cgroup",
      gate: "present",
    },
    principal: "me",
    providers: [provider()],
    paths: {
      directory: path(task.directory, { kind: "directory" }),
      reads: task.needs.reads.map((asked) => path(asked)),
      writes: task.needs.writes.map((asked) => path(asked, { kind: "directory" })),
      executable: { ...path("/usr/bin/prog"), sha256: "aa" },
      arguments: [],
      masked: [],
      home: "/home/me",
    },
    sums: { holds: [], windows: [], ancestors: [] },
  };
}
