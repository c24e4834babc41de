// What a governor says of itself when it is asked how it is. Reads only.

import { logKey } from "../ledger/checkpoint.ts";
import { formatVkey } from "../ledger/signed-note.ts";
import { packageVersion } from "./build-id.ts";
import type { GovernorStatus } from "./governor.ts";
import type { GovernorKey } from "./governor-key.ts";
import type { Enforcement } from "./open-enforcement.ts";
import type { JobBook } from "./queue/job-book.ts";
import type { SpecInForce } from "./spec-in-force.ts";
import type { SubmitParts } from "./submit.ts";
import type { LastChallenge, SeenCoverage, WatchBook } from "./unattended/watch-book.ts";
import { ledgerVerifier } from "./witness/keeper-for.ts";
import type { WitnessKeeper } from "./witness/witness-keeper.ts";
import type { Witnessed } from "./witness/witnessed.ts";

export interface StatusParts {
  readonly node: string;
  readonly submit: SubmitParts;
  readonly spec: SpecInForce;
  readonly book: JobBook;
  readonly enforcement: Pick<Enforcement, "isolation" | "limits">;
  readonly key: GovernorKey;
  readonly witnessed: Witnessed;
  readonly witnesses: Pick<WitnessKeeper, "window">;
  readonly watch: WatchBook;
}

/** The answer to `writ status`. */
export function governorStatus(parts: StatusParts): GovernorStatus {
  const { node, submit, spec, book, enforcement, key, witnessed, witnesses, watch } = parts;
  const { spec_hash, spec: adopted } = spec.adopted.parsed;
  const { ledger, projection, waiting } = submit;
  return {
    node,
    pid: process.pid,
    version: packageVersion(),
    spec_hash,
    spec_name: adopted.name,
    records: ledger.size,
    running: projection.sums.holds().length,
    waiting: waiting.size,
    jobs: book.store.counts(),
    narrowed: projection.narrowing.fact,
    isolation: enforcement.isolation,
    limits: enforcement.limits,
    log_key: formatVkey(logKey(ledgerVerifier(node, key))),
    unwitnessed: witnesses.window(),
    witnesses: adopted.witnesses.members.map((member) => {
      const { size, cause } = witnessed.of(member);
      return { name: member.name, size, cause };
    }),
    ...watched(watch, ledger.now()),
  };
}

type Watched = Pick<GovernorStatus, "alarms" | "challenge" | "coverage" | "untold">;

function watched(book: WatchBook, now: number): Watched {
  const { challenge, coverage, coverageBefore } = book;
  return {
    alarms: book.alarms(now),
    challenge: challenge === null ? null : challengeOf(challenge, now),
    coverage:
      coverage === null
        ? null
        : { ...shareOf(coverage), before: coverageBefore === null ? null : shareOf(coverageBefore) },
    untold: book.untold,
  };
}

function challengeOf({ time, ...rest }: LastChallenge, now: number): GovernorStatus["challenge"] {
  return { ...rest, seconds: Math.floor(Math.max(0, now - time) / 1000) };
}

function shareOf({ time: _time, ...rest }: SeenCoverage): Omit<SeenCoverage, "time"> {
  return rest;
}
