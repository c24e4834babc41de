// Takes files into what a home has enrolled: what counts as a value there, and what was left out. Never says a value.
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import type { Addition } from "../scan/enrolled/enrolled-file.ts";
import { enrolledIn, FILE_LENGTH_MAX } from "../scan/protected/enrol.ts";
import type { ProtectedValue } from "../scan/protected/protected-index.ts";
import { escapeUntrusted } from "../stdx/escape.ts";
import { WritError } from "../stdx/writ-error.ts";
import { checkHome } from "./check-home.ts";
import { prepareIndex } from "./enrolled-index.ts";
import type { EnrolledSource, Governor } from "./governor.ts";
import { type HomePaths, homePaths } from "./home.ts";
import { readHomeLedger } from "./home-ledger.ts";
import { type HomeLock, takeHomeLock } from "./home-lock.ts";
import { readNodeFile } from "./node-file.ts";

export interface EnrolOptions {
  /** `document`: the text as a whole, so that no passage of it leaves. */
  readonly as: "values" | "document";
  /** What it is called in a refusal; null: the file's name. */
  readonly name: string | null;
  /** Of a table: the one column that is taken, by its name in the first row or its number from 1; null: all. */
  readonly column: string | null;
}

/** What became of one file. Counts of values, or of the one document. */
export interface EnrolledFile {
  readonly file: string;
  readonly name: string;
  readonly as: "values" | "document";
  readonly taken: number;
  /** Enrolled before. */
  readonly known: number;
  /** Left out: stand-ins, ordinary words and short texts, what is beyond the bound of one file, what no text could be told by. */
  readonly placeholders: number;
  readonly short: number;
  readonly surplus: number;
  readonly unusable: number;
}

/** What became of the files, and the record of it; null: nothing was new, and nothing is recorded. */
export interface EnrolledFiles {
  readonly files: readonly EnrolledFile[];
  readonly sequence: number | null;
}

/**
 * Enrols `files` in the home at `home`: all of them or, when one cannot be read, none. The index is made here and put in force by
 * the home's `governor`, which records it first. Throws WRIT_FILE_UNREADABLE, WRIT_USAGE for a column that a file lacks,
 * WRIT_HOME_MISSING, WRIT_HOME_UNSAFE, WRIT_HOME_UNWRITABLE, also while another process adds, and what the governor throws.
 */
export async function enrolFiles(
  home: string,
  files: readonly string[],
  options: EnrolOptions,
  governor: Pick<Governor, "enrol">,
): Promise<EnrolledFiles> {
  const paths = homePaths(home);
  const node = readNodeFile(paths.node, home);
  checkHome(paths);
  const added = new Date().toISOString();
  const read = files.map((file) => readFor(file, options));
  const additions = read.map(
    ({ name, values, documents }): Addition => ({
      entry: { name, as: options.as, added },
      values,
      documents,
    }),
  );
  const lock = lockOf(paths);
  try {
    const { enrolments } = await readHomeLedger(paths, node);
    const before = enrolments.at(-1)?.index_hash ?? null;
    const prepared = withHome(paths, () => prepareIndex(paths, before, additions));
    const told = read.map(({ file, name, left }, at): EnrolledFile => {
      const { taken = 0, known = 0, unusable = 0 } = prepared.added[at] ?? {};
      return { file, name, as: options.as, taken, known, ...left, unusable };
    });
    if (prepared.hash === null) return { files: told, sequence: null };
    const sources = read.flatMap(({ file, name }, at): readonly EnrolledSource[] => {
      const { taken = 0, digest = "" } = prepared.added[at] ?? {};
      return taken === 0 ? [] : [{ file, name, as: options.as, count: taken, digest }];
    });
    const { sequence } = await governor.enrol({
      index_hash: prepared.hash,
      before: prepared.before,
      files: sources,
    });
    return { files: told, sequence };
  } finally {
    lock.release();
  }
}

/** One enrolment at a time. Throws WRIT_HOME_UNWRITABLE. */
function lockOf(paths: HomePaths): HomeLock {
  return withHome(paths, () => {
    const lock = takeHomeLock(`${paths.run}/protect.sqlite`);
    if (lock !== null) return lock;
    throw unwritable(paths, "another `writ protect` is at it", "writ protect list");
  });
}

