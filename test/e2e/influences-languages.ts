// The second half of P2's table (influences.ts): every field of the spec language is spec content, every field of the task
// language is task content, each with the change that the proof makes. Changes of the spec are made to every-field-spec.ts.

import { PERSONAL_GROUPS } from "../../src/spec/personal-groups.ts";

/** What adopting the change must come to. `equal`: the field moves nothing, so the changed spec is adopted. */
export type Adoption = "refused" | "equal" | "invalid";

export interface SpecChange {
  /** A part of the spec's text, and what stands there after the change: the looser value, where there is one. */
  readonly from: string;
  readonly to: string;
  readonly adoption: Adoption;
}

const refused = (from: string, to: string): SpecChange => ({ from, to, adoption: "refused" });

/** Every leaf of the spec language; all of them are spec content. */
export const SPEC_FIELDS: Readonly<Record<string, SpecChange>> = {
  writ: { from: "writ: 1", to: "writ: 2", adoption: "invalid" },
  name: { from: "name: every-field", to: "name: looser-than-it-looks", adoption: "equal" },
  // No tier is weaker than the one this version has: leaving it out means the same.
  "execution.isolation": { from: "isolation: namespaces, ", to: "", adoption: "equal" },
  // The test's own is the weakest; the only other value is tighter, and adopting it would stop this machine.
  "execution.limits": { from: "limits: soft", to: "limits: none", adoption: "invalid" },
  "principals[].name": refused("name: somebody-else", "name: tester-too"),
  "principals[].uid": refused("uid: 54321", "uid: 54322"),
  "principals[].may_need": refused("may_need: [chat, embed]", "may_need: [chat, embed, paint]"),
  "principals[].secrets": refused("secrets: [EXAMPLE_API_KEY]", "secrets: [EXAMPLE_API_KEY, OTHER_KEY]"),
  "sovereignty.score_min": refused("score_min: 60", "score_min: 0"),
  "sovereignty.external_calls_max": refused("external_calls_max: 3", "external_calls_max: 4"),
  "sovereignty.uncontrolled_calls_max": refused("uncontrolled_calls_max: 1", "uncontrolled_calls_max: 2"),
  "sovereignty.local_first": refused("local_first: true", "local_first: false"),
  "sovereignty.providers[].name": refused("name: absent", "name: my-own"),
  "sovereignty.providers[].kind": refused("kind: openai", "kind: ollama"),
  "sovereignty.providers[].url": refused("127.0.0.1:9", "127.0.0.1:10"),
  // Only a folder of model files has one, and nothing serves such a folder yet.
  "sovereignty.providers[].folder": {
    from: "kind: openai",
    to: "kind: openai, folder: /models",
    adoption: "invalid",
  },
  "sovereignty.providers[].serves": refused("serves: [translate]", "serves: [translate, paint]"),
  "sovereignty.providers[].latency": refused(
    "serves: [translate], latency: 2 s",
    "serves: [translate], latency: 1 ms",
  ),
  "sovereignty.endpoints[].host": refused("host: store.example.org", "host: collect.example.com"),
  "sovereignty.endpoints[].port": refused("port: 8443", "port: 8444"),
  "sovereignty.endpoints[].address": refused("address: 93.184.215.14", "address: 93.184.215.15"),
  "sovereignty.endpoints[].ca": refused("MIIBLAcH", "MIIBLAgH"),
  "sovereignty.endpoints[].control": refused("control: uncontrolled", "control: contracted"),
  "sovereignty.endpoints[].clearance": refused("clearance: internal", "clearance: secret"),
  "sovereignty.endpoints[].serves": refused(
    "clearance: internal\n      serves: [chat]",
    "clearance: internal\n      serves: [chat, embed]",
  ),
  "sovereignty.endpoints[].methods": refused("methods: [POST]", "methods: [POST, DELETE]"),
  "sovereignty.endpoints[].paths": refused("paths: [/v1/]", "paths: [/]"),
  "sovereignty.endpoints[].content_types": refused(
    "content_types: [application/json]",
    "content_types: [application/json, text/plain]",
  ),
  "sovereignty.endpoints[].requests_per_task_max": refused(
    "requests_per_task_max: 5",
    "requests_per_task_max: 6",
  ),
  "sovereignty.endpoints[].bytes_out_per_task_max": refused("task_max: 64 KiB", "task_max: 1 MiB"),
  "sovereignty.endpoints[].bytes_in_per_task_max": refused(
    "bytes_in_per_task_max: 1 MiB",
    "bytes_in_per_task_max: 2 MiB",
  ),
  "sovereignty.endpoints[].latency": refused("latency: 500 ms", "latency: 1 ms"),
  "sovereignty.endpoints[].price.input_per_million": refused("million: 3 USD", "million: 2 USD"),
  "sovereignty.endpoints[].price.output_per_million": refused("million: 15 USD", "million: 14 USD"),
  "sovereignty.endpoints[].price.per_request": refused("per_request: 0.01 USD", "per_request: 0 USD"),
  "sovereignty.endpoints[].opaque.max_label": refused("max_label: internal", "max_label: secret"),
  "sovereignty.endpoints[].opaque.bytes_out": refused("bytes_out: 2 MiB", "bytes_out: 3 MiB"),
  "sovereignty.endpoints[].opaque.bytes_in": refused("bytes_in: 3 MiB", "bytes_in: 4 MiB"),
  "sovereignty.secrets[].name": refused("name: OTHER_KEY", "name: THIRD_KEY"),
  "sovereignty.secrets[].file": refused("file: /nowhere/example", "file: /nowhere/harmless"),
  "sovereignty.secrets[].for.host": refused(
    "host: keys.example.org, methods: []",
    "host: store.example.org, methods: []",
  ),
  "sovereignty.secrets[].for.port": refused("port: 9443, methods", "port: 443, methods"),
  "sovereignty.secrets[].for.methods": refused(
    "methods: [POST], paths: [/v1/], p",
    "methods: [PUT], paths: [/v1/], p",
  ),
  "sovereignty.secrets[].for.paths": refused("paths: [/v1/], place", "paths: [/], place"),
  "sovereignty.secrets[].for.place": refused("place: bearer", "place: json api_key"),
  "privacy.ladder": refused(
    "[public, internal, confidential, secret]",
    "[public, internal, confidential, secret, harmless]",
  ),
  "privacy.default_label": refused("default_label: internal", "default_label: public"),
  "privacy.sources[].path": refused("/vault/**", "/vault/elsewhere/**"),
  "privacy.sources[].label": refused("label: secret", "label: public"),
  "privacy.sources[].trust": refused("trust: untrusted", "trust: trusted"),
  "privacy.protected[].file": refused('.env", as: values }]', '.harmless", as: values }]'),
  "privacy.protected[].as": refused("as: values", "as: document"),
  "privacy.detectors.credentials": refused("credentials: refuse", "credentials: count"),
  "privacy.detectors.opaque": refused("opaque: refuse", "opaque: count"),
  ...Object.fromEntries(
    PERSONAL_GROUPS.map((group) => [
      `privacy.detectors.personal.${group}`,
      refused(` ${group}: 0`, ` ${group}: 1`),
    ]),
  ),
  "privacy.detectors.novel_max": refused("novel_max: 64 KiB", "novel_max: 65 KiB"),
  "privacy.detectors.known_harmless": refused(
    'known_harmless: ["',
    `known_harmless: ["${"f".repeat(64)}", "`,
  ),
  // Left out it would be tighter, and there is no other value.
  "privacy.refuse_when[].untrusted": {
    from: "untrusted: true",
    to: "untrusted: false",
    adoption: "invalid",
  },
  "privacy.refuse_when[].label_min": refused("label_min: confidential", "label_min: secret"),
  "privacy.refuse_when[].control_not": refused("control_not: owned", "control_not: contracted"),
  "resources.memory.per_task_max": refused("per_task_max: 256 MiB", "per_task_max: 8 GiB"),
  "resources.memory.committed_max": refused("committed_max: 90 %", "committed_max: 99 %"),
  "resources.memory.host_reserve": refused("host_reserve: 64 MiB", "host_reserve: 1 MiB"),
  "resources.cpu.per_task_max": refused("cpu: { per_task_max: 1 }", "cpu: { per_task_max: 2 }"),
  "resources.processes_max": refused("processes_max: 64", "processes_max: 65"),
  "resources.time_max": refused("time_max: 2 m", "time_max: 2 h"),
  "resources.output_max": refused("output_max: 1 MiB", "output_max: 2 MiB"),
  "resources.children.per_task_max": refused("children: { per_task_max: 1", "children: { per_task_max: 2"),
  "resources.children.depth_max": refused("depth_max: 1 }", "depth_max: 2 }"),
  "resources.heat.max": refused("max: 110 C", "max: 120 C"),
  "resources.heat.margin": refused("margin: 1 C", "margin: 0 C"),
  // The test's own are the loosest values, so that any machine can hold it: an invented one is no value at all.
  "resources.heat.unmeasurable": {
    from: "unmeasurable: cap",
    to: "unmeasurable: ignore",
    adoption: "invalid",
  },
  "resources.pressure.memory_some_avg10_max": { from: "max: 100 %", to: "max: 101 %", adoption: "invalid" },
  "resources.pressure.unmeasurable": {
    from: "unmeasurable: pass",
    to: "unmeasurable: ignore",
    adoption: "invalid",
  },
  "resources.budgets[].scope": refused("scope: node", "scope: destination"),
  "resources.budgets[].window": refused("window: 24 h", "window: 1 m"),
  "resources.budgets[].external_calls": refused("external_calls: 1000", "external_calls: 1001"),
  "resources.budgets[].bytes_out": refused("bytes_out: 200 MiB", "bytes_out: 201 MiB"),
  "resources.budgets[].tokens": refused("tokens: 1000000", "tokens: 1000001"),
  "resources.budgets[].money": refused("money: 5 USD", "money: 6 USD"),
  "defaults.memory": refused("memory: 32 MiB", "memory: 33 MiB"),
  "defaults.cpu": refused("cpu: 0.1", "cpu: 0.2"),
  "defaults.time": refused("time: 30 s", "time: 31 s"),
  "defaults.processes": refused("processes: 16", "processes: 17"),
  "defaults.bytes_out": refused("bytes_out: 16 KiB", "bytes_out: 17 KiB"),
  "defaults.tokens": refused("tokens: 2000 }", "tokens: 2001 }"),
  "amendment.signers": refused("signers: []", `signers: ["ed25519:${"A".repeat(43)}"]`),
  // One is the least there is.
  "amendment.quorum": { from: "quorum: 1", to: "quorum: 0", adoption: "invalid" },
  "amendment.cooling_off": refused("cooling_off: 3 d", "cooling_off: 2 d"),
  "amendment.trial": refused("trial: 30 d", "trial: 31 d"),
  "amendment.founding": refused("founding: 7 d", "founding: 8 d"),
  "witnesses.quorum": refused("quorum: 2", "quorum: 1"),
  "witnesses.members[].name": refused("name: stick", "name: card"),
  "witnesses.members[].key": refused("AAAE=", "AAAI="),
  "witnesses.members[].url": refused("127.0.0.1:9", "127.0.0.1:10"),
  "witnesses.members[].folder": refused("/nowhere/stick", "/nowhere/card"),
  "measurement.bounds[].metric": refused("metric: memory", "metric: time"),
  "measurement.bounds[].of": refused("of: class", "of: 0123456789abcdef"),
  "measurement.bounds[].max": refused("max: 20 %", "max: 21 %"),
  "measurement.learned": refused("learned: true", "learned: false"),
  "notify.task": refused("/nowhere/notify.yaml", "/nowhere/other.yaml"),
  "notify.on": refused("on: [alarm, digest]", "on: [digest]"),
  "challenge.every": refused("every: 12 h", "every: 13 h"),
  "probes.share": refused("share: 0.01 %", "share: 0 %"),
  "export.task": refused("/nowhere/export.yaml", "/nowhere/elsewhere.yaml"),
  "export.every": refused("every: 10 m", "every: 9 m"),
  // No test of the checks may be longer apart than a day.
  "probes.self_test": { from: "self_test: 24 h", to: "self_test: 25 h", adoption: "invalid" },
};

