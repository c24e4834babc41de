// A principal's spool: what that uid drops into its own folder is submitted as its task, once. Whose it is, the folder says,
// which nobody else may enter; files are read with that uid's rights and never with the governor's. Not the queue.
import { lstatSync, readdirSync, renameSync, type Stats, unlinkSync } from "node:fs";
import type { RecordInput } from "../../ledger/record.ts";
import { WritError } from "../../stdx/writ-error.ts";
import type { SubmitTerms, Submitted, TaskInput } from "../governor.ts";

export interface SpoolParts {
  readonly folder: string;
  readonly uid: number;
  /** Where relative paths of a task begin: the account's home folder. */
  readonly directory: string;
  readonly submit: (input: TaskInput, terms: SubmitTerms) => Promise<Pick<Submitted, "jobs">>;
  /** At most `max` bytes of a file, with the rights of `uid`; null: it cannot be read. */
  readonly read: (path: string, max: number) => Promise<Uint8Array | null>;
  readonly record: (record: RecordInput) => Promise<unknown>;
  /** Wall clock, ms, as the times of files are. */
  readonly now: () => number;
}

/** Bytes; the bound of the task language (docs/SPEC.md). */
const TASK_BYTES_MAX = 4_194_304;
/** ms without a change until a file counts as written: who writes in place and pauses longer renames it into place instead. */
const SETTLED_MS = 2000;
/** ms between two looks. */
const LOOK_MS = 2000;
/** Files of one look: a folder that is flooded delays nobody else's. */
const FILES_MAX = 64;
/** Bytes of a name to which an ending is put (NAME_MAX of Linux is 255). */
const NAME_MAX = 200;
/** While a file has this ending, it is being submitted: after a crash nobody knows whether it was. */
const TAKEN = ".taken";
const REFUSED = ".refused";

/** As `writ submit` without a flag; a plan says its own. */
const TERMS: SubmitTerms = { priority: null, deadline: null, retries_max: null, after: [] };

/** Why a file starts nothing, in one word. */
type Cause =
  | "no_file"
  | "other_owner"
  | "too_large"
  | "changed"
  | "unreadable"
  | "invalid"
  | "refused"
  | "interrupted";

export class Spool {
  readonly #parts: SpoolParts;
  #timer: NodeJS.Timeout | null = null;
  #looking: Promise<void> | null = null;
  #closed = false;

  constructor(parts: SpoolParts) {
    this.#parts = parts;
  }

  /** Refuses what an earlier governor was submitting when it died, and looks from then on until it is closed. */
  async open(): Promise<void> {
    for (const name of this.#names().filter((one) => one.endsWith(TAKEN)))
      await this.#refuse(name, name.slice(0, -TAKEN.length), "interrupted");
    this.#timer = setInterval(() => void this.look(), LOOK_MS).unref();
  }

  /** One look at a time. Never rejects: what cannot be recorded stays where it is, for the next one. */
  look(): Promise<void> {
    this.#looking ??= this.#look()
      .catch((error: unknown) => {
        if (!(error instanceof WritError)) throw error;
      })
      .finally(() => {
        this.#looking = null;
      });
    return this.#looking;
  }

  /** Takes no file any more; resolves when the last one is where it belongs. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.#looking;
  }

  async #look(): Promise<void> {
    const names = this.#names().filter((name) => /^[^.].*\.(?:ya?ml|json)$/u.test(name));
    let taken = 0;
    for (const name of names) {
      if (this.#closed || taken === FILES_MAX) return;
      if (await this.#take(name)) taken += 1;
    }
  }

  /** False: it is not there any more, or its time has not come. */
  async #take(name: string): Promise<boolean> {
    const stat = this.#stat(name);
    if (stat === null) return false;
    const wrong = this.#wrong(stat);
    if (wrong !== null) {
      await this.#refuse(name, name, wrong);
      return true;
    }
    if (Math.abs(this.#parts.now() - Math.max(stat.mtimeMs, stat.ctimeMs)) < SETTLED_MS) return false;
    const short = shortOf(name, stat);
    const held = short + TAKEN;
    if (!this.#rename(name, held)) return false;
    const cause = await this.#submit(held, { name: short, stat }).catch((error: unknown) => {
      // Nobody can say now what becomes of it: it goes on waiting.
      this.#rename(held, short);
      throw error;
    });
    if (cause !== null) await this.#refuse(held, short, cause);
    else this.#remove(held);
    return true;
  }

  /** null: it is submitted. Throws a `WritError` for what is not the file's fault. */
  async #submit(
    held: string,
    { name, stat }: { readonly name: string; readonly stat: Stats },
  ): Promise<Cause | null> {
    const { folder, directory, submit, read } = this.#parts;
    const now = this.#stat(held);
    if (now === null || this.#wrong(now) !== null) return "changed";
    if (now.ino !== stat.ino || now.size !== stat.size || now.mtimeMs !== stat.mtimeMs) return "changed";
    const bytes = await read(`${folder}/${held}`, TASK_BYTES_MAX);
    if (bytes === null || bytes.length !== stat.size) return "unreadable";
    const text = textOf(bytes);
    if (text === null) return "unreadable";
    const format = name.endsWith(".json") ? "json" : "yaml";
    try {
      const { jobs } = await submit({ text, source: name, directory, format }, TERMS);
      return jobs.length === 0 ? "refused" : null;
    } catch (error) {
      if (error instanceof WritError && error.code === "WRIT_TASK_INVALID") return "invalid";
      throw error;
    }
  }

  #wrong(stat: Stats): Cause | null {
    if (!stat.isFile()) return "no_file";
    if (stat.uid !== this.#parts.uid) return "other_owner";
    return stat.size > TASK_BYTES_MAX ? "too_large" : null;
  }

  /** Recorded first: what cannot be is refused at the next look. */
  async #refuse(at: string, name: string, cause: Cause): Promise<void> {
    const { record, uid } = this.#parts;
    await record({ kind: "noticed", core: { kind: "spool", uid, cause }, payload: { name } });
    const stat = this.#stat(at);
    if (stat !== null && !this.#rename(at, shortOf(name, stat) + REFUSED)) this.#remove(at);
  }

  #names(): readonly string[] {
    try {
      return readdirSync(this.#parts.folder).toSorted();
    } catch {
      return []; // The executor makes it anew when it starts.
    }
  }

  #stat(name: string): Stats | null {
    try {
      return lstatSync(`${this.#parts.folder}/${name}`);
    } catch {
      return null; // It is gone, or its owner shut the folder meanwhile: that ends nobody's governor.
    }
  }

  #rename(from: string, to: string): boolean {
    const { folder } = this.#parts;
    try {
      renameSync(`${folder}/${from}`, `${folder}/${to}`);
      return true;
    } catch {
      return false; // Its owner took it away, or put a folder in the way.
    }
  }

  #remove(name: string): void {
    try {
      unlinkSync(`${this.#parts.folder}/${name}`);
    } catch {
      return; // Its owner did, or it is a folder, which starts nothing.
    }
  }
}

/** A name that has room for an ending. */
function shortOf(name: string, { ino }: Stats): string {
  return Buffer.byteLength(name) <= NAME_MAX ? name : `${ino}${name.endsWith(".json") ? ".json" : ".yaml"}`;
}

function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
