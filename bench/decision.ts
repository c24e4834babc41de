// What one decision costs with 1, 10, 100 and 1000 endpoints and sources: the admit path with its findings, and a full
// refusal with remedies; beside two published policy engines asked to decide the same call, when they are installed
// (`npm ci --prefix bench/peers`). Microseconds, p50 over batches, interleaved.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { compileSpec } from "../src/decide/compile-spec.ts";
import { type DigestedTask, decide } from "../src/decide/decide.ts";
import type { Facts } from "../src/decide/facts.ts";
import { parseSpec } from "../src/spec/parse-spec.ts";
import type { Endpoint, Spec } from "../src/spec/spec.ts";
import { parseTask } from "../src/task/parse-task.ts";
import type { Row } from "./bench.ts";
import { peers } from "./decision-peers.ts";
import { type Contestant, interleave } from "./interleave.ts";

const SIZES = [1, 10, 100, 1000] as const;
const ROUNDS = 60;
const GIB = 1024 ** 3;
const ports = {
  sha256: (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex"),
  clock: (): number => performance.now(),
};

export async function bench(): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const size of SIZES) {
    const spec = specOf(size);
    const compiled = compileSpec(spec, "0".repeat(64));
    const admitted = taskOf(`https://host-${size - 1}.example-${size - 1}.com/v1/send`, 1);
    const refused = lazyTask();
    const facts = factsOf();
    expectOutcome(decide(compiled, admitted, facts).outcome, "admit");
    const refusal = decide(compiled, refused, facts);
    expectOutcome(refusal.outcome, "refuse");
    if (refusal.remedies.length === 0) throw new Error("the refusal has no remedy");
    const contestants: Contestant[] = [
      { name: "admit", once: batched(2000, () => decide(compiled, admitted, facts)) },
      { name: "refuse with remedies", once: batched(100, () => decide(compiled, refused, facts)) },
      ...(existsSync("bench/peers/node_modules") ? await peers(size) : []),
    ];
    for (const { name, median, p90 } of await interleave(contestants, ROUNDS, 10)) {
      const aim = name === "admit" && size === 1000 ? 5 : name === "refuse with remedies" ? 200 : null;
      rows.push({ rules: size, what: name, p50_us: round(median), p90_us: round(p90), aim_us: aim });
    }
  }
  return rows;
}

/** The cost of one call in microseconds, as the mean over a batch: one call is shorter than the clock is fine. */
export function batched(count: number, work: () => unknown): () => number {
  return () => {
    const started = performance.now();
    for (let turn = 0; turn < count; turn++) work();
    return ((performance.now() - started) * 1000) / count;
  };
}

function specOf(size: number): Spec {
  const parsed = parseSpec(readFileSync("examples/governance.yaml"), ports);
  if (!parsed.ok) throw new Error(parsed.error[0]?.message ?? "the example spec does not parse");
  const { spec } = parsed.value;
  const [model] = spec.sovereignty.endpoints;
  if (model === undefined) throw new Error("the example spec has no endpoint");
  const endpoints: Endpoint[] = Array.from({ length: size }, (_, at) => ({
    ...model,
    host: `host-${at}.example-${at}.com`,
    serves: ["archive"],
  }));
  const sources = Array.from({ length: size }, (_, at) => ({
    path: `/data/source-${at}/**`,
    label: "confidential",
    trust: "trusted" as const,
  }));
  return {
    ...spec,
    principals: spec.principals.map((principal) => ({ ...principal, may_need: ["archive", "chat"] })),
    sovereignty: { ...spec.sovereignty, endpoints: [...endpoints, ...spec.sovereignty.endpoints] },
    privacy: { ...spec.privacy, sources: [...sources, ...spec.privacy.sources] },
  };
}

/** A task that makes `calls` calls to `to`. */
export function taskOf(to: string, calls: number): DigestedTask {
  return parsed(`
task: bench
run: { command: [sh, work.sh] }
needs:
  calls: [${Array.from({ length: calls }, () => `{ to: "${to}", method: POST, for: archive, bytes_out_max: 4 KiB }`).join(", ")}]
  reads: [/srv/in]
  writes: [/srv/out]
  memory: 64 MiB
  cpu: 0.5
  time: 20 s
  processes: 8
`);
}

/** A task that is refused for several causes. */
export function lazyTask(): DigestedTask {
  const hosts = [
    "https://api.example.com/v1/chat",
    "https://text.example.net/v2/say",
    "https://free-llm.example.org/generate",
  ];
  return parsed(`
task: bench
run: { command: [sh, work.sh] }
needs:
  calls: [${hosts.map((to) => `{ to: "${to}", method: POST, for: chat, bytes_out_max: 64 KiB }`).join(", ")}]
  reads: [/srv/in]
  writes: [/srv/out]
  memory: 64 MiB
  cpu: 0.5
  time: 20 s
  processes: 8
`);
}

function parsed(text: string): DigestedTask {
  const task = parseTask(text, { directory: "/srv", ...ports });
  if (!task.ok) throw new Error(task.error[0]?.message ?? "the task does not parse");
  return task.value;
}

/** A quiet node, and what both tasks are decided by. */
export function factsOf(): Facts {
  const path = (asked: string, kind: "file" | "directory", inode: string) => ({
    asked,
    real: asked,
    kind,
    device: "1",
    inode,
    permitted: true,
  });
  return {
    time: 1_000_000,
    node: {
      memory_total: 16 * GIB,
      memory_available: 12 * GIB,
      cpu: 4000,
      memory_some_avg10: 0,
      heat: { state: "measured", celsius_milli: 45_000, sensor: "cpu" },
      isolation: "namespaces",
      limits: "cgroup",
      gate: "present",
    },
    principal: "operator",
    providers: [
      {
        name: "stand-in",
        state: "up",
        control: "node",
        evidence: "runs under a writ",
        models: [
          { name: "small", digest: null, remote: false, context_max: 8192, memory: GIB, loaded: true },
        ],
      },
    ],
    paths: {
      directory: path("/srv", "directory", "2"),
      reads: [path("/srv/in", "directory", "3")],
      writes: [path("/srv/out", "directory", "4")],
      executable: { ...path("/usr/bin/sh", "file", "5"), sha256: "0".repeat(64) },
      arguments: [],
      masked: [],
      home: "/home/me",
    },
    sums: {
      holds: [],
      windows: [
        {
          scope: "principal",
          key: "operator",
          window: 3_600_000,
          external_calls: 3,
          bytes_out: 10_000,
          frees_in: 1000,
        },
        { scope: "node", key: "", window: 86_400_000, external_calls: 3, bytes_out: 10_000, frees_in: 1000 },
      ],
      ancestors: [],
    },
  };
}

function expectOutcome(outcome: string, wanted: string): void {
  if (outcome !== wanted) throw new Error(`the benched decision is ${outcome}, not ${wanted}`);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
