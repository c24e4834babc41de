// What of a task would leave this node: its declared calls, and model needs placed at endpoints. Each counts as an
// external call. Judges nothing.
import type { EffectiveEndpoint } from "../spec/effective-endpoint.ts";
import type { Control } from "../spec/spec.ts";
import type { CallNeed, ModelNeed } from "../task/task.ts";
import type { CompiledSpec, PlacementTarget } from "./compile-spec.ts";
import type { ScoredCall } from "./sovereignty-score.ts";
import { splitUrl } from "./split-url.ts";

/** One demand that leaves the node. */
export interface OutwardNeed extends ScoredCall {
  /** The task field it comes from, `needs.calls[0]`. */
  readonly field: string;
  /** The canonical URL of a call; for a placed model need, the place. */
  readonly url: string;
  readonly method: string;
  readonly host: string;
  readonly port: number;
  /** null: a placed model need, for which the gate chooses among the endpoint's paths. */
  readonly path: string | null;
  /** What holds there; null: the spec does not name it. */
  readonly endpoint: EffectiveEndpoint | null;
  /** The declared label, if one was declared. */
  readonly data: string | null;
}

/** The call as it leaves. `rank` is that of the task's label; data is never less private than what the task reads. */
export function outwardCall(
  compiled: CompiledSpec,
  call: CallNeed,
  index: number,
  rank: number,
): OutwardNeed {
  const parts = splitUrl(call.to);
  // Plain HTTP proves no host, whatever the spec says of its name.
  const endpoint =
    parts === null || parts.scheme === "http" ? null : compiled.endpoints.lookup(parts.host, parts.port);
  return {
    field: `needs.calls[${index}]`,
    url: call.to,
    method: call.method,
    host: parts?.host ?? "",
    port: parts?.port ?? 0,
    path: parts?.path ?? "",
    endpoint,
    data: call.data,
    control: endpoint?.control ?? "uncontrolled",
    capped: endpoint !== null && endpoint.bytes_out_per_task_max !== null,
    requests: call.calls_max,
    bytes: call.bytes_out_max ?? compiled.spec.defaults.bytes_out,
    rank: dataRank(compiled, call.data, rank),
  };
}

/** The model need as it leaves when it is placed at `target`. */
export function outwardModel(
  compiled: CompiledSpec,
  need: ModelNeed,
  target: PlacementTarget,
  at: { readonly index: number; readonly rank: number },
): OutwardNeed {
  return {
    field: `needs.models[${at.index}]`,
    url: `https://${target.host.includes(":") ? `[${target.host}]` : target.host}:${target.port}`,
    method: "POST",
    host: target.host,
    port: target.port,
    path: null,
    endpoint: target.endpoint,
    data: need.data,
    control: target.endpoint.control,
    capped: target.endpoint.bytes_out_per_task_max !== null,
    requests: need.calls_max,
    bytes: need.bytes_out_max ?? compiled.spec.defaults.bytes_out,
    rank: dataRank(compiled, need.data, at.rank),
  };
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
