// `writ scan [FILE…]` for people and as one JSON document: kind, place, how decoded, what to do. Never the value.
import { createReadStream } from "node:fs";
import { UNFINISHED } from "../governor/scanning/answer-line.ts";
import { createBlockScanner } from "../governor/scanning/content-scanner.ts";
import {
  type EnrolledValues,
  fingerprintsUnder,
  knownFinders,
} from "../governor/scanning/enrolled-values.ts";
import { codeOf, filesBelow } from "../governor/scanning/files-below.ts";
import { type PlacedFinding, scanSource } from "../governor/scanning/scan-source.ts";
import type { FindingClass } from "../scan/finding.ts";
import { escapeUntrusted } from "../stdx/escape.ts";
import type { CliContext } from "./context.ts";
import { EXIT } from "./exit-codes.ts";
import { type Format, json, line, note, strong } from "./output.ts";

export interface ScanChoice {
  readonly format: Format;
  /** What is listed and counts as found. */
  readonly classes: ReadonlySet<FindingClass>;
  readonly values: EnrolledValues;
}

/** Findings of one JSON document; more are counted and not listed. */
const LISTED_MAX = 100_000;

const WHAT_TO_DO: Readonly<Record<FindingClass, string>> = {
  credential:
    "revoke it where it was issued; name the new one in `sovereignty.secrets` of the spec, and the gate puts it in",
  personal: "remove it, or keep the file out of what is sent",
  protected: "remove it: it was enrolled as never to leave",
  opaque: "nothing can tell what it holds: remove it, or keep the file out of what is sent",
};

/** Scans `files`, and all below those that are folders; none: standard input. The exit code. */
export async function printFindings(
  context: CliContext,
  choice: ScanChoice,
  files: readonly string[],
): Promise<number> {
  const sums = new Sums(context, choice);
  const scan = createBlockScanner(knownFinders(choice.values));
  const fingerprint = fingerprintsUnder(choice.values);
  const isOver = context.process.isUnread;
  for (const source of sourcesOf(context, files, sums)) {
    if (isOver()) break;
    const found = (finding: PlacedFinding): void => sums.add(source.name, finding);
    try {
      const options = { isTable: /\.[ct]sv$/i.test(source.name), found, isOver, fingerprint };
      sums.ended(await scanSource(source.open(), scan, options));
    } catch (error) {
      if (!(error instanceof Error && "code" in error && typeof error.code === "string")) throw error;
      sums.fail(source.name, codeOf(error));
    }
  }
  return sums.print();
}

interface Source {
  readonly name: string;
  readonly open: () => AsyncIterable<Uint8Array>;
}

function* sourcesOf(context: CliContext, files: readonly string[], sums: Sums): Generator<Source, void> {
  const input = { name: "standard input", open: () => standardInput(context) };
  for (const file of files.length === 0 ? ["-"] : files) {
    if (file === "-") yield input;
    else yield* sourcesBelow(file, sums);
  }
}

/** Whoever types it is told that it is waited for. */
function standardInput(context: CliContext): AsyncIterable<Uint8Array> {
  const { stdin } = context.process;
  if (stdin.isTTY) note(context, "note", "reading standard input: Ctrl-D ends it");
  return stdin;
}

function* sourcesBelow(file: string, sums: Sums): Generator<Source, void> {
  for (const found of filesBelow(file)) {
    if ("skipped" in found) sums.skip(found.skipped);
    else if (found.error !== null) sums.fail(found.path, found.error);
    else yield { name: found.path, open: () => createReadStream(found.path, { highWaterMark: 2 ** 18 }) };
  }
}

class Sums {
  readonly #context: CliContext;
  readonly #choice: ScanChoice;
  readonly #listed: object[] = [];
  readonly #counts: Record<FindingClass, number> = { credential: 0, personal: 0, protected: 0, opaque: 0 };
  readonly #skipped: string[] = [];
  readonly #unreadable: { readonly file: string; readonly reason: string }[] = [];
  readonly #filesFound = new Set<string>();
  #unfinished = 0;
  #unlisted = 0;
  #files = 0;
  #bytes = 0;