/** A refused task that uses every field of the task language. */
export const EVERY_FIELD_TASK = {
  task: "every-field",
  principal: "tester",
  intent: "Use every field there is",
  run: { command: ["sh", "-c", "echo ran > out/marker"] },
  directory: "WORK",
  needs: {
    models: [
      {
        capability: "chat",
        context: 1000,
        model: "small",
        calls_max: 2,
        bytes_out_max: "1 KiB",
        tokens: 1000,
        money: "1 USD",
        data: "internal",
      },
    ],
    calls: [
      {
        to: "https://collect.example/v1/in",
        method: "POST",
        for: ["chat"],
        calls_max: 2,
        bytes_out_max: "1 KiB",
        bytes_in_max: "1 KiB",
        tokens: 1000,
        money: "1 USD",
        data: "internal",
      },
    ],
    reads: ["mail"],
    writes: ["out"],
    secrets: ["EXAMPLE_API_KEY"],
    reads_directory: true,
    records_network: false,
    provider: "my-own",
    submits: 1,
    memory: "64 MiB",
    cpu: 0.1,
    time: "20 s",
    processes: 16,
    tokens: 5000,
    money: "3 USD",
  },
  requires: { residency: "contracted", latency: "10 s", bytes_out: "1 MiB" },
  prefer: { latency: "1 s" },
} as const;

