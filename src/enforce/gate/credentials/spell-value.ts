// How a value may be written in an answer: character by character in the ways that encoders of JSON, URLs, forms and HTML
// write them, mixed as they come, and as a whole in hexadecimal and base64. Not UTF-16, and not two encodings one upon
// another but base64 and hexadecimal below the others.

/** The spellings of one step: any of these bytes. */
export type Step = readonly Buffer[];

/**
 * Every way to write `value` that is looked for: each a list of steps that follow one another. None for the empty value.
 *
 * @example spellValue("a/") // one of them: "a" or "%61" or "\u0061" or "&#97;" ..., then "/" or "\/" or "%2f" ...
 */
export function spellValue(value: string): readonly (readonly Step[])[] {
  if (value === "") return [];
  const bytes = Buffer.from(value, "utf8");
  const hex = Array.from(bytes.toString("hex"), (digit) => stepOf(new Set([digit, digit.toUpperCase()])));
  return [Array.from(value, (character) => stepOf(waysToWrite(character))), hex, ...base64Of(bytes)];
}

/** Fewer characters of base64 would be found by chance. */
const BASE64_MIN = 6;

/** In base64 and base64url at any offset: only the characters that the value alone decides (RFC 4648 section 4: six bits each). */
function base64Of(bytes: Buffer): readonly (readonly Step[])[] {
  const cores = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64url");
    return text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
  });
  return cores
    .filter((core) => core.length >= BASE64_MIN)
    .map((core) =>
      Array.from(core, (letter) => {
        const other = letter === "-" ? "+" : letter === "_" ? "/" : letter;
        return stepOf(new Set([letter, ...(other === letter ? [] : waysToWrite(other))]));
      }),
    );
}

function waysToWrite(character: string): ReadonlySet<string> {
  const code = character.codePointAt(0) ?? 0;
  const percent = Array.from(Buffer.from(character, "utf8"), (byte) => `%${inHex(byte, 2)}`).join("");
  const units = Array.from(
    { length: character.length },
    (_, at) => `\\u${inHex(character.charCodeAt(at), 4)}`,
  ).join("");
  const numbers = [0, 2, 3, 4].flatMap((width) => [
    `&#${String(code).padStart(width, "0")};`,
    `&#x${inHex(code, width)};`,
    `&#X${inHex(code, width)};`,
  ]);
  const digits = [percent, units, ...numbers];
  const short = SHORT.get(character) ?? [];
  return new Set([character, ...digits, ...digits.map(inCapitals), ...short]);
}

function inHex(number: number, width: number): string {
  return number.toString(16).padStart(width, "0");
}

/** The hexadecimal digits only: what marks an escape keeps its case. */
function inCapitals(escape: string): string {
  return escape.replace(/(?<=%|\\u|[xX])[0-9a-f]+/g, (digits) => digits.toUpperCase());
}

function stepOf(ways: ReadonlySet<string>): Step {
  return Array.from(ways, (way) => Buffer.from(way, "utf8"));
}

/** RFC 8259 section 7, forms (a space as a plus sign), and the references of XML 1.0 section 4.6. */
const SHORT: ReadonlyMap<string, readonly string[]> = new Map([
  ["/", ["\\/"]],
  ["\\", ["\\\\"]],
  ['"', ['\\"', "&quot;"]],
  ["'", ["\\'", "&apos;"]],
  ["&", ["&amp;"]],
  ["<", ["&lt;"]],
  [">", ["&gt;"]],
  [" ", ["+"]],
  ["\b", ["\\b"]],
  ["\f", ["\\f"]],
  ["\n", ["\\n"]],
  ["\r", ["\\r"]],
  ["\t", ["\\t"]],
]);
