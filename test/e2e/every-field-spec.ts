// A spec that uses every field of the language at least once, tight enough that the refused tasks of
// test/fixtures/refusals/ are refused and loose enough about the machine that any machine can hold it. Not a product file.
import { totalmem } from "node:os";
import { PERSONAL_GROUPS } from "../../src/spec/personal-groups.ts";

/** A certificate by its shape alone, indented as a block scalar of an endpoint. */
const CERTIFICATE = [
  "-----BEGIN CERTIFICATE-----",
  Buffer.concat([Buffer.from([0x30, 0x82, 0x01, 0x2c]), Buffer.alloc(300, 7)]).toString("base64"),
  "-----END CERTIFICATE-----",
]
  .map((line) => `        ${line}`)
  .join("\n");

const PROBES = "probes: { share: 0.01 %, self_test: 24 h }";

/** The spec's text; `work` is the folder that its sources lie in, beside which `work.env` is to hold a value. */
export function everyFieldSpec(work: string): string {
  return `writ: 1
name: every-field
execution: { isolation: namespaces, limits: soft }
principals:
  - { name: tester, uid: ${process.getuid?.() ?? 0}, may_need: [chat, embed], secrets: [EXAMPLE_API_KEY] }
  - { name: somebody-else, uid: 54321, may_need: [] }
sovereignty:
  score_min: 60
  external_calls_max: 3
  uncontrolled_calls_max: 1
  local_first: true
  providers:
    - { name: files, kind: ollama, url: "http://127.0.0.1:11", serves: [translate], latency: 2 s }
    - { name: absent, kind: openai, url: "http://127.0.0.1:9", serves: [chat], latency: 2 s }
  endpoints:
    - host: api.example.com
      port: 8443
      control: contracted
      clearance: internal
      serves: [chat]
      methods: [POST]
      paths: [/v1/]
      requests_per_task_max: 5
      bytes_out_per_task_max: 64 KiB
      latency: 500 ms
      price: { input_per_million: 1 USD, output_per_million: 1 USD }
    - host: text.example.net
      control: uncontrolled
      clearance: public
      serves: [chat]
      methods: [POST]
      price: { input_per_million: 1 USD, output_per_million: 1 USD }
    - host: store.example.org
      control: owned
      clearance: secret
      methods: [GET, PUT]
    - host: keys.example.org
      port: 9443
      address: 93.184.215.14
      ca: |
${CERTIFICATE}
      control: owned
      clearance: internal
      content_types: [application/json]
      bytes_in_per_task_max: 1 MiB
      price: { input_per_million: 3 USD, output_per_million: 15 USD, per_request: 0.01 USD }
    - { host: keys.example.org, control: owned, clearance: internal }
    - host: nas.example.org
      port: 22
      address: 10.0.0.5
      control: owned
      clearance: secret
      opaque: { max_label: internal, bytes_out: 2 MiB, bytes_in: 3 MiB }
  secrets:
    - name: EXAMPLE_API_KEY
      file: /nowhere/example
      for: { host: keys.example.org, port: 9443, methods: [POST], paths: [/v1/], place: bearer }
    - name: OTHER_KEY
      file: /nowhere/other
      for: { host: keys.example.org, methods: [], paths: [], place: basic }
privacy:
  ladder: [public, internal, confidential, secret]
  default_label: internal
  sources:
    - { path: "${work}/vault/**", label: secret }
    - { path: "${work}/clients/**", label: confidential }
    - { path: "${work}/mail/**", label: internal, trust: untrusted }
  protected: [{ file: "${work}.env", as: values }]
  detectors:
    credentials: refuse
    opaque: refuse
    personal: { ${PERSONAL_GROUPS.map((group) => `${group}: 0`).join(", ")} }
    novel_max: 64 KiB
    known_harmless: ["${"0123456789abcdef".repeat(2)}"]
  refuse_when:
    - { untrusted: true, label_min: confidential, control_not: owned }
resources:
  memory: { per_task_max: 256 MiB, committed_max: 90 %, host_reserve: 64 MiB }
  cpu: { per_task_max: 1 }
  processes_max: 64
  time_max: 2 m
  output_max: 1 MiB
  children: { per_task_max: 1, depth_max: 1 }
  heat: { max: 110 C, margin: 1 C, unmeasurable: cap }
  pressure: { memory_some_avg10_max: 100 %, unmeasurable: pass }
  budgets:
    - { scope: principal, window: 1 h, external_calls: 100, bytes_out: 20 MiB }
    - { scope: node, window: 24 h, external_calls: 1000, bytes_out: 200 MiB, tokens: 1000000, money: 5 USD }
defaults: { memory: 32 MiB, cpu: 0.1, time: 30 s, processes: 16, bytes_out: 16 KiB, tokens: 2000 }
amendment: { signers: [], quorum: 1, cooling_off: 3 d, trial: 30 d, founding: 7 d }
witnesses:
  quorum: 2
  members:
    - { name: desk, key: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE=, url: "http://127.0.0.1:9" }
    - { name: stick, folder: "/nowhere/stick" }
measurement:
  bounds:
    - { metric: external, of: node, max: 20 % }
    - { metric: memory, of: class, max: 90 % }
  learned: true
notify: { task: /nowhere/notify.yaml, on: [alarm, digest] }
challenge: { every: 12 h }
export: { task: /nowhere/export.yaml, every: 10 m }
${PROBES}
tighten: []
`;
}

/** What all tasks together may have under `oneBigTaskSpec`, bytes. */
const ALL_TASKS_BYTES = 300 * 1024 * 1024;
/** `host_reserve` of the spec, bytes. */
const RESERVE_BYTES = 64 * 1024 * 1024;

/** The same spec, with room for one task of 200 MiB at a time: a second one is deferred on any machine. */
export function oneBigTaskSpec(work: string): string {
  const percent = ((100 * (ALL_TASKS_BYTES + RESERVE_BYTES)) / totalmem()).toFixed(2);
  return unprobedSpec(work).replace("committed_max: 90 %", `committed_max: ${percent} %`);
}

/** The same without probes: their self-test begins in its own time, with records and connections of its own. */
export function unprobedSpec(work: string): string {
  return everyFieldSpec(work).replace(`${PROBES}\n`, "");
}
