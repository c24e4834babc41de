// The key that a finding stands under, where that is cheap to say: a JSON path, the name of an assignment, a table's column.
// Keys are as untrusted as values: the caller looks whether one holds what must not be shown.

/** What is known of the text around findings. */
export interface KeyedText {
  /** Latin-1 of the bytes, from their start. */
  readonly text: string;
  /** Whether `text` is all of it. */
  readonly isWhole: boolean;
  /** The text's first line, when it is a table by its name; else null. */
  readonly header: string | null;
}

/** Characters of a key path that are shown, and of text that is looked back at. */
const KEY_MAX = 120;
const BACK_MAX = 1024;

/**
 * The key of what stands at `offset`; null: none is told.
 *
 * @example keyAt({ text: '{"db":{"pw":"x"}}', isWhole: true, header: null }, 13) === "db.pw"
 */
export function keyAt({ text, isWhole, header }: KeyedText, offset: number): string | null {
  const from = text.lastIndexOf("\n", offset - 1) + 1;
  const line = text.slice(Math.max(from, offset - BACK_MAX), offset);
  const key =
    header === null
      ? ((isWhole && /^\s*[[{]/.test(text) ? jsonPath(text, offset) : null) ?? nameBefore(line))
      : columnOf(header, line);
  return key !== null && /^[\w.$@[\]:/ -]{1,120}$/.test(key) && key.length <= KEY_MAX ? key : null;
}

/** The name that is assigned to, or the last JSON member, on one line. */
function nameBefore(line: string): string | null {
  const member = /"([^"\\]{1,120})"\s{0,8}:\s{0,8}"?[^"]*$/.exec(line)?.[1];
  if (member !== undefined) return member;
  return /^\s{0,64}(?:-\s+)?(?:export\s+)?([A-Za-z_][\w.-]{0,119})\s{0,8}[=:]/.exec(line)?.[1] ?? null;
}

function columnOf(header: string, line: string): string | null {
  const separator = ["\t", ";", ","].find((each) => header.includes(each)) ?? ",";
  const column = line.replaceAll(/"[^"]*"/g, "").split(separator).length - 1;
  return header.split(separator)[column]?.trim().replaceAll('"', "") ?? null;
}

/** JSON's tokens; one alternative for each first character: linear. */
const TOKEN = /"(?:[^"\\]|\\.)*"?|[[\]{},]|[^"[\]{},]+/gsy;

function jsonPath(text: string, offset: number): string | null {
  const path: (string | number)[] = [];
  let key: string | null = null;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (index + token.length > offset) break;
    if (token === "{" || token === "[") {
      path.push(token === "[" ? 0 : "");
    } else if (token === "}" || token === "]") path.pop();
    else if (token === ",") {
      const last = path.at(-1);
      if (typeof last === "number") path[path.length - 1] = last + 1;
    } else if (token.trim() === ":" && key !== null && typeof path.at(-1) === "string") {
      path[path.length - 1] = key;
    }
    key = token.startsWith('"') ? token.slice(1, -1) : null;
  }
  const shown = path.map((each) => (typeof each === "number" ? `[${each}]` : `.${each}`)).join("");
  return shown === "" ? null : shown.replace(/^\./, "");
}
