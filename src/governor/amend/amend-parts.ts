// What changing the spec works with. Types only.
import type { KeptLedger } from "../keep-ledger.ts";
import type { SpecInForce } from "../spec-in-force.ts";
import type { RatchetBook } from "./ratchet-book.ts";

export interface AmendParts {
  readonly ledger: KeptLedger;
  readonly spec: SpecInForce;
  readonly book: RatchetBook;
  readonly node: string;
  readonly build: string;
  readonly wall: () => Date;
  /** Told of each spec that came into force, once that is durable. */
  readonly adopted: (spec_hash: string, sequence: number) => void;
}
