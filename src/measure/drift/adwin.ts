// Change points that nobody declared: ADWIN, shown beside the detectors. Never an alarm: its false-alarm rate over many
// windows is not stated.

/** A change that was seen: what the mean was before and is since. `since`: the place of the first value after it. */
export interface SeenChange<Place> {
  readonly at: Place;
  readonly since: Place;
  readonly before: number;
  readonly after: number;
}

/** Confidence with which two parts of a window are called different; the value of the paper's experiments. */
const DELTA = 0.002;
/** Values that go into the window together: the cut is as fine as this. */
const BLOCK = 16;
/** Blocks between two looks: a look costs as much as the window has buckets. */
const LOOK_EVERY = 4;
/** Buckets of one size; more keep the cut finer (`M` of the paper). */
const OF_ONE_SIZE = 5;
/** Sizes are 16, 32, 64, …: the window holds at most some 2^19 values, whatever its history. */
const SIZES_MAX = 13;
/** Values that each part needs before it is compared. */
const PART_MIN = 16;

/** Buckets of one size, oldest first; each of as many values. */
interface Row<Place> {
  readonly sums: Float64Array;
  readonly squares: Float64Array;
  readonly from: Place[];
  length: number;
}

/**
 * A window over values in [0, 1] that drops its older part once that differs from the newer one: ADWIN2 (Bifet, Gavaldà:
 * "Learning from time-changing data with adaptive windowing", 2007, sections 3.2 and 4). Memory grows with the logarithm of
 * the values, up to 65 buckets.
 */
export class Adwin<Place> {
  /** Smallest buckets first. */
  readonly #rows: Row<Place>[] = [];
  #count = 0;
  #sum = 0;
  #squares = 0;
  #blocks = 0;
  /** The block that is being filled. */
  #filled = 0;
  #fillingSum = 0;
  #fillingSquares = 0;
  #from: Place | null = null;

  /** Takes the value at `at`; the change that it shows, or null. */
  add(x: number, at: Place): SeenChange<Place> | null {
    if (this.#filled === 0 || this.#from === null) this.#from = at;
    this.#fillingSum += x;
    this.#fillingSquares += x * x;
    this.#filled += 1;
    if (this.#filled < BLOCK) return null;
    const [sum, squares] = [this.#fillingSum, this.#fillingSquares];
    this.#count += BLOCK;
    this.#sum += sum;
    this.#squares += squares;
    this.#push(0, sum, squares, this.#from);
    this.#filled = 0;
    this.#fillingSum = 0;
    this.#fillingSquares = 0;
    this.#blocks += 1;
    return this.#blocks % LOOK_EVERY === 0 ? this.#look(at) : null;
  }

  /** Puts a bucket into the row `size`; of one too many the two oldest become one of the next row. */
  #push(size: number, sum: number, squares: number, from: Place): void {
    if (size === SIZES_MAX) return this.#leave(size, sum, squares);
    let row = this.#rows[size];
    if (row === undefined) {
      row = {
        sums: new Float64Array(OF_ONE_SIZE + 1),
        squares: new Float64Array(OF_ONE_SIZE + 1),
        from: [],
        length: 0,
      };
      this.#rows.push(row);
    }
    row.sums[row.length] = sum;
    row.squares[row.length] = squares;
    row.from.push(from);
    row.length += 1;
    if (row.length <= OF_ONE_SIZE) return;
    const [both, bothSquares, oldest] = [pair(row.sums), pair(row.squares), row.from[0] ?? from];
    take(row, 2);
    this.#push(size + 1, both, bothSquares, oldest);
  }

  #leave(size: number, sum: number, squares: number): void {
    this.#count -= BLOCK * 2 ** size;
    this.#sum -= sum;
    this.#squares -= squares;
  }

  /** Drops what lies before the clearest cut until no cut is left. */
  #look(at: Place): SeenChange<Place> | null {
    let [count, sum] = [0, 0];
    let since: Place | null = null;
    for (let cut = this.#cut(); cut > 0; cut = this.#cut()) {
      const before = { count: this.#count, sum: this.#sum };
      for (let dropped = 0; dropped < cut; dropped += 1) this.#drop();
      count += before.count - this.#count;
      sum += before.sum - this.#sum;
      since = this.#rows.at(-1)?.from[0] ?? at;
    }
    if (since === null || count === 0) return null;
    return { at, since, before: sum / count, after: this.#sum / this.#count };
  }

  /** Drops the oldest bucket. */
  #drop(): void {
    const row = this.#rows.at(-1);
    if (row === undefined) return;
    this.#leave(this.#rows.length - 1, row.sums[0] ?? 0, row.squares[0] ?? 0);
    take(row, 1);
    while (this.#rows.length > 1 && this.#rows.at(-1)?.length === 0) this.#rows.pop();
  }

  /** How many of the oldest buckets lie before the clearest cut; 0: the window is of one piece. */
  #cut(): number {
    const variance = Math.max(0, this.#squares / this.#count - (this.#sum / this.#count) ** 2);
    const log = Math.log((2 * Math.log(this.#count)) / DELTA);
    let [count, sum, place, best, clearest] = [0, 0, 0, 0, 0];
    for (let size = this.#rows.length - 1; size >= 0; size -= 1) {
      const row = this.#rows[size];
      const length = row?.length ?? 0;
      for (let index = 0; index < length; index += 1) {
        count += BLOCK * 2 ** size;
        sum += row?.sums[index] ?? 0;
        place += 1;
        const rest = this.#count - count;
        if (rest < PART_MIN) return best;
        if (count < PART_MIN) continue;
        const weight = 1 / count + 1 / rest;
        const bound = Math.sqrt(2 * weight * variance * log) + (2 / 3) * weight * log;
        const distance = Math.abs(sum / count - (this.#sum - sum) / rest) - bound;
        if (distance <= clearest) continue;
        clearest = distance;
        best = place;
      }
    }
    return best;
  }
}

function pair(row: Float64Array): number {
  return (row[0] ?? 0) + (row[1] ?? 0);
}

/** Takes the oldest buckets out of a row. */
function take<Place>(row: Row<Place>, count: number): void {
  row.sums.copyWithin(0, count);
  row.squares.copyWithin(0, count);
  row.from.splice(0, count);
  row.length -= count;
}
