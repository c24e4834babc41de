// What values a file holds that must not leave: lines, assignments, key blocks, leaves of JSON and YAML, cells of a table. Pure: the
// reading of files and the choice of grades are the caller's.

export interface EnrolledValue {
  /** Where it stands, for the operator: `API_KEY`, `db.password`, `private key`, `line 3`, `column 2 row 5`. */
  readonly place: string;
  readonly value: string;
}

export interface Enrolment {
  /** Distinct values, in order. */
  readonly values: readonly EnrolledValue[];
  /** How many were left out: placeholders, short and ordinary ones; and those above `VALUES_MAX`. */
  readonly placeholders: number;
  readonly short: number;
  readonly surplus: number;
}

export type Layout = "auto" | "table" | "lines";

/** Values of one file. */
export const VALUES_MAX = 100_000;

/** Characters under which a value is an ordinary word or number. */
export const VALUE_LENGTH_MIN = 6;

/** Characters of a file that are looked at; a larger one is refused by the caller. */
export const FILE_LENGTH_MAX: number = 2 ** 26;

/**
 * The values in `text`. `auto`: JSON if it parses, else key blocks, assignments (`.env`, INI, YAML) and other lines; `table`:
 * every cell, without the first row; `lines`: every line as it is. Throws RangeError above `FILE_LENGTH_MAX`.
 *
 * @example enrolledIn('export KEY="abc-def-123"\n', "auto").values // [{ place: "KEY", value: "abc-def-123" }]
 */
export function enrolledIn(text: string, layout: Layout): Enrolment {
  if (text.length > FILE_LENGTH_MAX) throw new RangeError("the file is larger than 64 MiB");
  const distinct = new Map<string, EnrolledValue>();
  let placeholders = 0;
  let short = 0;
  let surplus = 0;
  for (const found of candidates(text.replace(/^\uFEFF/, ""), layout)) {
    if (found.value.length < VALUE_LENGTH_MIN || ORDINARY.test(found.value)) short += 1;
    else if (PLACEHOLDER.test(found.value) || /^(.)\1+$/s.test(found.value)) placeholders += 1;
    else if (distinct.size >= VALUES_MAX) surplus += 1;
    else if (!distinct.has(found.value)) distinct.set(found.value, found);
  }
  return { values: [...distinct.values()], placeholders, short, surplus };
}

/** Words that are settings rather than secrets, and plain numbers, versions and times of up to ten digits. */
const ORDINARY =
  /^(?:true|false|null|none|undefined|enabled|disabled|default|production|development|staging|localhost|debug|warning|info|utf-?8|[\d.,:-]{1,10})$/i;

/** Texts that stand for a value that is not there. */
const PLACEHOLDER =
  /^(?:<[^>]{0,64}>|\$\{[^}]{0,128}\}|\{\{.{0,128}\}\}|\$[A-Z_]{1,64}|%[A-Z_]{1,64}%|(?:your|my|the|enter|insert|put)[-_ ].{0,64}|.{0,32}(?:change[-_ ]?me|replace[-_ ]?me|placeholder|redacted|todo|fixme).{0,32}|x{4,}.{0,8}|\*{3,}|\.{3,})$/is;

function candidates(text: string, layout: Layout): readonly EnrolledValue[] {
  if (layout === "table") return cells(text);
  if (layout === "lines") return text.split(/\r?\n/).map((line, at) => atLine(line.trim(), at));
  return leaves(text) ?? lines(text);
}

function atLine(value: string, at: number): EnrolledValue {
  return { place: `line ${String(at + 1)}`, value };
}

/** Cells of a table by commas, semicolons or tabs; quotes as in RFC 4180 within one line. */
function cells(text: string): readonly EnrolledValue[] {
  const rows = text.split(/\r?\n/);
  const separator = ["\t", ";", ","].find((each) => (rows[0] ?? "").includes(each)) ?? ",";
  const found: EnrolledValue[] = [];
  for (const [row, line] of rows.entries()) {
    if (row === 0) continue;
    for (const [column, value] of cellsOf(line, separator).entries())
      if (value !== "") found.push({ place: `column ${String(column + 1)} row ${String(row + 1)}`, value });
  }
  return found;
}

function cellsOf(line: string, separator: string): readonly string[] {
  const found: string[] = [];
  let cell = "";
  let quoted = false;
  for (const sign of line) {
    if (sign === '"') quoted = !quoted;
    else if (sign === separator && !quoted) {
      found.push(cell.trim());
      cell = "";
    } else cell += sign;
  }
  return [...found, cell.trim()];
}

