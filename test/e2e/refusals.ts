// The corpus of tasks that are refused under every-field-spec.ts, and how the P2 test puts them to a governor.

import { readdirSync, readFileSync } from "node:fs";
import type { Explained, Governor, TaskInput } from "../../src/governor/governor.ts";
import { tailHome } from "../../src/governor/tail-home.ts";
import type { RecordCore } from "../../src/ledger/record-codec.ts";
import { type Place, type Ran, ROOT } from "./cli-process.ts";
import { everyFieldSpec } from "./every-field-spec.ts";

export const CORPUS = `${ROOT}/test/fixtures/refusals`;

/** File names, sorted. */
export const REFUSED: readonly string[] = readdirSync(CORPUS).sort();

/** Every limit that one machine can be asked for set wide. */
export function looserSpec(work: string): string {
  return everyFieldSpec(work)
    .replace("name: every-field", "name: looser")
    .replace("score_min: 60", "score_min: 0")
    .replace("per_task_max: 256 MiB", "per_task_max: 512 MiB")
    .replace("time_max: 2 m", "time_max: 2 h");
}

/** A task of the corpus for the library. */
export function fileInput(place: Place, file: string): TaskInput {
  return {
    text: readFileSync(`${CORPUS}/${file}`, "utf8"),
    source: file,
    directory: place.work,
    format: "yaml",
  };
}

/** What a governor records in its own time: of witnesses, probes, what follows from them, and whom it told. */
const OWN_TIME = new Set([
  "witness_failed",
  "cosignature",
  "probe",
  "alarm",
  "noticed",
  "notified",
  "coverage",
  "challenge",
  "clock_jumped",
  "task_frozen",
  "task_thawed",
]);

/** Records from `sequence` on, but for those that come in their own time. */
export async function recordsFrom({ home }: Place, sequence: number): Promise<readonly RecordCore[]> {
  const { records } = await tailHome(home, 100);
  return records.filter((one) => one.sequence >= sequence && !OWN_TIME.has(one.kind));
}

/** The last decision from `sequence` on, as it explains itself. Throws when there is none. */
export async function decisionFrom(
  place: Place,
  governor: Governor,
  sequence: number,
): Promise<Explained["decision"]> {
  const decided = (await recordsFrom(place, sequence)).findLast(({ kind }) => kind === "decision");
  if (decided === undefined) throw new Error(`no decision from #${sequence} on`);
  return (await governor.explain(decided.sequence)).decision;
}

/** Standard output of a `check`, as it stands but for the number of its record. */
export function withoutSequence({ stdout }: Ran): string {
  const document = JSON.parse(stdout) as { sequence?: number; told?: readonly { readonly title: string }[] };
  delete document.sequence;
  // What tasks that were settled in the meantime used is another fact.
  document.told = document.told?.filter(({ title }) => title !== "what such tasks used") ?? [];
  return JSON.stringify(document);
}

export interface CheckDocument {
  readonly decision: {
    readonly outcome: string;
    readonly spec_hash: string;
    readonly task_digest: string;
    readonly findings: readonly { readonly cause: string | null }[];
  };
}

/** The document of `check --format json`. */
export function documentOf(text: string): CheckDocument {
  return JSON.parse(text) as CheckDocument;
}

/** Runs `work` for each item, four at a time. */
export async function inTurns<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
    }),
  );
}
