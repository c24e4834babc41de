// The HTTP methods of both languages. TRACE is not among them, as it echoes; CONNECT only for raw connections, which are no
// requests.
import { enumeration } from "../stdx/schema/scalars.ts";
import type { Schema } from "../stdx/schema/schema.ts";

/** RFC 9110 section 9.3 and RFC 5789, sorted; what an endpoint without `methods` allows. */
export const METHODS = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"] as const;

/** The method of a raw connection: no request, so no endpoint's `methods` have it. */
export const CONNECT = "CONNECT";

/** The method of a declared call, in upper case. */
export function callMethod(): Schema<string> {
  return enumeration([...METHODS, CONNECT]);
}

/** One method, in upper case. */
export function method(): Schema<string> {
  return enumeration(METHODS);
}
