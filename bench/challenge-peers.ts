// The cases of the challenge put to two published engines, as far as they can be asked: each decides a task from what it
// declares, before anything runs. Their rules are made of the same spec; what they have no words for is counted, not scored.
// Writ's own column is the challenge itself (docs/evidence/challenge-light.json), which looks at effects.
import { createHash } from "node:crypto";
import { type Case, FAMILIES, type Step } from "../src/challenge/case.ts";
import { fill, type Values } from "../src/challenge/fill.ts";
import { readSuites } from "../src/challenge/read-suite.ts";
import { shippedSuites } from "../src/challenge/shipped-suites.ts";
import { parseSpec } from "../src/spec/parse-spec.ts";
import type { Spec } from "../src/spec/spec.ts";
import type { Json } from "../src/stdx/json.ts";
import { parseTask } from "../src/task/parse-task.ts";
import type { Task } from "../src/task/task.ts";
import type { Row } from "./bench.ts";
import { type Asked, cedarFor, type Engine, type Rules, toolkitFor } from "./challenge-engines.ts";

/** One row a family: cases at `light`, those that can be asked, and how many each engine answers as is expected. */
export async function bench(): Promise<readonly Row[]> {
  const { cases, places } = readSuites(shippedSuites());
  const engines = new Map<string, readonly Engine[]>();
  const rows: Row[] = [];
  for (const family of FAMILIES) {
    const fired = cases.filter((one) => one.family === family && one.from === "light");
    const row = { family, cases: fired.length, asked: 0, attacks: 0, benign: 0 };
    const right = { toolkit_attacks: 0, toolkit_benign: 0, cedar_attacks: 0, cedar_benign: 0 };
    for (const one of fired) {
      const place = places.get(one.place);
      const task = place === undefined ? null : taskOf(one, place.let);
      if (place === undefined || task === null) continue;
      const rules = rulesOf(place.spec, place.let);
      const [toolkit, cedar] = engines.get(one.place) ?? [toolkitFor(rules), cedarFor(rules)];
      if (toolkit === undefined || cedar === undefined) continue;
      engines.set(one.place, [toolkit, cedar]);
      const asked = askedOf(task, rules);
      const kind = one.expected === "stopped" ? "attacks" : "benign";
      row.asked += 1;
      row[kind] += 1;
      const wanted = one.expected === "passed";
      if (asked.every(toolkit) === wanted) right[`toolkit_${kind}`] += 1;
      if (asked.every(cedar) === wanted) right[`cedar_${kind}`] += 1;
    }
    rows.push({ ...row, ...right });
  }
  return Promise.resolve(rows);
}

const OWN: Values = {
  ROOT: "/r",
  WORK: "/r/work",
  PROGRAMS: "/r/work/programs",
  UID: 0,
  MARK: "m0",
  CA: "",
  HTTPS: 1443,
  HTTP: 1080,
  RAW: 1022,
  UDP: 1053,
};
const ports = {
  clock: (): number => performance.now(),
  sha256: (text: string | Uint8Array): string => createHash("sha256").update(text).digest("hex"),
};

/** The task that the whole case turns on; null: it is about more than one, about none, or about what no declaration says. */
function taskOf(one: Case, names: Values): Task | null {
  const asking = one.steps.filter(({ action }) => action.kind !== "writ");
  const [step] = asking;
  if (step === undefined || asking.length > 1 || one.fresh) return null;
  const { action } = step;
  if (action.kind !== "check" && action.kind !== "run" && action.kind !== "words") return null;
  if (!isDecisive(step, one)) return null;
  try {
    const text = JSON.stringify(fill(action.task, { ...names, ...OWN, ...one.let }));
    const read = parseTask(text, { directory: "/r/work", ...ports });
    if (!read.ok || read.value.task.needs.models.length > 0) return null;
    return read.value.task;
  } catch {
    return null; // It states no task: a name that only a place of the challenge has.
  }
}

/** Whether the verdict before the run is what the case expects, and no effect of a run. */
function isDecisive({ answer: { outcome } }: Step, { expected }: Case): boolean {
  if (outcome === null) return false;
  return expected === "stopped" ? outcome.includes("refuse") : outcome.includes("admit");
}

const CONTROL = { owned: 1, contracted: 2, uncontrolled: 3 } as const;
const RESIDENCY = { node: 0, owned: 1, contracted: 2 } as const;

function rulesOf(written: Json, names: Values): Rules {
  const filled = fill(written, { ...names, ...OWN }) as {
    readonly sovereignty: { readonly endpoints: readonly object[] };
  };
  // The authorities are made when a place opens; no rule of an engine names one.
  const endpoints = filled.sovereignty.endpoints.map((one) => ({
    ...one,
    ca: undefined,
  }));
  const bare = { ...filled, sovereignty: { ...filled.sovereignty, endpoints } };
  const privacy = { ...(bare as unknown as { readonly privacy: object }).privacy, protected: undefined };
  const read = parseSpec(new TextEncoder().encode(JSON.stringify({ ...bare, privacy })), ports);
  if (!read.ok) throw new Error(JSON.stringify(read.error[0]));
  return rulesOfSpec(read.value.spec);
}

function rulesOfSpec({ resources, sovereignty, privacy, principals }: Spec): Rules {
  return {
    principal: principals[0]?.name ?? "",
    memory: resources.memory.per_task_max,
    cpu: resources.cpu.per_task_max,
    time: resources.time_max,
    processes: resources.processes_max,
    submits: resources.children?.per_task_max ?? 0,
    calls: sovereignty.external_calls_max,
    ladder: privacy.ladder,
    default_label: privacy.default_label,
    endpoints: sovereignty.endpoints.map((one) => ({
      host: one.host,
      port: one.port,
      methods: one.opaque === null ? one.methods : [...one.methods, "CONNECT"],
      paths: one.paths,
      requests: one.requests_per_task_max ?? Number.MAX_SAFE_INTEGER,
      bytes: one.bytes_out_per_task_max ?? Number.MAX_SAFE_INTEGER,
      clearance: privacy.ladder.indexOf(one.clearance),
      control: CONTROL[one.control],
    })),
  };
}

/** What a task declares, as requests: itself, each place that it names, and each call with each of its methods. */
function askedOf({ needs, requires, principal }: Task, rules: Rules): readonly Asked[] {
  const calls = needs.calls.flatMap((call): readonly Asked[] => {
    const url = new URL(call.to);
    return call.method.map((method) => ({
      kind: "call",
      host: url.hostname,
      port: Number(url.port || 443),
      method,
      path: url.pathname === "" ? "/" : url.pathname,
      requests: call.calls_max,
      bytes: call.bytes_out_max ?? 0,
      label: rules.ladder.indexOf(call.data ?? rules.default_label),
      residency: requires.residency === null ? CONTROL.uncontrolled : RESIDENCY[requires.residency],
      bytes_wish: requires.bytes_out ?? Number.MAX_SAFE_INTEGER,
    }));
  });
  const paths = [...needs.reads, ...needs.writes].map((path): Asked => ({ kind: "path", path }));
  const task: Asked = {
    kind: "task",
    principal: principal ?? rules.principal,
    memory: needs.memory ?? 0,
    cpu: needs.cpu ?? 0,
    time: needs.time ?? 0,
    processes: needs.processes ?? 0,
    submits: needs.submits,
    calls: needs.calls.reduce((sum, { calls_max }) => sum + calls_max, 0),
  };
  return [task, ...paths, ...calls];
}
