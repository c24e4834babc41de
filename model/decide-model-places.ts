// Where things go and what they weigh, for the naive model: overlapping endpoints, local models, shares, paths. Every
// list is scanned; nothing is shared with src/decide/.

import type { Facts, HeldModel, ModelFact, PathFact } from "../src/decide/facts.ts";
import type { Control, Endpoint, Spec } from "../src/spec/spec.ts";
import type { ModelNeed, Task } from "../src/task/task.ts";
import type { Counted } from "./decide-model-money.ts";

/** From the most to the least sovereign. */
export const CLASSES: readonly string[] = ["node", "owned", "contracted", "uncontrolled"];

export interface Effective extends Endpoint {
  readonly serves_any: readonly string[];
}

export interface Outward extends Counted {
  readonly host: string;
  readonly port: number;
  readonly endpoint: Effective | null;
  readonly control: Control;
  readonly capped: boolean;
  readonly requests: number;
  readonly bytes: number | null;
  readonly rank: number;
  readonly raw: boolean;
  readonly bytes_in: number | null;
}

/** 5, 16 or 41 for the class, 11 where nobody inspects, 8 for no cap, one for each step of requests, bytes and label. */
export function share({ control, capped, requests, bytes, rank, raw }: Outward): number {
  let points = raw ? 11 : 0;
  points += control === "owned" ? 5 : control === "contracted" ? 16 : 41;
  if (!capped && control !== "owned") points += 8;
  if (requests > 1) points += 1;
  if (requests > 10) points += 1;
  if (requests > 100) points += 1;
  if (bytes === null) points += 4;
  else {
    if (bytes > 4 * 1024) points += 1;
    if (bytes > 64 * 1024) points += 1;
    if (bytes > 1024 * 1024) points += 1;
    if (bytes > 16 * 1024 * 1024) points += 1;
  }
  return points + (rank > 3 ? 3 : rank);
}

export interface LocalModel {
  readonly provider: string;
  readonly latency: number | null;
  readonly model: ModelFact;
  readonly when: "now" | "later";
  /** The node's free memory has it. */
  readonly free: boolean;
}

export interface LocalQuery {
  readonly capability: string;
  readonly context: number;
  readonly name: string | null;
  readonly capacity: number;
  readonly held: number;
  readonly available: number;
}

export function localModels(spec: Spec, facts: Facts, query: LocalQuery): LocalModel[] {
  const { capability, context, name } = query;
  const usable = spec.sovereignty.providers.filter(
    ({ url, kind, serves }) => url !== null && kind !== "gguf" && serves.includes(capability),
  );
  return usable.flatMap((provider) =>
    facts.providers
      .filter((fact) => fact.name === provider.name && fact.state === "up" && fact.control === "node")
      .flatMap((fact) => fact.models)
      .filter((model) => !model.remote && (name === null || model.name === name))
      .filter((model) => model.context_max === null || model.context_max >= context)
      .flatMap((model) => {
        const when = fitsWhen(provider.name, model, facts, query);
        return when === null
          ? []
          : [
              {
                provider: provider.name,
                latency: provider.latency,
                model,
                when,
                free: stillNeeds(facts, provider.name, model) <= query.available,
              },
            ];
      }),
  );
}

/** Only what the whole node could not hold is no service at all. */
export function fitsWhen(
  provider: string,
  model: ModelFact,
  facts: Facts,
  { capacity, held, available }: LocalQuery,
): "now" | "later" | null {
  if (model.loaded) return "now";
  if (model.memory === null) return "later";
  if (model.memory > facts.node.memory_total) return null;
  const needs = stillNeeds(facts, provider, model);
  return needs <= available && needs + held <= capacity ? "now" : "later";
}

/** What a model needs beyond what running tasks hold for it. */
export function stillNeeds(facts: Facts, provider: string, { name, loaded, memory }: ModelFact): number {
  if (loaded) return 0;
  if (memory === null) return Infinity;
  const held = reservedModels(facts).find((one) => one.provider === provider && one.model === name);
  return Math.max(0, memory - (held?.memory ?? 0));
}

