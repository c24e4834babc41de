// A governance spec for the tests of the gate: the shipped example, fitted to any machine, with endpoints on loopback.
import { readFileSync } from "node:fs";
import { parse, stringify } from "yaml";

export interface NetworkSpec {
  readonly uid: number;
  readonly endpoints: readonly Readonly<Record<string, unknown>>[];
  readonly secrets?: readonly Readonly<Record<string, unknown>>[];
  /** Files of values that never leave. */
  readonly protected?: readonly string[];
  readonly sources?: readonly Readonly<Record<string, unknown>>[];
}

const EXAMPLE = new URL("../../examples/governance.yaml", import.meta.url);

/**
 * The text of the spec. The example's sums and thresholds are widened where they would only limit how many tests one home
 * takes; everything that is judged stays as it is shipped.
 */
export function networkSpec({ uid, endpoints, secrets = [], sources = [], ...more }: NetworkSpec): string {
  const spec = parse(readFileSync(EXAMPLE, "utf8")) as Example;
  const names = secrets.map((secret) => secret["name"]);
  return stringify({
    ...spec,
    execution: { ...spec.execution, limits: "soft" },
    principals: [{ name: "operator", uid, may_need: ["chat"], secrets: names }],
    sovereignty: {
      ...spec.sovereignty,
      score_min: 0,
      external_calls_max: 100_000,
      uncontrolled_calls_max: 100_000,
      providers: [],
      endpoints,
      secrets,
    },
    privacy: {
      ...spec.privacy,
      sources,
      refuse_when: [],
      protected: (more.protected ?? []).map((file) => ({ file })),
    },
    resources: {
      ...spec.resources,
      memory: { per_task_max: "2 GiB", committed_max: "90 %", host_reserve: "64 MiB" },
      cpu: { per_task_max: 2 },
      heat: { max: "110 C", margin: "1 C", unmeasurable: "cap" },
      pressure: { memory_some_avg10_max: "100 %", unmeasurable: "pass" },
      budgets: [
        { scope: "principal", window: "1 h", external_calls: 10_000_000, bytes_out: "1000 GiB" },
        { scope: "node", window: "24 h", external_calls: 10_000_000, bytes_out: "1000 GiB" },
      ],
    },
    defaults: { memory: "1 GiB", cpu: 1, time: "5 m", processes: 128, bytes_out: "64 KiB" },
  });
}

type Table = Readonly<Record<string, unknown>>;

interface Example extends Table {
  readonly execution: Table;
  readonly sovereignty: Table;
  readonly privacy: Table;
  readonly resources: Table;
}
