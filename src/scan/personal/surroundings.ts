// What stands around candidates of one view, and whether it lets them pass.
import type { ScanBudget } from "../scan-budget.ts";
import type { View } from "../view.ts";
import type { Candidate } from "./candidate.ts";
import { type ColumnNames, cellsOf, columnNames } from "./column-names.ts";
import { TOPIC, VETO } from "./context-words.ts";
import type { Need } from "./detector.ts";
import { keyBefore } from "./key-before.ts";
import { topicsOfKey } from "./key-topics.ts";
import { type TextSpan, textSpanOf } from "./keyed-text.ts";
import { type Reading, readingOf } from "./reading.ts";
import { WordIndex } from "./word-index.ts";

/** Mutable, for one view: it remembers keys it has judged. */
export class Surroundings {
  readonly #reading: Reading;
  readonly #bytes: Uint8Array;
  readonly #text: string;
  readonly #budget: ScanBudget;
  readonly #words: WordIndex;
  readonly #columns: ColumnNames | null;
  readonly #columnTopics: number;
  /** The view is short values and nothing else, or a short line without structure. */
  readonly #alone: boolean;
  readonly #brief: boolean;
  readonly #keys = new Map<string, number>();
  #nearStart = -1;
  #nearTopics = 0;
  #start = -1;
  #context: Context = NO_CONTEXT;

