// Heat and memory pressure of macOS, out of what its own programs print. Parsers, and the commands whose output they read;
// run on macOS alone (observe.ts).
import type { HeatFact, NodeFacts } from "../../decide/facts.ts";
import type { RunCommand } from "../run-command.ts";

/** What macOS says. */
export interface MacFigures {
  readonly heat: HeatFact;
  /** null: not told. */
  readonly memory_level: NodeFacts["memory_level"] | null;
  /** Share of memory that is free, in percent; null: not told. */
  readonly memory_free: number | null;
}

/** Asks all three side by side. Never rejects: what does not answer is not told. */
export async function askMacFigures(run: RunCommand): Promise<MacFigures> {
  const [therm, level, free] = await Promise.all([
    run("/usr/bin/pmset", ["-g", "therm"]),
    run("/usr/sbin/sysctl", ["-n", "kern.memorystatus_vm_pressure_level"]),
    run("/usr/bin/memory_pressure", ["-Q"]),
  ]);
  return {
    heat: parseThermalState(therm ?? ""),
    memory_level: parsePressureLevel(level ?? ""),
    memory_free: parseFreeShare(free ?? ""),
  };
}

/**
 * `pmset -g therm` (pmset(1)): on Intel `CPU_Scheduler_Limit`, `CPU_Available_CPUs` and `CPU_Speed_Limit` in percent of full
 * speed; on Apple silicon notes that no warning was recorded, or `Thermal Warning Level = n`. Full speed and no warning is
 * nominal; a text that says neither is unmeasurable.
 */
export function parseThermalState(text: string): HeatFact {
  const source = "pmset -g therm";
  const speed = numberOf(/^\s*CPU_Speed_Limit\s*=\s*(\d{1,3})\s*$/m, text);
  const warning = numberOf(/^\s*(?:Thermal|CPU Power|Performance) Warning Level\s*=\s*(\d{1,2})\s*$/im, text);
  const calm = /^Note: No thermal warning level has been recorded$/m.test(text);
  if (speed === null && warning === null && !calm)
    return { state: "unmeasurable", cause: `\`${source}\` does not say` };
  return { state: "level", level: levelOf(speed ?? 100, warning ?? 0), source };
}

/** Levels of warning count from 1; below half of its speed a processor is about to be stopped. */
function levelOf(speed: number, warning: number): "nominal" | "moderate" | "heavy" | "trapping" {
  if (speed < 50 || warning >= 3) return "trapping";
  if (speed < 80 || warning === 2) return "heavy";
  return speed < 100 || warning === 1 ? "moderate" : "nominal";
}

/** `kern.memorystatus_vm_pressure_level` (xnu, bsd/kern/kern_memorystatus_notify.c): 1 normal, 2 warning, 4 critical. */
export function parsePressureLevel(text: string): NodeFacts["memory_level"] | null {
  switch (text.trim()) {
    case "1":
      return "normal";
    case "2":
      return "warning";
    case "4":
      return "critical";
    default:
      return null;
  }
}

/** `memory_pressure -Q` (memory_pressure(1)): `System-wide memory free percentage: 62%`. */
export function parseFreeShare(text: string): number | null {
  const share = numberOf(/^System-wide memory free percentage:\s*(\d{1,3})%\s*$/m, text);
  return share === null || share > 100 ? null : share;
}

function numberOf(pattern: RegExp, text: string): number | null {
  const found = pattern.exec(text)?.[1];
  return found === undefined ? null : Number(found);
}
