// One line of `writ scan --jsonl`: from `{"id","text"}` to its findings as JSON. Not the reading of lines.
import type { Finding, FindingClass } from "../../scan/finding.ts";
import type { ScanResult } from "../../scan/scan-bytes.ts";
import { err, ok, type Result } from "../../stdx/result.ts";
import { codePointsAt } from "./code-points.ts";

/** A finding as machines read it; `start` and `end` count Unicode code points of the text, end exclusive. */
export interface LineFinding {
  readonly kind: string;
  readonly class: FindingClass;
  readonly start: number;
  readonly end: number;
  readonly decoded: readonly string[];
}

/** The kind of a finding that stands for a scan that did not end: all of it could be anything. */
export const UNFINISHED = "unfinished";

/**
 * The answer to `line`, one JSON text without a line break; else what is wrong with the line, without a word of it. A scan
 * that is exhausted is answered with what it found and one finding `unfinished` over the whole text. Members other than
 * `id` (a text or a safe integer) and `text` are ignored.
 *
 * @example answerLine(Buffer.from('{"id":1,"text":""}'), scan) // { ok: true, value: '{"id":1,"findings":[]}' }
 */
export function answerLine(
  line: Uint8Array,
  scan: (bytes: Uint8Array) => ScanResult,
): Result<string, string> {
  const row = rowOf(line);
  if (!row.ok) return row;
  const { id, text } = row.value;
  const bytes = new TextEncoder().encode(text);
  return ok(JSON.stringify({ id, findings: lineFindings(bytes, scan(bytes)) }));
}

interface Row {
  readonly id: string | number;
  readonly text: string;
}

function rowOf(line: Uint8Array): Result<Row, string> {
  let row: unknown;
  try {
    row = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(line));
  } catch (error) {
    // Without the parser's own words: they quote the line.
    return err(error instanceof SyntaxError ? "not JSON" : "not UTF-8");
  }
  if (typeof row !== "object" || row === null || Array.isArray(row)) return err("not an object");
  const { id, text } = row as Readonly<Record<string, unknown>>;
  if (typeof id !== "string" && !Number.isSafeInteger(id)) return err("`id` is no text and no integer");
  if (typeof text !== "string") return err("`text` is no text");
  return ok({ id: id as string | number, text });
}

/** Findings of `utf8` in code points, by place; the same kind and span once. */
function lineFindings(utf8: Uint8Array, { findings, exhausted }: ScanResult): readonly LineFinding[] {
  const whole: Finding = {
    kind: UNFINISHED,
    class: "opaque",
    name: null,
    start: 0,
    end: utf8.length,
    decoded: [],
  };
  const all = exhausted === null ? findings : [whole, ...findings];
  if (all.length === 0) return [];
  const starts = codePointsAt(
    utf8,
    all.map(({ start }) => start),
  );
  const ends = codePointsAt(
    utf8,
    all.map(({ end }) => end),
    "up",
  );
  const once = new Map<string, LineFinding>();
  for (const { kind, class: of, start, end, decoded } of all) {
    const finding = { kind, class: of, start: starts.get(start) ?? 0, end: ends.get(end) ?? 0, decoded };
    const key = JSON.stringify([of, kind, finding.start, finding.end]);
    if (!once.has(key)) once.set(key, finding);
  }
  return [...once.values()];
}
