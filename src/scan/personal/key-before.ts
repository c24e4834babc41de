// The key that a value stands under: `"key": "value"`, `key=value`, `<key>value`, `key: value`, or the key of its array.

export interface KeyName {
  readonly name: string;
  /** Quoted, or before an equals sign or in a tag: a key beyond doubt, not words before a colon. */
  readonly firm: boolean;
}

/**
 * The key's name as written, or null where the value has none. Looks at no more than 320 bytes before `start`.
 *
 * @example keyBefore('{"client_ip": "', 15)?.name === "client_ip"
 */
export function keyBefore(text: string, start: number): KeyName | null {
  const at = skipOpening(text, start);
  const mark = text[at - 1];
  if (mark === ":" || mark === "=") return nameEnding(text, at - 1);
  if (mark === ">") return nameEnding(text, text[at - 2] === "=" ? at - 2 : at - 1);
  if (mark === "," || mark === "[") return keyOfArray(text, at);
  return null;
}

/** Back over the quotes, escapes and spaces that open a value. */
function skipOpening(text: string, start: number): number {
  let at = start;
  while (at > 0 && start - at < 40 && OPENING.has(text[at - 1] ?? "")) at--;
  return at;
}

/** The name that ends before the `:`, `=` or `>` at `end`, with quotes and spaces around it; a phrase of up to four words before a colon. */
export function nameEnding(text: string, end: number): KeyName | null {
  let to = end;
  while (to > 0 && end - to < 8 && CLOSING.has(text[to - 1] ?? "")) to--;
  let from = to;
  while (from > 0 && to - from < NAME_MAX && NAME.has(text[from - 1] ?? "")) from--;
  const firm = text[end] !== ":" || (to < end && text[to] !== " ");
  const name = text.slice(firm ? from : phraseStart(text, from), to);
  return LETTER.test(name) ? { name, firm } : null;
}

function phraseStart(text: string, start: number): number {
  let from = start;
  for (let words = 0; words < 3 && text[from - 1] === " "; words++) {
    let before = from - 1;
    while (before > 0 && start - before < NAME_MAX && NAME.has(text[before - 1] ?? "")) before--;
    if (before === from - 1) break;
    from = before;
  }
  return from;
}

/** From inside an array back to its bracket: over values, never over another bracket. */
function keyOfArray(text: string, start: number): KeyName | null {
  let at = start;
  while (at > 0 && start - at < ARRAY_MAX && !STOPS.has(text[at - 1] ?? "")) at--;
  if (text[at - 1] !== "[") return null;
  const colon = skipOpening(text, at - 1);
  return text[colon - 1] === ":" || text[colon - 1] === "=" ? nameEnding(text, colon - 1) : null;
}

const LETTER = /[A-Za-z\x80-\xff]/;
const OPENING: ReadonlySet<string> = setOf(" \t\"'\\`(\n\r");
const CLOSING: ReadonlySet<string> = setOf(" \"'\\`]");
const NAME: ReadonlySet<string> = new Set(
  Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).filter((one) =>
    /[\w.\-\x80-\xff]/.test(one),
  ),
);
const STOPS: ReadonlySet<string> = setOf("[{}:=;");
const NAME_MAX = 48;
const ARRAY_MAX = 256;

function setOf(characters: string): ReadonlySet<string> {
  return new Set(characters.split(""));
}
