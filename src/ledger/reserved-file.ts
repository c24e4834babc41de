// A file that grows ahead of what is written into it, in zeros, so that a sync seldom has to write a new length. One
// writer, appending only.
import type { LedgerFile } from "./file-system.ts";
import { isDiskFull } from "./problem.ts";

/** First and smallest reservation. A small ledger stays small. */
const RESERVE_BYTES_MIN: number = 64 * 1024;
/** Largest step: long enough that at full speed fewer than one flush in ten reserves. */
const RESERVE_BYTES_MAX: number = 4 * 1024 * 1024;

/** Where the next bytes go, and the space reserved behind them. */
export class ReservedFile {
  readonly #file: LedgerFile;
  #end: number;
  #reserved: number;
  #spaceLow = false;

  constructor(file: LedgerFile, end: number, reserved: number) {
    this.#file = file;
    this.#end = end;
    this.#reserved = reserved;
  }

  get end(): number {
    return this.#end;
  }

  /** The disk had no space to reserve at the last append: what was reserved before is all there is. */
  get spaceLow(): boolean {
    return this.#spaceLow;
  }

  /** Appends `bytes` (none: only reserves) and syncs. After a rejection nothing may be written through this file again. */
  async append(bytes: Uint8Array): Promise<void> {
    const end = this.#end + bytes.length;
    const step = this.#stepBefore(end);
    try {
      if (step !== null) await this.#reserve(end, step);
      this.#spaceLow = false;
    } catch (cause) {
      // Only zeros failed, and they are not needed yet: what follows still goes into the space reserved before.
      if (!isDiskFull(cause) || end >= this.#reserved) throw cause;
      this.#spaceLow = true;
    }
    if (bytes.length > 0) await this.#file.write(bytes, this.#end);
    await this.#file.sync();
    this.#end = end;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  /** How much to reserve, so that at least half of it is free behind `end`; null: it is. */
  #stepBefore(end: number): number | null {
    const step = Math.min(Math.max(this.#reserved, RESERVE_BYTES_MIN), RESERVE_BYTES_MAX);
    return end + step / 2 <= this.#reserved ? null : step;
  }

  /** Zeros only ever go behind what was reserved before. */
  async #reserve(end: number, step: number): Promise<void> {
    const target = Math.max(this.#reserved + step, end + step);
    for (let at = this.#reserved; at < target; at += step) {
      await this.#file.write(new Uint8Array(Math.min(step, target - at)), at);
    }
    this.#reserved = target;
  }
}
