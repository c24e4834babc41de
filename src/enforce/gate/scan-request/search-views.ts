// Searches one text for protected values in every reading that simple encodings allow, one after another, each reading once.
// Bounded; a bound that is exhausted is an answer of its own.
import { isUtf8 } from "node:buffer";
import { hash } from "node:crypto";
import {
  DEEPER_MIN,
  DEPTH_MAX,
  EFFORT_FACTOR,
  EFFORT_MIN,
  ESCAPES_MAX,
  INFLATED_MAX,
  INFLATIONS_MAX,
  READABLE_MIN,
} from "./bounds.ts";
import { hasReadable, inflate, readBase64, readHex, stretchesOf } from "./decode-runs.ts";
import { turn, undoEscapes, unwrap } from "./decode-text.ts";
import type { ValueFinder } from "./find-value.ts";
import { type ScanBudget, ScanLate } from "./scan-budget.ts";

export type Found =
  | { readonly kind: "value"; readonly name: string; readonly encoding: string }
  /** Which bound; `encoding` is the reading at which it was exhausted. */
  | { readonly kind: "bound"; readonly bound: string; readonly encoding: string };

/** The first value found in `bytes`, the bound that ended the search, or null. */
export function searchViews(bytes: Buffer, finder: ValueFinder, budget: ScanBudget): Found | null {
  return new ViewSearch(finder, bytes.length, budget).run(bytes);
}

/** A text without white space: Latin-1, one character a byte. */
interface View {
  readonly text: string;
  readonly bytes: Buffer;
  /** Decodings above it. */
  readonly depth: number;
  readonly how: readonly string[];
}

class ViewSearch {
  readonly #finder: ValueFinder;
  readonly #budget: ScanBudget;
  /** Digests: the readings themselves would be many times the text. */
  readonly #seen = new Set<string>();
  readonly #check = (): void => this.#budget.check();
  #effort: number;
  #inflatable = INFLATED_MAX;
  #inflations = INFLATIONS_MAX;
  #found: Found | null = null;

  constructor(finder: ValueFinder, length: number, budget: ScanBudget) {
    this.#finder = finder;
    this.#budget = budget;
    this.#effort = EFFORT_MIN + EFFORT_FACTOR * length;
  }

