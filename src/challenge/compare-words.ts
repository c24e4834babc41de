// P6 as a measurement: one task decided with each of many words, and without any. The verdict is everything in the decision
// but the task's digest; every one must be the same.

import type { Decision } from "../decide/decision.ts";
import { canonicalJson } from "../stdx/canonical-json.ts";
import { escapeUntrusted } from "../stdx/escape.ts";
import type { Json } from "../stdx/json.ts";
import { WritError } from "../stdx/writ-error.ts";
import type { Came } from "./came.ts";
import { type Place, taskInput } from "./place.ts";

/** Characters of a task's name that the language takes. */
const NAME_MAX = 200;

/** Decides `task` plainly, then with each text as its name and intent. Problems name each text that moved the verdict. */
export async function compareWords(
  place: Pick<Place, "governor" | "work">,
  task: Json,
  texts: readonly string[],
): Promise<Came> {
  const plain = await place.governor.decide(
    taskInput(place, { ...(task as object), task: "plain", intent: "" }),
  );
  const expected = verdictOf(plain.decision);
  const problems: string[] = [];
  for (const text of texts) {
    const name = nameOf(text);
    try {
      const worded = { ...(task as object), task: name, intent: intentOf(text) };
      const { decision } = await place.governor.decide(taskInput(place, worded));
      if (verdictOf(decision) !== expected)
        problems.push(`the verdict moved (${decision.outcome}) by ${escapeUntrusted(text.slice(0, SHOWN))}`);
    } catch (error) {
      if (!(error instanceof WritError)) throw error;
      problems.push(`${error.code} by ${escapeUntrusted(text.slice(0, SHOWN))}: ${error.message}`);
    }
  }
  const causes = plain.decision.findings.flatMap(({ cause, passes }) =>
    passes || cause === null ? [] : [cause],
  );
  const text = `${texts.length} texts, ${plain.decision.outcome} with each of them and without`;
  return { outcome: plain.decision.outcome, causes, exit: null, status: null, text, problems };
}

const SHOWN = 80;

/** One line of visible characters, as a name has to be. */
function nameOf(text: string): string {
  const name = Array.from(text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, " ").trim())
    .slice(0, NAME_MAX / 2)
    .join("");
  return name === "" ? "words" : name;
}

const INTENT_MAX = 2000;

/** What the language takes as an intent: no control characters but line feeds and tabs. */
function intentOf(text: string): string {
  return Array.from(text.replaceAll(/(?![\n\t])\p{Cc}/gu, " "))
    .slice(0, INTENT_MAX / 2)
    .join("");
}

/** The decision without what names the task, as canonical text. */
function verdictOf(decision: Decision): string {
  const remedies = decision.remedies.map(({ change, outcome }) => ({ change, outcome }));
  // Figures of the node, and remedies that follow from them, move between two looks; what is measured and passes does not.
  const findings = decision.findings
    .map(({ rule, cause, passes, evidence }) => ({ rule, cause, passes, evidence }))
    .filter(({ passes }) => !passes);
  return canonicalJson({ ...decision, task_digest: "", findings, remedies } as unknown as Json);
}
