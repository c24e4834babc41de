// What of a task would leave this node: its declared calls, and model needs placed at endpoints. Each counts as an
// external call. Judges nothing.
import { addressClass } from "../names/address.ts";
import type { EffectiveEndpoint } from "../spec/effective-endpoint.ts";
import { costMax } from "../spec/price.ts";
import type { Control, Price } from "../spec/spec.ts";
import type { CallNeed, ModelNeed, Needs } from "../task/task.ts";
import type { CompiledSpec, PlacementTarget } from "./compile-spec.ts";
import type { ScoredCall } from "./sovereignty-score.ts";
import { splitUrl } from "./split-url.ts";

/** One demand that leaves the node. */
export interface OutwardNeed extends ScoredCall {
  /** The task field it comes from, `needs.calls[0]`. */
  readonly field: string;
  /** The canonical URL of a call; for a placed model need, the place. */
  readonly url: string;
  /** Sorted, never empty. */
  readonly methods: readonly string[];
  readonly host: string;
  readonly port: number;
  /** null: a placed model need, which may use each of the endpoint's paths. */
  readonly path: string | null;
  /** `tcp`: raw connections. */
  readonly scheme: "https" | "http" | "tcp";
  /** Bytes of answers; null: undeclared. */
  readonly bytes_in: number | null;
  /** Tokens of its requests and answers; null: undeclared. */
  readonly tokens: number | null;
  /** Millionths of a dollar that it may cost at most; undeclared tokens count as none here, as they are refused by themselves. */
  readonly money: number;
  /** Whether its tokens are counted: its endpoint has a price, or it declares them. */
  readonly metered: boolean;
  /** What holds there; null: the spec does not name it. */
  readonly endpoint: EffectiveEndpoint | null;
  /** The declared label, if one was declared. */
  readonly data: string | null;
}

/** Where a need stands in its task: its place among its kind, and the rank of the task's label. */
export interface NeedPlace {
  readonly needs: Needs;
  readonly index: number;
  readonly rank: number;
}

/** The call as it leaves. Data is never less private than what the task reads. */
export function outwardCall(
  compiled: CompiledSpec,
  call: CallNeed,
  { needs, index, rank }: NeedPlace,
): OutwardNeed {
  const parts = splitUrl(call.to);
  const named = parts === null ? null : compiled.endpoints.lookup(parts.host, parts.port);
  // Plain HTTP proves no host, whatever the spec says of its name, unless it never leaves this node.
  const endpoint = parts?.scheme === "http" && !isOnThisNode(named) ? null : named;
  return {
    field: `needs.calls[${index}]`,
    url: call.to,
    methods: call.method,
    host: parts?.host ?? "",
    port: parts?.port ?? 0,
    path: parts?.path ?? "",
    scheme: parts?.scheme ?? "https",
    endpoint,
    data: call.data,
    control: endpoint?.control ?? "uncontrolled",
    capped: endpoint !== null && (endpoint.opaque ?? endpoint.bytes_out_per_task_max) !== null,
    opaque: parts?.scheme === "tcp",
    requests: call.calls_max,
    bytes_in: call.bytes_in_max,
    bytes: call.bytes_out_max ?? compiled.spec.defaults.bytes_out,
    ...meteredBy(compiled, call, needs, parts?.scheme === "tcp" ? null : (endpoint?.price ?? null)),
    rank: dataRank(compiled, call.data, rank),
  };
}

/** The model need as it leaves when it is placed at `target`. */
export function outwardModel(
  compiled: CompiledSpec,
  need: ModelNeed,
  target: PlacementTarget,
  at: NeedPlace,
): OutwardNeed {
  return {
    field: `needs.models[${at.index}]`,
    url: `https://${target.host.includes(":") ? `[${target.host}]` : target.host}:${target.port}`,
    methods: ["POST"],
    host: target.host,
    port: target.port,
    path: null,
    scheme: "https",
    endpoint: target.endpoint,
    data: need.data,
    control: target.endpoint.control,
    capped: target.endpoint.bytes_out_per_task_max !== null,
    opaque: false,
    requests: need.calls_max,
    bytes_in: null,
    bytes: need.bytes_out_max ?? compiled.spec.defaults.bytes_out,
    ...meteredBy(compiled, need, at.needs, target.endpoint.price),
    rank: dataRank(compiled, need.data, at.rank),
  };
}

/** The tokens that a need may use: declared by itself, by its task, or the spec's default; null: none of these. */
export function tokensOf(
  { spec }: CompiledSpec,
  need: Pick<CallNeed, "tokens">,
  needs: Pick<Needs, "tokens">,
): number | null {
  return need.tokens ?? needs.tokens ?? spec.defaults.tokens;
}

function meteredBy(
  compiled: CompiledSpec,
  need: CallNeed | ModelNeed,
  needs: Needs,
  price: Price | null,
): Pick<OutwardNeed, "tokens" | "money" | "metered"> {
  const metered = price !== null || need.tokens !== null;
  if (!metered) return { tokens: null, money: 0, metered };
  const tokens = tokensOf(compiled, need, needs);
  const most = price === null ? 0 : costMax(price, need.calls_max, tokens ?? 0);
  return { tokens, money: Math.min(most, need.money ?? needs.money ?? most), metered };
}

function isOnThisNode(endpoint: EffectiveEndpoint | null): boolean {
  return endpoint !== null && endpoint.address !== null && addressClass(endpoint.address) === "loopback";
}

/** The rank that data is judged by: the declared label or the task's, whichever is higher; an unknown one tops all. */
export function dataRank(compiled: CompiledSpec, data: string | null, taskRank: number): number {
  if (data === null) return taskRank;
  return Math.max(taskRank, compiled.ranks.get(data) ?? compiled.ranks.size);
}

/** Worst of two classes. */
export function fartherControl(one: Control, other: Control): Control {
  if (one === "uncontrolled" || other === "uncontrolled") return "uncontrolled";
  return one === "contracted" || other === "contracted" ? "contracted" : "owned";
}
