// The last head of each node's ledger that this user's clients saw, kept outside the home: what a ledger that was put back
// to an earlier state, or rewritten, cannot match. It can only refuse; without it nothing more is allowed.
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { RememberedHead } from "../ledger/scan-state.ts";
import { shellQuote } from "../stdx/shell-quote.ts";
import { WritError } from "../stdx/writ-error.ts";
import type { NodeFile } from "./node-file.ts";

/** A head as the governor shows it to its clients. */
export interface SeenHead extends RememberedHead {
  readonly node: string;
}

/**
 * The folder of the heads: `$XDG_STATE_HOME/writ-heads`, else `~/.local/state/writ-heads` (XDG base directory
 * specification); null for a user without a home folder, who remembers nothing.
 */
export function headsFolder(): string | null {
  const state = process.env["XDG_STATE_HOME"];
  if (state?.startsWith("/") === true) return join(state, "writ-heads");
  const home = homeFolder();
  return home?.startsWith("/") === true ? join(home, ".local", "state", "writ-heads") : null;
}

function homeFolder(): string | null {
  try {
    return homedir();
  } catch {
    return null; // No entry in any list, and no HOME.
  }
}

/** The file of `node`'s head. */
export function headFile(folder: string, node: string): string {
  return join(folder, `${node}.json`);
}

/**
 * What is remembered of `node`'s ledger; null: nothing, or a home for play. Throws WRIT_HOME_UNSAFE for a file that is not
 * as `rememberHead` wrote it.
 */
export function recallHead(folder: string | null, node: NodeFile): RememberedHead | null {
  return folder === null || node.throw_away !== null ? null : readHead(headFile(folder, node.node));
}

function readHead(file: string): RememberedHead | null {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    if (isAbsent(cause)) return null;
    throw unusable(file, "cannot be read", cause);
  }
  const head = parseHead(text);
  if (head === null) throw unusable(file, "is not as writ wrote it");
  return head;
}

/**
 * Remembers `head` if it is further than what is remembered. Never throws: a state folder that cannot be written narrows
 * nothing, and is no reason to lose an answer.
 */
export function rememberHead(folder: string | null, head: SeenHead): void {
  if (folder === null || !/^[0-9a-f]{32}$/.test(head.node)) return;
  const file = headFile(folder, head.node);
  const fresh = `${file}.${process.pid}`;
  try {
    const known = readHead(file);
    if (known !== null && known.size >= head.size) return;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(fresh, formatHead(head), { mode: 0o600, flush: true });
    renameSync(fresh, file);
  } catch {
    discard(fresh);
  }
}

function discard(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    return; // Its folder is not there either.
  }
}

function formatHead({ size, root }: RememberedHead): string {
  return `${JSON.stringify({ size, root })}\n`;
}

function parseHead(text: string): RememberedHead | null {
  const parts = /^\{"size":(0|[1-9][0-9]{0,15}),"root":"([0-9a-f]{64})"\}\n$/.exec(text);
  const [, size = "", root = ""] = parts ?? [];
  return parts === null || !Number.isSafeInteger(Number(size)) ? null : { size: Number(size), root };
}

/** WRIT_LEDGER_CORRUPT of a ledger that does not continue what is remembered, with the file that remembers it. */
export function rolledBack(error: unknown, folder: string | null, node: string): unknown {
  const isIt =
    error instanceof WritError &&
    error.code === "WRIT_LEDGER_CORRUPT" &&
    / rolled_back at /.test(error.message);
  if (!isIt || folder === null) return error;
  return new WritError(error.code, error.message, { hint: forgetHint(headFile(folder, node)), cause: error });
}

/** How somebody who put an older ledger back on purpose says so. */
export function forgetHint(file: string): string {
  return `mv ${shellQuote(file)} ${shellQuote(`${file}.old`)}  # only if you put an older ledger back yourself: this file remembers more`;
}

function unusable(file: string, what: string, cause?: unknown): WritError {
  const hint = `mv ${shellQuote(file)} ${shellQuote(`${file}.old`)}  # the head it remembers is no longer checked`;
  return new WritError("WRIT_HOME_UNSAFE", `remembered head \`${file}\` ${what}`, { hint, cause });
}

function isAbsent(cause: unknown): boolean {
  const code = typeof cause === "object" && cause !== null && "code" in cause ? cause.code : null;
  return code === "ENOENT" || code === "ENOTDIR";
}
