// The part of `writ doctor` that tells coverage: which scheduled work and which processes do not go through Writ. Reads and
// changes nothing; work outside is no fault of the machine, so it never makes the doctor fail.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Coverage, observeCoverage } from "../facts/coverage/observe-coverage.ts";
import type { Adopted, ScheduledCommand } from "../facts/coverage/scheduled-command.ts";
import { escapeUntrusted } from "../stdx/escape.ts";
import { WritError } from "../stdx/writ-error.ts";
import type { Check } from "./doctor-check.ts";
import { homePaths } from "./home.ts";
import { specOf } from "./parse-input.ts";

const PACKAGE: string = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/** UTF-16 units of a command that are told. */
const TOLD_MAX = 400;

/** Coverage as it is told: other people's words escaped, and a changed text in one form. */
export interface ToldCoverage extends Omit<Coverage, "commands"> {
  readonly commands: readonly ToldCommand[];
}

export interface ToldCommand extends Omit<ScheduledCommand, "adopted"> {
  readonly adopted: ToldAdopted | null;
}

/** `lines` to be put into `path`, in the place of the line `replaces`, else as that file; `none`: why there are none. */
export interface ToldAdopted {
  readonly path: string | null;
  readonly replaces: number | null;
  readonly lines: readonly string[];
  readonly none: string | null;
}

/**
 * Coverage of this machine for the home at `home`. `named`: whoever asked named the home, so adopted lines do as well.
 * Without an adopted spec no uid is governed. `root`: another folder for `/`, where a captured tree is looked at.
 */
export function toldCoverage({
  home,
  named,
  root = "/",
}: {
  readonly home: string;
  readonly named: boolean;
  readonly root?: string;
}): ToldCoverage {
  const program = [process.execPath, `${PACKAGE}/bin/writ.js`];
  const caller = { program, home: named ? home : null };
  const coverage = observeCoverage({ root, home, caller, uids: governedUids(home), ownFolder: PACKAGE });
  return {
    ...coverage,
    commands: coverage.commands.map((command) => ({
      ...command,
      place: escapeUntrusted(command.place),
      user: command.user === null ? null : escapeUntrusted(command.user),
      command: escapeUntrusted(command.command, TOLD_MAX),
      around: command.around === null ? null : escapeUntrusted(command.around),
      adopted: command.adopted === null ? null : toldAdopted(command.adopted),
    })),
    processes:
      coverage.processes === null
        ? null
        : {
            ...coverage.processes,
            names: coverage.processes.names.map((each) => ({ ...each, name: escapeUntrusted(each.name) })),
          },
    unread: coverage.unread.map(({ path, why }) => ({
      path: escapeUntrusted(path),
      why: escapeUntrusted(why),
    })),
  };
}

/** One line of the doctor's: `weak` where something goes around Writ or cannot be read. */
export function coverageCheck({ scheduled, through, processes, unread }: ToldCoverage): Check {
  const around = scheduled - through;
  const share = scheduled === 0 ? "nothing is scheduled" : `${through} of ${scheduled} scheduled commands`;
  const outside =
    processes === null
      ? "no governed uid is known"
      : `${processes.outside} processes of governed uids outside`;
  const missed = unread.length === 0 ? "" : `; ${unread.length} places cannot be read`;
  return {
    name: "coverage",
    state: around === 0 && unread.length === 0 ? "holds" : "weak",
    evidence: `${share}${scheduled === 0 ? "" : " go through writ"}; ${outside}${missed}`,
    repair: around === 0 ? null : "writ doctor --adopt",
  };
}

function toldAdopted(adopted: Adopted): ToldAdopted {
  if ("none" in adopted)
    return { path: null, replaces: null, lines: [], none: escapeUntrusted(adopted.none) };
  return { ...adopted, none: null };
}

/** Uids of the home's spec, which must be the adopted one for anything to run; none without a spec that can be read. */
function governedUids(home: string): ReadonlySet<number> {
  const { spec: path } = homePaths(home);
  try {
    return new Set(specOf(readFileSync(path), path).spec.principals.map(({ uid }) => uid));
  } catch (error) {
    if (error instanceof WritError || (error instanceof Error && "code" in error)) return new Set();
    throw error;
  }
}
