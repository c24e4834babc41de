// Fires one case at a place: files, steps, effects, verdict. Whatever the case does, there is one result; a case that hangs
// or breaks is `broken`, by name, and its place is not used again.
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { escapeUntrusted } from "../stdx/escape.ts";
import { act } from "./act.ts";
import type { Came } from "./came.ts";
import type { Answer, Case, CaseResult, Step } from "./case.ts";
import { digestsOf, lookAtEffects } from "./effects.ts";
import { fillText, type Values } from "./fill.ts";
import { keep } from "./keep.ts";
import type { Place } from "./place.ts";

/** ms for bytes that are under way to arrive where they are counted. */
const SETTLE_MS = 10;
/** Lines of evidence that are kept of one case. */
const EVIDENCE_MAX = 12;

/** UTF-16 units of why a case broke. */
const WHY_MAX = 600;

/** The result of `one` at `place`. Rejects only when `signal` aborts. */
export async function runCase(one: Case, place: Place, signal: AbortSignal): Promise<CaseResult> {
  const { id, parent, family, expected } = one;
  const result = { id, parent, family, expected };
  const ended = new AbortController();
  const late = setTimeout(() => ended.abort(), one.timeout);
  const both = AbortSignal.any([signal, ended.signal]);
  try {
    const { problems, evidence } = await Promise.race([fire(one, place, both), aborted(both)]);
    if (problems.length === 0) return { ...result, outcome: expected, evidence: kept(evidence) };
    return {
      ...result,
      outcome: expected === "stopped" ? "through" : "refused",
      evidence: kept([...problems, ...evidence]),
    };
  } catch (error) {
    if (signal.aborted) throw error;
    const why = ended.signal.aborted
      ? `it did not end within ${one.timeout} ms`
      : error instanceof Error
        ? error.message
        : String(error);
    return { ...result, outcome: "broken", evidence: [why.slice(0, WHY_MAX)] };
  } finally {
    clearTimeout(late);
    ended.abort();
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const fail = (): void => reject(new Error("it was ended"));
    if (signal.aborted) fail();
    signal.addEventListener("abort", fail, { once: true });
  });
}

interface Fired {
  readonly problems: readonly string[];
  readonly evidence: readonly string[];
}

async function fire(one: Case, place: Place, signal: AbortSignal): Promise<Fired> {
  const mark = `m${randomBytes(8).toString("hex")}`;
  const values: Values = { ...place.values, ...one.let, MARK: mark };
  for (const [name, text] of Object.entries(one.files))
    place.write(fillText(name, values), fillText(text, values));
  place.upstreams.take();
  const before = digestsOf(one, place, values);
  const putBack = keep(one.put_back.map((name) => place.path(fillText(name, values))));
  const steps = await runSteps(one.steps, { place, values, signal });
  if (one.effects.upstream !== null) await sleep(SETTLE_MS);
  const arrived = place.upstreams.take();
  const effects = await lookAtEffects(one, { place, values, arrived, before });
  putBack();
  return {
    problems: [...steps.problems, ...effects.problems],
    evidence: [...steps.evidence, ...effects.evidence],
  };
}

type At = Parameters<typeof act>[1];

async function runSteps(steps: readonly Step[], at: At): Promise<Fired> {
  const fired: Fired[] = [];
  for (const step of steps) {
    for (let turn = 1; turn <= step.times; turn += 1) {
      at.signal.throwIfAborted();
      const { problems, evidence } = await runStep(step, at);
      fired.push({ problems, evidence: turn === step.times ? evidence : [] });
    }
  }
  return joined(fired);
}

async function runStep({ action, answer }: Step, at: At): Promise<Fired> {
  if (action.kind === "together")
    return joined(await Promise.all(action.lists.map((list) => runSteps(list, at))));
  const came = await act(action, at);
  return { problems: compare(came, answer, action.kind, at.values), evidence: [told(action.kind, came)] };
}

function joined(fired: readonly Fired[]): Fired {
  return {
    problems: fired.flatMap(({ problems }) => problems),
    evidence: fired.flatMap(({ evidence }) => evidence),
  };
}

function compare(came: Came, answer: Answer, kind: string, values: Values): readonly string[] {
  const problems = [...came.problems];
  const among = <T extends string | number>(
    name: string,
    found: T | null,
    wanted: readonly T[] | null,
  ): void => {
    if (wanted !== null && (found === null || !wanted.includes(found)))
      problems.push(
        `${kind}: ${name} is ${found ?? "none"}: expected ${wanted.join(" or ")} (${summary(came)})`,
      );
  };
  among("outcome", came.outcome, answer.outcome);
  among("exit code", came.exit, answer.exit);
  among("status", came.status, answer.status);
  if (answer.cause !== null && !answer.cause.some((cause) => came.causes.includes(cause)))
    problems.push(
      `${kind}: cause is ${came.causes.join(" ") || "none"}: expected ${answer.cause.join(" or ")}`,
    );
  for (const part of answer.says)
    if (!came.text.includes(fillText(part, values)))
      problems.push(`${kind}: it does not say \`${escapeUntrusted(part, 80)}\` (${summary(came)})`);
  for (const part of answer.lacks)
    if (came.text.includes(fillText(part, values)))
      problems.push(`${kind}: it says \`${escapeUntrusted(part, 80)}\``);
  return problems;
}

function summary({ causes, text }: Came): string {
  return [...causes, escapeUntrusted(text.trim().slice(-SHOWN), SHOWN)]
    .filter((part) => part !== "")
    .join("; ");
}

const SHOWN = 300;

function told(kind: string, { outcome, causes, exit, status }: Came): string {
  const parts = [
    outcome,
    causes.length === 0 ? null : [...new Set(causes)].join(" "),
    exit === null ? null : `exit ${exit}`,
    status === null ? null : `status ${status}`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? kind : `${kind}: ${parts.join(", ")}`;
}

function kept(lines: readonly string[]): readonly string[] {
  const cut = lines.length - EVIDENCE_MAX;
  return cut <= 0 ? lines : [...lines.slice(0, EVIDENCE_MAX), `and ${cut} lines more`];
}
