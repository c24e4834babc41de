// Verifies a log from its static tiles alone, wherever they are read from: every entry, every tile, the root and its signature.
// Of a ledger's own folder that is verify-ledger.ts.
import { type Checkpoint, logKey, parseCheckpointText, rereadCheckpoint } from "./checkpoint.ts";
import { ROTATIONS_NAME } from "./export-ledger.ts";
import { KeyChain } from "./key-chain.ts";
import { type Judged, judgeNote, type LedgerPolicy } from "./ledger-policy.ts";
import { leafHash, MerkleTree } from "./merkle-tree.ts";
import { splitNotes } from "./note-reader.ts";
import { decodeRecord, type RecordCore } from "./record-codec.ts";
import { formatVkey, parseSignedNote } from "./signed-note.ts";
import { HashTiles, parseBundle, parseHashTile, TILE_WIDTH, tilePath } from "./tiles.ts";

/** Gives the file of a path, or null when there is none. */
export type ReadTile = (path: string) => Promise<Uint8Array | null>;

export interface VerifyTilesOptions {
  readonly read: ReadTile;
  readonly policy: LedgerPolicy;
  /** Told each record that a bundle holds. */
  readonly visit?: (record: RecordCore) => void;
  readonly progress?: (read: number, size: number) => void;
}

export interface TilesReport {
  /** False exactly when `problem` is not null. */
  readonly ok: boolean;
  readonly origin: string | null;
  /** Records that were checked, up to the problem if there is one. */
  readonly records: number;
  /** RFC 6962 root over them, lower-case hexadecimal. */
  readonly root: string;
  readonly witnesses: Judged["witnesses"];
  readonly witnessed: boolean;
  /** Records of which only the leaf hash is there. */
  readonly hashes_only: number;
  /** The first thing that does not hold: which file, and why. */
  readonly problem: { readonly file: string; readonly detail: string } | null;
}

/** Reads every tile once, in memory that does not grow with the log. Throws only what `read` throws. */
export async function verifyTiles(options: VerifyTilesOptions): Promise<TilesReport> {
  return await new TilesPass(options).run();
}

class TilesPass {
  readonly #options: VerifyTilesOptions;
  /** Roots over which a believed key handed over to the one that signed, by size; those that the records lead to go. */
  readonly #handed = new Map<number, Uint8Array>();
  readonly #tree = new MerkleTree();
  readonly #expected: { readonly path: string; readonly bytes: Uint8Array }[] = [];
  readonly #tiles = new HashTiles((tile) => this.#expected.push(tile));
  #hashesOnly = 0;
  #judged: Judged | null = null;

  constructor(options: VerifyTilesOptions) {
    this.#options = options;
  }

  async run(): Promise<TilesReport> {
    const checkpoint = await this.#checkpoint();
    if (typeof checkpoint === "string") return this.#report("checkpoint", checkpoint);
    for (let at = 0; at < checkpoint.size; at += TILE_WIDTH) {
      const width = Math.min(TILE_WIDTH, checkpoint.size - at);
      const problem = (await this.#bundle(at / TILE_WIDTH, width)) ?? (await this.#compare());
      if (problem !== null) return this.#report(problem.file, problem.detail);
      this.#options.progress?.(this.#tree.size, checkpoint.size);
    }
    this.#tiles.end();
    const problem = await this.#compare();
    if (problem !== null) return this.#report(problem.file, problem.detail);
    if (!Buffer.from(this.#tree.root()).equals(checkpoint.root)) {
      return this.#report("checkpoint", "the records are not the ones that it is signed over");
    }
    if (this.#handed.size > 0) return this.#report(ROTATIONS_NAME, "a key handed over another history");
    return this.#report(null, "");
  }

  async #checkpoint(): Promise<Checkpoint | string> {
    const bytes = await this.#options.read("checkpoint");
    if (bytes === null) return "there is none";
    const note = parseSignedNote(bytes);
    if (note === null) return "it is no signed note";
    const judged = judgeNote(note, await this.#followed());
    if (judged.log === null) return "it is not signed by a log of the policy";
    this.#judged = judged;
    if (!judged.accepted)
      return `it has ${judged.witnesses.length} known witnesses, which are not enough for the policy`;
    return parseCheckpointText(note.text, judged.log.name) ?? "what the log signed is no checkpoint of it";
  }

  /** The policy, and for each of its logs the key that it handed over to, as the export shows. */
  async #followed(): Promise<LedgerPolicy> {
    const { policy, read } = this.#options;
    const bytes = await read(ROTATIONS_NAME);
    if (bytes === null) return policy;
    const notes = splitNotes(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    const logs = new Map(policy.logs.map((log) => [formatVkey(log), log]));
    for (const log of policy.logs) {
      const signer = logKey(KeyChain.along({ origin: log.name, key: log.key }, notes).current);
      if (logs.has(formatVkey(signer))) continue;
      logs.set(formatVkey(signer), signer);
      for (const note of notes) {
        const head = rereadCheckpoint(note, { origin: log.name });
        if (head !== null) this.#handed.set(head.size, head.root);
      }
    }
    return { ...policy, logs: [...logs.values()] };
  }

  async #bundle(index: number, width: number): Promise<TilesReport["problem"]> {
    const path = tilePath("entries", index, width);
    const bytes = await this.#options.read(path);
    if (bytes === null) return await this.#hashTile(index, width);
    const entries = parseBundle(bytes, width);
    if (entries === null) return { file: path, detail: `it does not hold ${width} entries` };
    for (const entry of entries) {
      const record = decodeRecord(entry);
      if (record === null || record.sequence !== this.#tree.size) {
        return { file: path, detail: `no record ${this.#tree.size} stands where it belongs` };
      }
      this.#take(leafHash(entry));
      this.#options.visit?.(record);
    }
    return null;
  }

  /** Where a bundle could not be made, the hashes alone still lead to the root. */
  async #hashTile(index: number, width: number): Promise<TilesReport["problem"]> {
    const path = tilePath(0, index, width);
    const bytes = await this.#options.read(path);
    const hashes = bytes === null ? null : parseHashTile(bytes, width);
    if (hashes === null)
      return { file: path, detail: bytes === null ? "there is none" : `it does not hold ${width} hashes` };
    for (const hash of hashes) this.#take(hash);
    this.#hashesOnly += width;
    return null;
  }

  #take(leaf: Uint8Array): void {
    this.#tree.append(leaf);
    this.#tiles.add(leaf);
    const handed = this.#handed.get(this.#tree.size);
    if (handed !== undefined && Buffer.from(handed).equals(this.#tree.root()))
      this.#handed.delete(this.#tree.size);
  }

  async #compare(): Promise<TilesReport["problem"]> {
    for (const { path, bytes } of this.#expected.splice(0)) {
      const found = await this.#options.read(path);
      if (found === null) return { file: path, detail: "there is none" };
      if (!Buffer.from(bytes).equals(found))
        return { file: path, detail: "its hashes are not those of the entries" };
    }
    return null;
  }

  #report(file: string | null, detail: string): TilesReport {
    return {
      ok: file === null,
      origin: this.#judged?.log?.name ?? null,
      records: this.#tree.size,
      root: Buffer.from(this.#tree.root()).toString("hex"),
      witnesses: this.#judged?.witnesses ?? [],
      witnessed: this.#judged?.witnessed ?? false,
      hashes_only: this.#hashesOnly,
      problem: file === null ? null : { file, detail },
    };
  }
}
