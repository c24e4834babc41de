// Judges a request's head before any of its body is read: one reading only, for the connection's own target. Looks at
// the raw fields, since Node folds and drops duplicates. Not a grant check.
import type { IncomingMessage } from "node:http";
import type { Http2ServerRequest } from "node:http2";
import { err, ok, type Result } from "../../../stdx/result.ts";
import type { Target } from "../target.ts";
import { namesTarget } from "./authority.ts";
import { BODY_MAX, FIELDS_MAX, HEAD_MAX } from "./bounds.ts";
import { endToEnd, type Field, fieldBytes, fieldsOf, valuesOf, withOneCookie } from "./fields.ts";
import { type JudgedUrl, judgeUrl } from "./judge-url.ts";
import { type Refusal, refusal } from "./refusal.ts";

/** A request's head, read in the one way in which it is passed on. */
export interface JudgedHead {
  readonly method: string;
  readonly url: JudgedUrl;
  /** What goes on: without Host, length and expectation, which are the gate's own, and without hop-by-hop fields. */
  readonly fields: readonly Field[];
  readonly expectsContinue: boolean;
  /** gRPC asks for it (RFC 9110 section 10.1.4), and its servers insist. */
  readonly takesTrailers: boolean;
}

/** The head of `request`, or the first reason why it is refused. Never throws. */
export function judgeHead(
  request: IncomingMessage | Http2ServerRequest,
  target: Target,
): Result<JudgedHead, Refusal> {
  const fields = fieldsOf(request.rawHeaders);
  const fault =
    judgeFields(fields) ??
    judgeHosts(request, fields, target) ??
    judgeFraming(request, fields) ??
    judgeIntent(request, fields);
  if (fault !== null) return err(fault);
  const url = judgeUrl(request.url ?? "", target);
  if (!url.ok) return url;
  return ok({
    method: request.method ?? "",
    url: url.value,
    fields: withOneCookie(endToEnd(fields, GATE_OWN)),
    expectsContinue: valuesOf(fields, "expect").length > 0,
    takesTrailers: valuesOf(fields, "te").some((value) => /\btrailers\b/i.test(value)),
  });
}

/** The gate writes these itself. */
const GATE_OWN: ReadonlySet<string> = new Set(["host", "content-length", "expect"]);

/** RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Fields that two servers would read differently if they came twice. */
const SINGLE: readonly string[] = ["authorization", "content-type", "expect", "proxy-authorization"];

function judgeFields(fields: readonly Field[]): Refusal | null {
  if (fields.length > FIELDS_MAX) {
    return refusal("head_over_limit", fields.length, FIELDS_MAX, "send fewer header fields");
  }
  const bytes = fieldBytes(fields);
  if (bytes > HEAD_MAX) return refusal("head_over_limit", bytes, HEAD_MAX, "send shorter header fields");
  for (const [name, value] of fields) {
    if (TOKEN.test(name) && /^[\t\u0020-\u007e\u0080-\u00ff]*$/.test(value)) continue;
    return refusal(
      "header_malformed",
      name,
      null,
      "send header fields of one line, without control characters",
    );
  }
  const twice = SINGLE.find((name) => valuesOf(fields, name).length > 1);
  return twice === undefined ? null : refusal("header_malformed", twice, 1, "send this header field once");
}

function judgeHosts(
  request: IncomingMessage | Http2ServerRequest,
  fields: readonly Field[],
  target: Target,
): Refusal | null {
  const hosts = valuesOf(fields, "host");
  const authorities = pseudo(request, ":authority");
  const named = [...authorities, ...hosts];
  if (hosts.length > 1 || authorities.length > 1 || named.length === 0) {
    return refusal("host_not_single", named.length, 1, "send one Host header field");
  }
  const other = named.find((name) => !namesTarget(name, target));
  if (other !== undefined) {
    return refusal("host_mismatch", other, target.host, "name the host of the connection");
  }
  const scheme = pseudo(request, ":scheme");
  return scheme.length > 1 || (scheme[0] ?? target.scheme) !== target.scheme
    ? refusal("host_mismatch", scheme.join(), target.scheme, "ask for the scheme of the connection")
    : null;
}

function judgeFraming(
  request: IncomingMessage | Http2ServerRequest,
  fields: readonly Field[],
): Refusal | null {
  const lengths = valuesOf(fields, "content-length");
  const transfers = valuesOf(fields, "transfer-encoding");
  const instead = "send one Content-Length, or Transfer-Encoding: chunked over HTTP/1.1";
  if (lengths.length + transfers.length > 1) {
    return refusal("framing_ambiguous", lengths.length + transfers.length, 1, instead);
  }
  const [length, transfer] = [lengths[0], transfers[0]];
  if (transfer !== undefined && (transfer.toLowerCase() !== "chunked" || request.httpVersion !== "1.1")) {
    return refusal("framing_ambiguous", transfer, "chunked", instead);
  }
  if (length === undefined) return null;
  if (!/^\d{1,15}$/.test(length)) return refusal("framing_ambiguous", length, "a number", instead);
  return Number(length) > BODY_MAX
    ? refusal("body_over_limit", Number(length), BODY_MAX, "send a shorter body, or several")
    : null;
}

function judgeIntent(
  request: IncomingMessage | Http2ServerRequest,
  fields: readonly Field[],
): Refusal | null {
  const method = request.method ?? "";
  if (method === "CONNECT" || pseudo(request, ":protocol").length > 0) {
    return refusal("connect_refused", "CONNECT", "none", "send plain requests on this connection");
  }
  if (!TOKEN.test(method)) return refusal("malformed", method, "a method", "send one well-formed request");
  const upgrade = valuesOf(fields, "upgrade")[0];
  if (upgrade !== undefined) {
    return refusal(
      "upgrade_refused",
      upgrade,
      "none",
      "use plain HTTP: what cannot be inspected does not pass",
    );
  }
  const expected = valuesOf(fields, "expect")[0] ?? "100-continue";
  return expected.toLowerCase() === "100-continue"
    ? null
    : refusal("expectation_refused", expected, "100-continue", "send no Expect header field");
}

/** Every value of one pseudo-header field (RFC 9113 section 8.3); HTTP/1.1 has none. */
function pseudo(request: IncomingMessage | Http2ServerRequest, name: string): readonly string[] {
  if (request.httpVersionMajor < 2) return [];
  const raw = request.rawHeaders;
  return raw.flatMap((text, at) => (at % 2 === 0 && text === name ? [raw[at + 1] ?? ""] : []));
}
