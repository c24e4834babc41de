// The HTTP methods of both languages. CONNECT and TRACE are not among them: they have no body to inspect, or echo one.
import { enumeration } from "../stdx/schema/scalars.ts";
import type { Schema } from "../stdx/schema/schema.ts";

/** RFC 9110 section 9.3 and RFC 5789, sorted; what an endpoint without `methods` allows. */
export const METHODS = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"] as const;

/** One method, in upper case. */
export function method(): Schema<string> {
  return enumeration(METHODS);
}
