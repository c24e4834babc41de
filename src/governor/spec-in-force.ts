// The spec in force: the last adopted one, out of the ledger. The operator's file must match it, and is never read as a
// spec. Which one is adopted next is amend/amendments.ts.
import { Buffer } from "node:buffer";
import { type CompiledSpec, compileSpec } from "../decide/compile-spec.ts";
import type { LedgerRecord } from "../ledger/record.ts";
import type { ParsedSpec } from "../spec/parse-spec.ts";
import { assert } from "../stdx/assert.ts";
import { WritError } from "../stdx/writ-error.ts";
import { specOf } from "./parse-input.ts";
import { SpecFile } from "./spec-file.ts";
import { replaceFile } from "./write-file.ts";

/** One adopted spec, ready to decide with. */
export interface AdoptedSpec {
  readonly bytes: Uint8Array;
  readonly parsed: ParsedSpec;
  readonly compiled: CompiledSpec;
}

export class SpecInForce {
  readonly #file: SpecFile;
  #adopted: AdoptedSpec;

  constructor(path: string, adopted: AdoptedSpec) {
    this.#file = new SpecFile(path);
    this.#adopted = adopted;
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

  /** Puts `next`, whose adoption is durable or on its way there before any decision, in force and in the file. Throws WRIT_HOME_UNWRITABLE; then it is in force and the file is to be restored. */
  put(next: AdoptedSpec): void {
    this.#adopted = next;
    this.#write();
  }

  /**
   * Writes the adopted bytes to the file if that holds those which hash to `replaced`: what a crash between an adoption's
   * record and the file leaves. Any other file is left as it is, and is an error of the next decision.
   */
  mend(replaced: string | null): void {
    if (replaced === null) return;
    try {
      this.#file.check(replaced);
    } catch (error) {
      if (error instanceof WritError) return;
      throw error;
    }
    this.#write();
  }

  /** Writes the adopted bytes to the file. Throws WRIT_HOME_UNWRITABLE. */
  restore(): { readonly spec_hash: string } {
    this.#write();
    return { spec_hash: this.#adopted.parsed.spec_hash };
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
