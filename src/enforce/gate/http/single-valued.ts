// Fields that an answer has once (RFC 9110 section 5.3: no list), of which Node sends no second one over HTTP/2. Not a
// judgement of any value.
import { err, ok, type Result } from "../../../stdx/result.ts";
import type { Field } from "./fields.ts";

/**
 * The fields with repeats of one value in one place, and the members of a list that Node takes for one value joined
 * (RFC 9110 section 5.3); or the name of a field that says two things.
 *
 * @example onceEach([["etag", "a"], ["ETag", "a"]]) // ok: [["etag", "a"]]
 */
export function onceEach(fields: readonly Field[]): Result<readonly Field[], string> {
  const kept: Field[] = [];
  const places = new Map<string, number>();
  for (const field of fields) {
    const name = field[0].toLowerCase();
    const at = SINGLE.has(name) || LISTS.has(name) ? places.get(name) : undefined;
    const before = at === undefined ? undefined : kept[at];
    if (at === undefined || before === undefined) {
      places.set(name, kept.length);
      kept.push(field);
    } else if (LISTS.has(name)) kept[at] = [before[0], `${before[1]}, ${field[1]}`];
    else if (before[1] !== field[1]) return err(name);
  }
  return ok(kept);
}

/** Lists by their definition (RFC 9110 sections 8.4 and 8.5) that Node sends once all the same. */
const LISTS: ReadonlySet<string> = new Set(["content-encoding", "content-language"]);

/** The fields of an answer that Node sends once over HTTP/2 (its documentation of `http2`, headers object). */
const SINGLE: ReadonlySet<string> = new Set([
  "access-control-allow-credentials",
  "access-control-max-age",
  "access-control-request-method",
  "age",
  "authorization",
  "content-length",
  "content-location",
  "content-md5",
  "content-range",
  "content-type",
  "date",
  "dnt",
  "etag",
  "expires",
  "from",
  "host",
  "if-match",
  "if-modified-since",
  "if-none-match",
  "if-range",
  "if-unmodified-since",
  "last-modified",
  "location",
  "max-forwards",
  "proxy-authorization",
  "range",
  "referer",
  "retry-after",
  "tk",
  "upgrade-insecure-requests",
  "user-agent",
  "x-content-type-options",
]);
