// What a node has noticed of itself and not told yet, when it was last challenged, and what its coverage was: a projection of
// the ledger's records. Not the telling (notifier.ts), and nothing here reaches a decision.
import type { LedgerRecord } from "../../ledger/record.ts";
import type { NoticeKind } from "../../spec/spec.ts";
import type { Json, JsonObject } from "../../stdx/json.ts";

/** Something to be told, and the record that it is about. */
export interface Notice {
  readonly kind: NoticeKind;
  readonly record: number;
  /** One line; the governor's own words and figures, nothing of a task's. */
  readonly text: string;
}

/** What came of a challenge. */
export interface LastChallenge {
  readonly record: number;
  /** Ledger time, ms. */
  readonly time: number;
  readonly held: boolean;
  readonly fired: number;
  /** Why it says nothing; null: it ran through. */
  readonly stopped: string | null;
  /** Ids of the cases that did not hold, the first ones. */
  readonly failed: readonly string[];
}

/** How much of what is scheduled goes through Writ. */
export interface SeenCoverage {
  readonly record: number;
  /** Ledger time, ms. */
  readonly time: number;
  readonly scheduled: number;
  readonly through: number;
  /** Processes of governed uids outside; null: none is governed. */
  readonly outside: number | null;
}

/** Since the last digest. */
export interface DigestCounts {
  readonly admitted: number;
  readonly refused: number;
  readonly deferred: number;
  readonly ended: number;
  readonly alarms: number;
}

/** Notices that are kept, the latest: a node that nobody listens to forgets the older ones. */
const PENDING_MAX = 64;
const NOTHING: DigestCounts = { admitted: 0, refused: 0, deferred: 0, ended: 0, alarms: 0 };
/** Alarms that count as recent, ms of ledger time. */
const RECENT_MS: number = 7 * 24 * 3_600_000;

type Noted = Pick<LedgerRecord, "kind" | "sequence" | "time" | "core">;

export class WatchBook {
  #pending: readonly Notice[] = [];
  #alarms: readonly number[] = [];
  #counts: DigestCounts = NOTHING;
  #digest: number | null = null;
  #challenge: LastChallenge | null = null;
  /** The last two that differ. */
  #coverage: readonly SeenCoverage[] = [];
  #untold: string | null = null;
  #added: () => void = () => undefined;

  /** `added` is called with each notice from here on; never while a record is being made. */
  watch(added: () => void): void {
    this.#added = added;
  }

  /** Applied to each record in order. */
  note(record: Noted): void {
    const { kind, core, sequence, time } = record;
    this.#digest ??= time;
    this.#count(kind, core);
    switch (kind) {
      case "alarm":
        this.#alarms = [...this.#alarms, time].slice(-PENDING_MAX);
        return this.#add("alarm", sequence, alarmText(core));
      case "narrowed":
        return this.#add("narrowed", sequence, `the node is ${wordOf(core["step"])}`);
      case "egress":
        if (core["cause"] === "gate_died") this.#gateDied(sequence);
        return;
      case "challenge":
        return this.#challenged(record);
      case "coverage":
        return this.#covered(record);
      case "noticed":
        return this.#noticed(record);
      case "notified":
        return this.#told(core);
      default:
    }
  }

  /** What `kinds` of notices wait, oldest first. */
  pending(kinds: readonly NoticeKind[]): readonly Notice[] {
    return this.#pending.filter(({ kind }) => kinds.includes(kind));
  }

  /** Alarms of the last seven days before ledger time `now`; at most 64 are counted. */
  alarms(now: number): number {
    return this.#alarms.filter((time) => now - time <= RECENT_MS).length;
  }

  get counts(): DigestCounts {
    return this.#counts;
  }

  /** Ledger time of the last digest, or of the first record; null: there is no record. */
  get digested(): number | null {
    return this.#digest;
  }

  get challenge(): LastChallenge | null {
    return this.#challenge;
  }

  get coverage(): SeenCoverage | null {
    return this.#coverage.at(-1) ?? null;
  }

  /** What it was before the last change; null: it never changed. */
  get coverageBefore(): SeenCoverage | null {
    return this.#coverage.at(-2) ?? null;
  }

