// Notices that the wall clock was set while a governor lived: it moved otherwise than the boot clock, which counts a suspend and
// which nobody sets. Ledger time follows the boot clock alone; wall time is only shown, and a jump of it is recorded.
import type { RecordInput } from "../ledger/record.ts";
import type { BootClock } from "../stdx/ports.ts";
import { bootClock } from "./ports.ts";

/** Smaller ones are not told from the clocks' own grain and from how long a record takes. ms. */
const JUMP_MS = 2000;
/**
 * How fast a clock may be steered without a jump: twice what the kernel's discipline does at most, 500 parts in a million
 * (adjtimex(2), RFC 5905).
 */
const STEERED = 0.001;

export interface Clocks {
  readonly wall: () => Date;
  readonly boot: BootClock;
}

/** This machine's. */
export const machineClocks: Clocks = { wall: () => new Date(), boot: bootClock };

export class ClockJumps {
  readonly #clocks: Clocks;
  #last: { readonly wall: number; readonly boot: number };

  constructor(clocks: Clocks) {
    this.#clocks = clocks;
    this.#last = this.#read();
  }

  /** The record of a jump since the last call; empty: there was none. */
  take(): readonly RecordInput[] {
    const [before, now] = [this.#last, this.#read()];
    if (!Number.isFinite(now.wall) || !Number.isFinite(now.boot)) return [];
    this.#last = now;
    const passed = now.boot - before.boot;
    const by = Math.round(now.wall - before.wall - passed);
    if (Math.abs(by) < JUMP_MS + passed * STEERED) return [];
    return [{ kind: "clock_jumped", core: { by } }];
  }

  #read(): { readonly wall: number; readonly boot: number } {
    return { wall: this.#clocks.wall().getTime(), boot: this.#clocks.boot() };
  }
}
