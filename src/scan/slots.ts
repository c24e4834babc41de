// Takes a request apart into slots: the places of a request that a receiver tells apart, each with its value. Bounded; what
// does not parse is text. Not a search (protected/columns.ts).
import { ScanExhausted } from "./scan-budget.ts";

/** The parts of one request; what is absent is empty. */
export interface RequestParts {
  readonly host: string;
  /** With the query, as sent. */
  readonly target: string;
  readonly headers: readonly (readonly [string, string])[];
  /** Lower case, without parameters but a multipart's boundary; empty: unknown. */
  readonly contentType: string;
  /** Latin-1 of the bytes. */
  readonly body: string;
}

export interface Slot {
  /** `json:a.b[]`, `query:q`, `header:x-a`, `host:2`, `path:0`, `form:a`, `part:a`, `column:2`, `text`, `names`. */
  readonly name: string;
  /** Latin-1. */
  readonly value: string;
}

/** Slots of one request; what is beyond stands together in the slot `rest`. */
export const SLOTS_MAX = 4096;

/** Characters of a body that is taken apart; a longer one is text. */
const BODY_MAX = 2 ** 20;

/**
 * Characters of names and values that are made in all: as many as this, and for each that is sent. A place in JSON is told
 * with the names above it, so that long names above many leaves would come to thousands for each that is sent.
 */
const MADE_MIN: number = 2 ** 20;
const MADE_FACTOR = 64;

/** Depth of JSON below which places are no longer told apart. */
const DEPTH_MAX = 16;

/**
 * The slots of a request in the order they are sent. Names of JSON members, query parameters and form fields, which can
 * carry data too, are together the slot `names`. Lists do not number their members. Throws ScanExhausted("slots") where names
 * and values would be more than 1 MiB and 64 times what is sent, before they are made: such a request is to be refused.
 *
 * @example slotsOf({ host: "a.example", target: "/v1?q=x", headers: [], contentType: "", body: "" })
 *   // host:0 a, host:1 example, path:0 v1, query:q x, names q
 */
export function slotsOf(parts: RequestParts): readonly Slot[] {
  const slots = new SlotList(MADE_MIN + MADE_FACTOR * lengthOf(parts));
  for (const [at, label] of parts.host.split(".").entries()) slots.add(`host:${String(at)}`, label);
  const [path = "", ...query] = parts.target.split("?");
  for (const [at, segment] of path.split("/").filter(Boolean).entries())
    slots.add(`path:${String(Math.min(at, DEPTH_MAX))}`, unescaped(segment));
  addPairs(slots, "query", query.join("?"));
  for (const [name, value] of parts.headers) slots.add(`header:${name.toLowerCase()}`, value);
  addBody(slots, parts);
  return slots.all();
}

function lengthOf({ host, target, headers, body }: RequestParts): number {
  const heads = headers.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  return host.length + target.length + heads + body.length;
}

class SlotList {
  #left: number;
  readonly #slots: Slot[] = [];
  readonly #names: string[] = [];
  readonly #rest: string[] = [];

  /** `most`: characters that may be made. */
  constructor(most: number) {
    this.#left = most;
  }

