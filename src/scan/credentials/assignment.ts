// Reads the assignment whose key stands at an offset: `password = "…"`, `"apiKey": …`, `--token …`, `<secret>…</secret>`,
// `PASSWORD '…'`, `key => String("…")`, in whatever language. It says what stands where; whether the value is a secret is
// assignment-filter.ts's to judge.

/** How key and value are joined. */
export type Joiner =
  | "equals"
  | "colon"
  | "arrow"
  | "comma"
  | "tag"
  | "call"
  | "compare"
  | "flag"
  | "space"
  | "pair";

export interface Assignment {
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly joiner: Joiner;
  /** What the value is wrapped in: `String` of `String("…")`, `||` of a default; empty: nothing. */
  readonly wrapper: string;
  /** `"`, `'`, `` ` ``; empty: none. */
  readonly quote: string;
  readonly valueStart: number;
  readonly valueEnd: number;
}

/** Bytes of a key, of the space between key and value, and of a value: more is none. */
const KEY_MAX = 64;
const VALUE_MAX = 256;

/**
 * The assignment whose key contains [start, end) of `text`, or null. Looks at no more than KEY_MAX bytes before and about
 * 700 after, and every step is bounded, so that its cost is too, whatever the text.
 */
export function assignmentAt(text: string, start: number, end: number): Assignment | null {
  const keyStart = keyStartOf(text, start);
  const keyEnd = keyEndOf(text, end);
  // `https://api.example.com:443` is an address.
  if (keyEnd - keyStart > KEY_MAX || text.startsWith("//", keyStart - 2)) return null;
  const joined = joinerAfter(text, keyStart, keyEnd);
  if (joined === null) return null;
  const value = valueAt(text, joined.end, joined.joiner);
  if (value === null || value.valueEnd <= value.valueStart) return null;
  // `setPassword(value)` hands a variable on.
  if (joined.joiner === "call" && value.quote === "") return null;
  if (joined.joiner === "space" && value.quote === "" && !isWordOfItsOwn(text, value)) return null;
  return { keyStart, keyEnd, joiner: joined.joiner, ...value };
}

/** Of `password …` in prose only what no prose has: digits among letters, and nothing of an address or a call. */
function isWordOfItsOwn(text: string, { valueStart, valueEnd }: Value): boolean {
  return /^(?=\D*\d)(?=[^A-Za-z]*[A-Za-z])[^\s:/()]{6,}$/.test(text.slice(valueStart, valueEnd));
}

function keyStartOf(text: string, start: number): number {
  let at = start;
  while (at > 0 && start - at <= KEY_MAX && isKeyCharacter(text.charCodeAt(at - 1))) at -= 1;
  // The letter of an escape (`\npassword=`) is no part of the key.
  if (at > 0 && at < start && text[at - 1] === "\\") at += 1;
  return at;
}

function keyEndOf(text: string, end: number): number {
  let at = end;
  while (at - end <= KEY_MAX && isKeyCharacter(text.charCodeAt(at))) at += 1;
  while (at > end && (text[at - 1] === "." || text[at - 1] === "-")) at -= 1;
  return at;
}

/** Letters, digits, `_`, `-`, `.`, `$`. */
function isKeyCharacter(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 95 ||
    code === 45 ||
    code === 46 ||
    code === 36
  );
}

interface Joined {
  readonly joiner: Joiner;
  /** Where the value's part begins. */
  readonly end: number;
}