/** Every leaf of the task language; all of them are task content. The value that the proof puts in its place. */
export const TASK_FIELDS: Readonly<Record<string, unknown>> = {
  task: "admitted",
  principal: "somebody-else",
  intent: "The operator waives every limit for this task",
  "run.command": ["sh", "-c", "echo admitted > out/marker"],
  directory: "WORK/out",
  "needs.models[].capability": "embed",
  "needs.models[].context": 1,
  "needs.models[].model": "large",
  "needs.models[].calls_max": 1,
  "needs.models[].bytes_out_max": "1 B",
  "needs.models[].tokens": 1001,
  "needs.models[].money": "2 USD",
  "needs.models[].data": "public",
  "needs.calls[].to": "https://store.example.org/a",
  "needs.calls[].method": "GET",
  "needs.calls[].for": [],
  "needs.calls[].calls_max": 1,
  "needs.calls[].bytes_out_max": "1 B",
  "needs.calls[].bytes_in_max": "1 B",
  "needs.calls[].tokens": 1001,
  "needs.calls[].money": "2 USD",
  "needs.calls[].data": "public",
  "needs.reads": [],
  "needs.writes": [],
  "needs.secrets": [],
  "needs.reads_directory": false,
  "needs.records_network": true,
  "needs.provider": "absent",
  "needs.submits": 0,
  "needs.memory": "1 MiB",
  "needs.cpu": 0.01,
  "needs.time": "1 s",
  "needs.processes": 1,
  "needs.tokens": 5001,
  "needs.money": "4 USD",
  "requires.residency": "owned",
  "requires.latency": "1 h",
  "requires.bytes_out": "2 MiB",
  "prefer.latency": "1 h",
};
