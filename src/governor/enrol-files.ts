// Takes files into what a home has enrolled: what counts as a value there, and what was left out. Never says a value.
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import type { Addition } from "../scan/enrolled/enrolled-file.ts";
import { enrolledIn, FILE_LENGTH_MAX } from "../scan/protected/enrol.ts";
import type { ProtectedValue } from "../scan/protected/protected-index.ts";
import { escapeUntrusted } from "../stdx/escape.ts";
import { WritError } from "../stdx/writ-error.ts";
import { addEnrolled } from "./enrolled-index.ts";

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

/**
 * Enrols `files` in the home at `home`: all of them or, when one cannot be read, none. Throws WRIT_FILE_UNREADABLE,
 * WRIT_USAGE for a column that a file lacks, and what `addEnrolled` throws.
 */
export function enrolFiles(
  home: string,
  files: readonly string[],
  options: EnrolOptions,
): readonly EnrolledFile[] {
  const added = new Date().toISOString();
  const read = files.map((file) => readFor(file, options));
  const additions = read.map(
    ({ name, values, documents }): Addition => ({
      entry: { name, as: options.as, added },
      values,
      documents,
    }),
  );
  const results = addEnrolled(home, additions);
  return read.map(({ file, name, left }, at) => {
    const { taken = 0, known = 0, unusable = 0 } = results[at] ?? {};
    return { file, name, as: options.as, taken, known, ...left, unusable };
  });
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
