// How far a governor that is starting has come with its ledger: one small file in the run folder, written by it and read by every
// client that waits for it. Says nothing that anybody relies on; without it clients wait as long as they wait for anything.
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";

/** Of a governor that reads its ledger. */
export interface StartProgress {
  readonly doing: "verifying" | "rebuilding";
  /** Records read. */
  readonly done: number;
  /** Records to be read, as far as is known. */
  readonly of: number;
}

/** Written no more often than this, and not at all by who is ready sooner, ms. */
const EVERY_MS = 250;
/** The clock is asked once for so many records. */
const EVERY_RECORDS = 256;
/** Who has not moved on for this long is not believed to be starting, ms. */
const STILL_MS = 10_000;
const BYTES_MAX = 256;

/** Where it is written, below a home's run folder. */
function fileIn(run: string): string {
  return `${run}/starting.json`;
}

/** The writing side. What cannot be written is left out: a start does not depend on it. */
export class StartTeller {
  readonly #path: string;
  #last: number = performance.now();

  constructor(run: string) {
    this.#path = fileIn(run);
    this.end();
  }

  tell(doing: StartProgress["doing"], done: number, of: number): void {
    if (done % EVERY_RECORDS !== 0) return;
    const now = performance.now();
    if (now - this.#last < EVERY_MS) return;
    this.#last = now;
    try {
      const progress: StartProgress = { doing, done, of: Math.max(done, of) };
      writeFileSync(`${this.#path}.new`, JSON.stringify(progress), { mode: 0o600 });
      renameSync(`${this.#path}.new`, this.#path);
    } catch {
      // A full disk is told of by whoever needs it.
      return;
    }
  }

  /** Nothing is starting any more. */
  end(): void {
    try {
      for (const path of [this.#path, `${this.#path}.new`]) rmSync(path, { force: true });
    } catch {
      // It stands still, and so counts for nothing.
      return;
    }
  }
}

/** The reading side, of one client that waits. */
export class StartWatch {
  readonly #path: string;
  readonly #tell: (progress: StartProgress | null) => void;
  #seen: string | null = null;
  #moved = Number.NEGATIVE_INFINITY;
  /** Whether `tell` is owed an end. */
  #told = false;

  /** `tell` gets each step, and null at the end if it got any. */
  constructor(run: string, tell: (progress: StartProgress | null) => void) {
    this.#path = fileIn(run);
    this.#tell = tell;
  }

  /** Whether somebody has come further since the last look. */
  look(): boolean {
    const text = read(this.#path);
    const progress = text === null || text === this.#seen ? null : progressIn(text);
    if (progress === null) return false;
    // What stands there at the first look may be a dead one's last word.
    const moved = this.#seen !== null;
    this.#seen = text;
    if (!moved) return false;
    this.#moved = performance.now();
    this.#told = true;
    this.#tell(progress);
    return true;
  }

  /** Whether a governor seems to be starting: then nobody need start another. */
  get isStarting(): boolean {
    return performance.now() - this.#moved < STILL_MS && read(this.#path) !== null;
  }

  end(): void {
    if (this.#told) this.#tell(null);
    this.#told = false;
  }
}

function read(path: string): string | null {
  try {
    const text = readFileSync(path, "utf8");
    return text.length <= BYTES_MAX ? text : null;
  } catch {
    return null;
  }
}

/** What is no progress is none: the file is anybody's who may write in the home. */
function progressIn(text: string): StartProgress | null {
  try {
    const { doing, done, of } = JSON.parse(text) as { readonly [member: string]: unknown };
    const isKnown = doing === "verifying" || doing === "rebuilding";
    return isKnown && isCount(done) && isCount(of) ? { doing, done, of } : null;
  } catch {
    return null;
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
