// The identity of a node, as its home's node.json holds it. Written once when the home is made.
import { readFileSync } from "node:fs";
import { shellQuote } from "../stdx/shell-quote.ts";
import { WritError } from "../stdx/writ-error.ts";

export interface NodeFile {
  /** Version of the home's layout. */
  readonly format: 1;
  /** 32 hexadecimal digits, drawn at random. */
  readonly node: string;
  /** The unprivileged uid that tasks run as when the governor is root; null: they run as the governor's own. */
  readonly task_uid: number | null;
  /** A home for play: only paths below `root` can be granted; null: a home for work. */
  readonly throw_away: { readonly root: string } | null;
}

/** `node` as the file's text. */
export function formatNodeFile(node: NodeFile): string {
  return `${JSON.stringify(node, null, 2)}\n`;
}

/**
 * Reads node.json at `path`. Throws WRIT_HOME_MISSING when there is none, and WRIT_HOME_UNSAFE when it is not exactly
 * what `formatNodeFile` writes: a home that somebody edited by hand decides nothing.
 */
export function readNodeFile(path: string, home: string): NodeFile {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new WritError("WRIT_HOME_MISSING", `no home at \`${home}\``, {
      hint: `writ init --home ${shellQuote(home)}`,
      cause,
    });
  }
  const node = parseNodeFile(text);
  if (node !== null && formatNodeFile(node) === text) return node;
  throw new WritError("WRIT_HOME_UNSAFE", `\`${path}\` is not as writ wrote it`, {
    hint: "put the file back from a backup, or make a new home by writ init --home DIR",
  });
}

/** The node in the file's text; null: it is none. */
export function parseNodeFile(text: string): NodeFile | null {
  let value: { readonly [key: string]: unknown } | null;
  try {
    value = JSON.parse(text) as { readonly [key: string]: unknown } | null;
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  const { format, node, task_uid, throw_away } = value;
  if (format !== 1 || typeof node !== "string" || !/^[0-9a-f]{32}$/.test(node)) return null;
  if (task_uid !== null && !(Number.isSafeInteger(task_uid) && Number(task_uid) > 0)) return null;
  if (throw_away === null) return { format, node, task_uid: task_uid as number | null, throw_away };
  if (typeof throw_away !== "object" || throw_away === undefined || !("root" in throw_away)) return null;
  const { root } = throw_away;
  if (typeof root !== "string" || !root.startsWith("/")) return null;
  return { format, node, task_uid: task_uid as number | null, throw_away: { root } };
}
