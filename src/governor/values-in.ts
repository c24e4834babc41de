// Finds the values in the text of a protected file: lines, the right sides of assignments, the texts of a JSON document.
// Pure: not the reading of the file (held-values.ts), nor the search for values in traffic.

/** Shorter ones are ordinary words and numbers (`true`, `3306`): each request would seem to hold them. Characters. */
export const VALUE_LENGTH_MIN = 6;

export interface FoundValue {
  /** From 1. */
  readonly line: number;
  readonly value: string;
}

/**
 * The distinct values of at least `VALUE_LENGTH_MIN` characters in `text`. JSON: every text in it. Otherwise line by line:
 * `NAME=value` and `name: value` give the value, without quotes; any other line stands for itself. Comments and the lines
 * that begin and end a PEM block are no values.
 *
 * @example valuesIn('export KEY="abc-def"\n')  // [{ line: 1, value: "abc-def" }]
 */
export function valuesIn(text: string): readonly FoundValue[] {
  const found = textsOfJson(text) ?? text.split(/\r?\n/).flatMap((line, index) => ofLine(line, index + 1));
  const first = new Map<string, FoundValue>();
  for (const each of found) {
    if (each.value.length >= VALUE_LENGTH_MIN && !first.has(each.value)) first.set(each.value, each);
  }
  return [...first.values()];
}

/** null: no JSON document of objects or lists. A text's line is not told by the parser: they count from the first one. */
function textsOfJson(text: string): readonly FoundValue[] | null {
  if (!/^\s*[[{]/.test(text)) return null;
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return null;
  }
  const found: FoundValue[] = [];
  const open: unknown[] = [document];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next === "string") found.push({ line: found.length + 1, value: next });
    else if (typeof next === "object" && next !== null)
      for (const member of Object.values(next).reverse()) open.push(member);
  }
  return found;
}

const PEM_EDGE = /^-----(?:BEGIN|END) [A-Z0-9 ]+-----$/;
const COMMENT = /^(?:#(?:\s|$)|;(?:\s|$)|\/\/)/;
const ASSIGNMENT = /^(?:export\s+)?["']?[A-Za-z_][\w.-]*["']?(?:\s*=\s*|:\s+)(?<value>\S.*)$/;

function ofLine(line: string, number: number): readonly FoundValue[] {
  const trimmed = line.trim();
  if (trimmed === "" || PEM_EDGE.test(trimmed) || COMMENT.test(trimmed)) return [];
  const assigned = ASSIGNMENT.exec(trimmed)?.groups?.["value"];
  // `abcdef==` is base64 with its padding, no assignment.
  const value = assigned === undefined || assigned === "=" ? trimmed : unquoted(assigned);
  return [{ line: number, value }];
}

function unquoted(value: string): string {
  const quote = value[0] === '"' || value[0] === "'" ? value[0] : null;
  const end = quote === null ? -1 : value.lastIndexOf(quote);
  if (end > 0) return value.slice(1, end);
  const comment = value.search(/\s#/);
  return comment < 0 ? value : value.slice(0, comment).trimEnd();
}
