// Searches one text for protected values in every reading that simple encodings allow, breadth first, each reading once.
// Bounded; a bound that is exhausted is an answer of its own.
import { isUtf8 } from "node:buffer";
import {
  DEEPER_MIN,
  DEPTH_MAX,
  EFFORT_FACTOR,
  EFFORT_MIN,
  ESCAPES_MAX,
  INFLATED_MAX,
  INFLATIONS_MAX,
  READABLE_MIN,
  SCAN_TIME_MAX,
} from "./bounds.ts";
import { hasReadable, inflate, readBase64, readHex, stretchesOf } from "./decode-runs.ts";
import { turn, undoEscapes, unwrap } from "./decode-text.ts";
import type { ValueFinder } from "./find-value.ts";

export type Found =
  | { readonly kind: "value"; readonly name: string; readonly encoding: string }
  /** Which bound; `encoding` is the reading at which it was exhausted. */
  | { readonly kind: "bound"; readonly bound: string; readonly encoding: string };

/** The first value found in `bytes`, the bound that ended the search, or null. */
export function searchViews(bytes: Buffer, finder: ValueFinder): Found | null {
  return new ViewSearch(finder, bytes.length).run(bytes);
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
  readonly #seen = new Set<string>();
  readonly #queue: View[] = [];
  readonly #deadline = performance.now() + SCAN_TIME_MAX;
  #effort: number;
  #inflatable = INFLATED_MAX;
  #inflations = INFLATIONS_MAX;
  #found: Found | null = null;

  constructor(finder: ValueFinder, length: number) {
    this.#finder = finder;
    this.#effort = EFFORT_MIN + EFFORT_FACTOR * length;
  }

  run(bytes: Buffer): Found | null {
    if (this.#finder.hasWords) this.#searchWords(bytes.toString("latin1"));
    this.#decoded(bytes, 0, []);
    for (let view = this.#queue.shift(); view !== undefined; view = this.#queue.shift()) {
      if (this.#found !== null) break;
      this.#expand(view);
    }
    return this.#found;
  }

  #searchWords(text: string): void {
    let [round, last] = [text, ""];
    for (let rounds = 0; rounds < ESCAPES_MAX && round !== last; rounds++) {
      const name = this.#finder.findWord(round);
      if (name !== null)
        this.#found ??= { kind: "value", name, encoding: rounds === 0 ? "plain" : "escapes" };
      last = round;
      round = undoEscapes(round);
    }
  }

  /** Takes in what a decoding gave: looks for values and compressed runs in all of it, and keeps what may hide more. */
  #decoded(bytes: Buffer, depth: number, how: readonly string[]): void {
    if (!this.#look(bytes, how)) return;
    const stretches = stretchesOf(bytes, READABLE_MIN, this.#inflations);
    if (depth < DEPTH_MAX) this.#inflateRuns(bytes, stretches.compressed, { depth, how });
    // What a wrong guess decodes to is mostly not readable.
    const text = depth === 0 && isUtf8(bytes) ? bytes.toString("latin1") : stretches.text;
    if (text.length < READABLE_MIN) return;
    const view = viewOf(unwrap(text), depth, how);
    if (this.#look(view.bytes, how)) this.#unfold(view, true);
  }

  /** Undoes escapes until none is left; `turns`: and of the text turned round, after each round. */
  #unfold(view: View, turns: boolean): void {
    const { depth, how } = view;
    let last = view;
    const rounds = [view];
    for (let round = 0; ; round++) {
      const undone = undoEscapes(last.text);
      if (undone === last.text) break;
      if (round === ESCAPES_MAX) return this.#exhaust("escapes", how);
      last = viewOf(unwrap(undone), depth, [...how, "escapes"]);
      if (depth < DEPTH_MAX) this.#inflateEscaped(undone, last);
      if (!this.#look(last.bytes, last.how)) return;
      rounds.push(last);
    }
    // Each round: what stands before a run may look like an escape with it, and another round would spoil the run.
    for (const one of rounds) {
      this.#keep(one);
      if (turns) this.#unfold(viewOf(turn(one.text), depth, [...one.how, "reversed"]), false);
    }
  }

  #keep(view: View): void {
    if (this.#seen.has(view.text)) return;
    this.#seen.add(view.text);
    this.#queue.push(view);
  }

  #expand({ bytes, depth, how }: View): void {
    for (const read of readHex(bytes)) this.#decodedFrom(read, depth, [...how, "hex"]);
    for (const read of readBase64(bytes)) this.#decodedFrom(read, depth, [...how, "base64"]);
  }

  #decodedFrom(bytes: Buffer, depth: number, how: readonly string[]): void {
    if (depth < DEPTH_MAX) this.#decoded(bytes, depth + 1, how);
    // Text below the last decoding that is itself encoded text was put there on purpose.
    else if (hasReadable(bytes, DEEPER_MIN)) this.#exhaust("depth", how);
  }

  /** Whether nothing was found in `bytes`, and the search may go on. */
  #look(bytes: Buffer, how: readonly string[]): boolean {
    if (this.#found !== null) return false;
    this.#effort -= bytes.length;
    if (this.#effort < 0) this.#exhaust("effort", how);
    if (performance.now() > this.#deadline) this.#exhaust("time", how);
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

function viewOf(text: string, depth: number, how: readonly string[]): View {
  return { text, bytes: Buffer.from(text, "latin1"), depth, how };
}

function encodingOf(how: readonly string[]): string {
  return how.length === 0 ? "plain" : how.join(" → ");
}