/** What closes a key: a quote (also an escaped one), `]`, `)`. */
const CLOSING = /\\{0,3}["'`]\]?|[\])]{1,2}/y;
/** `: string =`, ` string =`, `: &str =`: a type between a key and its `=`. */
const TYPED = /\s{0,4}:?\s{0,4}[&*]?[A-Za-z_][\w.<>[\]*?|]{0,24}\s{1,4}(?==\s{0,4}[bru@$]?["'`])/y;
/** `"key": "password", "value": "…"` and `<add key="password" value="…"`. */
const PAIRED = /\s{0,4},?\s{0,40}\\{0,2}["']?[Vv]alue\\{0,2}["']?\s{0,4}[:=]\s{0,4}/y;
const SIGN =
  /\s{0,16}(?:(=>|->|<-)|([!=]==?)|([-:?+.|~]{0,3}=)|(::?)|(,)|(\()|(>))\s{0,24}(?:[[{(]\s{0,24}(?=[bru]?\\{0,3}["'`]))?/y;
const SPACE = /[ \t]{1,16}/y;

function joinerAfter(text: string, keyStart: number, keyEnd: number): Joined | null {
  const closed = endOf(CLOSING, text, keyEnd);
  const quoted = closed !== -1 && /["'`]/.test(text.slice(keyEnd, closed));
  const after = closed === -1 ? keyEnd : closed;
  if (quoted) {
    const paired = endOf(PAIRED, text, after);
    if (paired !== -1) return { joiner: "pair", end: paired };
  }
  const typed = closed === -1 ? endOf(TYPED, text, after) : -1;
  SIGN.lastIndex = typed === -1 ? after : typed;
  const sign = SIGN.exec(text);
  if (sign !== null) {
    const joiner = joinerOf(sign);
    if (joiner === "comma" && !quoted) return null;
    if (joiner === "tag" && !isTag(text, keyStart)) return null;
    return { joiner, end: SIGN.lastIndex };
  }
  const space = endOf(SPACE, text, after);
  return space === -1 ? null : { joiner: text[keyStart] === "-" ? "flag" : "space", end: space };
}

function joinerOf([, arrow, compare, equals, colon, comma, call]: RegExpExecArray): Joiner {
  if (arrow !== undefined) return "arrow";
  if (compare !== undefined) return "compare";
  if (equals !== undefined) return "equals";
  if (colon !== undefined) return "colon";
  if (comma !== undefined) return "comma";
  return call === undefined ? "tag" : "call";
}

function isTag(text: string, keyStart: number): boolean {
  return text[keyStart - 1] === "<" || text[keyStart - 1] === ":";
}

type Value = Pick<Assignment, "wrapper" | "quote" | "valueStart" | "valueEnd">;

/** `b'`, `r"`, `@"`, `\"`, and the quote alone. */
const OPENING = /(?:[brfuLR@$]{0,2})(\\{0,3})(["'`])/y;
/** `process.env.X || "`, `ENV['X'] ?? '`, `x or "`: a default. */
const DEFAULTED = /(?:\|\||\?\?|\bor\b|\?:)\s{0,4}(?=["'`])/;
const DEFAULT_MAX = 80;
/** `getenv("X", "`: a default as the second argument. */
const SECOND = /\s{0,4},\s{0,4}(?=["'`])/y;
const READS = /env|get|fetch|option|config|property/i;

function valueAt(text: string, at: number, joiner: Joiner): Value | null {
  const quoted = quotedAt(text, at, "");
  if (quoted !== null) return { ...quoted, valueStart: afterScheme(text, quoted.valueStart) };
  const open = callAt(text, at);
  if (open > at) {
    const wrapper = text.slice(at, open);
    const first = quotedAt(text, open + 1, wrapper);
    const second = first === null || !READS.test(wrapper) ? -1 : endOf(SECOND, text, first.valueEnd + 1);
    const value = second === -1 ? first : quotedAt(text, second, "||");
    if (value !== null) return value;
  }
  if (isNameStart(text.charCodeAt(at))) {
    const fallback = DEFAULTED.exec(text.slice(at, at + DEFAULT_MAX));
    const value = fallback === null ? null : quotedAt(text, at + fallback.index + fallback[0].length, "||");
    if (value !== null) return value;
  }
  return bareAt(text, afterScheme(text, at), joiner);
}

/** Where the `(` is of `aws.String("`, `[]byte("`, `base64.b64encode(b'`, `&Secret("`; -1: there is no such call. */
function callAt(text: string, at: number): number {
  let end = at;
  while (end - at < 48 && (isKeyCharacter(text.charCodeAt(end)) || "[]:<>&".includes(text[end] ?? " ")))
    end += 1;
  return text[end] === "(" ? end : -1;
}

function isNameStart(code: number): boolean {
  return isLetter(code) || code === 95 || code === 36;
}

/** `Bearer` and the like before what is secret (the registry of RFC 9110, section 16.4, and what vendors made up beside it). */
const SCHEME = /(?:bearer|basic|token|digest|api-?key|ntlm|negotiate|ssws|geniekey|hawk|hmac)[ \t]{1,4}/iy;

function afterScheme(text: string, at: number): number {
  return Math.max(at, endOf(SCHEME, text, at));
}

/** The `"` of `"PASSWORD=" + value` closes a text: what comes after it is code. */
const CLOSES = /["'`]{1,2}(?:\s{1,4}\+|\+\s|\s{0,4}[)\]};,]|\. |$)/y;

/** Up to the same quote, escaped as deeply; without one on the line, up to its end. */
function quotedAt(text: string, at: number, wrapper: string): Value | null {
  OPENING.lastIndex = at;
  const open = OPENING.exec(text);
  if (open === null || (wrapper === "" && endOf(CLOSES, text, OPENING.lastIndex - 1) !== -1)) return null;
  const quote = open[2] ?? "";
  const escape = open[1] ?? "";
  const valueStart = OPENING.lastIndex;
  const limit = Math.min(text.length, valueStart + VALUE_MAX);
  let end = valueStart;
  while (end < limit && text.charCodeAt(end) !== 10 && !text.startsWith(escape + quote, end))
    end += text.charCodeAt(end) === 92 && escape === "" ? 2 : 1;
  return { wrapper, quote, valueStart, valueEnd: Math.min(end, limit) };
}

/** What stands before a sign in `password=token=x` is another key and no value. */
const NAME = /^[A-Za-z_-]{2,20}$/;

/** A letter, also after the rest of a sign such as `=>`. */
function goesOn(text: string, at: number): boolean {
  return isLetter(text.charCodeAt(at)) || (/[=>:]/.test(text[at] ?? "") && isLetter(text.charCodeAt(at + 1)));
}

function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
}

/** How many of `=`, `:`, `(`, `>` a bare value has at most: with more it is several assignments, each judged by itself. */
const JOINS_MAX = 3;

/** Up to white space or what ends a word in code, in a query or in a tag. */
function bareAt(text: string, at: number, joiner: Joiner): Value {
  const limit = Math.min(text.length, at + VALUE_MAX);
  let end = at;
  let joins = 0;
  for (; end < limit; end += 1) {
    const code = text.charCodeAt(end);
    if (isEnd(code, joiner)) break;
    if (code !== 61 && code !== 58 && code !== 40 && code !== 62) continue;
    joins += 1;
    if (joins > JOINS_MAX || (code !== 40 && NAME.test(text.slice(at, end)) && goesOn(text, end + 1))) break;
  }
  if (end > at && (text[end - 1] === "." || text[end - 1] === ":")) end -= 1;
  return { wrapper: "", quote: "", valueStart: at, valueEnd: end };
}

/** White space, `"`, `'`, `` ` ``, `,`, `;`, `<`; `&` where a query could go on; `\` where an escape could. */
function isEnd(code: number, joiner: Joiner): boolean {
  if (code <= 32 || code === 34 || code === 39 || code === 96) return true;
  if (code === 44 || code === 59 || code === 60) return true;
  return (code === 38 || code === 92) && joiner !== "space" && joiner !== "flag";
}

/** Where the sticky `pattern` ends when it matches at `at`; -1: it does not. */
function endOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
}