/** The texts and large numbers of a JSON document with their paths; null: it is none. */
function leaves(text: string): readonly EnrolledValue[] | null {
  if (!/^\s*[[{]/.test(text)) return null;
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return null;
  }
  const found: EnrolledValue[] = [];
  const open: { readonly place: string; readonly value: unknown }[] = [{ place: "", value: document }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { place, value } = next;
    // A key file inside a document is a block of lines.
    if (typeof value === "string" && value.includes("-----BEGIN ")) found.push(...lines(value));
    else if (typeof value === "string" || typeof value === "number")
      found.push({ place: place === "" ? "value" : place, value: String(value) });
    else if (typeof value === "object" && value !== null)
      for (const [name, member] of Object.entries(value).reverse())
        open.push({ place: place === "" ? name : `${place}.${name}`, value: member });
  }
  return found;
}

/** `NAME=value`, `name: value`, `- value`, with `export` and quotes, which may go over lines; key blocks; any other line. */
function lines(text: string): readonly EnrolledValue[] {
  const rows = text.split(/\r?\n/);
  const found: EnrolledValue[] = [];
  for (let at = 0; at < rows.length; at += 1) {
    const line = (rows[at] ?? "").trim();
    if (line === "" || COMMENT.test(line) || PEM_END.test(line)) continue;
    const begins = PEM_BEGIN.exec(line);
    if (begins !== null) {
      const end = rows.findIndex((row, place) => place > at && PEM_END.test(row.trim()));
      const last = end < 0 ? rows.length : end;
      found.push(keyBlock(begins[1] ?? "key", rows.slice(at + 1, last)));
      at = last;
      continue;
    }
    const taken = assigned(rows, at);
    found.push(taken?.value ?? atLine(line, at));
    at = taken?.last ?? at;
  }
  return found;
}

const COMMENT = /^(?:#(?:\s|$|!)|;(?:\s|$)|\/\/|---$|\[[\w.-]{1,64}\]$)/;
const PEM_BEGIN = /^.{0,64}-----BEGIN ([A-Z0-9 ]{1,48})-----$/;
const PEM_END = /^-----END [A-Z0-9 ]{1,48}-----["']?$/;
const ASSIGNMENT =
  /^(?:-\s+)?(?:export\s+|set\s+)?["']?([A-Za-z_][\w.-]{0,127})["']?(?:\s{0,8}=\s{0,8}|:\s{1,8})(\S.*)$/s;

/** The body of a key, without its headers (`Proc-Type: …`) and line ends. */
function keyBlock(kind: string, rows: readonly string[]): EnrolledValue {
  const body = rows.map((row) => row.trim()).filter((row) => !/^[A-Za-z-]+: /.test(row));
  return { place: kind.toLowerCase(), value: body.join("") };
}

function assigned(
  rows: readonly string[],
  at: number,
): { readonly value: EnrolledValue; readonly last: number } | null {
  const [, name, right] = ASSIGNMENT.exec((rows[at] ?? "").trim()) ?? [];
  // `abcdef==` is base64 with its padding, no assignment.
  if (name === undefined || right === undefined || right === "=") return null;
  const quote = right[0] === '"' || right[0] === "'" ? right[0] : null;
  if (quote === null) return { value: { place: name, value: withoutComment(right) }, last: at };
  const parts = [right.slice(1)];
  let last = at;
  while (!(parts.at(-1) ?? "").includes(quote) && last + 1 < rows.length && last - at < QUOTED_LINES_MAX) {
    last += 1;
    parts.push(rows[last] ?? "");
  }
  const joined = parts.join("\n");
  const end = joined.lastIndexOf(quote);
  // A quote that is never closed is part of the value, and of this line alone.
  if (end < 0) return { value: { place: name, value: withoutComment(right) }, last: at };
  const value = joined.slice(0, end).replaceAll("\\n", "\n");
  return { value: keyIn(name, value), last };
}

const QUOTED_LINES_MAX = 256;

/** A quoted key block counts as its body. */
function keyIn(place: string, value: string): EnrolledValue {
  const [first = "", ...rest] = value.trim().split("\n");
  if (!PEM_BEGIN.test(first.trim())) return { place, value };
  return {
    place,
    value: keyBlock(
      place,
      rest.filter((row) => !PEM_END.test(row.trim())),
    ).value,
  };
}

function withoutComment(right: string): string {
  const comment = right.search(/\s#/);
  return (comment < 0 ? right : right.slice(0, comment)).trimEnd();
}
