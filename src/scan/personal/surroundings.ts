// What stands around candidates of one view, and whether it lets them pass.
import type { ScanBudget } from "../scan-budget.ts";
import type { Candidate } from "./candidate.ts";
import { type ColumnNames, columnNames } from "./column-names.ts";
import { TOPIC } from "./context-words.ts";
import type { Need } from "./detector.ts";
import { keyBefore } from "./key-before.ts";
import { contextOfKey, contextOfWords, topicsOfKey, type ValueContext } from "./value-context.ts";

/** Mutable, for one view: it remembers keys it has judged. */
export class Surroundings {
  readonly #text: string;
  readonly #budget: ScanBudget;
  readonly #columns: ColumnNames | null;
  /** The view is short values and nothing else, or a short line without structure. */
  readonly #alone: boolean;
  readonly #brief: boolean;
  readonly #keys = new Map<string, number>();
  #last: { readonly start: number; readonly end: number; readonly context: ValueContext } | null = null;

  constructor(text: string, budget: ScanBudget) {
    this.#text = text;
    this.#budget = budget;
    this.#columns = columnNames(text, (name) => this.topicsOf(name) !== 0);
    const short = text.length <= ALONE_MAX && !/[{}=<>[\]"|]/.test(text);
    this.#alone = short && !/(?:^|[^A-Za-z0-9])[A-Za-z\x80-\xff]{4,}(?![A-Za-z0-9])/.test(text);
    this.#brief = short && text.length <= BRIEF_MAX && !text.includes("\n");
  }

  /** True where this view cannot satisfy the need, so that no shape need be tried. */
  excludes(need: Need, topics: number): boolean {
    return need === "alone" && topics === 0 && !this.#alone;
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
    const context = this.#contextOf(candidate.start, candidate.end);
    const fits = (context.topics & candidate.topics) !== 0;
    if (candidate.need === "key") return fits && context.keyed;
    if (fits && !(context.vetoed && candidate.need === "topic")) return true;
    if (this.#isPart(candidate)) return false;
    if (context.vetoed || (context.keyed && (context.topics & ~TOPIC.number) !== 0)) return false;
    if (candidate.need === "no_veto") return true;
    return candidate.need === "alone" && !context.keyed && this.#standsAlone(candidate);
  }

  /** Groups of digits beside further groups: part of a longer number. */
  #isPart({ start, end }: Candidate): boolean {
    const separator = /[ -]/.exec(this.#text.slice(start, end))?.[0];
    if (separator === undefined) return false;
    const before = this.#text[start - 1] === separator && /\d/.test(this.#text.charAt(start - 2));
    return before || (this.#text[end] === separator && /\d/.test(this.#text.charAt(end + 1)));
  }

  /** All of the text's digits, or one run of several: a group of a longer number does not stand alone. */
  #standsAlone(candidate: Candidate): boolean {
    const { start, end } = candidate;
    const whole = !/\d/.test(this.#text.slice(0, start)) && !/\d/.test(this.#text.slice(end));
    if (this.#alone && (whole || /^[0-9A-Za-z]+$/.test(this.#text.slice(start, end)))) return true;
    return (
      this.#brief &&
      candidate.kind === "ip" &&
      !/^:\d/.test(this.#text.slice(candidate.end, candidate.end + 2))
    );
  }

  #contextOf(start: number, end: number): ValueContext {
    if (this.#last?.start === start && this.#last.end === end) return this.#last.context;
    this.#budget.spend(CONTEXT_COST);
    const context = this.#found(start, end);
    this.#last = { start, end, context };
    return context;
  }

  #found(start: number, end: number): ValueContext {
    const column = this.#columns?.nameAt(start);
    if (typeof column === "string") return contextOfKey(this.topicsOf(column));
    const key = keyBefore(this.#text, start);
    if (key === null) return contextOfWords(this.#text, start, end);
    const topics = this.topicsOf(key.name);
    return key.firm || topics !== 0 ? contextOfKey(topics) : contextOfWords(this.#text, start, end);
  }
}

const ALONE_MAX = 80;
const BRIEF_MAX = 48;
const KEYS_MAX = 1024;
/** What judging a key, or looking at a context, costs of the budget, in bytes looked at. */
const KEY_COST = 48;
const CONTEXT_COST = 160;
