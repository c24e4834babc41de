// Has the spec's witnesses hold the ledger's heads: asks after new records, records what came of each request, and never
// asks anybody whom the spec in force does not name. Late and failing witnesses hold nothing else up.
import type { NoteVerifier } from "../../ledger/checkpoint.ts";
import type { LedgerRecord } from "../../ledger/record.ts";
import { canonicalUrl } from "../../names/url.ts";
import type { LedgerWitness, Spec } from "../../spec/spec.ts";
import { askWitness } from "./ask-witness.ts";
import type { AskedHead, Held } from "./held.ts";
import { keepInFolder } from "./keep-folder.ts";
import type { Unwitnessed, Witnessed } from "./witnessed.ts";

/** Between a record and the request for it, so that many records are one request, ms. */
const SETTLE_MS = 1500;
/** Between two requests to one witness; a failing one is asked after twice as long each time, up to the second. ms. */
const PAUSE = { first: 10_000, max: 3_600_000 } as const;
/** Times that a round's own cost passes before the next one: proofs take at most one part in so many of the node. */
const COST_FACTOR = 50;

export interface WitnessKeeperParts {
  readonly spec: () => Spec;
  readonly witnessed: Witnessed;
  readonly verifier: NoteVerifier;
  readonly wall: () => Date;
  readonly records: () => number;
  readonly now: () => number;
  /** A head that covers every durable record. */
  readonly head: () => Promise<AskedHead>;
  /** Resolves when the record is durable. */
  readonly append: (record: {
    kind: "cosignature" | "witness_failed";
    core: LedgerRecord["core"];
  }) => Promise<unknown>;
}

interface Turn {
  /** Monotone ms before which it is not asked. */
  readonly notBefore: number;
  readonly pause: number;
}

export class WitnessKeeper {
  readonly #parts: WitnessKeeperParts;
  readonly #turns = new Map<string, Turn>();
  #timer: NodeJS.Timeout | null = null;
  #round: Promise<void> | null = null;
  #dirty = false;
  #closed = false;

  constructor(parts: WitnessKeeperParts) {
    this.#parts = parts;
  }

  /** Told of each durable record. What the witnesses' own records add is held with the next head. */
  note({ kind }: Pick<LedgerRecord, "kind">): void {
    if (kind === "cosignature" || kind === "witness_failed" || this.#members().length === 0) return;
    this.#dirty = true;
    this.#arm(SETTLE_MS);
  }

  window(): Unwitnessed {
    const { witnessed, spec, records, now } = this.#parts;
    return witnessed.window(spec().witnesses, records(), now());
  }

  /** Asks once more, if anything is new, and then never again. */
  async close(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#round;
    if (this.#dirty) await this.#ask(true);
    this.#closed = true;
  }

  #members(): readonly LedgerWitness[] {
    return this.#parts.spec().witnesses.members;
  }

  #arm(after: number): void {
    if (this.#timer !== null || this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      // A failure to record has poisoned the ledger, which ends the governor.
      this.#round ??= this.#ask(false)
        .catch(() => undefined)
        .finally(() => (this.#round = null));
    }, after);
    this.#timer.unref();
  }

  async #ask(last: boolean): Promise<void> {
    const started = performance.now();
    const due = this.#members().filter(
      ({ name }) => last || (this.#turns.get(name)?.notBefore ?? 0) <= started,
    );
    if (due.length > 0) {
      this.#dirty = false;
      const head = await this.#parts.head();
      await Promise.all(due.map(async (member) => await this.#askOne(member, head)));
    }
    const cost = (performance.now() - started) * COST_FACTOR;
    const turns = this.#members().map(
      ({ name }) => (this.#turns.get(name)?.notBefore ?? 0) - performance.now(),
    );
    const failing =
      due.length > 0 && this.#members().some((member) => this.#parts.witnessed.of(member).cause !== null);
    if (this.#dirty || failing)
      this.#arm(
        Math.max(SETTLE_MS, Math.min(cost, PAUSE.max), ...turns.map((turn) => Math.min(turn, PAUSE.max))),
      );
  }

  async #askOne(member: LedgerWitness, head: AskedHead): Promise<void> {
    const held = await this.#heldBy(member, head);
    const before = this.#turns.get(member.name)?.pause ?? PAUSE.first;
    const pause = held.held ? PAUSE.first : Math.min(before * 2, PAUSE.max);
    this.#turns.set(member.name, {
      pause,
      notBefore: performance.now() + (held.held ? PAUSE.first : before),
    });
    const { name, key } = member;
    const { size } = head;
    if (held.held) {
      const { line, time } = held;
      await this.#parts.append({ kind: "cosignature", core: { witness: name, key, size, line, time } });
    } else {
      const { cause, known } = held;
      await this.#parts.append({ kind: "witness_failed", core: { witness: name, key, size, cause, known } });
    }
  }

  async #heldBy(member: LedgerWitness, head: AskedHead): Promise<Held> {
    const { witnessed, verifier, wall, spec } = this.#parts;
    const { url, key, folder } = member;
    if (folder !== null) return await keepInFolder(folder, verifier, head, wall);
    if (url === null || key === null) return { held: false, cause: "unreachable", known: null };
    const place = canonicalUrl(url);
    const endpoint = place.ok
      ? spec().sovereignty.endpoints.find(
          ({ host, port }) => host === place.value.host.name && port === place.value.port,
        )
      : undefined;
    const old = Math.min(witnessed.of(member).size, head.size);
    return await askWitness({ witness: { ...member, url, key }, endpoint: endpoint ?? null, head, old });
  }
}
