// Writes the export of a home's ledger into a folder, whole or not at all (ledger/export-ledger.ts).
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { type Exported, type ExportSink, exportLedger, LINES_NAME } from "../ledger/export-ledger.ts";
import { nodeFileSystem } from "../ledger/node-file-system.ts";
import { WritError } from "../stdx/writ-error.ts";
import { auditedHome, readAudited } from "./audited-home.ts";
import type { Progress } from "./progress.ts";

/** Lines are written in parts of about so many bytes. */
const LINES_BYTES = 256 * 1024;

/**
 * Exports the home's ledger to `folder`, which must not be there yet or be empty. Throws as `auditedHome` and `exportLedger`
 * do, and WRIT_OUTPUT_UNWRITABLE; then nothing is left behind.
 */
export async function exportHome(home: string, folder: string, progress?: Progress): Promise<Exported> {
  const audited = auditedHome(home);
  const { dir, verifier, rememberedHead } = audited;
  const told = progress === undefined ? {} : { progress };
  return await readAudited(audited, () =>
    intoFolder(folder, (sink) =>
      exportLedger({ fs: nodeFileSystem, dir, verifier, rememberedHead, sink, ...told }),
    ),
  );
}

async function intoFolder(folder: string, write: (sink: ExportSink) => Promise<Exported>): Promise<Exported> {
  const staged = join(dirname(folder), `.${basename(folder)}.${process.pid}`);
  written(folder, () => {
    if (existsSync(folder) && readdirSync(folder).length > 0) throw taken(folder);
    mkdirSync(staged, { recursive: true });
  });
  try {
    const sink = new FolderSink(staged, folder);
    let exported: Exported;
    try {
      exported = await write(sink);
    } finally {
      sink.end();
    }
    written(folder, () => renameSync(staged, folder));
    return exported;
  } catch (error) {
    rmSync(staged, { recursive: true, force: true });
    throw error;
  }
}

class FolderSink implements ExportSink {
  readonly #staged: string;
  readonly #folder: string;
  readonly #lines: number;
  readonly #made = new Set<string>();
  #waiting: Uint8Array[] = [];
  #bytes = 0;

  constructor(staged: string, folder: string) {
    this.#staged = staged;
    this.#folder = folder;
    this.#lines = written(folder, () => openSync(join(staged, LINES_NAME), "wx"));
  }

  readonly put = (path: string, bytes: Uint8Array): void => {
    written(this.#folder, () => {
      const file = join(this.#staged, path);
      this.#makeFolder(dirname(file));
      writeFileSync(file, bytes, { flag: "wx" });
    });
  };

  readonly append = (bytes: Uint8Array): void => {
    this.#waiting.push(bytes);
    this.#bytes += bytes.length;
    if (this.#bytes >= LINES_BYTES) this.#flush();
  };

  /** Nothing may be written afterwards. */
  end(): void {
    try {
      this.#flush();
    } finally {
      closeSync(this.#lines);
    }
  }

  #flush(): void {
    const bytes = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#bytes = 0;
    written(this.#folder, () => writeWhole(this.#lines, bytes));
  }

  #makeFolder(folder: string): void {
    if (this.#made.has(folder)) return;
    mkdirSync(folder, { recursive: true });
    this.#made.add(folder);
  }
}

function writeWhole(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

function written<T>(folder: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : null;
    if (cause instanceof WritError || typeof code !== "string") throw cause;
    if (code === "ENOTEMPTY" || code === "EEXIST" || code === "ENOTDIR") throw taken(folder);
    throw new WritError("WRIT_OUTPUT_UNWRITABLE", `cannot write to \`${folder}\`: ${code}`, {
      hint: "give a folder that you may write to, on a disk with room",
      cause,
    });
  }
}

function taken(folder: string): WritError {
  return new WritError("WRIT_OUTPUT_UNWRITABLE", `cannot write to \`${folder}\`: something is there`, {
    hint: "give a folder that is empty or not there yet",
  });
}
