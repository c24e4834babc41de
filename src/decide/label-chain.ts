// Where a task's label comes from: each source, earlier output and ancestor behind it, and which calls it allows and
// forbids. Tells; decides nothing (task-label.ts, check-privacy.ts).
import { patternBase } from "../names/path.ts";
import { quoteUntrusted } from "../stdx/escape.ts";
import type { OutputFact } from "./facts.ts";
import { labelLimit } from "./label-limit.ts";
import { meets, type ReachedPaths, reachedPaths, reveals } from "./reached-paths.ts";
import type { Situation } from "./situation.ts";
import type { Reach } from "./source-trie.ts";
import { outputReach } from "./task-label.ts";

/** Lines of evidence in one finding. */
const EVIDENCE_MAX = 3;
/** Lines told of reads, and of calls. */
const LINES_MAX = 12;

/** What evidence is asked for: a rank that is too high, or untrusted content too. */
export interface Wanted {
  readonly least: number;
  readonly untrusted?: boolean;
}

/**
 * The outputs of earlier tasks behind a label of at least `least`, or behind the task's taint: the most private first, at
 * most `EVIDENCE_MAX` lines. Empty where no output has a part in it.
 *
 * @example outputEvidence(situation, { least: 2 })  // ["`/work/out/x` was written under decision 12, labelled `secret`"]
 */
export function outputEvidence(
  situation: Situation,
  { least, untrusted = false }: Wanted,
): readonly string[] {
  const carries = (output: OutputFact): boolean =>
    outputReach(situation.compiled, output).rank >= least || (untrusted && output.untrusted);
  return revealedOutputs(situation).filter(carries).slice(0, EVIDENCE_MAX).map(outputLine);
}

/** Earlier decisions under which was written what gives this task its label or its taint: most private first. */
export function decisionsBehind(situation: Situation): readonly number[] {
  const { compiled, reach } = situation;
  const behind = revealedOutputs(situation).filter(
    (output) => outputReach(compiled, output).rank === reach.rank || output.untrusted,
  );
  return [...new Set(behind.map(({ decision }) => decision))];
}

/** The whole chain as lines: what gave the label, then what it means for each thing that leaves. Empty: all is default. */
export function labelLines(situation: Situation): readonly string[] {
  if (!situation.reach.labelled) return [];
  return [...bounded(originLines(situation)), ...bounded(callLines(situation))];
}

function bounded(lines: readonly string[]): readonly string[] {
  if (lines.length <= LINES_MAX) return lines;
  return [...lines.slice(0, LINES_MAX), `and ${lines.length - LINES_MAX} more`];
}

/** Each labelled thing that the task reaches, a line each: sources, outputs of earlier tasks, ancestors. */
export function originLines(situation: Situation): readonly string[] {
  const { compiled, task, facts } = situation;
  const reached = reachedPaths(compiled, task, facts);
  return [
    ...sourceLines(situation, reached),
    ...revealedOutputs(situation).map(outputLine),
    ...facts.sums.ancestors.map(
      ({ decision, label }) => `its parent, decision ${decision}, has label ${quoteUntrusted(label)}`,
    ),
  ];
}

function sourceLines({ compiled }: Situation, { open, directory }: ReachedPaths): readonly string[] {
  const { sources, privacy } = { sources: compiled.sources, privacy: compiled.spec.privacy };
  const isLabelled = ({ rank, untrusted }: Reach): boolean => rank > -1 || untrusted;
  const line = (path: string, at: (typeof privacy.sources)[number]): string =>
    `reaches ${quoteUntrusted(path)}: source ${quoteUntrusted(at.path)} is labelled ${labelOf(at.label, at.trust === "untrusted")}`;
  const lines: string[] = [];
  for (const path of open) {
    if (lines.length > LINES_MAX || !isLabelled(sources.overlapping(path))) continue;
    const named = privacy.sources.filter((source) => meets(patternBase(source.path), path));
    lines.push(...named.map((source) => line(path, source)));
  }
  if (directory !== null && isLabelled(sources.covering(directory))) {
    const above = privacy.sources.filter((source) => {
      const base = patternBase(source.path);
      return meets(base, directory) && base.length <= directory.length;
    });
    lines.push(...above.map((source) => line(directory, source)));
  }
  return [...new Set(lines)];
}

function callLines({ compiled, outward }: Situation): readonly string[] {
  return outward.map(({ field, host, endpoint, rank }) => {
    const label = labelOf(compiled.spec.privacy.ladder[rank] ?? null, false);
    const what = `so ${label} data in \`${field}\` to ${quoteUntrusted(host)}`;
    if (endpoint === null) return `${what}, which the spec does not name, is forbidden`;
    const limit = labelLimit(compiled, endpoint);
    return `${what}, cleared for ${quoteUntrusted(limit.label)}, is ${rank <= limit.rank ? "allowed by its label" : "forbidden"}`;
  });
}

/** Most private first, then untrusted ones, then the latest: the same for the same facts. */
function revealedOutputs({ compiled, task, facts }: Situation): readonly OutputFact[] {
  const outputs = facts.outputs ?? [];
  if (outputs.length === 0) return outputs;
  const reached = reachedPaths(compiled, task, facts);
  return outputs
    .filter((output) => reveals(reached, output.path))
    .sort(
      (one, other) =>
        outputReach(compiled, other).rank - outputReach(compiled, one).rank ||
        Number(other.untrusted) - Number(one.untrusted) ||
        other.decision - one.decision ||
        (one.path < other.path ? -1 : 1),
    );
}

function outputLine({ path, label, untrusted, decision }: OutputFact): string {
  return `${quoteUntrusted(path)} was written under decision ${decision}, labelled ${labelOf(label, untrusted)}`;
}

function labelOf(label: string | null, untrusted: boolean): string {
  return `${label === null ? "unknown" : quoteUntrusted(label)}${untrusted ? ", untrusted" : ""}`;
}
