// What changing the spec costs: the comparison of two specs of a thousand fields by how many of them changed and which way,
// each looser one with its witness; and the impact report over a hundred thousand recorded decisions.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { noLooser } from "../src/spec/no-looser.ts";
import { parseSpec } from "../src/spec/parse-spec.ts";
import type { Endpoint, Source, Spec } from "../src/spec/spec.ts";
import type { BenchOptions, Row } from "./bench.ts";
import { impactRow } from "./impact.ts";
import { quantile } from "./interleave.ts";

/** Together with the example's other fields about a thousand: an endpoint has seventeen, a source three. */
const ENDPOINTS = 48;
const SOURCES = 40;
/** µs. */
const AIM_PER_FIELD = 2;

export async function bench({ quick }: BenchOptions): Promise<readonly Row[]> {
  return [...compared(quick ? 300 : 4000), await impactRow(quick ? 5_000 : 100_000)];
}

function compared(rounds: number): readonly Row[] {
  const older = wideSpec();
  const rows: Row[] = [];
  for (const [what, by] of [
    ["equal", 0],
    ["tighter", -1],
    ["looser", 1],
  ] as const) {
    for (const endpoints of by === 0 ? [0] : [1, 8, ENDPOINTS]) {
      // As two files are: nothing of them is shared.
      const [b, a] = [structuredClone(moved(older, endpoints, by)), structuredClone(older)];
      const answer = noLooser(b, a);
      const looser = answer.ok ? [] : answer.looser;
      expectFields(looser.length, by > 0 ? endpoints * CAPS.length : 0);
      expectFields(looser.filter(({ request }) => request !== null).length, looser.length);
      const changed = endpoints * CAPS.length;
      const us = tenth(rounds, () => noLooser(b, a));
      const each = changed === 0 ? null : round(us / changed);
      rows.push({
        what: `noLooser, ${what}`,
        changed,
        us: round(us),
        us_per_field: each,
        aim_us: AIM_PER_FIELD,
      });
    }
  }
  return rows;
}

const CAPS = ["requests_per_task_max", "bytes_out_per_task_max", "bytes_in_per_task_max"] as const;

function wideSpec(): Spec {
  const parsed = parseSpec(readFileSync("examples/governance.yaml"), ports);
  if (!parsed.ok) throw new Error(parsed.error[0]?.message ?? "the example spec does not parse");
  const { spec } = parsed.value;
  const [model] = spec.sovereignty.endpoints;
  if (model === undefined) throw new Error("the example spec has no endpoint");
  const endpoints: Endpoint[] = Array.from({ length: ENDPOINTS }, (_, at) => ({
    ...model,
    host: `host-${at}.example-${at}.com`,
    // What nobody here may need: to narrow one of several that serve the same sends needs to another, which is looser.
    serves: ["archive"],
    bytes_in_per_task_max: 1 << 20,
  }));
  const sources: Source[] = Array.from({ length: SOURCES }, (_, at) => ({
    path: `/data/source-${at}/**`,
    label: "confidential",
    trust: "trusted",
  }));
  return {
    ...spec,
    sovereignty: { ...spec.sovereignty, endpoints: [...endpoints, ...spec.sovereignty.endpoints] },
    privacy: { ...spec.privacy, sources: [...sources, ...spec.privacy.sources] },
  };
}

const ports = {
  sha256: (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex"),
  clock: (): number => performance.now(),
};

/** `spec` with the caps of its first `count` endpoints moved. */
function moved(spec: Spec, count: number, by: number): Spec {
  const endpoints = spec.sovereignty.endpoints.map((endpoint, at) =>
    at < count
      ? { ...endpoint, ...Object.fromEntries(CAPS.map((cap) => [cap, (endpoint[cap] ?? 0) + by])) }
      : endpoint,
  );
  return { ...spec, sovereignty: { ...spec.sovereignty, endpoints } };
}

/** µs of one call: the tenth part of all, as whatever else the machine does only adds to it. */
function tenth(rounds: number, work: () => unknown): number {
  const costs = Array.from({ length: rounds }, () => {
    const started = performance.now();
    work();
    return (performance.now() - started) * 1000;
  });
  return quantile(costs, 0.1);
}

function expectFields(found: number, wanted: number): void {
  if (found !== wanted) throw new Error(`${found} fields are looser or shown, not ${wanted}`);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
