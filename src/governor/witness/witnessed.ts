// Which heads the spec's witnesses hold, as the ledger's records tell it: a projection, and the window that nobody holds.
import type { LedgerRecord } from "../../ledger/record.ts";
import type { LedgerWitnesses } from "../../spec/spec.ts";
import type { Refusal } from "./held.ts";

/** What the ledger says of one witness. */
export interface WitnessState {
  /** Records of the last head that it holds; 0: none. */
  readonly size: number;
  /** Ledger time of the record that says so, ms; null: none. */
  readonly time: number | null;
  /** Why it did not hold the last one that it was asked to; null: it did, or was not asked yet. */
  readonly cause: Refusal | null;
}

/** What no quorum of witnesses holds. */
export interface Unwitnessed {
  /** Records behind the last head that a quorum holds. */
  readonly records: number;
  /** Ledger seconds since it was held; null: no head ever was. */
  readonly seconds: number | null;
}

const NOTHING: WitnessState = { size: 0, time: null, cause: null };

export class Witnessed {
  /** By name and key: another key is another witness. */
  readonly #states = new Map<string, WitnessState>();

  /** Applied to each record in order. */
  note({ kind, time, core }: Pick<LedgerRecord, "kind" | "time" | "core">): void {
    if (kind !== "cosignature" && kind !== "witness_failed") return;
    const { witness, key, size, cause } = core;
    if (typeof witness !== "string" || typeof size !== "number") return;
    const id = idOf({ name: witness, key: typeof key === "string" ? key : null });
    if (kind === "cosignature") this.#states.set(id, { size, time, cause: null });
    else this.#states.set(id, { ...(this.#states.get(id) ?? NOTHING), cause: cause as Refusal });
  }

  of(member: { readonly name: string; readonly key: string | null }): WitnessState {
    return this.#states.get(idOf(member)) ?? NOTHING;
  }

  /** Of a ledger of `records` at ledger time `now`, ms. */
  window({ quorum, members }: LedgerWitnesses, records: number, now: number): Unwitnessed {
    const held = members.map((member) => this.of(member)).sort((one, other) => other.size - one.size);
    const last = quorum === 0 ? NOTHING : (held[quorum - 1] ?? NOTHING);
    if (last.time === null) return { records, seconds: null };
    return { records: records - last.size, seconds: Math.floor((now - last.time) / 1000) };
  }
}

function idOf({ name, key }: { readonly name: string; readonly key: string | null }): string {
  return JSON.stringify([name, key]);
}
