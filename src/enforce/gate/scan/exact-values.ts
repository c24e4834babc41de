// The layer for values too short, or with too few letters and digits, to be told by their windows: the very bytes, in every
// reading, also reversed, without white space and in lower case. Not for long values (src/scan/protected/).
import type { Match } from "../../../scan/finding.ts";
import type { Finder } from "../../../scan/view.ts";

/** A value to be found as it is; `kind` says what a match is called. */
export interface ExactValue {
  readonly name: string;
  readonly value: string;
  readonly kind: "value" | "placeholder";
}

/** Bytes from which a value is looked for anywhere; shorter ones only as whole words. */
const ANYWHERE_MIN = 6;

/**
 * A finder of class `protected` for `values`. White space round a value is no part of it (a key file ends in a line end); a
 * value of nothing else is never found. Lower case counts as well: hosts are written so.
 *
 * @example createExactFinder([{ name: "pin", value: "4711", kind: "value" }])(view, budget) // `4711`, never `47110`
 */
export function createExactFinder(values: readonly ExactValue[]): Finder {
  const needles = values.flatMap(needlesOf);
  if (needles.length === 0) return () => [];
  const search = needles.length <= FEW ? searchEach(needles) : searchTable(needles);
  return ({ text }, budget) => {
    budget.spend(text.length);
    return search(text);
  };
}

/** Above this one pass over the text with a table is faster than one native search for each needle. */
const FEW = 48;

interface Needle {
  readonly name: string;
  readonly kind: ExactValue["kind"];
  /** Latin-1 of its UTF-8 bytes. */
  readonly text: string;
  readonly whole: boolean;
}

function needlesOf({ name, value, kind }: ExactValue): readonly Needle[] {
  const plain = value.trim();
  const forms = [plain, plain.replaceAll(/\s+/g, ""), Array.from(plain).reverse().join("")];
  const texts = new Set(
    [...forms, ...forms.map((form) => form.toLowerCase()), plain.replaceAll(" ", "+")].map(latin1),
  );
  return [...texts]
    .filter((text) => text !== "")
    .map((text) => ({ name, kind, text, whole: text.length < ANYWHERE_MIN }));
}

function latin1(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

type Search = (text: string) => readonly Match[];

function searchEach(needles: readonly Needle[]): Search {
  return (text) =>
    needles.flatMap((needle) => {
      for (let at = text.indexOf(needle.text); at !== -1; at = text.indexOf(needle.text, at + 1)) {
        if (isThere(text, at, needle)) return [matchOf(needle, at)];
      }
      return [];
    });
}

/** One pass: the first two bytes of each position select the needles that could start there. */
function searchTable(needles: readonly Needle[]): Search {
  const long = needles.filter(({ text }) => text.length > 1);
  const each = searchEach(needles.filter(({ text }) => text.length === 1));
  const starts = Map.groupBy(long, ({ text }) => startOf(text, 0));
  const marks = new Uint8Array(1 << 16);
  for (const start of starts.keys()) marks[start] = 1;
  return (text) => {
    const matches: Match[] = [...each(text)];
    for (let at = 0; at + 1 < text.length; at++) {
      const start = startOf(text, at);
      if (marks[start] === 0) continue;
      const found = starts.get(start)?.find((needle) => isThere(text, at, needle));
      if (found !== undefined) return [...matches, matchOf(found, at)];
    }
    return matches;
  };
}

function startOf(text: string, at: number): number {
  return ((text.charCodeAt(at) & 0xff) << 8) | (text.charCodeAt(at + 1) & 0xff);
}

function isThere(text: string, at: number, { text: needle, whole }: Needle): boolean {
  if (!text.startsWith(needle, at)) return false;
  return !whole || (!isWordPart(text[at - 1]) && !isWordPart(text[at + needle.length]));
}

function isWordPart(character: string | undefined): boolean {
  return character !== undefined && /^[A-Za-z0-9_]$/.test(character);
}

function matchOf({ name, kind, text }: Needle, start: number): Match {
  return { kind, class: "protected", name, start, end: start + text.length };
}