function withHome<T>(paths: HomePaths, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof WritError) throw cause;
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown reason";
    throw unwritable(paths, code, "make room in the home, or let this user write to it", cause);
  }
}

function unwritable({ home }: HomePaths, what: string, hint: string, cause?: unknown): WritError {
  return new WritError("WRIT_HOME_UNWRITABLE", `cannot enrol in \`${home}\`: ${what}`, { hint, cause });
}

interface ReadFile extends Pick<Addition, "values" | "documents"> {
  readonly file: string;
  readonly name: string;
  readonly left: Pick<EnrolledFile, "placeholders" | "short" | "surplus">;
}

/** Characters of a name. */
const NAME_MAX = 120;

const NOTHING_LEFT = { placeholders: 0, short: 0, surplus: 0 } as const;

function readFor(file: string, { as, name, column }: EnrolOptions): ReadFile {
  const bytes = bytesOf(file);
  const called = escapeUntrusted(name ?? basename(file), NAME_MAX);
  if (as === "document") {
    return { file, name: called, values: [], documents: [{ name: called, bytes }], left: NOTHING_LEFT };
  }
  const text = textOf(bytes);
  if (text === null) {
    // A key in a file of its own, raw: what is no text has no lines.
    const values = [{ name: called, value: bytes, grade: "high" as const }];
    return { file, name: called, values, documents: [], left: NOTHING_LEFT };
  }
  const isTable = column !== null || /\.[ct]sv$/i.test(file);
  const { values, ...left } = enrolledIn(text, isTable ? "table" : "auto");
  const number = column === null ? null : columnIn(file, text, column);
  const chosen =
    number === null ? values : values.filter(({ place }) => place.startsWith(`column ${number} row `));
  const named = chosen.map(
    ({ place, value }): ProtectedValue => ({
      name: escapeUntrusted(`${called} ${place}`, NAME_MAX),
      value,
      grade: isTable ? "ordinary" : "high",
    }),
  );
  return { file, name: called, values: named, documents: [], left };
}

/** The number of `column` in the table's first row. */
function columnIn(file: string, text: string, column: string): number {
  if (/^[1-9][0-9]{0,3}$/.test(column)) return Number(column);
  const [first = ""] = text.replace(/^\uFEFF/, "").split(/\r?\n/, 1);
  const separator = ["\t", ";", ","].find((each) => first.includes(each)) ?? ",";
  const at = first.split(separator).findIndex((cell) => cell.trim().replaceAll('"', "") === column);
  if (at >= 0) return at + 1;
  throw new WritError(
    "WRIT_USAGE",
    `the first row of \`${escapeUntrusted(file)}\` has no column \`${escapeUntrusted(column)}\``,
    { hint: "writ protect add FILE --column NUMBER, or the column's name as the first row spells it" },
  );
}

function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function bytesOf(file: string): Uint8Array {
  const shown = escapeUntrusted(file);
  let handle: number | null = null;
  try {
    // Never waits for a writer of a pipe, and judges the file that it then reads.
    handle = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    const stat = fstatSync(handle);
    if (stat.isDirectory()) throw unreadable(`\`${shown}\` is a folder`, "name the files in it, one by one");
    if (!stat.isFile()) throw unreadable(`\`${shown}\` is not a regular file`, "name the files, one by one");
    if (stat.size > FILE_LENGTH_MAX)
      throw unreadable(
        `\`${shown}\` has ${stat.size} bytes: limit is ${FILE_LENGTH_MAX}`,
        "name a smaller file",
      );
    return new Uint8Array(readFileSync(handle));
  } catch (cause) {
    if (cause instanceof WritError) throw cause;
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown reason";
    const reason = code === "ENOENT" ? "no such file" : code;
    throw unreadable(
      `\`${shown}\` cannot be read: ${reason}`,
      "name a file that exists and that you may read",
    );
  } finally {
    if (handle !== null) closeSync(handle);
  }
}

function unreadable(message: string, hint: string): WritError {
  return new WritError("WRIT_FILE_UNREADABLE", message, { hint });
}
