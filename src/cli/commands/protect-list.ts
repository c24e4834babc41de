// `writ protect list`: what was enrolled, since when and by whom. The values are not kept, so nothing can show them.
import { buildCommand, type Command } from "@stricli/core";
import type { ListedEntry } from "../../governor/list-enrolled.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { type CommonFlags, format, home } from "../flags.ts";
import { guarded } from "../guarded.ts";
import { homePath } from "../home-path.ts";
import { json, line } from "../output.ts";

async function protectList(this: CliContext, flags: CommonFlags): Promise<number> {
  const { listEnrolled } = await import("../../governor/list-enrolled.ts");
  const entries = await listEnrolled(homePath(this, flags.home));
  if (flags.format === "json") json(this, "writ.protect-list/1", { entries });
  else if (entries.length === 0) line(this, "nothing is enrolled");
  else for (const text of linesOf(entries)) line(this, text);
  return EXIT.done;
}

/** In columns: `2026-11-22 09:30  3 values   keys.env  by me (uid 1000), record 7`. Times are UTC. */
function linesOf(entries: readonly ListedEntry[]): readonly string[] {
  const rows = entries.map((entry) => [
    entry.added.slice(0, 16).replace("T", " "),
    entry.as === "document" ? "document" : `${entry.count} value${entry.count === 1 ? "" : "s"}`,
    entry.name,
    byOf(entry),
  ]);
  const widths = [0, 1, 2].map((at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows.map((row) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  "));
}

function byOf({ by }: ListedEntry): string {
  if (by === null) return "not recorded";
  const uid = by.uid === null ? "" : `uid ${by.uid}`;
  return `by ${by.principal === null ? uid : `${by.principal} (${uid})`}, record ${by.record}`;
}

export const protectListCommand: Command<CliContext> = buildCommand<CommonFlags, [], CliContext>({
  func: guarded(protectList),
  parameters: { flags: { home, format } },
  docs: { brief: "List what was enrolled, since when and by whom" },
});
