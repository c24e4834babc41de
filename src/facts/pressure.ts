// How much tasks on this node wait for memory now. Not how much is free (memory.ts).
import { join } from "node:path";
import { type Roots, readKernelFile } from "./observed-roots.ts";

/**
 * Basis points: the `some avg10` share of /proc/pressure/memory (Documentation/accounting/psi.rst), the part of the last
 * ten seconds in which at least one task waited. null: this kernel has no such figure, or it does not read as one.
 *
 * @example some avg10=1.50 … gives 150
 */
export function observePressure(roots: Roots): number | null {
  const text = readKernelFile(join(roots.proc, "pressure/memory")) ?? "";
  const percent = /^some avg10=(\d{1,3}\.\d{2}) /m.exec(text)?.[1];
  if (percent === undefined) return null;
  const basisPoints = Math.round(Number(percent) * 100);
  return basisPoints <= 10_000 ? basisPoints : null;
}
