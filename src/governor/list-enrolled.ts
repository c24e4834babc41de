// What a home has enrolled, for people: what, how much, since when, by whom. The values are not kept, so nothing can show them.
import type { EnrolledEntry } from "../scan/enrolled/enrolled-file.ts";
import { loadEnrolled } from "./enrolled-index.ts";
import { homePaths } from "./home.ts";
import { readHomeLedger } from "./home-ledger.ts";
import { readNodeFile } from "./node-file.ts";

/** One enrolment, and who made it; null: enrolled before enrolments were recorded. */
export interface ListedEntry extends EnrolledEntry {
  readonly by: {
    readonly uid: number | null;
    readonly principal: string | null;
    readonly record: number;
  } | null;
}

/** What is enrolled at `home`, oldest first. Throws WRIT_HOME_MISSING, WRIT_HOME_UNSAFE and WRIT_LEDGER_CORRUPT. */
export async function listEnrolled(home: string): Promise<readonly ListedEntry[]> {
  const paths = homePaths(home);
  const { enrolments } = await readHomeLedger(paths, readNodeFile(paths.node, home));
  const { enrolled } = loadEnrolled(paths, enrolments.at(-1)?.index_hash ?? null);
  // The index keeps its entries in the order of their records: what has none stands before.
  const by = enrolments.flatMap(({ uid, principal, sequence, files }) =>
    Array.from({ length: files }, () => ({ uid, principal, record: sequence })),
  );
  const before = enrolled.entries.length - by.length;
  return enrolled.entries.map((entry, at) => ({ ...entry, by: by[at - before] ?? null }));
}
