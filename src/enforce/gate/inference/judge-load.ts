// Judges what an inference request asks of the provider's memory: no longer a context than was granted, and no say in how
// long a model stays loaded, since both take memory that was never decided on. Ollama's keys; other servers have none.
import type { GrantedModel } from "../../../decide/decision.ts";
import { foldKey } from "./fold-key.ts";
import { type Refusal, refusal } from "./refusal.ts";

/**
 * Why `body` may not be forwarded to the provider of `model`, or null. Keys are compared as Go reads them, without regard
 * to case. Null values count as asked: two servers may read them differently.
 */
export function judgeLoad(body: Readonly<Record<string, unknown>>, model: GrantedModel): Refusal | null {
  if (model.kind !== "ollama") return null;
  for (const [key, value] of Object.entries(body)) {
    if (foldKey(key) === "keep_alive") {
      return refusal(
        "keep_alive_refused",
        key,
        "none",
        "send no keep_alive: a task does not hold a model loaded",
      );
    }
    const refused = foldKey(key) === "options" ? judgeOptions(value, model.context) : null;
    if (refused !== null) return refused;
  }
  return null;
}

/** `num_ctx` is the context to load the model with, in tokens (docs.ollama.com/modelfile, 2026-11). */
function judgeOptions(options: unknown, most: number): Refusal | null {
  if (typeof options !== "object" || options === null) return null;
  for (const [key, value] of Object.entries(options)) {
    if (foldKey(key) !== "num_ctx") continue;
    const tokens = typeof value === "number" ? value : JSON.stringify(value);
    const within =
      typeof tokens === "number" && Number.isSafeInteger(tokens) && tokens >= 1 && tokens <= most;
    if (!within) return refusal("context_over_limit", tokens, most, insteadOf(most));
  }
  return null;
}

function insteadOf(most: number): string {
  return most === 0
    ? "send no num_ctx, or declare the need's context in the task"
    : `ask for at most ${most} tokens: the context that the task declared`;
}
