// Finds enrolled values that leave in pieces: over many requests in one slot, over the slots of one request, or both. A state
// machine without clock or files. Not what a slot is (../slots.ts), nor values whole in one request (protected-finder.ts).
import type { Match } from "../finding.ts";
import { ScanExhausted } from "../scan-budget.ts";
import type { Slot } from "../slots.ts";
import { ColumnStream } from "./column-stream.ts";
import { matchOf } from "./coverage.ts";
import { NumberedPieces } from "./numbered-pieces.ts";
import type { ProtectedIndex } from "./protected-index.ts";
import { VaryingPart } from "./varying-part.ts";

export interface ColumnBounds {
  /** Pairs of lineage and endpoint that are remembered; one more is exhausted, that is refused: none is forgotten for it. */
  readonly pairsMax: number;
  /** Slots of one pair with a column of their own. Further names share one column, so that none goes unwatched. */
  readonly slotsMax: number;
  /** Slots in all with columns of their own, about 2 KB each; beyond them as with `slotsMax`. */
  readonly slotsInAllMax: number;
}

export const COLUMN_BOUNDS: ColumnBounds = { pairsMax: 1024, slotsMax: 256, slotsInAllMax: 16_384 };

/** A value in a column, with the slot that completed it; offsets are of that slot's value. */
export interface ColumnMatch extends Match {
  readonly slot: string;
}

export interface Columns {
  /**
   * Takes one request of a lineage to an endpoint into account. What it returns must be refused. Refused requests count as
   * shown: sending the same again is refused again. Throws ScanExhausted("columns").
   */
  observe(lineage: string, endpoint: string, slots: readonly Slot[]): readonly ColumnMatch[];
  /** Forgets a lineage that has ended for good. */
  forget(lineage: string): void;
}

/** Columns of an index. */
export function createColumns(index: ProtectedIndex, bounds: ColumnBounds = COLUMN_BOUNDS): Columns {
  const pairs = new Map<string, Map<string, Pair>>();
  const room = { pairs: bounds.pairsMax, slots: bounds.slotsInAllMax };
  return {
    observe(lineage, endpoint, slots) {
      if (index.text.table.keys.length === 0) return [];
      const endpoints = pairs.get(lineage) ?? new Map<string, Pair>();
      const pair = endpoints.get(endpoint) ?? new Pair(index, bounds.slotsMax, room);
      if (!endpoints.has(endpoint) && room.pairs === 0) throw new ScanExhausted("columns");
      if (!endpoints.has(endpoint)) room.pairs -= 1;
      endpoints.set(endpoint, pair);
      pairs.set(lineage, endpoints);
      return pair.observe(slots);
    },
    forget(lineage) {
      for (const pair of pairs.get(lineage)?.values() ?? []) {
        room.pairs += 1;
        room.slots += pair.size;
      }
      pairs.delete(lineage);
    },
  };
}

/** The column of the slots that have none of their own. */
const OTHERS = "*";

/** Characters of each end of a value that go into columns: a longer piece is found in its own request. */
const END = 96;

class Pair {
  readonly #index: ProtectedIndex;
  readonly #slots = new Map<string, Column>();
  readonly #max: number;
  readonly #room: { slots: number };
  /** What varies in all slots, in the order it is sent: for values that change from slot to slot. */
  readonly #varying: ColumnStream;

  constructor(index: ProtectedIndex, max: number, room: { slots: number }) {
    this.#index = index;
    this.#max = max;
    this.#room = room;
    this.#varying = new ColumnStream(index);
    this.#slots.set(OTHERS, new Column(index));
  }

  /** Slots with a column of their own. */
  get size(): number {
    return this.#slots.size - 1;
  }

  observe(slots: readonly Slot[]): readonly ColumnMatch[] {
    const matches: ColumnMatch[] = [];
    // All slots of this request on end: a value spread over them.
    const request = new ColumnStream(this.#index);
    for (const { name, value } of slots) {
      const text = ended(value);
      const { sequences, varying } = this.#columnOf(name).observe(text);
      const found = [...sequences, ...this.#varying.feed(varying), ...request.feed(text)];
      const owners = new Set(found.map((sequence) => this.#index.text.owners[sequence] as number));
      for (const owner of owners)
        matches.push({ ...matchOf(this.#index.enrolled, owner, 0, value.length), slot: name });
    }
    return matches;
  }

  #columnOf(name: string): Column {
    const known = this.#slots.get(name);
    if (known !== undefined) return known;
    const others = this.#slots.get(OTHERS);
    if (others !== undefined && (this.size >= this.#max || this.#room.slots === 0)) return others;
    const column = new Column(this.#index);
    this.#slots.set(name, column);
    this.#room.slots -= 1;
    return column;
  }
}

/** The streams of one slot. */
class Column {
  readonly #appended: ColumnStream;
  /** Each value before the ones so far: read backwards, since windows hash alike in both directions. */
  readonly #prepended: ColumnStream;
  readonly #first: ColumnStream;
  readonly #last: ColumnStream;
  readonly #varying: ColumnStream;
  readonly #part = new VaryingPart();
  readonly #numbered = new NumberedPieces();
  readonly #index: ProtectedIndex;
  #before = "";

  constructor(index: ProtectedIndex) {
    this.#index = index;
    this.#appended = new ColumnStream(index);
    this.#prepended = new ColumnStream(index);
    this.#first = new ColumnStream(index);
    this.#last = new ColumnStream(index);
    this.#varying = new ColumnStream(index);
  }

  /** The sequences of which enough has been shown, and what of `text` varies. */
  observe(text: string): { readonly sequences: readonly number[]; readonly varying: string } {
    const varying = this.#part.of(text);
    // A longer value sent again and again adds nothing but perhaps the same letter twice.
    if (text === this.#before && text.length > CONSTANT_MIN) {
      if (varying.length > CONSTANT_MIN) return { sequences: [], varying: "" };
      return { sequences: this.#varying.feed(varying), varying };
    }
    this.#before = text;
    const pieces = this.#numbered.joined(text);
    const sequences = [
      ...this.#appended.feed(text),
      ...this.#prepended.feed(backwards(text)),
      ...this.#first.feed(text.slice(0, 1)),
      ...this.#last.feed(text.slice(-1)),
      ...this.#varying.feed(varying),
      ...(pieces === null ? [] : new ColumnStream(this.#index).feed(pieces)),
    ];
    return { sequences, varying };
  }
}

const CONSTANT_MIN = 8;

function ended(value: string): string {
  return value.length <= 2 * END ? value : value.slice(0, END) + value.slice(-END);
}

function backwards(text: string): string {
  let reversed = "";
  for (let at = text.length - 1; at >= 0; at -= 1) reversed += text[at] ?? "";
  return reversed;
}
