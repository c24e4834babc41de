// What a writ says: the signed, single-use, short-lived permit for one task on one node. Types only; verify-writ.ts
// checks one with the public key alone, governor/sign-writ.ts makes one.
import type { Grants } from "../../decide/decision.ts";

export interface WritClaims {
  /** Version of this form. */
  readonly v: 1;
  /** Unique; spent at first use. */
  readonly jti: string;
  /** Node id. */
  readonly node: string;
  /** The kernel's boot id: a writ does not outlive a boot. */
  readonly boot: string;
  /** The governor start it was made in: a writ does not outlive its governor. */
  readonly instance: string;
  /** Whose task it is: one principal's network goes through one gate worker. */
  readonly principal: string;
  /** Whom the task runs as: never 0. */
  readonly uid: number;
  readonly spec_hash: string;
  readonly task_digest: string;
  /** Ledger sequence of the durable decision. */
  readonly decision: number;
  /** Strictly increasing per governor instance; the executor takes none at or below the highest it has seen spent. */
  readonly fence: number;
  /** Fence of the live writ whose task submitted this one: it runs inside that one's limits. null: nobody's task did. */
  readonly parent: number | null;
  /** CLOCK_BOOTTIME ms after which it is void. */
  readonly expires_at: number;
  readonly grants: Grants;
}
