// Tables in text: the header's name of the column that a value stands in. CSV, TSV, and the like.

/** The names of a view's columns, or null where its first line is no header. Values are asked for in rising order. */
export interface ColumnNames {
  /** The name above the value at `offset`; null in the header itself, or past the columns. */
  readonly nameAt: (offset: number) => string | null;
  /** The header's names, in order. */
  readonly names: readonly string[];
  readonly delimiter: string;
}

export interface Cell {
  readonly column: number;
  /** Without quotes. */
  readonly start: number;
  readonly value: string;
}

/** The cells below the header in the columns that are wanted, row by row; of each at most 128 bytes. */
export function* cellsOf(
  text: string,
  columns: ColumnNames,
  wanted: readonly boolean[],
): Generator<Cell, void> {
  let column = 0;
  let quoted = false;
  let start = text.indexOf("\n") + 1;
  for (let at = start; at <= text.length; at++) {
    const character = text[at] ?? "\n";
    if (character === '"') quoted = !quoted;
    if (character !== "\n" && (quoted || character !== columns.delimiter)) continue;
    if (wanted[column] === true) yield cell(text, column, start, Math.min(at, start + CELL_MAX));
    column = character === "\n" ? 0 : column + 1;
    quoted = false;
    start = at + 1;
  }
}

function cell(text: string, column: number, start: number, end: number): Cell {
  const opened = text[start] === '"' ? start + 1 : start;
  return { column, start: opened, value: text.slice(opened, end).replace(/"?\r?$/, "") };
}

/**
 * Reads the header on a text's first line. It is one if it has two names or more, letters first, one of which `isKnown`
 * accepts, so that a sentence with commas is none.
 */
export function columnNames(text: string, isKnown: (name: string) => boolean): ColumnNames | null {
  const end = text.indexOf("\n");
  if (end < 3 || end > HEADER_MAX) return null;
  const header = text.slice(0, end).replace(/\r$/, "");
  const delimiter = DELIMITERS.find((one) => header.includes(one));
  if (delimiter === undefined) return null;
  const names = header.split(delimiter).map((name) => name.trim().replace(/^"(.*)"$/, "$1"));
  if (!names.every((name) => NAME.test(name)) || !names.some(isKnown)) return null;
  return { names, delimiter, nameAt: cursor(text, end + 1, delimiter, names) };
}

/** Walks the text once, counting delimiters outside quotes. */
function cursor(
  text: string,
  start: number,
  delimiter: string,
  names: readonly string[],
): (offset: number) => string | null {
  let at = start;
  let column = 0;
  let quoted = false;
  return (offset) => {
    if (offset < start) return null;
    for (; at < offset; at++) {
      const character = text[at];
      if (character === '"') quoted = !quoted;
      else if (character === delimiter && !quoted) column++;
      else if (character === "\n") {
        column = 0;
        quoted = false;
      }
    }
    return names[column] ?? null;
  };
}

const DELIMITERS: readonly string[] = ["\t", ";", "|", ","];
const NAME = /^[A-Za-z_\x80-\xff][\w .()#/\-\x80-\xff]{0,48}$/;
const HEADER_MAX = 4096;
const CELL_MAX = 128;
