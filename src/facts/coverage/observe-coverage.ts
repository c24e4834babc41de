// Coverage: which scheduled commands of this machine go through Writ, which processes of governed uids are outside it, and
// what could not be read. A figure for the operator; nothing is decided by it and nothing is changed.
import type { Roots } from "../observed-roots.ts";
import { readAccounts } from "./accounts.ts";
import { boundedReader, type ReadBounds, type Unread } from "./bounded-reader.ts";
import { cronCommands } from "./cron-commands.ts";
import { type GovernedProcesses, governedProcesses } from "./governed-processes.ts";
import type { Caller, ScheduledCommand } from "./scheduled-command.ts";
import { timerCommands } from "./timer-commands.ts";

export interface Coverage {
  /** Commands that the share counts: all but those that came with the system. */
  readonly scheduled: number;
  /** How many of them go through Writ. */
  readonly through: number;
  /** `through` of `scheduled`, 0 to 1; null: nothing is scheduled. What is unread is in neither. */
  readonly share: number | null;
  /** At most `COMMANDS_MAX`, those that go around first. */
  readonly commands: readonly ScheduledCommand[];
  /** Commands of timers that came with the system and go around. */
  readonly shipped: number;
  /** null: no uid is governed here, as there is no adopted spec to name one. */
  readonly processes: GovernedProcesses | null;
  readonly unread: readonly Unread[];
}

/** Where coverage is looked for, and for whom. */
export interface CoverageLook {
  /** The machine's root folder; another one for captured trees. */
  readonly root: string;
  /** The home that this is told for; null: any counts. */
  readonly home: string | null;
  readonly caller: Caller;
  /** Uids of the spec's principals. */
  readonly uids: ReadonlySet<number>;
  /** Where this Writ's own code lies. */
  readonly ownFolder: string;
  readonly bounds?: ReadBounds;
}

/** Commands that are told one by one. */
export const COMMANDS_MAX = 500;

/** One look, in a second at most on an ordinary machine. Never throws for what the machine lacks. */
export function observeCoverage(look: CoverageLook): Coverage {
  const reader = boundedReader(look.root, look.bounds);
  const at = { accounts: readAccounts(reader), caller: look.caller, home: look.home };
  const all = [...cronCommands(reader, at), ...timerCommands(reader, at)];
  const counted = all.filter(({ shipped }) => !shipped);
  const through = counted.filter(({ around }) => around === null).length;
  const roots: Roots = { proc: `${look.root}/proc`, sys: `${look.root}/sys` };
  const processes =
    look.uids.size === 0
      ? null
      : governedProcesses(reader, { roots, uids: look.uids, ownFolder: look.ownFolder });
  return {
    scheduled: counted.length,
    through,
    share: counted.length === 0 ? null : through / counted.length,
    commands: [...counted]
      .sort((left, right) => Number(left.around === null) - Number(right.around === null))
      .slice(0, COMMANDS_MAX),
    shipped: all.filter(({ shipped, around }) => shipped && around !== null).length,
    processes,
    unread: reader.unread,
  };
}
