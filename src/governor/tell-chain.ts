// Tells where the label of what a task reached was read first: the earlier decisions behind its outputs, each told from its
// own record. Decides nothing.
import type { CompiledSpec } from "../decide/compile-spec.ts";
import { decisionsBehind, originLines } from "../decide/label-chain.ts";
import { type Situation, situationOf } from "../decide/situation.ts";
import type { LedgerRecord } from "../ledger/record.ts";
import { quoteUntrusted } from "../stdx/escape.ts";
import type { ToldSection } from "./governor.ts";
import { recordedJudged } from "./recorded-judged.ts";
import type { Judged } from "./records.ts";

export interface ChainParts {
  readonly read: (sequence: number) => Promise<LedgerRecord>;
  /** The spec that a record was decided with. */
  readonly specOf: (record: LedgerRecord) => Promise<CompiledSpec>;
}

/** Earlier decisions told, and lines of each. */
const DECISIONS_MAX = 8;
const LINES_MAX = 6;

/**
 * One section that follows the outputs which `judged` meets back to what was first read, nearest decision first; none when
 * it meets no output. Decisions whose payload was erased are named without their reads. Escaped.
 */
export async function tellChain(
  parts: ChainParts,
  judged: Judged,
  compiled: CompiledSpec,
): Promise<readonly ToldSection[]> {
  const lines: string[] = [];
  const waiting = [...decisionsBehind(situationIn(judged, compiled))];
  const told = new Set<number>();
  while (told.size < DECISIONS_MAX) {
    const next = waiting.shift();
    if (next === undefined) break;
    if (told.has(next)) continue;
    told.add(next);
    const record = await parts.read(next);
    const earlier = recordedJudged(record);
    if (earlier === null) {
      lines.push(`decision ${next}: what it read was erased`);
      continue;
    }
    const situation = situationIn(earlier, await parts.specOf(record));
    const origins = originLines(situation);
    lines.push(
      `decision ${next}: task ${quoteUntrusted(earlier.task.task)}, labelled ${quoteUntrusted(earlier.decision.label)}`,
      ...origins.slice(0, LINES_MAX).map((line) => `  ${line}`),
      ...(origins.length > LINES_MAX ? [`  and ${origins.length - LINES_MAX} more`] : []),
    );
    waiting.push(...decisionsBehind(situation));
  }
  const left = new Set(waiting.filter((sequence) => !told.has(sequence))).size;
  if (left > 0) lines.push(`and ${left} more decision${left === 1 ? "" : "s"} before`);
  return lines.length === 0 ? [] : [{ title: "what it was read from", lines }];
}

function situationIn({ task, facts }: Judged, compiled: CompiledSpec): Situation {
  return situationOf(compiled, task, facts);
}