  run(bytes: Buffer): Found | null {
    try {
      if (this.#finder.hasWords) this.#searchWords(bytes.toString("latin1"));
      this.#decoded(bytes, 0, []);
    } catch (error) {
      if (!(error instanceof ScanLate)) throw error;
      this.#exhaust("time", []);
    }
    return this.#found;
  }

  #searchWords(text: string): void {
    let [round, last] = [text, ""];
    for (let rounds = 0; rounds < ESCAPES_MAX && round !== last; rounds++) {
      this.#check();
      const name = this.#finder.findWord(round);
      if (name !== null)
        this.#found ??= { kind: "value", name, encoding: rounds === 0 ? "plain" : "escapes" };
      last = round;
      round = undoEscapes(round, this.#check);
    }
  }

  /** Takes in what a decoding gave: looks for values, compressed runs and text in all of it. */
  #decoded(bytes: Buffer, depth: number, how: readonly string[]): void {
    // Itself, its readable stretches, and their text.
    this.#holding(3 * bytes.length, how, () => {
      if (!this.#look(bytes, how)) return;
      const stretches = stretchesOf(bytes, READABLE_MIN, this.#inflations);
      if (depth < DEPTH_MAX) this.#inflateRuns(bytes, stretches.compressed, { depth, how });
      // What a wrong guess decodes to is mostly not readable.
      const text = depth === 0 && isUtf8(bytes) ? bytes.toString("latin1") : stretches.text;
      if (text.length < READABLE_MIN) return;
      const view = viewOf(unwrap(text), depth, how);
      if (this.#look(view.bytes, how)) this.#unfold(view, true);
    });
  }

  /** The view and each round of its escapes; `turns`: and the text turned round, after each round. */
  #unfold(view: View, turns: boolean): void {
    const { depth, how } = view;
    let last = view;
    for (let round = 0; this.#found === null; round++) {
      let next: View | null = null;
      // Two texts and the bytes of one: a round and the one after it.
      this.#holding(3 * last.text.length, how, () => {
        // Each round: what stands before a run may look like an escape with it, and another round would spoil the run.
        this.#expand(last);
        if (turns && this.#found === null) {
          this.#unfold(viewOf(turn(last.text), depth, [...last.how, "reversed"]), false);
        }
        if (this.#found === null) next = this.#undone(last, round);
      });
      if (next === null) return;
      last = next;
    }
  }

  /** The next round of a view, once values were looked for in it; null: there is none. */
  #undone({ text, depth, how }: View, round: number): View | null {
    const undone = undoEscapes(text, this.#check);
    if (undone === text) return null;
    if (round === ESCAPES_MAX) {
      this.#exhaust("escapes", how);
      return null;
    }
    const next = viewOf(unwrap(undone), depth, round === 0 ? [...how, "escapes"] : how);
    if (depth < DEPTH_MAX) this.#inflateEscaped(undone, next);
    return this.#look(next.bytes, next.how) ? next : null;
  }

  #expand({ bytes, depth, how }: View): void {
    const digest = hash("sha256", bytes, "base64");
    if (this.#seen.has(digest)) return;
    this.#seen.add(digest);
    for (const [name, read] of READERS) {
      // What it reads from and its one reading.
      this.#holding(2 * bytes.length, how, () => {
        for (const one of read(bytes)) {
          this.#check();
          this.#decodedFrom(one, depth, [...how, name]);
          if (this.#found !== null) return;
        }
      });
    }
  }

  #decodedFrom(bytes: Buffer, depth: number, how: readonly string[]): void {
    if (depth < DEPTH_MAX) this.#decoded(bytes, depth + 1, how);
    // Text below the last decoding that is itself encoded text was put there on purpose.
    else if (hasReadable(bytes, DEEPER_MIN)) this.#exhaust("depth", how);
  }

  /** Does `work` while `bytes` are held; not at all where they may not be. */
  #holding(bytes: number, how: readonly string[], work: () => void): void {
    if (this.#budget.hold(bytes)) work();
    else this.#exhaust("memory", how);
    this.#budget.release(bytes);
  }

  /** Whether nothing was found in `bytes`, and the search may go on. */
  #look(bytes: Buffer, how: readonly string[]): boolean {
    if (this.#found !== null) return false;
    this.#effort -= bytes.length;
    if (this.#effort < 0) this.#exhaust("effort", how);
    this.#check();
    const name = this.#finder.find(bytes);
    if (name !== null) this.#found ??= { kind: "value", name, encoding: encodingOf(how) };
    return this.#found === null;
  }

  /** Escaped bytes may be compressed ones, in which white space counts. */
  #inflateEscaped(text: string, place: Pick<View, "depth" | "how">): void {
    const bytes = Buffer.from(text, "latin1");
    const { compressed } = stretchesOf(bytes, bytes.length + 1, this.#inflations);
    this.#inflateRuns(bytes, compressed, place);
  }

  #inflateRuns(bytes: Buffer, starts: readonly number[], { depth, how }: Pick<View, "depth" | "how">): void {
    if (starts.length > this.#inflations) return this.#exhaust("compressed runs", how);
    this.#inflations -= starts.length;
    for (const at of starts) {
      if (this.#found !== null) return;
      // What inflates to much before it breaks off costs time and leaves nothing.
      this.#check();
      const inner = inflate(bytes.subarray(at), this.#inflatable);
      if (inner === "odd") continue;
      if (inner === "large") return this.#exhaust("inflated bytes", how);
      this.#inflatable -= inner.length;
      this.#effort += EFFORT_FACTOR * inner.length;
      this.#decoded(inner, depth + 1, [...how, "compressed"]);
    }
  }

  #exhaust(bound: string, how: readonly string[]): void {
    this.#found ??= { kind: "bound", bound, encoding: encodingOf(how) };
  }
}

const READERS: readonly (readonly [string, (bytes: Buffer) => Iterable<Buffer>])[] = [
  ["hex", readHex],
  ["base64", readBase64],
];

function viewOf(text: string, depth: number, how: readonly string[]): View {
  return { text, bytes: Buffer.from(text, "latin1"), depth, how };
}

function encodingOf(how: readonly string[]): string {
  return how.length === 0 ? "plain" : how.join(" → ");
}
