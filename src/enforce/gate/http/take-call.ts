// Takes one request and its bytes from a grant. Single-threaded and without a pause between look and take, so that fifty
// requests at once get exactly what was granted.
import { err, ok, type Result } from "../../../stdx/result.ts";
import type { CoveringCall } from "./find-call.ts";
import { type Refusal, refusal } from "./refusal.ts";

/**
 * Takes one request of `bytes` from the first of `calls` that has room for it, before a byte leaves. What was taken stays
 * taken, even if the upstream then fails.
 */
export function takeCall(calls: readonly CoveringCall[], bytes: number): Result<CoveringCall, Refusal> {
  const found = calls.find((one) => hasRoom(one, bytes));
  if (found === undefined) return err(whyNot(calls, bytes));
  found.use.requests += 1;
  found.use.bytes_out += bytes;
  return ok(found);
}

/** Why none of `calls` has room for a request of at least `bytes`, or null. Takes nothing. */
export function whyNoRoom(calls: readonly CoveringCall[], bytes: number): Refusal | null {
  return calls.some((one) => hasRoom(one, bytes)) ? null : whyNot(calls, bytes);
}

/** Adds `bytes` of an answer; false: the grant is over, and these bytes are not to be passed on. */
export function takeAnswer({ call, use }: CoveringCall, bytes: number): boolean {
  use.bytes_in += bytes;
  return call.bytes_in_max === null || use.bytes_in <= call.bytes_in_max;
}

function hasRoom({ call, use }: CoveringCall, bytes: number): boolean {
  return use.requests < call.requests_max && use.bytes_out + bytes <= call.bytes_out_max;
}

function whyNot(calls: readonly CoveringCall[], bytes: number): Refusal {
  const byBytes = calls.find(({ call, use }) => use.requests < call.requests_max);
  if (byBytes !== undefined) {
    const { call, use } = byBytes;
    const instead = "send less, or declare more bytes for this call in the task";
    return refusal("bytes_over_limit", use.bytes_out + bytes, call.bytes_out_max, instead);
  }
  const used = calls.reduce((sum, { use }) => sum + use.requests, 0);
  const limit = calls.reduce((sum, { call }) => sum + call.requests_max, 0);
  return refusal("requests_over_limit", used + 1, limit, "declare more requests of this call in the task");
}