  /** Says that `characters` are about to be made. */
  spend(characters: number): void {
    this.#left -= characters;
    if (this.#left < 0) throw new ScanExhausted("slots");
  }

  add(name: string, value: string): void {
    if (value === "") return;
    this.spend(value.length);
    if (this.#slots.length < SLOTS_MAX) this.#slots.push({ name, value });
    else this.#rest.push(value);
  }

  /** A value whose name the sender chose. */
  addNamed(kind: string, name: string, value: string): void {
    this.spend(name.length);
    this.#names.push(name);
    this.add(`${kind}:${name}`, value);
  }

  all(): readonly Slot[] {
    const ends = [
      { name: "names", value: this.#names.join(" ") },
      { name: "rest", value: this.#rest.join(" ") },
    ];
    return [...this.#slots, ...ends.filter(({ value }) => value !== "")];
  }
}

function addPairs(slots: SlotList, kind: string, text: string): void {
  for (const pair of text.split(/[&;]/).filter(Boolean)) {
    const border = pair.indexOf("=");
    if (border < 0) slots.add(kind, unescaped(pair));
    else slots.addNamed(kind, unescaped(pair.slice(0, border)), unescaped(pair.slice(border + 1)));
  }
}

/** Percent and plus undone byte by byte (RFC 3986, section 2.1); what is no escape stays. */
function unescaped(text: string): string {
  return text
    .replaceAll("+", " ")
    .replaceAll(/%([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}

function addBody(slots: SlotList, { contentType, body }: RequestParts): void {
  if (body === "") return;
  if (body.length > BODY_MAX) slots.add("text", body);
  else if (contentType.startsWith("multipart/")) addParts(slots, contentType, body);
  else if (contentType === "application/x-www-form-urlencoded") addPairs(slots, "form", body);
  else if (contentType === "text/csv") addRows(slots, body);
  else if (!addJson(slots, body) && !addJsonLines(slots, body)) slots.add("text", body);
}

/** A body that is JSON, whatever its type says. False: it is not, and nothing is added. */
function addJson(slots: SlotList, body: string): boolean {
  const leaves = jsonLeaves(body, slots);
  if (leaves === null) return false;
  for (const { path, value } of leaves) slots.addNamed("json", path, value);
  return true;
}

function addJsonLines(slots: SlotList, body: string): boolean {
  const lines = body.split("\n").filter((line) => line.trim() !== "");
  if (lines.length < 2) return false;
  const leaves: Leaf[] = [];
  for (const line of lines) {
    const some = jsonLeaves(line, slots);
    if (some === null) return false;
    for (const leaf of some) leaves.push(leaf);
  }
  for (const { path, value } of leaves) slots.addNamed("json", path, value);
  return true;
}

interface Leaf {
  readonly path: string;
  readonly value: string;
}

/** A whole JSON text: strings with their escapes, everything else. One alternative for each first character: linear. */
const TOKEN = /"([^"\\]*(?:\\.[^"\\]*)*)"|[[\]{}:,]|[-+.\w]+|\s+|(.)/gsy;

/**
 * The texts, numbers and words of a JSON document with their paths, in order, of equal members all; null: no document of
 * objects or lists. Tolerant of where commas stand; nesting is counted, not recursed into. What is made is spent of `slots`.
 */
function jsonLeaves(text: string, slots: SlotList): readonly Leaf[] | null {
  if (!/^\s*[[{]/.test(text)) return null;
  const leaves: Leaf[] = [];
  const path: string[] = [];
  let depth = 0;
  let last: string | null = null;
  const close = (): void => {
    if (last === null) return;
    const names = path.slice(0, Math.min(depth, DEPTH_MAX));
    slots.spend(names.reduce((sum, name) => sum + name.length + 1, 0));
    leaves.push({ path: names.join("."), value: last });
    last = null;
  };
  for (const [token, quoted, other] of text.matchAll(TOKEN)) {
    if (other !== undefined) return null;
    if (token === "{" || token === "[") {
      depth += 1;
      if (depth <= DEPTH_MAX) path[depth - 1] = token === "[" ? "[]" : "";
    } else if (token === "}" || token === "]") {
      close();
      depth -= 1;
      if (depth < 0) return null;
    } else if (token === ":") {
      if (depth <= DEPTH_MAX) path[depth - 1] = last ?? "";
      last = null;
    } else if (token === ",") close();
    else if (token.trim() !== "") last = quoted === undefined ? token : unquoted(quoted);
  }
  return depth === 0 ? leaves : null;
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f" };

function unquoted(text: string): string {
  return text.replaceAll(/\\(?:u([0-9a-f]{4})|(.))/gis, (_, code?: string, sign?: string) =>
    code === undefined ? (ESCAPES[sign ?? ""] ?? sign ?? "") : String.fromCharCode(Number.parseInt(code, 16)),
  );
}

/** The parts of a multipart body (RFC 2046, section 5.1), each under its field's name. */
function addParts(slots: SlotList, contentType: string, body: string): void {
  const boundary = /boundary="?([^";]{1,70})/i.exec(contentType)?.[1];
  const parts = boundary === undefined ? [] : body.split(`--${boundary}`).slice(1);
  if (parts.length === 0) slots.add("text", body);
  for (const part of parts) {
    const border = part.search(/\r?\n\r?\n/);
    const head = border < 0 ? "" : part.slice(0, border);
    const name = /name="([^"]{0,256})"/i.exec(head)?.[1] ?? "";
    if (border >= 0) slots.addNamed("part", name, part.slice(border).trim());
  }
}

/** Rows of a table; quotes only keep separators together. */
function addRows(slots: SlotList, body: string): void {
  for (const row of body.split(/\r?\n/))
    for (const [at, cell] of (row.match(/"[^"]*"|[^,;\t"]+/g) ?? []).entries())
      slots.add(`column:${String(at)}`, cell.replaceAll('"', ""));
}
