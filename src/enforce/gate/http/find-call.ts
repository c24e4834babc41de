// Holds a judged request against the writ's granted calls: which of them cover it, and what would pass instead. Not the
// counting (take-call.ts).
import type { GrantedCall } from "../../../decide/decision.ts";
import { matchesPathPrefix } from "../../../names/path-prefix.ts";
import { err, ok, type Result } from "../../../stdx/result.ts";
import type { Target } from "../target.ts";
import type { CallUse, TaskState } from "../task-state.ts";
import type { Meter } from "../usage/meter.ts";
import { type Field, valuesOf } from "./fields.ts";
import type { JudgedHead } from "./judge-head.ts";
import { type GateCause, type Refusal, refusal } from "./refusal.ts";

/** A granted call and what was used of it. */
export interface CoveringCall {
  readonly call: GrantedCall;
  readonly use: CallUse;
  /** null: it is not counted in tokens. */
  readonly meter: Meter | null;
}

/**
 * The grants that cover the request, never none, the narrowest first. HEAD is covered where GET is (RFC 9110 section
 * 9.3.2: the same request, less the content). Every reading of the path has to lie under the granted one.
 */
export function findCalls(
  state: TaskState,
  target: Target,
  head: JudgedHead,
): Result<readonly CoveringCall[], Refusal> {
  const all = state.policy.calls.flatMap((call, at) => {
    const use = state.used.calls[at];
    return use === undefined ? [] : [{ call, use, meter: state.meters[at] ?? null }];
  });
  const there = all.filter(({ call }) => isTarget(call, target));
  if (there.length === 0) return refuse("host_not_granted", `${target.host}:${target.port}`, all, target);
  const { method, url } = head;
  const allowed = there.filter(({ call }) => call.methods.some((granted) => coversMethod(granted, method)));
  if (allowed.length === 0) return refuse("method_not_granted", method, there, target);
  const covering = allowed.filter(({ call }) => coversPath(call.path, url.readings));
  if (covering.length === 0) return refuse("path_not_granted", url.path, allowed, target);
  return ok(covering.toSorted((one, other) => other.call.path.length - one.call.path.length));
}

/** Those of `calls` whose content types allow the body, never none. An empty body is none. */
export function findForBody(
  calls: readonly CoveringCall[],
  fields: readonly Field[],
  body: Uint8Array,
): Result<readonly CoveringCall[], Refusal> {
  if (body.length === 0) return ok(calls);
  const type = mediaType(valuesOf(fields, "content-type")[0] ?? "");
  const covering = calls.filter(
    ({ call }) => call.content_types === null || call.content_types.some((one) => mediaType(one) === type),
  );
  if (covering.length > 0) return ok(covering);
  const limit = calls.flatMap(({ call }) => call.content_types ?? []).join(", ");
  const instead = `send a body of type ${limit}, or declare the type in the task`;
  return err(refusal("content_type_not_granted", type, limit, instead));
}

/** Whether a grant or a credential for `granted` holds for `method`. */
export function coversMethod(granted: string, method: string): boolean {
  return granted === method || (granted === "GET" && method === "HEAD");
}

/** Whether every reading of a path lies under `prefix`. */
export function coversPath(prefix: string, readings: readonly string[]): boolean {
  return readings.every((path) => matchesPathPrefix(prefix, path));
}

function isTarget(call: GrantedCall, { scheme, host, port }: Target): boolean {
  return call.scheme === scheme && call.host === host && call.port === port;
}

/** RFC 9110 section 8.3.1: without parameters, in lower case. */
function mediaType(text: string): string {
  return (text.split(";")[0] ?? "").trim().toLowerCase();
}

/** Grants that a refusal names. */
const SHOWN_MAX = 8;

function refuse(
  cause: GateCause,
  measured: string,
  granted: readonly CoveringCall[],
  target: Target,
): Result<never, Refusal> {
  const shown = granted.slice(0, SHOWN_MAX).map(({ call }) => `${call.methods.join(",")} ${urlOf(call)}`);
  const limit = shown.length === 0 ? "no call" : shown.join(", ");
  const instead = `keep to what is granted, or declare a call to ${target.scheme}://${target.host}:${target.port} in the task`;
  return err(refusal(cause, measured, limit, instead));
}

function urlOf({ scheme, host, port, path }: GrantedCall): string {
  return `${scheme}://${host}:${port}${path}`;
}
