// Runs the task of a file that the spec names, with a text on its standard input: decided like any other, by nobody's word let
// through. What came of it is the caller's to record.
import { Buffer } from "node:buffer";
import { dirname } from "node:path";
import { WritError } from "../../stdx/writ-error.ts";
import type { Outcome, TaskInput } from "../governor.ts";
import type { LiveRun, RunClient } from "../server/governing.ts";
import { readTaskFile } from "./read-task-file.ts";

export interface TaskFileParts {
  readonly run: (input: TaskInput, client: RunClient) => LiveRun;
  readonly uid: number;
}

/** What came of it. */
export interface Told {
  readonly told: boolean;
  /** Of its decision; null: none was made. */
  readonly decision: number | null;
  /** Why it told nobody, in one word; null: it did. */
  readonly cause: string | null;
}

/** Runs it to its end. Never rejects for what the task does or is; throws what is a fault. */
export async function runTaskFile({ run, uid }: TaskFileParts, path: string, stdin: string): Promise<Told> {
  const text = readTaskFile(path, uid);
  if (!text.ok) return { told: false, decision: null, cause: text.error };
  const format = path.endsWith(".json") ? "json" : "yaml";
  const live = run({ text: text.value, source: path, directory: dirname(path), format }, NOBODY);
  // One that never starts takes no input, and that is no failure of its own.
  void live.stdin(Buffer.from(stdin)).catch(() => undefined);
  void live.stdin(null).catch(() => undefined);
  try {
    return cameOf(await live.outcome);
  } catch (error) {
    if (!(error instanceof WritError)) throw error;
    return { told: false, decision: null, cause: error.code };
  }
}

function cameOf({ sequence, decision, observation }: Outcome): Told {
  if (observation === null) return { told: false, decision: sequence, cause: decision.outcome };
  const told = observation.cause === "exited" && observation.exit_code === 0;
  return { told, decision: sequence, cause: told ? null : observation.cause };
}

/** What it writes is nobody's. */
const NOBODY: RunClient = {
  stdout: () => undefined,
  stderr: () => undefined,
  decided: () => undefined,
};
