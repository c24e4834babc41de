// The spec that a probe at the gate is judged by: the one in force, and one more endpoint, which no other task is ever granted.
// What would keep any call from being admitted is as wide as it can be; what is looked for in what is sent is as adopted.
import { compileSpec } from "../../decide/compile-spec.ts";
import type { Endpoint, Spec } from "../../spec/spec.ts";
import { canonicalSpec } from "../../spec/spec-hash.ts";
import { sha256 } from "../ports.ts";
import type { AdoptedSpec } from "../spec-in-force.ts";

/** Where probes may go. */
export interface ProbePlace {
  readonly host: string;
  readonly port: number;
}

/** Below this path, by this method; anything else at the place is a way out. */
export const PROBE_PATH = "/in/";
export const PROBE_METHOD = "POST";

/** What a probe at the gate asks for. */
export const PROBE_NEEDS = { memory: 256 * 1024 * 1024, cpu: 500, processes: 48, time: 90_000 } as const;

/** Calls that the one window of it allows. */
export const PROBE_CALLS = 64;
const BYTES_OUT = 64 * 1024 * 1024;
const HOUR = 3_600_000;

/** The spec of probes to `place` at any time: one and the same for as long as `current` is. */
export function probeSpecs(current: () => AdoptedSpec, place: ProbePlace): () => AdoptedSpec {
  let made: { readonly of: AdoptedSpec; readonly spec: AdoptedSpec } | null = null;
  return () => {
    const of = current();
    if (made?.of !== of) made = { of, spec: probeSpec(of, place) };
    return made.spec;
  };
}

/** `adopted`, with the place that probes go to. */
function probeSpec(adopted: AdoptedSpec, { host, port }: ProbePlace): AdoptedSpec {
  const { parsed } = adopted;
  const { sovereignty, privacy, resources } = parsed.spec;
  const { memory, cpu, processes, time } = PROBE_NEEDS;
  const window = {
    window: HOUR,
    external_calls: PROBE_CALLS,
    bytes_out: BYTES_OUT,
    tokens: null,
    money: null,
  };
  const spec: Spec = {
    ...parsed.spec,
    sovereignty: {
      ...sovereignty,
      score_min: 0,
      external_calls_max: PROBE_CALLS,
      uncontrolled_calls_max: PROBE_CALLS,
      endpoints: [...sovereignty.endpoints, endpointOf(host, port, privacy.ladder.at(-1) ?? "")],
    },
    privacy: {
      ...privacy,
      refuse_when: [],
      // A bound of sums, not a look at what is said: filler is ordinary text.
      detectors: privacy.detectors === null ? null : { ...privacy.detectors, novel_max: null },
    },
    resources: {
      ...resources,
      memory: { ...resources.memory, per_task_max: Math.max(memory, resources.memory.per_task_max) },
      cpu: { per_task_max: Math.max(cpu, resources.cpu.per_task_max) },
      processes_max: Math.max(processes, resources.processes_max),
      time_max: Math.max(time, resources.time_max),
      budgets: [{ scope: "principal", ...window }],
    },
  };
  const canonical = canonicalSpec(spec);
  const spec_hash = sha256(canonical);
  return {
    ...adopted,
    parsed: { ...parsed, spec, canonical, spec_hash },
    compiled: compileSpec(spec, spec_hash),
  };
}

function endpointOf(host: string, port: number, clearance: string): Endpoint {
  return {
    host,
    port,
    address: "127.0.0.1",
    ca: null,
    control: "contracted",
    clearance,
    serves: [],
    methods: [PROBE_METHOD],
    paths: [PROBE_PATH],
    content_types: null,
    requests_per_task_max: PROBE_CALLS,
    bytes_out_per_task_max: BYTES_OUT,
    bytes_in_per_task_max: null,
    price: null,
    latency: null,
    opaque: null,
  };
}
