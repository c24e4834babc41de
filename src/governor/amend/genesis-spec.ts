// The first spec, which every later one is held against: read once, when it is first needed. How far one has come is
// looseness.ts.
import type { Spec } from "../../spec/spec.ts";
import type { KeptLedger } from "../keep-ledger.ts";
import { recordedSpec } from "../spec-in-force.ts";
import { looseness } from "./looseness.ts";
import type { Ratchet } from "./ratchet.ts";

export class GenesisSpec {
  #spec: Spec | null = null;

  /** Reads it from `ledger`. What cannot be read stays unknown: nothing is decided by it. */
  async load(ledger: Pick<KeptLedger, "read">, { genesis }: Ratchet): Promise<void> {
    if (this.#spec !== null || genesis === null) return;
    const record = await ledger.read(genesis.sequence);
    try {
      this.#spec = recordedSpec(record).parsed.spec;
    } catch {
      this.#spec = null;
    }
  }

  /** How far `spec` has come from it, as one number; null: it is not known. */
  looseness(spec: Spec): number | null {
    return this.#spec === null ? null : looseness(spec, this.#spec).total;
  }
}
