// One ordinary spec in full, for tests that change one field of it at a time.
import type { Endpoint, Spec } from "../src/spec/spec.ts";

/** An endpoint that allows POST below /v1/. */
export const PLAIN_ENDPOINT: Endpoint = {
  host: "api.example.com",
  port: 443,
  address: null,
  ca: null,
  control: "contracted",
  clearance: "internal",
  serves: ["chat"],
  methods: ["POST"],
  paths: ["/v1/"],
  content_types: ["application/json"],
  requests_per_task_max: 300,
  bytes_out_per_task_max: 262_144,
  bytes_in_per_task_max: 1_048_576,
  price: { input_per_million: 3_000_000, output_per_million: 15_000_000, per_request: 1000 },
  latency: 500,
  opaque: null,
};

/** Every field holds a value that can be made both tighter and looser. */
export const PLAIN_SPEC: Spec = {
  writ: 1,
  name: "plain",
  execution: { isolation: "namespaces", limits: "cgroup" },
  principals: [{ name: "mail-agent", uid: 1001, may_need: ["chat"], secrets: [] }],
  sovereignty: {
    score_min: 70,
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
        latency: 2000,
      },
    ],
    endpoints: [
      PLAIN_ENDPOINT,
      {
        ...PLAIN_ENDPOINT,
        host: "free.example.org",
        control: "uncontrolled",
        clearance: "internal",
        // Not what the other one serves, or whatever is taken from one would send model needs to the other.
        serves: ["translate"],
        latency: null,
      },
    ],
    secrets: [],
  },
  privacy: {
    ladder: ["public", "internal", "confidential", "secret"],
    default_label: "internal",
    sources: [
      { path: "/home/me/vault/**", label: "secret", trust: "trusted" },
      { path: "/home/me/mail/**", label: "internal", trust: "untrusted" },
    ],
    protected: [],
    detectors: null,
    refuse_when: [{ untrusted: true, label_min: "internal", control_not: "owned" }],
  },
  resources: {
    memory: { per_task_max: 2 ** 31, committed_max: 8000, host_reserve: 2 ** 30 },
    cpu: { per_task_max: 2000 },
    processes_max: 256,
    time_max: 1_800_000,
    output_max: 2 ** 26,
    children: { per_task_max: 4, depth_max: 2 },
    heat: { max: 85_000, margin: 5000, unmeasurable: "refuse" },
    pressure: { memory_some_avg10_max: 2000, unmeasurable: "refuse" },
    budgets: [
      {
        scope: "principal",
        window: 3_600_000,
        external_calls: 100,
        bytes_out: 20_971_520,
        tokens: 500_000,
        money: 5_000_000,
      },
      {
        scope: "node",
        window: 86_400_000,
        external_calls: null,
        bytes_out: 209_715_200,
        tokens: null,
        money: null,
      },
    ],
  },
  witnesses: {
    quorum: 1,
    members: [
      { name: "desk", key: `${"A".repeat(42)}E=`, url: "http://127.0.0.1:8391", folder: null },
      { name: "stick", key: null, url: null, folder: "/media/stick" },
    ],
  },
  measurement: {
    bounds: [
      { metric: "external", of: "class", max: 2000 },
      { metric: "external", of: "node", max: 1000 },
    ],
    learned: true,
  },
  notify: { task: "/etc/writ/notify.yaml", on: ["alarm", "digest"] },
  challenge: { every: 86_400_000 },
  probes: { share: 200, self_test: 1_800_000 },
  export: { task: "/etc/writ/export.yaml", every: 300_000 },
  defaults: { memory: 2 ** 29, cpu: 1000, time: 120_000, processes: 64, bytes_out: 65_536, tokens: 20_000 },
  amendment: {
    signers: [],
    quorum: 1,
    cooling_off: 259_200_000,
    trial: 2_592_000_000,
    founding: 604_800_000,
  },
};
