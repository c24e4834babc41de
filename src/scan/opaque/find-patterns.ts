// Values written in very few symbols: two signs, four letters, a dozen words or pictures that come again and again, or many
// words with nothing between that a sentence has. Not single letters that are random (find-soup.ts).
import type { ScanBudget } from "../scan-budget.ts";
import type { Span } from "../view.ts";
import { sequenceBits } from "./sequence-bits.ts";

/** Bits from which a sequence of few symbols may be a value. */
const BITS_MIN = 56;

export function findPatterns(text: string, budget: ScanBudget): readonly Span[] {
  budget.spend(2 * text.length);
  return [...fewCharacters(text, budget), ...fewWords(text, budget), ...bareWords(text)];
}

/** Different characters of a run, and its least length: 8 bits of each of 6 bytes. */
const CHARACTERS_MAX = 6;
const RUN_MIN = 40;

/** Longest runs of few different characters of ASCII. */
function fewCharacters(text: string, budget: ScanBudget): readonly Span[] {
  const found: Span[] = [];
  const last = new Int32Array(128).fill(-1);
  let kinds: number[] = [];
  let start = 0;
  for (let at = 0; at <= text.length; at++) {
    const code = at < text.length ? text.charCodeAt(at) : 0x80;
    const known = code < 0x80 && (last[code] ?? -1) >= start;
    if (!known && (code >= 0x80 || kinds.length === CHARACTERS_MAX)) {
      if (at - start >= RUN_MIN && saysMuch(text.slice(start, at))) {
        budget.spend(at - start);
        found.push({ start, end: at });
        [start, kinds] = [at, []];
      } else if (code >= 0x80) [start, kinds] = [at + 1, []];
      else {
        // The run goes on after the last place of the character that is longest away.
        const oldest = kinds.reduce((low, kind) => ((last[kind] ?? 0) < (last[low] ?? 0) ? kind : low));
        kinds = kinds.filter((kind) => kind !== oldest);
        start = (last[oldest] ?? 0) + 1;
      }
    }
    if (code >= 0x80) continue;
    if (!known) kinds.push(code);
    last[code] = at;
  }
  return found;
}

/** Rules, tables and noughts repeat; letters of words come in more kinds. */
function saysMuch(run: string): boolean {
  const signs = Array.from(run.slice(0, 2048)).filter((letter) => letter !== "\n" && letter !== "\r");
  if (new Set(signs.filter((letter) => letter !== " ")).size < 2) return false;
  const blanks = signs.filter((letter) => letter === " ").length;
  return blanks < 0.7 * signs.length && sequenceBits(signs) >= BITS_MIN;
}

/** Different words of a run, and its least length. */
const WORDS_MAX = 20;
const WORDS_MIN = 28;

/** Runs of words or pictures of which few are different, with one kind of separator. */
function fewWords(text: string, budget: ScanBudget): readonly Span[] {
  const found: Span[] = [];
  let run: { readonly word: string; readonly start: number; readonly end: number }[] = [];
  let kinds = new Set<string>();
  const flush = (): void => {
    const words = run.map(({ word }) => word);
    const bare = kinds.size <= 4 || ![...kinds].some((word) => NEEDED.has(word));
    if (bare && run.length >= WORDS_MIN && kinds.size >= 2 && sequenceBits(words) >= BITS_MIN + 8) {
      budget.spend(run.length * 8);
      found.push({ start: run[0]?.start ?? 0, end: run.at(-1)?.end ?? 0 });
    }
  };
  WORD.lastIndex = 0;
  for (let match = WORD.exec(text); match !== null; match = WORD.exec(text)) {
    const [word, start] = [match[0].toLowerCase(), match.index];
    const previous = run.at(-1);
    const apart = previous === undefined ? "" : text.slice(previous.end, start);
    const goesOn =
      previous !== undefined &&
      apart.length <= 3 &&
      !/[0-9:={}()[\];<>]/.test(apart) &&
      (kinds.has(word) || kinds.size < WORDS_MAX);
    if (previous !== undefined && !goesOn) {
      flush();
      run = [];
      kinds = new Set();
    }
    run.push({ word, start, end: start + word.length });
    kinds.add(word);
  }
  flush();
  return found;
}

/** A word, or one character beyond ASCII. */
const WORD = /[A-Za-z]+|\xe2[\x98-\x9e\xac-\xaf][\x80-\xbf]|[\xe3-\xed][\x80-\xbf]{2}|\xf0[\x80-\xbf]{3}/g;

/** Words in a row, without any that a sentence needs, from which they may be a list for bytes. */
const BARE_MIN = 12;

/** Lists of words such as mnemonics use (BIP 39 has 12 for 128 bits), in one string with one separator. */
function bareWords(text: string): readonly Span[] {
  const found: Span[] = [];
  BARE.lastIndex = 0;
  for (let match = BARE.exec(text); match !== null; match = BARE.exec(text)) {
    const words = match[0].toLowerCase().split(/[ \-_.,]+/);
    const plain = words.filter((word) => NEEDED.has(word)).length;
    const longest = Math.max(...words.map(({ length }) => length));
    if (
      words.length >= BARE_MIN &&
      plain === 0 &&
      longest <= 12 &&
      new Set(words).size >= 0.5 * words.length
    ) {
      found.push({ start: match.index, end: match.index + match[0].length });
    }
  }
  return found;
}

const BARE: RegExp = new RegExp(
  `(?<![A-Za-z0-9])[A-Za-z]{3,12}(?:([ \\-_.]|, )[A-Za-z]{3,12})(?:\\1[A-Za-z]{3,12}){${BARE_MIN - 2},}(?![A-Za-z0-9])`,
  "g",
);

/** Words of which prose and code have one in three. */
const NEEDED: ReadonlySet<string> = new Set(
  (
    "the and for are but not you all any can had her was one our out has him his how its may new now old see two way who did get " +
    "let put say she too use that with have this will your from they know want been good much some time very when come here just " +
    "like long make many over such take than them well were what where which while their there these those would could should " +
    "about after again also because before being between both down each few into more most must only other same then under until " +
    "upon without import export const return function class select from where order group limit null true false string number type"
  ).split(" "),
);
