// Whether this node is fit to be challenged: what would be measured on a starving one is the starving. Looked at before the
// first case and between cases. Not whether a spec holds.

import { realpathSync, statfsSync, statSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { dirname } from "node:path";
import { observeHeat } from "../facts/heat/observe-heat.ts";
import { observeMemory } from "../facts/memory.ts";
import { MACHINE } from "../facts/observed-roots.ts";
import { observePressure } from "../facts/pressure.ts";
import { formatBytes } from "../stdx/units.ts";

const MIB = 1024 ** 2;
/** Bytes that a place needs for its governor, gate and one task. */
const LANE_BYTES = 512 * MIB;
/** Bytes that must be free in memory, and in the folder for temporary files. */
const MEMORY_MIN = 512 * MIB;
const DISK_MIN = 256 * MIB;
/** Basis points of PSI `some avg10` over which the node is starving. */
const PRESSURE_MAX = 4000;
/** Thousandths of a degree: over it no example spec admits anything. */
const HEAT_MAX = 95_000;
/** More lanes than this say nothing more. */
const LANES_MAX = 8;

/** Why the node is unfit, or null. */
export function unfit(): string | null {
  const { memory_available } = observeMemory(MACHINE);
  if (memory_available < MEMORY_MIN)
    return `${shown(memory_available)} of memory are available: least is ${shown(MEMORY_MIN)}`;
  const pressure = observePressure(MACHINE);
  if (pressure !== null && pressure > PRESSURE_MAX)
    return `memory pressure is ${pressure / 100} %: limit is ${PRESSURE_MAX / 100} %`;
  const heat = observeHeat(MACHINE);
  if (heat.state === "measured" && heat.celsius_milli > HEAT_MAX)
    return `${heat.sensor} reads ${heat.celsius_milli / 1000} C: limit is ${HEAT_MAX / 1000} C`;
  const closed = process.geteuid?.() === 0 ? closedAbove(tmpdir()) : null;
  if (closed !== null)
    return `${closed} cannot be entered by the user of tasks: set TMPDIR to a folder that can`;
  const { bavail, bsize } = statfsSync(tmpdir());
  if (bavail * bsize < DISK_MIN)
    return `${shown(bavail * bsize)} are free in ${tmpdir()}: least is ${shown(DISK_MIN)}`;
  return null;
}

/** The folder at or above `folder` that others may not enter; null: none. */
function closedAbove(folder: string): string | null {
  for (let path = realpathSync(folder); ; path = dirname(path)) {
    if ((statSync(path).mode & 0o001) === 0) return path;
    if (path === dirname(path)) return null;
  }
}

/** How many places this machine has room for at once. */
export function lanesHere(): number {
  const { memory_available } = observeMemory(MACHINE);
  return Math.max(1, Math.min(availableParallelism(), Math.floor(memory_available / LANE_BYTES), LANES_MAX));
}

function shown(bytes: number): string {
  return formatBytes(Math.floor(bytes / MIB) * MIB);
}
