// Certificates inline in a spec: PEM text (RFC 7468) in one canonical form, checked for its shape. Not a reading of X.509:
// a certificate that proves nothing lets nothing through.
import { err, ok, type Result } from "../stdx/result.ts";
import { type WordProblem, word } from "../stdx/schema/scalars.ts";
import type { Schema } from "../stdx/schema/schema.ts";

/** Certificates of one endpoint: an authority, its successor, and room. */
export const CERTIFICATES_MAX = 16;
/** Bytes of one certificate's DER: real ones have one to three thousand. */
export const CERTIFICATE_BYTES_MAX = 16_384;

const BEGIN = "-----BEGIN CERTIFICATE-----";
const END = "-----END CERTIFICATE-----";
/** RFC 7468 section 2: base64 in lines of 64 characters. */
const LINE = 64;

const HINT = "paste PEM as a block scalar: `ca: |`, then the indented text";

/** One or more certificates as PEM, nothing around them. Canonical: lines of 64, sorted, each once. */
export function certificates(): Schema<string> {
  return word({
    noun: "certificates as PEM text",
    json: { type: "string", pattern: BEGIN },
    parse: parseCertificates,
  });
}

/**
 * The base64 of each certificate in canonical PEM text, sorted; none for null. As a set they order two values of `ca`.
 *
 * @example certificateSet(null) // []
 */
export function certificateSet(ca: string | null): readonly string[] {
  if (ca === null) return [];
  const parts = ca.split(BEGIN).slice(1);
  return parts.map((part) => part.slice(0, part.indexOf(END)).replaceAll("\n", ""));
}

/** The canonical PEM text of these certificates. */
export function certificateText(bodies: readonly string[]): string {
  return [...new Set(bodies)]
    .sort()
    .map((body) => [BEGIN, ...linesOf(body), END, ""].join("\n"))
    .join("");
}

function linesOf(body: string): readonly string[] {
  const lines: string[] = [];
  for (let at = 0; at < body.length; at += LINE) lines.push(body.slice(at, at + LINE));
  return lines;
}

function parseCertificates(text: string): Result<string, WordProblem> {
  const bodies: string[] = [];
  let open: string[] | null = null;
  for (const line of text.split(/\r?\n/u).map((one) => one.trim())) {
    if (line === BEGIN && open === null) open = [];
    else if (line === END && open !== null) {
      bodies.push(open.join(""));
      open = null;
    } else if (open !== null) open.push(line);
    else if (line !== "") return wrong("something around the certificates");
  }
  if (open !== null) return wrong("a certificate that does not end");
  if (bodies.length === 0) return wrong("no certificate");
  if (bodies.length > CERTIFICATES_MAX) {
    return wrong(`${bodies.length} certificates: limit is ${CERTIFICATES_MAX}`);
  }
  for (const body of bodies) {
    const fault = faultOf(body);
    if (fault !== null) return wrong(fault);
  }
  return ok(certificateText(bodies));
}

function wrong(what: string): Result<never, WordProblem> {
  return err({ expected: what, hint: HINT });
}

/** X.509 is one DER SEQUENCE with the length in two bytes (X.690 sections 8.1.3 and 8.9); a smaller one is no certificate. */
function faultOf(body: string): string | null {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/u.test(body)) {
    return "a certificate that is not base64";
  }
  const bytes = (body.length / 4) * 3 - (/=*$/u.exec(body)?.[0].length ?? 0);
  if (bytes > CERTIFICATE_BYTES_MAX)
    return `a certificate of ${bytes} bytes: limit is ${CERTIFICATE_BYTES_MAX}`;
  const head = atob(body.slice(0, 8));
  const length = head.charCodeAt(2) * 256 + head.charCodeAt(3);
  const isSequence = head.charCodeAt(0) === 0x30 && head.charCodeAt(1) === 0x82;
  return isSequence && length === bytes - 4 ? null : "a certificate that is not DER";
}
