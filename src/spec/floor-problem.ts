// What the floor says of a spec that is below it. The rules stand in floor.ts and floor-*.ts.

/** Where a spec goes below the floor, and what to do about it. */
export interface FloorProblem {
  readonly path: readonly (string | number)[];
  /** One lower-case line without a period; the operator's own words are escaped. */
  readonly message: string;
  readonly hint: string;
}

/** One problem; `message` and `hint` as in `FloorProblem`. */
export function floorProblem(path: FloorProblem["path"], message: string, hint: string): FloorProblem {
  return { path, message, hint };
}
