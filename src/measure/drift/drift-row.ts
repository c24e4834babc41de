// One labelled stream of `writ drift detect`: its reading, and the alarms of class-level and node-level detectors over it.
// Reads no label: what a row says beside its five members is not looked at.
import type { Json } from "../../stdx/json.ts";
import { err, ok, type Result } from "../../stdx/result.ts";
import { EDetector } from "./e-detector.ts";
import { LearnedBound } from "./learned-bound.ts";

/** Where bounds come from: the row, or its own past. */
export type BoundSource = "declared" | "learned";

/** A stream as it is looked at: classes and values of the same length. */
export interface DriftRow {
  readonly id: string | number;
  readonly stratum: string;
  readonly x: readonly number[];
  /** The bound of class `0`, of class `1` and so on. */
  readonly classBounds: readonly number[];
  readonly specBound: number;
}

/** What is answered for a row. Indexes from 0, growing. */
export interface DriftAnswer {
  readonly id: string | number;
  readonly alarms: readonly number[];
  readonly node_alarms: readonly number[];
}

/** The row that the JSON value `value` is, or what is wrong with it. Bounds are only asked for where they are used. */
export function driftRow(value: Json, source: BoundSource): Result<DriftRow, string> {
  if (value === null || typeof value !== "object" || !("id" in value))
    return err("not an object with an `id`");
  const { id, stratum } = value;
  if (typeof id !== "string" && !Number.isSafeInteger(id)) return err("`id` is neither text nor an integer");
  if (typeof stratum !== "string" || !/^[0-9]*$/.test(stratum))
    return err("`stratum` is not a text of digits");
  const x = valuesOf(value["x"]);
  if (x === null) return err("`x` is neither a text of digits nor a list of numbers");
  if (x.length !== stratum.length)
    return err(`\`x\` has ${x.length} values and \`stratum\` ${stratum.length}`);
  if (source === "learned")
    return ok({ id: id as string | number, stratum, x, classBounds: [], specBound: 0 });
  const classBounds = value["class_bounds"];
  if (!Array.isArray(classBounds) || !classBounds.every(isBound))
    return err("`class_bounds` is not a list of numbers from 0 to 1");
  const classes = [...new Set(stratum)];
  const missing = classes.find((digit) => Number(digit) >= classBounds.length);
  if (missing !== undefined) return err(`\`class_bounds\` has none for class ${missing}`);
  const specBound = value["spec_bound"];
  if (!isBound(specBound)) return err("`spec_bound` is not a number from 0 to 1");
  return ok({ id: id as string | number, stratum, x, classBounds, specBound });
}

/** The alarms of `row` with bounds of `source`; each detector starts anew after each of its own. */
export function detectDrift(row: DriftRow, source: BoundSource): DriftAnswer {
  const classes = new EDetector<number>();
  const node = new EDetector<number>();
  const learned = { classes: new LearnedBound(), node: new LearnedBound() };
  const alarms: number[] = [];
  const nodeAlarms: number[] = [];
  row.x.forEach((value, index) => {
    const x = Math.max(0, Math.min(1, value));
    const classId = row.stratum[index] ?? "";
    const declared = source === "declared";
    const bound = declared ? (row.classBounds[Number(classId)] ?? null) : learned.classes.next(classId, x);
    if (bound !== null && classes.observe(classId, x, bound, index) !== null) alarms.push(index);
    const nodeBound = declared ? row.specBound : learned.node.next(NODE, x);
    if (nodeBound !== null && node.observe(NODE, x, nodeBound, index) !== null) nodeAlarms.push(index);
  });
  return { id: row.id, alarms, node_alarms: nodeAlarms };
}

const NODE = "node";

function valuesOf(x: Json | undefined): readonly number[] | null {
  if (typeof x === "string") return /^[0-9]*$/.test(x) ? Array.from(x, Number) : null;
  if (!Array.isArray(x)) return null;
  return x.every((value): value is number => typeof value === "number" && Number.isFinite(value)) ? x : null;
}

function isBound(value: Json | undefined): value is number {
  return typeof value === "number" && value >= 0 && value <= 1;
}
