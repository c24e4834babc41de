// Fires the light challenge of this build as a process of its own, at the lowest priority and in bounded time, and gives what
// came of it as the core of a record. Judges nothing itself: what a case is and whether it held is src/challenge/.
import { spawn } from "node:child_process";
import { setPriority } from "node:os";
import { fileURLToPath } from "node:url";
import type { JsonObject } from "../stdx/json.ts";
import { GOVERNOR_ENVIRONMENT } from "./governor-environment.ts";

/** ms; a light one takes a minute or two. */
const TIME_MS = 1_800_000;
/** Bytes of its answer. */
const OUTPUT_MAX = 33_554_432;
/** Ids that a record names. */
const NAMED_MAX = 64;
/** UTF-16 units of why it says nothing. */
const WHY_MAX = 200;
/** setpriority(2): the least that there is. */
const LEAST_PRIORITY = 19;

const WRIT: string = fileURLToPath(new URL("../../bin/writ.js", import.meta.url));
/** The command of this build. */
export const LIGHT_CHALLENGE: readonly string[] = [
  process.execPath,
  WRIT,
  "challenge",
  "--intensity",
  "light",
  "--format",
  "json",
];

/** Never rejects: a challenge that cannot be fired, hangs or says nonsense is one that did not hold. */
export async function fireChallenge(command: readonly string[], signal: AbortSignal): Promise<JsonObject> {
  const { text, why } = await outputOf(command, signal);
  if (why !== null) return failure(why);
  try {
    return coreOf(JSON.parse(text) as Report);
  } catch {
    return failure("its answer cannot be read");
  }
}

/** As much of `writ.challenge/1` as is recorded. */
interface Report {
  readonly stopped: string | null;
  readonly seed: number;
  readonly took: number;
  readonly problems: readonly string[];
  readonly cases: readonly {
    readonly id: string;
    readonly expected: string;
    readonly outcome: string;
  }[];
}

function coreOf({ stopped, seed, took, problems, cases }: Report): JsonObject {
  const fired = cases.filter(({ outcome }) => outcome !== "left_out");
  const failed = fired.filter(({ expected, outcome }) => outcome !== expected).map(({ id }) => id);
  return {
    held: stopped === null && problems.length === 0 && failed.length === 0 && fired.length > 0,
    seed,
    took,
    fired: fired.length,
    unread: problems.length,
    not_held: failed.length,
    failed: failed.slice(0, NAMED_MAX),
    stopped: stopped === null ? null : stopped.slice(0, WHY_MAX),
  };
}

function failure(why: string): JsonObject {
  return {
    held: false,
    seed: 0,
    took: 0,
    fired: 0,
    unread: 0,
    not_held: 0,
    failed: [],
    stopped: why.slice(0, WHY_MAX),
  };
}

interface Output {
  readonly text: string;
  /** Why there is none; null: it ended by itself. */
  readonly why: string | null;
}

function outputOf([program = "", ...words]: readonly string[], signal: AbortSignal): Promise<Output> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const child = spawn(program, words, {
      cwd: "/",
      env: GOVERNOR_ENVIRONMENT,
      stdio: ["ignore", "pipe", "ignore"],
      timeout: TIME_MS,
      signal,
    });
    child.once("error", (error) => {
      resolve({
        text: "",
        why: signal.aborted ? "the governor ended" : `it cannot be started: ${error.message}`,
      });
    });
    if (child.pid !== undefined) lower(child.pid);
    child.stdout.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= OUTPUT_MAX) chunks.push(chunk);
      else child.kill("SIGKILL");
    });
    child.once("close", (code, by) => {
      const why = by === null ? null : `it was ended by ${by}`;
      const none = code !== null && chunks.length === 0 ? `it said nothing and ended with ${code}` : null;
      resolve({ text: Buffer.concat(chunks).toString("utf8"), why: why ?? none });
    });
  });
}

function lower(pid: number): void {
  try {
    setPriority(pid, LEAST_PRIORITY);
  } catch {
    // It has ended already: then there is nothing to lower.
    return;
  }
}
