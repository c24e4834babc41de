// Whether the records of a ledger follow from each other: specs adopted in a chain, each writ spent on one admitted task, each
// hold ended once. Reads cores alone, in memory that grows with what runs at a time, not with the ledger. Whether a decision
// was right is replay.ts; whether bytes are as written is ledger/verify-ledger.ts.
import type { RecordCore } from "../ledger/record-codec.ts";
import type { JsonObject } from "../stdx/json.ts";

/** The first record that does not follow from those before it. */
export interface MeaningProblem {
  readonly sequence: number;
  /** One line. */
  readonly detail: string;
}

interface LiveHold {
  readonly decision: number;
  /** A writ was signed for it. */
  spent: boolean;
}

/** Is given every record in order. */
export class LedgerMeaning {
  #problem: MeaningProblem | null = null;
  #writs = 0;
  /** Specs that were adopted, by hash, and the last of them. */
  readonly #adopted = new Set<string>();
  #inForce: string | null = null;
  readonly #holds = new Map<string, LiveHold>();
  /** Hold of an admitted decision, by its record, while it lives. */
  readonly #decided = new Map<number, string>();
  /** The key that signs, in base64: that of the genesis, until it is replaced. */
  #key: string | null = null;
  /** Fences count up from each start of a governor. */
  #fence = 0;

  /** Null: so far each record follows. */
  get problem(): MeaningProblem | null {
    return this.#problem;
  }

  /** Writs that were signed. */
  get writs(): number {
    return this.#writs;
  }

  /** Holds that no record has ended: what runs, or what a crash left for the next start. */
  get open(): number {
    return this.#holds.size;
  }

  take(record: Pick<RecordCore, "sequence" | "kind" | "core">): void {
    if (this.#problem !== null) return;
    const detail = this.#detail(record);
    if (detail !== null) this.#problem = { sequence: record.sequence, detail };
  }

  #detail({ sequence, kind, core }: Pick<RecordCore, "sequence" | "kind" | "core">): string | null {
    if ((kind === "genesis") !== (sequence === 0)) return "a ledger begins with its one genesis";
    switch (kind) {
      case "genesis":
        return this.#sealWith(core["public_key"], "base64url");
      case "key_rotated":
        return this.#key === core["from"]
          ? this.#sealWith(core["to"], "base64")
          : "a key that did not sign is replaced by another one";
      case "software":
        this.#fence = 0;
        return null;
      case "spec_adopted":
        return this.#adopt(core);
      case "decision":
      case "check":
        return this.#decide(sequence, kind, core);
      case "writ":
        return this.#sign(core);
      case "task_frozen":
      case "task_thawed":
        return this.#holdOf(core["decision"])?.spent === true ? null : "heat stops a task that does not run";
      case "settlement":
      case "recovery":
        return this.#end(core);
      case "egress":
        return this.#leave(sequence, core);
      default:
        return null;
    }
  }

  #sealWith(key: JsonObject[string] | undefined, encoding: "base64" | "base64url"): null {
    this.#key = typeof key === "string" ? Buffer.from(key, encoding).toString("base64") : null;
    return null;
  }

  #adopt({ spec_hash, before }: JsonObject): string | null {
    if (typeof spec_hash !== "string") return "an adoption names its spec";
    if ((before ?? null) !== this.#inForce) return "the spec adopted here does not follow the one in force";
    this.#adopted.add(spec_hash);
    this.#inForce = spec_hash;
    return null;
  }

  #decide(
    sequence: number,
    kind: "decision" | "check",
    { spec_hash, outcome, hold }: JsonObject,
  ): string | null {
    if (typeof spec_hash !== "string" || !this.#adopted.has(spec_hash)) {
      return "it was decided under a spec that was never adopted";
    }
    if (hold === null || hold === undefined) return null;
    const { id } = hold as JsonObject;
    if (kind === "check" || outcome !== "admit") return "something is held for a task that was not admitted";
    if (typeof id !== "string" || this.#holds.has(id)) return "its hold is one that is held already";
    this.#holds.set(id, { decision: sequence, spent: false });
    this.#decided.set(sequence, id);
    return null;
  }

  #sign({ decision, fence }: JsonObject): string | null {
    const hold = this.#holdOf(decision);
    if (hold === null) return "a writ for a task that was not admitted, or has ended";
    if (hold.spent) return "a second writ for one decision";
    if (typeof fence !== "number" || fence <= this.#fence) return "a writ whose fence was passed already";
    hold.spent = true;
    this.#fence = fence;
    this.#writs += 1;
    return null;
  }

  #end({ hold: id, decision }: JsonObject): string | null {
    const hold = typeof id === "string" ? this.#holds.get(id) : undefined;
    if (typeof id !== "string" || hold === undefined) return "the end of what is not held";
    if (hold.decision !== decision) return "the end of a hold names another decision than took it";
    this.#holds.delete(id);
    this.#decided.delete(hold.decision);
    return null;
  }

  #leave(sequence: number, { decision_sequence: decision }: JsonObject): string | null {
    const earlier = typeof decision === "number" && decision < sequence;
    if (!earlier) return "traffic of a decision that was not made yet";
    const hold = this.#holdOf(decision);
    return hold !== null && !hold.spent ? "traffic of a task that has no writ" : null;
  }

  #holdOf(decision: JsonObject[string] | undefined): LiveHold | null {
    const id = typeof decision === "number" ? this.#decided.get(decision) : undefined;
    return id === undefined ? null : (this.#holds.get(id) ?? null);
  }
}
