// From a folder to cases: `places/*.yaml`, and every other `*.yaml` below it. What cannot be read is named and
// left out; the rest stands.
import { globSync, lstatSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { type LanguageError, languageErrorLine } from "../stdx/document/language-error.ts";
import { readDocument } from "../stdx/document/read-document.ts";
import { escapeUntrusted } from "../stdx/escape.ts";
import { err, ok, type Result } from "../stdx/result.ts";
import { readValue } from "../stdx/schema/read-value.ts";
import type { Schema } from "../stdx/schema/schema.ts";
import type { Case } from "./case.ts";
import { type CaseFile, caseFileSchema, type WrittenCase } from "./case-schema.ts";
import { type PlaceFile, placeLike, placeSchema } from "./place-file.ts";

/** A place and the folder whose `programs/` belong to it. */
export interface SuitePlace extends PlaceFile {
  readonly name: string;
  readonly folder: string;
}

export interface Suite {
  readonly cases: readonly Case[];
  readonly places: ReadonlyMap<string, SuitePlace>;
  /** One line each: file, place in it, and what is wrong. Never silently less. */
  readonly problems: readonly string[];
}

/** Files of one suite: more is a mistake, not a suite. */
const FILES_MAX = 2000;
/** Bytes of one file, as for specs and tasks. */
const BYTES_MAX = 4_194_304;

/** All suites below `folders`, later ones beside earlier ones. Never throws for what a file holds. */
export function readSuites(folders: readonly string[]): Suite {
  const cases: Case[] = [];
  const places = new Map<string, SuitePlace>();
  const problems: string[] = [];
  const ids = new Map<string, string>();
  for (const folder of folders) {
    const files = filesOf(folder, problems);
    for (const file of files) {
      const shown = escapeUntrusted(relative(folder, file));
      if (basename(dirname(file)) === "places") readPlace(file, shown);
      else readCases(file, shown);
    }
    function readPlace(file: string, shown: string): void {
      const read = readFile(file, placeSchema);
      const name = basename(file, ".yaml");
      if (!read.ok) problems.push(...read.error.map((line) => `${shown}:${line}`));
      else if (places.has(name)) problems.push(`${shown}: the place \`${name}\` is there already`);
      else places.set(name, { ...read.value, name, folder });
    }
    function readCases(file: string, shown: string): void {
      const read = readFile(file, caseFileSchema);
      if (!read.ok) return void problems.push(...read.error.map((line) => `${shown}:${line}`));
      for (const one of casesOf(read.value)) {
        const earlier = ids.get(one.id);
        if (earlier !== undefined)
          problems.push(`${shown}: the id \`${one.id}\` stands in ${earlier} as well`);
        else {
          ids.set(one.id, shown);
          cases.push(one);
        }
      }
    }
  }
  for (const [name, place] of places) {
    const base = place.like === "" ? place : places.get(place.like);
    if (base !== undefined && base.spec !== null)
      places.set(name, place === base ? place : { ...place, ...placeLike(place, base) });
    else {
      places.delete(name);
      problems.push(`places/${name}.yaml: there is no place \`${escapeUntrusted(place.like)}\` with a spec`);
    }
  }
  for (const one of cases.filter(({ place }) => !places.has(place)))
    problems.push(`${one.id}: there is no place \`${one.place}\``);
  return { cases: cases.filter(({ place }) => places.has(place)), places, problems };
}

function filesOf(folder: string, problems: string[]): readonly string[] {
  const found = globSync("**/*.yaml", { cwd: folder, exclude: (name) => name === "programs" })
    .map((name) => join(folder, name))
    .filter((file) => lstatSync(file).isFile())
    .toSorted();
  if (found.length === 0) problems.push(`${escapeUntrusted(folder)}: no suite is here: no \`*.yaml\` file`);
  if (found.length > FILES_MAX)
    problems.push(`${escapeUntrusted(folder)}: ${found.length} files: limit is ${FILES_MAX}`);
  return found.slice(0, FILES_MAX);
}

function readFile<T extends object>(file: string, schema: Schema<T>): Result<T, readonly string[]> {
  try {
    const { size } = lstatSync(file);
    if (size > BYTES_MAX) return err([` ${size} bytes: limit is ${BYTES_MAX}`]);
    const lines = (errors: readonly LanguageError[]): Result<T, readonly string[]> =>
      err(
        errors.map((error) => `${languageErrorLine(error)}${error.hint === null ? "" : ` (${error.hint})`}`),
      );
    const document = readDocument(readFileSync(file), {
      clock: () => performance.now(),
      deadline: DEADLINE_MS,
    });
    if (!document.ok) return lines(document.error);
    const value = readValue(schema, document.value, { directory: null });
    return value.ok ? ok(value.value) : lines(value.error);
  } catch (error) {
    return err([` cannot be read: ${(error as NodeJS.ErrnoException).code ?? "unknown reason"}`]);
  }
}

/** As for a spec. */
const DEADLINE_MS = 5000;

/** The cases of a file, rows taken apart. */
export function casesOf(file: CaseFile): readonly Case[] {
  return file.cases.flatMap((written) => {
    const rows = Object.entries(written.each);
    if (rows.length === 0) return [caseOf(file, written, null)];
    return rows.map((row) => caseOf(file, written, row));
  });
}

type Row = readonly [string, Readonly<Record<string, string>>];

function caseOf(file: CaseFile, written: WrittenCase, row: Row | null): Case {
  const { each: _rows, place, ...rest } = written;
  const id = row === null ? written.id : `${written.id}/${row[0]}`;
  return {
    ...rest,
    id,
    parent: id,
    family: file.family,
    place: place ?? file.place,
    let: { ...written.let, ...row?.[1] },
  };
}
