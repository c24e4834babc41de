// A `WritError` as it crosses the governor's socket, both ways.
import { ERROR_CODES, WritError } from "../../stdx/writ-error.ts";
import type { WireError } from "../wire/messages.ts";

/** More lines of one error than this are not carried; the message says how many there are. */
const DETAILS_MAX = 100;

/** `error` for the wire. A `cause` that is a list of lines crosses as `details`. */
export function wireErrorOf(error: WritError): WireError {
  const details = Array.isArray(error.cause) ? error.cause.filter((line) => typeof line === "string") : [];
  return {
    code: error.code,
    message: error.message,
    hint: error.hint,
    details: details.slice(0, DETAILS_MAX),
  };
}

/** The error that crossed the wire, or WRIT_PROTOCOL when what came is none. */
export function writErrorOf(value: unknown): WritError {
  if (isWireError(value)) {
    const code = ERROR_CODES.find((known) => known === value.code);
    const cause = value.details.length === 0 ? {} : { cause: value.details };
    if (code !== undefined) return new WritError(code, value.message, { hint: value.hint, ...cause });
  }
  return new WritError("WRIT_PROTOCOL", "the governor answered in an unknown form", {
    hint: "run the same version of writ everywhere on this home",
  });
}

function isWireError(value: unknown): value is WireError {
  if (typeof value !== "object" || value === null) return false;
  const { code, message, hint, details } = value as { readonly [key: string]: unknown };
  return [code, message, hint].every((part) => typeof part === "string") && Array.isArray(details);
}