  constructor(context: CliContext, choice: ScanChoice) {
    this.#context = context;
    this.#choice = choice;
  }

  add(file: string, finding: PlacedFinding): void {
    const { kind, class: of, name, line: row, column, key, start, end, decoded, fingerprint } = finding;
    if (kind === UNFINISHED) this.#unfinished += 1;
    else this.#counts[of] += 1;
    if (kind !== UNFINISHED && !this.#choice.classes.has(of)) return;
    this.#filesFound.add(file);
    if (this.#choice.format === "human") {
      const place = strong(this.#context, "stdout", `${escapeUntrusted(file, 4096)}:${row}:${column}`);
      const more = [
        of,
        name === null ? "" : `\`${escapeUntrusted(name)}\``,
        key === null ? "" : `in ${key}`,
        decoded.length === 0 ? "" : `behind ${decoded.join(" → ")}`,
        fingerprint === null ? "" : `fingerprint ${fingerprint}`,
      ].filter((word) => word !== "");
      this.#context.process.stdout.write(`${place}  ${kind}  ${more.join(", ")}\n`);
    } else if (this.#listed.length < LISTED_MAX) {
      const place = { line: row, column, key, start, end, decoded, fingerprint };
      this.#listed.push({ file, kind, class: of, name, ...place });
    } else this.#unlisted += 1;
  }

  ended(bytes: number): void {
    this.#files += 1;
    this.#bytes += bytes;
  }

  skip(path: string): void {
    this.#skipped.push(path);
  }

  fail(file: string, reason: string): void {
    this.#unreadable.push({ file, reason });
    note(this.#context, "error", `\`${escapeUntrusted(file, 4096)}\` cannot be read: ${reason}`);
  }

  /** Prints what stands at the end, and gives the exit code. */
  print(): number {
    const { format, classes } = this.#choice;
    const found = [...classes].reduce((sum, of) => sum + this.#counts[of], 0) + this.#unfinished;
    const sums = {
      files: this.#files,
      bytes: this.#bytes,
      files_with_findings: this.#filesFound.size,
      ...this.#counts,
      unfinished: this.#unfinished,
    };
    if (format === "json")
      json(this.#context, "writ.scan/1", {
        findings: this.#listed,
        unlisted: this.#unlisted,
        unreadable: this.#unreadable,
        left_out: this.#skipped,
        sums,
      });
    else if (this.#files > 0 || this.#unreadable.length === 0) this.#printSums(found);
    if (this.#unreadable.length > 0) {
      note(this.#context, "hint", "name files that exist and that you may read");
      return EXIT.internal;
    }
    return found > 0 ? EXIT.doesNotHold : EXIT.done;
  }

  #printSums(found: number): void {
    const { classes } = this.#choice;
    const counts = [...classes].map((of) => `${this.#counts[of]} ${of}`).join(", ");
    const files = `${this.#files} file${this.#files === 1 ? "" : "s"}`;
    line(
      this.#context,
      `${found} found in ${this.#filesFound.size} of ${files}, ${this.#bytes} bytes: ${counts}`,
    );
    for (const of of classes)
      if (this.#counts[of] > 0)
        for (const text of wrapped(`${of}: ${WHAT_TO_DO[of]}`)) line(this.#context, text);
    if (this.#unfinished > 0)
      line(this.#context, `unfinished: ${this.#unfinished} blocks not searched to their end: look yourself`);
    if (!classes.has("opaque") && this.#counts.opaque > 0)
      line(this.#context, `not listed: ${this.#counts.opaque} unreadable, which --class opaque lists`);
    if (this.#skipped.length > 0)
      line(
        this.#context,
        `left out: ${this.#skipped.length} folders of version control and packages; name one to scan it`,
      );
  }
}

/** Columns of a terminal that nobody made wider. */
const COLUMNS = 80;

/** `text` in lines of at most 80 characters, those behind the first indented by two. */
function wrapped(text: string): readonly string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines.at(-1) ?? "";
    if (last !== "" && last.length + 1 + word.length > COLUMNS) lines.push(`  ${word}`);
    else lines[lines.length - 1] = last === "" ? word : `${last} ${word}`;
  }
  return lines;
}
