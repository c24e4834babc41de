// How a metric went over all of its history, in a fixed number of points. Not a window: nothing is forgotten, only coarser.

/** One point: the mean of the executions from a record on. */
export interface SeriesPoint {
  readonly from: number;
  readonly mean: number;
  readonly count: number;
}

/** Points that are kept: twice this many are merged in pairs. */
export const SERIES_POINTS = 32;

/** Means of equally many executions each, at most 64 of them: when they are full, neighbours are merged and twice as many make one. */
export class Series {
  #points: { from: number; sum: number; count: number }[] = [];
  #width = 1;

  /** Adds the value `x` of the execution that record `sequence` settled. */
  add(x: number, sequence: number): void {
    const last = this.#points.at(-1);
    if (last !== undefined && last.count < this.#width) {
      last.sum += x;
      last.count += 1;
      return;
    }
    if (this.#points.length === 2 * SERIES_POINTS) this.#merge();
    this.#points.push({ from: sequence, sum: x, count: 1 });
  }

  /** Oldest first. */
  points(): readonly SeriesPoint[] {
    return this.#points.map(({ from, sum, count }) => ({ from, mean: sum / count, count }));
  }

  #merge(): void {
    const merged: { from: number; sum: number; count: number }[] = [];
    for (let at = 0; at < this.#points.length; at += 2) {
      const [first, second] = [this.#points[at], this.#points[at + 1]];
      if (first === undefined) continue;
      merged.push({
        from: first.from,
        sum: first.sum + (second?.sum ?? 0),
        count: first.count + (second?.count ?? 0),
      });
    }
    this.#points = merged;
    this.#width *= 2;
  }
}
