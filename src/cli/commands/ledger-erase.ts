// `writ ledger erase`: takes payloads out of the ledger, with a record that says so. Cores and proofs stay.
import { buildCommand, type Command } from "@stricli/core";
import type { EraseRequest } from "../../governor/governor.ts";
import { escapeUntrusted } from "../../stdx/escape.ts";
import { WritError } from "../../stdx/writ-error.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { type CommonFlags, format, home, files as manyArguments, onFlag, optionalText } from "../flags.ts";
import { governorOf } from "../governor-of.ts";
import { guarded } from "../guarded.ts";
import { json, line } from "../output.ts";
import { sequenceOf } from "../sequence-of.ts";

interface Flags extends CommonFlags {
  readonly before: string | undefined;
  readonly all: boolean;
}

async function ledgerErase(this: CliContext, flags: Flags, ...ids: string[]): Promise<number> {
  const request = requestOf(flags, ids);
  const governor = await governorOf(this, flags.home);
  try {
    const erased = await governor.erase(request);
    const { payloads, kept, records } = erased;
    if (flags.format === "json") json(this, "writ.erased/1", { ...erased });
    else {
      const where =
        records.length === 0 ? "" : `, as record ${records.map((one) => `#${one}`).join(", ")} says`;
      line(this, `${payloads} ${payloads === 1 ? "payload" : "payloads"} erased${where}`);
      if (kept > 0) line(this, `${kept} kept: the spec in force and jobs that have not ended need theirs`);
      if (payloads > 0)
        line(this, "their places in the files are overwritten; copies and backups are not reached");
    }
    return EXIT.done;
  } finally {
    await governor.close();
  }
}

function requestOf({ before, all }: Flags, ids: readonly string[]): EraseRequest {
  const ways = [ids.length > 0, before !== undefined, all].filter(Boolean).length;
  if (ways !== 1) {
    const what =
      ways === 0 ? "nothing is named to erase" : "give numbers, or `--before`, or `--all`: not several";
    throw new WritError("WRIT_USAGE", what, {
      hint: "writ ledger erase 12 13  # or --before 2026-01-31, or --all",
    });
  }
  if (all) return { all: true };
  if (before !== undefined) return { before: instantOf(before) };
  if (ids.length <= IDS_MAX) return { sequences: ids.map((id) => sequenceOf(id)) };
  throw new WritError("WRIT_USAGE", `${ids.length} numbers: limit is ${IDS_MAX}`, {
    hint: "writ ledger erase --before 2026-01-31",
  });
}

/** As many as one request takes. */
const IDS_MAX = 1000;

/** A date (its first moment, UTC) or an instant as RFC 3339 writes it. */
const INSTANT = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d{1,3})?(Z|[+-]\d{2}:\d{2}))?$/;

function instantOf(text: string): string {
  const time = INSTANT.test(text) ? new Date(text) : null;
  // A day that its month does not have moves on to another: what is named is not what would be erased.
  const real = time !== null && !Number.isNaN(time.getTime()) && isCalendarDay(text.slice(0, 10));
  if (real) return time.toISOString();
  throw new WritError("WRIT_USAGE", `\`${escapeUntrusted(text, 40)}\` is no date or instant`, {
    hint: "writ ledger erase --before 2026-01-31  # or 2026-01-31T08:00:00Z",
  });
}

function isCalendarDay(day: string): boolean {
  const time = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(day);
}

export const ledgerEraseCommand: Command<CliContext> = buildCommand<Flags, string[], CliContext>({
  func: guarded(ledgerErase),
  parameters: {
    flags: {
      home,
      format,
      before: optionalText("Of records before this date or instant (RFC 3339)", "TIME"),
      all: onFlag("Of all records"),
    },
    positional: manyArguments("Numbers of records", "SEQ"),
  },
  docs: {
    brief: "Erase payloads: task text, command lines, paths, names",
    fullDescription:
      "Cores stay, so sums, labels and proofs stay; replay and explain say `erased`. The erasure is a record of its own.",
  },
});
