// Drafts the task that a blocked run would have needed: what was wanted, added to its declaration. Pure; it grants nothing:
// a draft is judged like any task (draft-record.ts).
import { hostInUrl } from "../names/host.ts";
import { matchesPathPrefix } from "../names/path-prefix.ts";
import type { CallNeed, Task } from "../task/task.ts";
import type { WantedCall } from "./blocked-attempts.ts";

export interface DraftInput {
  /** The task whose run was blocked. */
  readonly ran: Task;
  /** What the draft adds to: the same task, or an earlier draft of it. */
  readonly base: Task;
  readonly wanted: readonly WantedCall[];
  /** Bytes that the spec in force allows one task to send there; null: no cap of its own, or no such endpoint. */
  readonly bytesMax: (host: string, port: number) => number | null;
}

/** A call that a draft adds to its base, or whose numbers it raises. */
export interface DraftedCall {
  readonly call: CallNeed;
  readonly wanted: WantedCall;
  /** Whether the base declares it already, with lower numbers. */
  readonly raised: boolean;
}

export interface Draft {
  readonly task: Task;
  /** In the order of `task.needs.calls`. */
  readonly drafted: readonly DraftedCall[];
}

/** Bytes a new call is drafted with: what no refused request can tell. Some headers and a small body each. */
const BYTES_OUT_MIN = 65_536;
const BYTES_PER_CALL = 16_384;
/** The task language's own bound (task-schema.ts). */
const CALLS_MAX = 1_000_000;

/** `base` with a call for everything wanted; what it declares with enough already is left as it is. */
export function draftTask({ ran, base, wanted, bytesMax }: DraftInput): Draft {
  const calls = [...base.needs.calls];
  const drafted = new Map<number, DraftedCall>();
  for (const want of wanted) {
    const spent = ran.needs.calls.find((call) => covers(call, want))?.calls_max ?? 0;
    const calls_max = roundedUp(spent + want.attempts);
    const at = calls.findIndex((call) => covers(call, want));
    const known = calls[at];
    if (known === undefined) {
      const cap = bytesMax(want.host, want.port) ?? Number.POSITIVE_INFINITY;
      const call = newCall(want, calls_max, cap);
      drafted.set(calls.push(call) - 1, { call, wanted: want, raised: false });
      continue;
    }
    const call = raisedCall(known, want, calls_max);
    if (call.calls_max === known.calls_max && call.bytes_out_max === known.bytes_out_max) continue;
    calls[at] = call;
    drafted.set(at, { call, wanted: want, raised: drafted.get(at)?.raised ?? true });
  }
  // With a call the gate listens anyway.
  const records_network = base.needs.records_network && calls.length === 0;
  const task = { ...base, needs: { ...base.needs, calls, records_network } };
  return { task, drafted: [...drafted].sort(([a], [b]) => a - b).map(([, each]) => each) };
}

function newCall(want: WantedCall, calls_max: number, cap: number): CallNeed {
  const bytes = Math.max(BYTES_OUT_MIN, BYTES_PER_CALL * 2 ** Math.ceil(Math.log2(calls_max)));
  return {
    to: urlOf(want),
    method: [want.method],
    for: [],
    tokens: null,
    money: null,
    calls_max,
    bytes_out_max: Math.min(bytes, cap),
    bytes_in_max: null,
    data: null,
  };
}

function raisedCall(known: CallNeed, want: WantedCall, calls_max: number): CallNeed {
  const { bytes_out_max } = known;
  const doubled = want.over_bytes && bytes_out_max !== null ? 2 * bytes_out_max : bytes_out_max;
  return { ...known, calls_max: Math.max(known.calls_max, calls_max), bytes_out_max: doubled };
}

/** The next of 1, 2, 5, 10, 20, 50, …: a count that a person would have written. */
export function roundedUp(count: number): number {
  for (let step = 1; step < CALLS_MAX; step *= 10) {
    for (const times of [1, 2, 5]) if (step * times >= count) return step * times;
  }
  return CALLS_MAX;
}

/** Whether the declared `call` is one to where `want` wanted to go. */
function covers(call: CallNeed, want: WantedCall): boolean {
  const place = urlOf({ ...want, path: "" });
  if (!call.method.includes(want.method) || !call.to.startsWith(place)) return false;
  const rest = call.to.slice(place.length);
  return want.scheme === "tcp" ? rest === "" : rest.startsWith("/") && matchesPathPrefix(rest, want.path);
}

function urlOf({ scheme, host, port, path }: WantedCall): string {
  const name = hostInUrl({ name: host, kind: host.includes(":") ? "ipv6" : "name" });
  return `${scheme}://${name}:${port}${path}`;
}