/** What live holds reserve for models, each model once at its largest. */
export function reservedModels(facts: Facts): readonly HeldModel[] {
  const all = facts.sums.holds.flatMap((hold) => hold.models ?? []);
  return all.filter(
    (one, at) =>
      !all.some(
        (other, index) =>
          other.provider === one.provider &&
          other.model === one.model &&
          (other.memory > one.memory || (other.memory === one.memory && index < at)),
      ),
  );
}

/** Meets the requirement; fits free memory; nearer to the preference; loaded; smaller; name. */
export function compareLocal(task: Task, one: LocalModel, other: LocalModel): number {
  const key = (local: LocalModel): readonly (number | string)[] => [
    meets(task, local.latency) ? 0 : 1,
    local.free ? 0 : 1,
    distance(task, local.latency),
    local.model.loaded ? 0 : 1,
    local.model.memory ?? 0,
    local.provider,
    local.model.name,
  ];
  return compareKeys(key(one), key(other));
}

export interface Remote {
  readonly host: string;
  readonly port: number;
  readonly endpoint: Effective;
}

/** More sovereign, by class and then by cap; meets the requirement; nearer to the preference; name. */
export function compareRemote(task: Task, one: Remote, other: Remote): number {
  const key = ({ host, port, endpoint }: Remote): readonly (number | string)[] => [
    CLASSES.indexOf(endpoint.control),
    // What is owned needs no cap to stand as it does.
    endpoint.control === "owned" || endpoint.bytes_out_per_task_max !== null ? 0 : 1,
    meets(task, endpoint.latency) ? 0 : 1,
    distance(task, endpoint.latency),
    host,
    port,
  ];
  return compareKeys(key(one), key(other));
}

export function compareKeys(one: readonly (number | string)[], other: readonly (number | string)[]): number {
  for (const [at, value] of one.entries()) {
    const against = other[at]!;
    if (value !== against) return value < against ? -1 : 1;
  }
  return 0;
}

export function meets(task: Task, latency: number | null): boolean {
  return task.requires.latency === null || (latency !== null && latency <= task.requires.latency);
}

export function distance(task: Task, latency: number | null): number {
  if (task.prefer.latency === null) return 0;
  return latency === null ? Number.MAX_SAFE_INTEGER : Math.max(0, latency - task.prefer.latency);
}

/** Endpoints named in full that serve the capability by POST. */
export function candidates(spec: Spec, need: ModelNeed): Remote[] {
  const found: Remote[] = [];
  for (const { host, port } of spec.sovereignty.endpoints) {
    if (host.startsWith("*.") || found.some((one) => one.host === host && one.port === port)) continue;
    const endpoint = effective(spec, host, port);
    if (
      endpoint === null ||
      endpoint.opaque !== null ||
      !endpoint.methods.includes("POST") ||
      endpoint.paths.length === 0
    )
      continue;
    if (endpoint.serves.includes(need.capability)) found.push({ host, port, endpoint });
  }
  return found;
}

