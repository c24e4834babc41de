// Starts the on-demand governor of a home as a process of its own. Not the process (governor-process.ts).
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, constants, mkdirSync, openSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { compiledVariables } from "../../enforce/compiled-folder.ts";
import { shellQuote } from "../../stdx/shell-quote.ts";
import { WritError } from "../../stdx/writ-error.ts";
import { GOVERNOR_ENVIRONMENT } from "../governor-environment.ts";
import { type HomePaths, homePaths } from "../home.ts";
import type { WireError } from "../wire/messages.ts";
import { writErrorOf } from "./wire-error.ts";

export interface StartOptions {
  readonly home: string;
  readonly build: string;
  /** The folder that remembers heads; null: nothing is remembered. */
  readonly heads: string | null;
  /** Ends after this long without work. */
  readonly idle_ms: number;
  /** How long to wait for its first word; from anew whenever `moved` says that it has come further. */
  readonly wait_ms: number;
  readonly moved: () => boolean;
}

/** What a starting governor says on descriptor 3, as one JSON line, before it closes it. */
export type FirstWord =
  | { readonly state: "serving" }
  /** Another process of this home holds the lock. */
  | { readonly state: "held" }
  | { readonly state: "failed"; readonly error: WireError };

/** Between two looks at how far it has come, ms. */
const LOOK_MS = 250;
/** How long what an ended process had said may still be on its way, ms. */
const LAST_WORD_MS = 100;

/**
 * Starts a governor and waits until it serves or somebody else does. Throws what it failed with as `WritError`, or
 * WRIT_GOVERNOR_UNREACHABLE when it ended without a word, WRIT_HOME_UNWRITABLE when its log cannot be opened.
 */
export async function startProcess(options: StartOptions): Promise<void> {
  const paths = homePaths(options.home);
  const log = openLog(paths);
  let child: ChildProcess;
  try {
    const { home, idle_ms, build, heads } = options;
    child = spawn(process.execPath, [entryFile(), home, String(idle_ms), build, heads ?? ""], {
      cwd: "/",
      detached: true,
      env: { ...GOVERNOR_ENVIRONMENT, ...compiledVariables() },
      stdio: ["ignore", log, log, "pipe"],
    });
  } finally {
    closeSync(log);
  }
  const word = await firstWord(child, options);
  if (word === null) {
    throw new WritError("WRIT_GOVERNOR_UNREACHABLE", "the governor ended before it served", {
      hint: `cat ${shellQuote(paths.log)}`,
    });
  }
  if (word.state === "failed") throw writErrorOf(word.error);
}

function entryFile(): string {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return fileURLToPath(new URL(`../governor-process.${extension}`, import.meta.url));
}

function openLog(paths: HomePaths): number {
  try {
    mkdirSync(paths.run, { mode: 0o700, recursive: true });
    const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;
    return openSync(paths.log, flags, 0o600);
  } catch (error) {
    throw new WritError("WRIT_HOME_UNWRITABLE", `cannot open \`${paths.log}\``, {
      hint: `make ${paths.home} writable for its owner and free some space`,
      cause: error,
    });
  }
}

function firstWord(
  child: ChildProcess,
  { wait_ms, moved }: Pick<StartOptions, "wait_ms" | "moved">,
): Promise<FirstWord | null> {
  return new Promise((resolve) => {
    const pipe = child.stdio[3];
    let text = "";
    // Silent but alive: it is still starting, or waits for another one to end. The caller's own time decides.
    const timer = setTimeout(() => settle({ state: "held" }), wait_ms);
    const looks = setInterval(() => {
      if (moved()) timer.refresh();
    }, LOOK_MS);
    const settle = (word: FirstWord | null): void => {
      clearTimeout(timer);
      clearInterval(looks);
      child.removeAllListeners();
      child.on("error", () => undefined);
      if (pipe !== null && pipe !== undefined) pipe.destroy();
      child.unref();
      resolve(word);
    };
    child.once("error", () => settle(null));
    // What a killed governor had started may hold its end of the pipe a little longer than it lived.
    child.once("exit", () => setTimeout(() => settle(parseWord(text)), LAST_WORD_MS));
    if (pipe === null || pipe === undefined || !("read" in pipe)) return settle(null);
    pipe.on("error", () => settle(null));
    pipe.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
    });
    pipe.once("end", () => settle(parseWord(text)));
  });
}

function parseWord(text: string): FirstWord | null {
  try {
    return JSON.parse(text) as FirstWord;
  } catch {
    return null;
  }
}