  /** Why the last notice reached nobody; null: it did, or there was none. */
  get untold(): string | null {
    return this.#untold;
  }

  #count(kind: string, core: JsonObject): void {
    const add = (name: keyof DigestCounts): void => {
      this.#counts = { ...this.#counts, [name]: this.#counts[name] + 1 };
    };
    if (kind === "settlement" || kind === "recovery") add("ended");
    if (kind === "alarm") add("alarms");
    if (kind !== "decision") return;
    if (core["outcome"] === "admit") add("admitted");
    if (core["outcome"] === "refuse") add("refused");
    if (core["outcome"] === "defer") add("deferred");
  }

  #add(kind: NoticeKind, record: number, text: string): void {
    this.#pending = [...this.#pending, { kind, record, text }].slice(-PENDING_MAX);
    setImmediate(() => this.#added());
  }

  /** Each task of a dead worker records it: one notice tells of all. */
  #gateDied(sequence: number): void {
    if (this.#pending.some(({ kind }) => kind === "gate")) return;
    this.#add("gate", sequence, "a gate worker died, and its tasks lost the network");
  }

  #challenged({ sequence, time, core }: Noted): void {
    const failed = Array.isArray(core["failed"]) ? core["failed"].map(wordOf) : [];
    const stopped = typeof core["stopped"] === "string" ? core["stopped"] : null;
    const held = core["held"] === true;
    this.#challenge = { record: sequence, time, held, fired: countOf(core["fired"]), stopped, failed };
    if (held) return;
    const what = stopped ?? `${failed.length} cases did not hold: ${failed.slice(0, 3).join(", ")}`;
    this.#add("challenge", sequence, `the scheduled challenge failed: ${what}`);
  }

  #covered({ sequence, time, core }: Noted): void {
    const outside = typeof core["outside"] === "number" ? core["outside"] : null;
    const seen = {
      record: sequence,
      time,
      scheduled: countOf(core["scheduled"]),
      through: countOf(core["through"]),
      outside,
    };
    const last = this.coverage;
    const earlier = last !== null && isSame(last, seen) ? this.#coverage.slice(0, -1) : this.#coverage;
    this.#coverage = [...earlier, seen].slice(-2);
    if (core["fell"] !== true) return;
    const share = `${seen.through} of ${seen.scheduled} scheduled commands go through writ`;
    this.#add("coverage", sequence, `coverage fell: ${share}: see \`writ doctor\``);
  }

  #noticed({ sequence, time, core }: Noted): void {
    if (core["kind"] === "digest") {
      this.#digest = time;
      this.#counts = NOTHING;
      this.#add("digest", sequence, digestOf(core));
    } else if (core["kind"] === "disk") {
      this.#add("disk", sequence, `${countOf(core["free"])} bytes are free on the disk of the ledger`);
    }
  }

  #told(core: JsonObject): void {
    const told: readonly Json[] = Array.isArray(core["notices"]) ? core["notices"] : [];
    if (core["told"] === true) {
      this.#untold = null;
      this.#pending = this.#pending.filter(({ record }) => !told.includes(record));
    } else this.#untold = wordOf(core["cause"]);
  }
}

/** Whether nothing moved between two looks. */
export function isSame(
  one: Omit<SeenCoverage, "record" | "time">,
  other: Omit<SeenCoverage, "record" | "time">,
): boolean {
  return one.scheduled === other.scheduled && one.through === other.through && one.outside === other.outside;
}

function digestOf(core: JsonObject): string {
  const of = (name: string): number => countOf(core[name]);
  return (
    `${of("admitted")} admitted, ${of("refused")} refused, ${of("deferred")} deferred, ` +
    `${of("ended")} ended, ${of("alarms")} alarms since the last digest`
  );
}

/** Of a metric that moved, or of a check that a probe found out. */
function alarmText({ metric, check, found }: JsonObject): string {
  const what =
    typeof check === "string" ? `the ${check} check: ${wordOf(found)}` : `drift of ${wordOf(metric)}`;
  return `${what}: see \`writ measure\``;
}

function countOf(value: Json | undefined): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}

function wordOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}
