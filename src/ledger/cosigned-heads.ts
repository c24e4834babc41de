// How much of a ledger its policy's witnesses hold, from the cosignatures that it keeps as records and the checkpoints in its
// history. Asks nobody. What a cosignature is: signed-note.ts.
import { join } from "node:path";
import { rereadCheckpoint } from "./checkpoint.ts";
import type { LedgerFileSystem } from "./file-system.ts";
import { HISTORY_NAME } from "./layout.ts";
import { type LedgerPolicy, quorumMet } from "./ledger-policy.ts";
import { NoteReader } from "./note-reader.ts";
import type { RecordCore } from "./record-codec.ts";
import { type NoteKey, parseSignedNote, signedBy } from "./signed-note.ts";
import { withFile } from "./with-file.ts";

/** A head that a witness of the policy provably holds. */
export interface WitnessedHead {
  /** The name that the policy gives it. */
  readonly name: string;
  /** Records that it holds. */
  readonly size: number;
  /** Seconds since 1970, by its own clock. */
  readonly time: number;
}

/** Of each witness the last so many cosignatures are looked at: a ledger that records others behind them shows less, not more. */
const LAST_OF_EACH = 8;

interface Claim {
  readonly size: number;
  readonly line: string;
}

/** Is given every record in order, and then tells. */
export class CosignedHeads {
  readonly #policy: LedgerPolicy;
  readonly #claims = new Map<string, Claim[]>();
  /** Names of the policy's witnesses by their key in base64. */
  readonly #names: ReadonlyMap<string, string>;

  constructor(policy: LedgerPolicy) {
    this.#policy = policy;
    this.#names = new Map(witnessesOf(policy).map(({ name, key }) => [base64(key), name]));
  }

  note({ kind, core, sequence }: Pick<RecordCore, "kind" | "core" | "sequence">): void {
    if (kind !== "cosignature") return;
    const { key, size, line } = core;
    const name = typeof key === "string" ? this.#names.get(key) : undefined;
    // What a cosignature speaks of was there before it.
    if (name === undefined || typeof size !== "number" || typeof line !== "string" || size > sequence) return;
    const claims = this.#claims.get(name) ?? [];
    this.#claims.set(name, [...claims, { size, line }].slice(-LAST_OF_EACH));
  }

  /** The largest head that each witness provably holds, of the ledger in `dir` whose history was verified. */
  async heads(fs: LedgerFileSystem, dir: string, historyEnd: number): Promise<readonly WitnessedHead[]> {
    const texts = await this.#notes(fs, dir, historyEnd);
    return witnessesOf(this.#policy).flatMap(({ name, key }) => {
      const claims = (this.#claims.get(name) ?? []).toSorted((one, other) => other.size - one.size);
      for (const { size, line } of claims) {
        const time = cosignedAt(texts.get(size) ?? [], line, key);
        if (time !== null) return [{ name, size, time }];
      }
      return [];
    });
  }

  /** The most records that enough of `heads` for the policy's quorum hold; 0: none, or the policy asks for no witness. */
  witnessed(heads: readonly WitnessedHead[]): number {
    const sizes = heads.map(({ size }) => size).toSorted((one, other) => other - one);
    const holding = (least: number): ReadonlySet<string> =>
      new Set(heads.filter(({ size }) => size >= least).map(({ name }) => name));
    return sizes.find((size) => quorumMet(this.#policy, holding(size))) ?? 0;
  }

  /** The checkpoints of the sizes that anybody claims to hold. */
  async #notes(
    fs: LedgerFileSystem,
    dir: string,
    historyEnd: number,
  ): Promise<ReadonlyMap<number, readonly string[]>> {
    const wanted = new Set([...this.#claims.values()].flat().map(({ size }) => size));
    const found = new Map<number, readonly string[]>();
    const [log] = this.#policy.logs;
    if (wanted.size === 0 || log === undefined) return found;
    await withFile(fs, join(dir, HISTORY_NAME), "read", async (file) => {
      const reader = file === null ? null : new NoteReader(file, historyEnd);
      for (let note = await reader?.next(); note instanceof Buffer; note = await reader?.next()) {
        const size = rereadCheckpoint(note, { origin: log.name })?.size ?? -1;
        if (wanted.has(size)) found.set(size, [...(found.get(size) ?? []), note.toString("utf8")]);
      }
    });
    return found;
  }
}

/** When the witness cosigned one of `notes` with `line`; null: it did not. */
function cosignedAt(notes: readonly string[], line: string, key: NoteKey): number | null {
  for (const note of notes) {
    const signed = parseSignedNote(Buffer.from(`${note}${line}\n`, "utf8"));
    const found = signed === null ? null : signedBy(signed, key);
    if (found?.state === "signed") return found.time;
  }
  return null;
}

function witnessesOf({ rules }: LedgerPolicy): readonly { readonly name: string; readonly key: NoteKey }[] {
  return [...rules].flatMap(([name, rule]) => (rule.kind === "witness" ? [{ name, key: rule.key }] : []));
}

function base64({ key }: NoteKey): string {
  return Buffer.from(key.raw).toString("base64");
}