/** Of overlapping entries the tightest of each field. */
export function effective(spec: Spec, host: string, port: number): Effective | null {
  const entries = spec.sovereignty.endpoints.filter(
    (entry) =>
      entry.port === port &&
      (entry.host === host ||
        (entry.host.startsWith("*.") && host.endsWith(entry.host.slice(1)) && host !== entry.host.slice(2))),
  );
  if (entries.length === 0) return null;
  const rank = (label: string): number => spec.privacy.ladder.indexOf(label);
  const cap = (values: readonly (number | null)[]): number | null => {
    const known = values.filter((value) => value !== null);
    return known.length === 0 ? null : Math.min(...known);
  };
  const latencies = entries.map((entry) => entry.latency);
  // Pins and opacity hold together, or nothing can be called.
  const pins = new Set(entries.flatMap(({ address }) => address ?? []));
  const lists = entries.flatMap(({ ca }) =>
    ca === null ? [] : [ca.split("\n").filter((line) => /^[A-Z]{4}$/.test(line))],
  );
  const authorities =
    lists.length === 0 ? null : lists[0]!.filter((one) => lists.every((list) => list.includes(one)));
  const opaques = entries.flatMap(({ opaque }) => opaque ?? []);
  if (pins.size > 1 || authorities?.length === 0) return null;
  if (opaques.length > 0 && opaques.length < entries.length) return null;
  const types = entries.flatMap(({ content_types }) => (content_types === null ? [] : [content_types]));
  const inAll = (pick: (entry: Endpoint) => readonly string[]): string[] =>
    pick(entries[0]!).filter((item) => entries.every((entry) => pick(entry).includes(item)));
  const paths = entries
    .flatMap((entry) => entry.paths)
    .filter((path) => entries.every((entry) => entry.paths.some((prefix) => underPrefix(prefix, path))));
  return {
    host,
    port,
    control: entries
      .map((entry) => entry.control)
      .sort((one, other) => CLASSES.indexOf(other) - CLASSES.indexOf(one))[0]!,
    clearance: entries.map((entry) => entry.clearance).sort((one, other) => rank(one) - rank(other))[0]!,
    serves: inAll((entry) => entry.serves),
    serves_any: [...new Set(entries.flatMap((entry) => entry.serves))],
    methods: inAll((entry) => entry.methods),
    paths,
    requests_per_task_max: cap(entries.map((entry) => entry.requests_per_task_max)),
    bytes_out_per_task_max: cap(entries.map((entry) => entry.bytes_out_per_task_max)),
    address: [...pins][0] ?? null,
    ca: authorities === null ? null : authorities.join(" "),
    content_types:
      types.length === 0 ? null : types[0]!.filter((one) => types.every((list) => list.includes(one))),
    bytes_in_per_task_max: cap(entries.map((entry) => entry.bytes_in_per_task_max)),
    opaque:
      opaques.length === 0
        ? null
        : {
            max_label: opaques
              .map(({ max_label }) => max_label)
              .sort((one, other) => rank(one) - rank(other))[0]!,
            bytes_out: Math.min(...opaques.map(({ bytes_out }) => bytes_out)),
            bytes_in: Math.min(...opaques.map(({ bytes_in }) => bytes_in)),
          },
    price: dearest(entries),
    latency: latencies.includes(null) ? null : Math.max(...latencies.map((latency) => latency ?? 0)),
  };
}

/** Of several prices the higher of each part; one that has none takes nothing from another's. */
function dearest(entries: readonly Endpoint[]): Endpoint["price"] {
  const prices = entries.flatMap(({ price }) => price ?? []);
  if (prices.length === 0) return null;
  return {
    input_per_million: Math.max(...prices.map((price) => price.input_per_million)),
    output_per_million: Math.max(...prices.map((price) => price.output_per_million)),
    per_request: Math.max(...prices.map((price) => price.per_request)),
  };
}

export function underPrefix(prefix: string, path: string): boolean {
  return path === prefix || path.startsWith(prefix.endsWith("/") ? prefix : `${prefix}/`);
}

export function within(folder: string, path: string): boolean {
  return folder === "/" || `${path}/`.startsWith(`${folder}/`);
}

export function base(pattern: string): string {
  if (pattern === "/**") return "/";
  return pattern.endsWith("/**") ? pattern.slice(0, -3) : pattern;
}

export function reals(asked: readonly string[], known: readonly PathFact[]): string[] {
  return asked.map((path) => known.find((fact) => fact.asked === path)?.real ?? path);
}

export function sum<T>(items: readonly T[], amount: (item: T) => number): number {
  return items.reduce((all, item) => all + amount(item), 0);
}

export function nameless({ device, inode }: PathFact): boolean {
  return device === null || inode === null;
}
