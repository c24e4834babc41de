// What a governor does when nobody looks at it: notices a disk that fills up, a coverage that falls and a day that is over, fires
// the scheduled challenge, and has the spec's tasks tell somebody and export what is measured. Nothing of it is read by a decision.
import type { RecordInput } from "../../ledger/record.ts";
import type { Spec } from "../../spec/spec.ts";
import type { JsonObject } from "../../stdx/json.ts";
import { WritError } from "../../stdx/writ-error.ts";
import type { Exporter } from "./exporter.ts";
import type { Notifier } from "./notifier.ts";
import { isSame, type SeenCoverage, type WatchBook } from "./watch-book.ts";

export interface UnattendedParts {
  readonly book: WatchBook;
  readonly notifier: Pick<Notifier, "tell">;
  readonly exporter: Pick<Exporter, "send">;
  readonly spec: () => Spec;
  readonly append: (record: RecordInput) => Promise<unknown>;
  /** Ledger time, ms. */
  readonly now: () => number;
  /** Bytes that are free on the disk of the ledger; null: it cannot be told. */
  readonly free: () => number | null;
  /** null: it cannot be told. */
  readonly coverage: () => Omit<SeenCoverage, "record" | "time"> | null;
  /** The core of a `challenge` record; null: this home is for play, and is never challenged. */
  readonly fire: ((signal: AbortSignal) => Promise<JsonObject>) | null;
}

const HOUR = 3_600_000;
const DAY: number = 24 * HOUR;
/** Between two looks of a living governor, ms. */
const LOOK_MS = 30_000;
/** Between two looks at what is scheduled, ms of ledger time. */
const COVERAGE_MS: number = 6 * HOUR;
/** Of serving before a challenge is fired: a boot and a quick restart have better things to do, ms of ledger time. */
const SETTLED_MS = 300_000;
/** Below this a disk is told as filling up; from the second on, as having room again. Some hours before the ledger's reserve. */
const DISK_BYTES = { low: 1_073_741_824, again: 2_147_483_648 } as const;

export class Unattended {
  readonly #parts: UnattendedParts;
  readonly #end = new AbortController();
  #serving = 0;
  /** Ledger time from which it has been served without a break, ms. */
  #since = 0;
  #low = false;
  #looked: number | null = null;
  #timer: NodeJS.Timeout | null = null;
  #looking: Promise<void> | null = null;
  #firing: Promise<void> | null = null;
  #sending: Promise<void> | null = null;

  constructor(parts: UnattendedParts) {
    this.#parts = parts;
  }

  /** Looks now and then until it is closed; keeps no process alive. */
  start(): void {
    this.#timer = setInterval(() => void this.look(), LOOK_MS).unref();
  }

  /** Somebody serves for as long as `ended` takes: then what is scheduled is done too. */
  serving(ended: Promise<unknown>): void {
    if (this.#serving === 0) this.#since = this.#parts.now();
    this.#serving += 1;
    const over = (): void => {
      this.#serving -= 1;
    };
    ended.then(over, over);
    void this.look();
  }

  /** One look at a time. Never rejects: a ledger that takes no record is found by whoever appends for a task. */
  look(): Promise<void> {
    this.#looking ??= this.#look()
      .catch(unlessKnown)
      .finally(() => {
        this.#looking = null;
      });
    return this.#looking;
  }

  /** Ends what is fired; resolves when nothing of it is left. */
  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#end.abort();
    await Promise.allSettled([this.#looking, this.#firing, this.#sending]);
  }

  async #look(): Promise<void> {
    if (this.#end.signal.aborted) return;
    if (this.#serving > 0) {
      await this.#disk();
      await this.#cover();
      await this.#digest();
      this.#challenge();
      this.#export();
    }
    if (!this.#end.signal.aborted) await this.#parts.notifier.tell();
  }

  async #disk(): Promise<void> {
    const free = this.#parts.free();
    if (free === null) return;
    if (free >= DISK_BYTES.again) this.#low = false;
    if (free >= DISK_BYTES.low || this.#low) return;
    this.#low = true;
    await this.#parts.append({ kind: "noticed", core: { kind: "disk", free } });
  }

  /** Recorded when it moved, and once a day. */
  async #cover(): Promise<void> {
    const { book, now, coverage, append } = this.#parts;
    if (this.#looked !== null && now() - this.#looked < COVERAGE_MS) return;
    this.#looked = now();
    const seen = coverage();
    if (seen === null) return;
    const last = book.coverage;
    if (last !== null && isSame(last, seen) && now() - last.time < DAY) return;
    await append({ kind: "coverage", core: { ...seen, fell: last !== null && fell(seen, last) } });
  }

  async #digest(): Promise<void> {
    const { book, now, append, spec } = this.#parts;
    if (spec().notify?.on.includes("digest") !== true) return;
    if (book.digested === null || now() - book.digested < DAY) return;
    await append({ kind: "noticed", core: { kind: "digest", ...book.counts } });
  }

  /** Beside the looks, which go on. */
  #challenge(): void {
    const { book, now, fire, spec } = this.#parts;
    const every = spec().challenge?.every;
    if (fire === null || every === undefined || this.#firing !== null) return;
    if (now() - this.#since < SETTLED_MS) return;
    if (book.challenge !== null && now() - book.challenge.time < every) return;
    const { signal } = this.#end;
    this.#firing = this.#fired(fire(signal)).finally(() => {
      this.#firing = null;
    });
  }

  /** Beside the looks, as the challenge is: a collector may be slow. */
  #export(): void {
    this.#sending ??= this.#parts.exporter
      .send()
      .catch(unlessKnown)
      .finally(() => {
        this.#sending = null;
      });
  }

  async #fired(came: Promise<JsonObject>): Promise<void> {
    const core = await came;
    // One that was cut short by the governor's end says nothing of the governor.
    if (this.#end.signal.aborted) return;
    await this.#parts.append({ kind: "challenge", core }).catch(unlessKnown);
  }
}

function unlessKnown(error: unknown): void {
  if (!(error instanceof WritError)) throw error;
}

/** Whether less goes through than before, or more runs outside. */
function fell(
  seen: Omit<SeenCoverage, "record" | "time">,
  last: Omit<SeenCoverage, "record" | "time">,
): boolean {
  return around(seen) > around(last) || (seen.outside ?? 0) > (last.outside ?? 0);
}

function around({ scheduled, through }: Pick<SeenCoverage, "scheduled" | "through">): number {
  return scheduled - through;
}
