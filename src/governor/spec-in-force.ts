// The spec in force: the last adopted one, out of the ledger, and the adoption of the next. The operator's file must
// match it, and is never read as a spec.
import { Buffer } from "node:buffer";
import { type CompiledSpec, compileSpec } from "../decide/compile-spec.ts";
import type { LedgerRecord, RecordInput } from "../ledger/record.ts";
import { noLooser } from "../spec/no-looser.ts";
import type { ParsedSpec } from "../spec/parse-spec.ts";
import { assert } from "../stdx/assert.ts";
import { WritError } from "../stdx/writ-error.ts";
import type { Adoption } from "./governor.ts";
import type { KeptLedger } from "./keep-ledger.ts";
import { specOf } from "./parse-input.ts";
import { serial } from "./serial.ts";
import { SpecFile } from "./spec-file.ts";
import { replaceFile } from "./write-file.ts";

/** One adopted spec, ready to decide with. */
export interface AdoptedSpec {
  readonly bytes: Uint8Array;
  readonly parsed: ParsedSpec;
  readonly compiled: CompiledSpec;
}

/** Told of each adoption record, once it is durable. */
export type NoteAdoption = (record: Pick<LedgerRecord, "kind" | "sequence" | "time" | "core">) => void;

export class SpecInForce {
  readonly #ledger: KeptLedger;
  readonly #file: SpecFile;
  readonly #one = serial();
  readonly #note: NoteAdoption;
  #adopted: AdoptedSpec;

  constructor(ledger: KeptLedger, path: string, adopted: AdoptedSpec, note: NoteAdoption) {
    this.#ledger = ledger;
    this.#file = new SpecFile(path);
    this.#adopted = adopted;
    this.#note = note;
  }

  /** What is adopted, whatever the file says: for showing, not for deciding. */
  get adopted(): AdoptedSpec {
    return this.#adopted;
  }

  /** The spec to decide with now. Throws WRIT_SPEC_MISSING or WRIT_SPEC_EDITED while the file is not what was adopted. */
  current(): AdoptedSpec {
    this.#file.check(this.#adopted.parsed.bytes_hash);
    return this.#adopted;
  }

  /**
   * Adopts `bytes` if they are no looser than what is in force: recorded and durable, then in force, then in the file.
   * Looser: refused with each looser field, and recorded. Throws WRIT_SPEC_INVALID, WRIT_LEDGER_UNWRITABLE and
   * WRIT_HOME_UNWRITABLE; after the last one the new spec is in force and the file is to be restored.
   */
  adopt(bytes: Uint8Array, source: string): Promise<Adoption> {
    return this.#one(async () => {
      const next = adoptedSpec(bytes, source);
      const { spec_hash, bytes_hash, spec } = next.parsed;
      if (bytes_hash === this.#adopted.parsed.bytes_hash) {
        this.#write();
        return { outcome: "unchanged", spec_hash, sequence: null, looser: [] };
      }
      const compared = noLooser(spec, this.#adopted.parsed.spec);
      const looser = compared.ok ? [] : compared.looser.map(({ field, witness }) => ({ field, witness }));
      const before = this.#adopted.parsed.spec_hash;
      if (!compared.ok) {
        const core = { spec_hash, bytes_hash, before, looser: looser.map(({ field }) => field) };
        const { sequence } = await this.#ledger.append({ kind: "spec_refused", core, payload: { looser } });
        return { outcome: "refused", spec_hash, sequence, looser };
      }
      const record = adoptionRecord(next, before);
      const appended = await this.#ledger.append(record);
      this.#note({ ...appended, ...record });
      this.#adopted = next;
      this.#write();
      return { outcome: "adopted", spec_hash, sequence: appended.sequence, looser };
    });
  }

  /** Writes the adopted bytes to the file. Throws WRIT_HOME_UNWRITABLE. */
  restore(): Promise<{ readonly spec_hash: string }> {
    return this.#one(() => {
      this.#write();
      return Promise.resolve({ spec_hash: this.#adopted.parsed.spec_hash });
    });
  }

  #write(): void {
    try {
      replaceFile(this.#file.path, this.#adopted.bytes);
    } catch (cause) {
      throw new WritError("WRIT_HOME_UNWRITABLE", `cannot write \`${this.#file.path}\``, {
        hint: "writ spec restore, once the home is writable",
        cause,
      });
    }
  }
}

/** Reads and compiles a spec. Throws WRIT_SPEC_INVALID. */
export function adoptedSpec(bytes: Uint8Array, source: string): AdoptedSpec {
  const parsed = specOf(bytes, source);
  return { bytes, parsed, compiled: compileSpec(parsed.spec, parsed.spec_hash) };
}

/** The record that puts a spec in force. `before`: the hash of the one it follows; null at genesis. */
export function adoptionRecord(spec: AdoptedSpec, before: string | null): RecordInput {
  const { spec_hash, bytes_hash } = spec.parsed;
  return {
    kind: "spec_adopted",
    core: { spec_hash, bytes_hash, before },
    payload: { bytes: Buffer.from(spec.bytes).toString("base64") },
  };
}

/**
 * The spec that an adoption record put in force. Throws WRIT_SPEC_INVALID when this build reads its bytes otherwise, and
 * WRIT_SPEC_MISSING when its payload was erased: then only the file could say it, and a file is not believed.
 */
export function recordedSpec(record: LedgerRecord): AdoptedSpec {
  const { payload, core } = record;
  const bytes =
    typeof payload === "object" && payload !== null && "bytes" in payload ? payload["bytes"] : null;
  if (typeof bytes !== "string") {
    throw new WritError("WRIT_SPEC_MISSING", `the adopted spec of record ${record.sequence} was erased`, {
      hint: "make a new home by writ init --home DIR",
    });
  }
  const spec = adoptedSpec(Buffer.from(bytes, "base64"), `record ${record.sequence}`);
  assert(spec.parsed.bytes_hash === core["bytes_hash"], "an adoption record holds the bytes it names");
  if (spec.parsed.spec_hash === core["spec_hash"]) return spec;
  throw new WritError(
    "WRIT_SPEC_INVALID",
    `this build reads the adopted spec otherwise than record ${record.sequence}`,
    {
      hint: "run the version of writ that adopted it",
    },
  );
}
