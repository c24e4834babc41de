// Tells what tasks of the same class used, and how that compares with what is asked now. Decides nothing.
import { formatReadable } from "../stdx/readable-quantity.ts";
import type { Quantiles } from "./facts.ts";
import type { Situation } from "./situation.ts";

/** Lines for an explanation; none where nothing is known. */
export function footprintLines({ compiled, task, facts, ask }: Situation): readonly string[] {
  const { footprint } = facts;
  if (footprint === undefined) return [];
  const { count, memory, cpu, time, bytes_out } = footprint;
  const declared = task.needs.memory ?? compiled.spec.defaults.memory;
  return [
    `${count} settled ${count === 1 ? "task" : "tasks"} of this class used at most (half of them; 19 of 20; all):`,
    ...figures("memory", "bytes", memory),
    ...figures("processor time", "duration", cpu),
    ...figures("time", "duration", time),
    ...figures("bytes out", "bytes", bytes_out),
    ...(declared !== null && ask.memory !== null && ask.memory > declared
      ? [
          `asked ${formatReadable("bytes", declared)} of memory: raised to ${formatReadable("bytes", ask.memory)}, which one of them used`,
        ]
      : padding("memory", declared, memory)),
    // A default is nobody's padding, and time is shared with nobody.
    ...padding("time", task.needs.time, time),
  ];
}

function figures(what: string, kind: "bytes" | "duration", seen: Quantiles | null): readonly string[] {
  if (seen === null) return [`${what}: not measurable here`];
  const { p50, p95, max } = seen;
  return [`${what}: ${[p50, p95, max].map((figure) => formatReadable(kind, figure)).join("; ")}`];
}

/** Asks below this many times the p95 are no padding worth a word. */
const PADDING_TOLD = 2;

/** The padding ratio: what is asked, over what 19 of 20 used. */
function padding(what: string, asked: number | null, seen: Quantiles | null): readonly string[] {
  if (asked === null || seen === null || seen.p95 === 0) return [];
  const ratio = asked / seen.p95;
  return ratio < PADDING_TOLD ? [] : [`asks ${ratio.toFixed(1)} times the ${what} that 19 of 20 used`];
}
