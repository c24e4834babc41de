// Says where in a body an offset lies: the path of a JSON member, the field of a form, the part of a multipart body. Bounded,
// never throws: what does not parse is the body. Only for what people read, never for what is judged.
import { shownName } from "./shown-name.ts";

/** Bytes up to which a place is looked for. */
const LOOKED_AT_MAX: number = 8 * 1024 * 1024;

/** Steps of a path that are said; the rest is left out in the middle. */
const STEPS_MAX = 8;

/**
 * @example placeInBody("application/json", bytes, span) // "body.messages[3].content"
 */
export function placeInBody(
  type: string,
  bytes: Uint8Array,
  { start, end }: { readonly start: number; readonly end: number },
): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, LOOKED_AT_MAX));
  const latin1 = text.toString("latin1");
  if (type.startsWith("multipart/")) return placeInParts(type, latin1, start);
  if (type === "application/x-www-form-urlencoded") return placeInForm(latin1, start);
  if (!/^\s*[[{]/.test(latin1)) return "body";
  const steps = stepsTo(latin1, { start, end });
  if (steps === null || steps.length === 0) return "body";
  const said = steps.length <= STEPS_MAX ? steps : [...steps.slice(0, 4), "…", ...steps.slice(-3)];
  return `body${said.map((step) => (step.startsWith("[") ? step : `.${step}`)).join("")}`;
}

function placeInForm(text: string, at: number): string {
  const start = text.lastIndexOf("&", at) + 1;
  const equals = text.indexOf("=", start);
  return equals === -1 || equals > at ? "body" : `body field ${shownName(text.slice(start, equals))}`;
}

function placeInParts(type: string, text: string, at: number): string {
  const boundary = /boundary=(\S+)/.exec(type)?.[1];
  if (boundary === undefined) return "body";
  const start = text.lastIndexOf(`--${boundary}`, at);
  if (start === -1) return "body";
  const name = /name="([^"]{0,256})"/i.exec(text.slice(start, start + 1024))?.[1];
  return name === undefined ? "body part" : `body part ${shownName(name)}`;
}

/** One level of a JSON text that is open: a list with its index, or an object with its latest key. */
interface Level {
  readonly list: boolean;
  index: number;
  key: string | null;
}

/** The keys and indices above `start`; a key that itself lies in the span is not said. null: it is no JSON up to there. */
function stepsTo(text: string, { start, end }: { start: number; end: number }): readonly string[] | null {
  const levels: Level[] = [];
  let last: string | null = null;
  for (let at = 0; at < Math.min(end, text.length); at++) {
    const sign = text[at];
    const level = levels.at(-1);
    if (sign === '"') {
      const close = closingQuote(text, at);
      if (close >= start) break;
      last = text.slice(at + 1, close);
      at = close;
    } else if (sign === "{" || sign === "[") levels.push({ list: sign === "[", index: 0, key: null });
    else if (sign === "}" || sign === "]") {
      if (levels.pop() === undefined) return null;
    } else if (sign === ":" && level !== undefined) level.key = last;
    else if (sign === "," && level !== undefined) {
      level.index += 1;
      level.key = null;
    }
  }
  return levels.flatMap(({ list, index, key }) =>
    list ? [`[${String(index)}]`] : key === null ? [] : [shownName(key)],
  );
}

/** Where the text that begins at `open` ends; the end of `text` where it does not. */
function closingQuote(text: string, open: number): number {
  for (let at = open + 1; at < text.length; at++) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === '"') return at;
  }
  return text.length;
}
