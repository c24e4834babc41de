// The scanner of the gate until there is more of one: exact protected values and their simple encodings. Not a detector of
// unknown secrets, and no match for encryption: those are answered by labels and budgets.
import type { ProtectedValue } from "../policy.ts";
import { createValueFinder, type ValueFinder } from "./find-value.ts";
import type { RequestParts, RequestScanner, ScanHit } from "./request-scanner.ts";
import { ScanBudget } from "./scan-budget.ts";
import { type Found, searchViews } from "./search-views.ts";

/**
 * A scanner that finds each of `values` in the URL, the header fields or the body of a request: as it is, reversed,
 * wrapped, in UTF-16, percent-encoded, in JSON escapes, character references, base64 and base64url at any offset,
 * hexadecimal with or without separators, compressed, and in up to three of these one inside the other. Values of fewer
 * than six bytes are found as whole words only. The host is also read without its dots and in lower case.
 *
 * @example createRequestScanner([{ name: "deploy key", value: "s3cr3t-s3cr3t" }])(parts)?.place // "header x-note"
 */
export function createRequestScanner(values: readonly ProtectedValue[]): RequestScanner {
  const finder = createValueFinder(values);
  const hostFinder = createValueFinder(
    values.map(({ name, value }) => ({ name, value: value.toLowerCase().replaceAll(".", "") })),
  );
  // A connection has one host, which the spec chose.
  let clean: string | null = null;
  return (parts, budget = new ScanBudget()) => {
    try {
      if (finder.empty) return null;
      const host = hostOf(parts.url);
      const labels = host === clean ? null : searchLabels(host, hostFinder, budget);
      if (labels !== null) return hitOf(labels, "url");
      clean = host;
      return scanHead(parts, finder, budget) ?? scanBody(parts, finder, budget);
    } catch {
      // INVARIANT: what was not looked at does not leave.
      return { cause: "scan_failed", name: null, place: "body", encoding: "plain" };
    }
  };
}

function hostOf(url: string): string {
  return /^[a-z]+:\/\/([^/?#]*)/i.exec(url)?.[1] ?? "";
}

function searchLabels(host: string, finder: ValueFinder, budget: ScanBudget): Found | null {
  return searchViews(Buffer.from(host.toLowerCase().replaceAll(".", "")), finder, budget);
}

const NEWLINE: Buffer = Buffer.from("\n");

function scanHead(
  { method, url, headers }: RequestParts,
  finder: ValueFinder,
  budget: ScanBudget,
): ScanHit | null {
  const line = Buffer.from(`${method} ${url}`);
  // Node gives the bytes of a field as Latin-1 characters.
  const fields = headers.map(([name, value]) => Buffer.from(`${name}: ${value}\n`, "latin1"));
  // One search for all, since most requests hold nothing; only a hit is looked for again, to say where it is.
  const whole =
    searchViews(Buffer.concat([line, NEWLINE, ...fields]), finder, budget) ??
    scanRepeated(headers, finder, budget);
  if (whole === null) return null;
  const inLine = searchViews(line, finder, budget);
  if (inLine !== null) return hitOf(inLine, "url");
  for (const [at, field] of fields.entries()) {
    const found = searchViews(field, finder, budget);
    if (found !== null) return hitOf(found, `header ${(headers[at]?.[0] ?? "").toLowerCase()}`);
  }
  return hitOf(whole, "header fields together");
}

/** A value cut in pieces over fields of one name. */
function scanRepeated(
  headers: RequestParts["headers"],
  finder: ValueFinder,
  budget: ScanBudget,
): Found | null {
  const groups = Map.groupBy(headers, ([name]) => name.toLowerCase());
  const joined = [...groups.values()].filter(({ length }) => length > 1);
  const text = joined.map((group) => group.map(([, value]) => value).join("")).join("\n");
  return text === "" ? null : searchViews(Buffer.from(text, "latin1"), finder, budget);
}

function scanBody({ body, decoded }: RequestParts, finder: ValueFinder, budget: ScanBudget): ScanHit | null {
  const texts = decoded === body ? [body] : [decoded, body];
  for (const bytes of texts) {
    if (bytes.length === 0) continue;
    const found = searchViews(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), finder, budget);
    if (found !== null) return hitOf(found, "body");
  }
  return null;
}

function hitOf(found: Found, place: string): ScanHit {
  return found.kind === "value"
    ? { cause: "protected_value", name: found.name, place, encoding: found.encoding }
    : { cause: "scan_over_limit", name: null, place, encoding: found.encoding };
}