  constructor({ bytes, text, decoded }: View, budget: ScanBudget) {
    this.#reading = readingOf(decoded);
    this.#bytes = bytes;
    this.#text = text;
    this.#budget = budget;
    this.#words = new WordIndex(bytes, budget);
    this.#columns = columnNames(text, (name) => this.topicsOf(name) !== 0);
    this.#columnTopics = (this.#columns?.names ?? []).reduce(
      (topics, name) => topics | this.topicsOf(name),
      0,
    );
    const short = this.#reading === "given" && text.length <= ALONE_MAX && !/[{}=<>[\]"|]/.test(text);
    this.#alone = short && !/(?:^|[^A-Za-z0-9])[A-Za-z\x80-\xff]{4,}(?![A-Za-z0-9])/.test(text);
    this.#brief = short && text.length <= BRIEF_MAX && !text.includes("\n");
  }

  /** True where what stands side by side was put there by a decoder. */
  get isJoined(): boolean {
    return this.#reading === "joined";
  }

  /** True where words of any case may stand before a match: the view is short. */
  get isShort(): boolean {
    return this.#brief || this.#alone;
  }

  /** False where nothing around can satisfy the need of a match that starts there, so that no shape need be tried. */
  mayLet(start: number, need: Need, topics: number): boolean {
    if (need === "nothing" || need === "no_veto") return true;
    if ((this.#near(start) & topics) === 0) return false;
    const context = this.#contextOf(start);
    if ((context.topics & topics) !== 0)
      return need === "key" ? context.keyed : need !== "topic" || !context.vetoed;
    return need === "alone" && this.isShort && !context.keyed && !context.vetoed;
  }

  /** At least the topics that what stands around `start` can speak of; all, where it may stand alone. */
  #near(start: number): number {
    if (this.isShort) return -1;
    if (start !== this.#nearStart) {
      this.#nearStart = start;
      this.#nearTopics = this.#columnTopics | this.#words.roughly(start - NEAR_BEFORE, start + NEAR_AFTER);
    }
    return this.#nearTopics;
  }

  /** Names and addresses in a table's columns that are theirs. */
  *cellTexts(): Generator<TextSpan, void> {
    if (this.#columns === null || (this.#columnTopics & (TOPIC.person | TOPIC.address)) === 0) return;
    this.#budget.spend(this.#bytes.length);
    const topics = this.#columns.names.map((name) => this.topicsOf(name) & (TOPIC.person | TOPIC.address));
    const wanted = topics.map((each) => each !== 0);
    for (const { column, start, value } of cellsOf(this.#text, this.#columns, wanted)) {
      const span = textSpanOf(value, start, topics[column] ?? 0);
      if (span !== null) yield span;
    }
  }

  /** What a key's name speaks of. */
  topicsOf(name: string): number {
    const known = this.#keys.get(name);
    if (known !== undefined) return known;
    this.#budget.spend(KEY_COST);
    const topics = topicsOfKey(name);
    if (this.#keys.size >= KEYS_MAX) this.#keys.clear();
    this.#keys.set(name, topics);
    return topics;
  }

  /**
   * The decision. A topic that fits lets pass; what is part of a longer number, vetoed, or under a key that speaks of something
   * else does not; then it is the need that says.
   */
  lets(candidate: Candidate): boolean {
    if (candidate.need === "nothing") return true;
    const context = this.#contextOf(candidate.start);
    const fits = (context.topics & candidate.topics) !== 0;
    if (candidate.need === "key") return fits && context.keyed;
    if (fits && !(context.vetoed && candidate.need === "topic")) return true;
    if (context.vetoed || (context.keyed && (context.topics & ~(TOPIC.number | TOPIC.ip)) !== 0))
      return false;
    if (candidate.need === "topic" || this.#reading === "joined" || this.#isPart(candidate)) return false;
    if (candidate.need === "no_veto") return true;
    return (!context.keyed || this.#brief) && this.#standsAlone(candidate);
  }

  /** Groups of digits beside further groups: part of a longer number. */
  #isPart({ start, end }: Candidate): boolean {
    const separator = /[ -]/.exec(this.#text.slice(start, end))?.[0];
    if (separator === undefined) return false;
    const before = this.#text[start - 1] === separator && /\d/.test(this.#text.charAt(start - 2));
    return before || (this.#text[end] === separator && /\d/.test(this.#text.charAt(end + 1)));
  }

  /** All of the text's digits, or one run of several: a group of a longer number does not stand alone. */
  #standsAlone({ start, end, kind }: Candidate): boolean {
    if (!this.#alone && !this.#brief) return false;
    const whole = !/\d/.test(this.#text.slice(0, start)) && !/\d/.test(this.#text.slice(end));
    if (this.#alone && (whole || /^[0-9A-Za-z]+$/.test(this.#text.slice(start, end)))) return true;
    return this.#brief && kind === "ip" && !/^:\d/.test(this.#text.slice(end, end + 2));
  }

  #contextOf(start: number): Context {
    if (this.#start === start) return this.#context;
    this.#budget.spend(CONTEXT_COST);
    this.#start = start;
    this.#context = this.#found(start);
    return this.#context;
  }

  #found(start: number): Context {
    const column = this.#columns?.nameAt(start);
    if (typeof column === "string") return contextOf(true, this.topicsOf(column));
    const key = keyBefore(this.#bytes, this.#text, start);
    const topics = key === null ? 0 : this.topicsOf(key.name);
    if (key !== null && (key.firm || topics !== 0)) return contextOf(true, topics);
    const words = this.#words.topics(start - BEFORE, start, start - VETO_BEFORE);
    const after = this.#words.topics(start, this.#lineEnd(start), start + AFTER) & ~VETO;
    const bare = BARE.test(this.#text.slice(start, start + 24));
    return contextOf(false, words | (bare ? after & ~TOPIC.phone : after));
  }

  #lineEnd(start: number): number {
    const stop = Math.min(this.#bytes.length, start + AFTER);
    let at = start;
    while (at < stop && this.#bytes[at] !== 0x0a) at++;
    return at;
  }
}

interface Context {
  /** A key, a column or a tag names the value. */
  readonly keyed: boolean;
  /** Topics of the key, else of the words near. */
  readonly topics: number;
  /** The key, else a word just before, says that it is nothing personal. */
  readonly vetoed: boolean;
}

function contextOf(keyed: boolean, topics: number): Context {
  return { keyed, topics: topics & ~VETO, vetoed: (topics & VETO) !== 0 };
}

const NO_CONTEXT: Context = contextOf(false, 0);
/** A run of digits without groups, which a word after it does not make a telephone number. */
const BARE = /^\d+(?!\d|[ .-]\d)/;
const ALONE_MAX = 80;
const BRIEF_MAX = 48;
/** Bytes in which words before a value, words after it on its line, and a veto before it are heard. */
const BEFORE = 72;
const AFTER = 40;
const VETO_BEFORE = 18;
/** Bytes in which any context of a value lies: the key of its array is the farthest. */
const NEAR_BEFORE = 352;
const NEAR_AFTER = AFTER;
const KEYS_MAX = 1024;
/** What judging a key, or looking at a context, costs of the budget, in bytes looked at. */
const KEY_COST = 48;
const CONTEXT_COST = 64;
