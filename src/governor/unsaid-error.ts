// Keeps what may not be shown out of the complaints about a task that cannot be read: they quote it. Not what becomes of a
// task that can be (scan-task.ts).
import { WritError } from "../stdx/writ-error.ts";

/** Of each of `texts`, whether it holds what may not be shown. */
export type Holds = (texts: readonly string[]) => Promise<readonly boolean[]>;

/**
 * `error`, or for WRIT_TASK_INVALID the same error without the quotations that hold something; a line that still does is left
 * out whole, and so is every line where `holds` throws.
 *
 * @example await unsaidError(error, holds) // "`--call` is `[left out]`: …"
 */
export async function unsaidError(error: WritError, holds: Holds): Promise<WritError> {
  if (error.code !== "WRIT_TASK_INVALID") return error;
  const lines = Array.isArray(error.cause) ? error.cause.map(String) : [];
  const said = [error.message, error.hint, ...lines];
  const quoted = [...new Set(said.flatMap((line) => line.match(QUOTED) ?? []))];
  const held = new Set(await heldOf(quoted, holds));
  const parted = said.map((line) => line.replaceAll(QUOTED, (piece) => (held.has(piece) ? LEFT_OUT : piece)));
  const whole = new Set(await heldOf(parted, holds));
  const [message = "", hint = "", ...cause] = parted.map((line) => (whole.has(line) ? UNSAID : line));
  return new WritError(error.code, message, { hint: hint === UNSAID ? HINT : hint, cause });
}

const QUOTED = /`[^`]*`/g;
const LEFT_OUT = "`[left out]`";
const UNSAID = "what is wrong with the task holds a value that may not be shown";
const HINT = "take the value out of the task; docs/SPEC.md says how a task uses a secret";

async function heldOf(texts: readonly string[], holds: Holds): Promise<readonly string[]> {
  try {
    const held = await holds(texts);
    return texts.filter((_, at) => held[at] !== false);
  } catch {
    // Whether they hold something cannot be told.
    return texts;
  }
}
