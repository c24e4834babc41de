// Media types of request bodies: `type/subtype` in lower case, nothing else. Parameters such as a charset are not part of
// the rule, and there are no wildcards: which types are allowed is a list, so that comparing two is exact.
import { err, ok, type Result } from "../stdx/result.ts";
import { type WordProblem, word } from "../stdx/schema/scalars.ts";
import type { Schema } from "../stdx/schema/schema.ts";

/** RFC 6838 section 4.2: restricted names, at most 127 characters each. */
const MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/u;

/**
 * One media type, in lower case.
 *
 * @example "Application/JSON" is read as "application/json"
 */
export function mediaType(): Schema<string> {
  return word({
    noun: "a media type",
    json: { type: "string", pattern: "^[^/;*\\s]+/[^/;*\\s]+$" },
    parse: parseMediaType,
  });
}

function parseMediaType(text: string): Result<string, WordProblem> {
  const type = text.toLowerCase();
  if (MEDIA_TYPE.test(type)) return ok(type);
  return err({
    expected: "a media type is `type/subtype`, without parameters or wildcards",
    hint: "write it plainly, such as `application/json`",
  });
}
