// Verifies a ledger from its files and the public key alone, anywhere, offline. Says what that proves and what not.
import type { KeyObject } from "node:crypto";
import { checkOrigin } from "./checkpoint.ts";
import { readHeads } from "./checkpoint-history.ts";
import { CosignedHeads, type WitnessedHead } from "./cosigned-heads.ts";
import type { LedgerFileSystem } from "./file-system.ts";
import { importPublicKey } from "./ledger-key.ts";
import type { LedgerPolicy } from "./ledger-policy.ts";
import { nodeFileSystem } from "./node-file-system.ts";
import type { LedgerProblem } from "./problem.ts";
import type { RecordCore } from "./record-codec.ts";
import { scanLedger } from "./scan-ledger.ts";
import type { RememberedHead, Scan } from "./scan-state.ts";

export interface VerifyOptions {
  readonly dir: string;
  readonly origin: string;
  readonly publicKey: KeyObject;
  /** A head that the reader saw or was told earlier: the only thing here that detects a rollback. */
  readonly rememberedHead?: RememberedHead;
  /** Whose cosignatures count, of those that the ledger keeps. Its logs are not asked: `publicKey` is believed. */
  readonly policy?: LedgerPolicy;
  /** Told each complete record, in order. */
  readonly visit?: (record: RecordCore) => void;
  /** Told how many records were read, and how many there are by the last checkpoint; called for each. */
  readonly progress?: (read: number, sealed: number) => void;
  /** For tests: another disk. */
  readonly fs?: LedgerFileSystem;
}

/** What a reader may conclude. */
export interface VerifyReport {
  readonly schema: "writ.ledger-verify/1";
  /** False exactly when `problem` is not null. */
  readonly ok: boolean;
  /** One line: `clean`, with `, tail cut`, `, torn tail` and `, payloads erased: N` where they are, or the problem. */
  readonly summary: string;
  /** Complete records, up to the problem if there is one. */
  readonly records: number;
  /** RFC 6962 root over `records`, lower-case hexadecimal. */
  readonly root: string;
  /** Size of the last signed checkpoint, and how many there are. */
  readonly checkpoint_size: number;
  readonly checkpoints: number;
  /** The last thing that happened was an orderly close. */
  readonly closed: boolean;
  /** The key that signs now, 32 bytes in base64: the one that was believed, or one that it handed over to. */
  readonly key: string;
  /** The records by which one key handed over to the next. */
  readonly rotations: readonly number[];
  /** Records behind the last checkpoint: whole, but nothing signed covers them. */
  readonly unsealed: number;
  /** Records behind the last head that enough witnesses of the policy hold: all of them, without a witness. */
  readonly unwitnessed: number;
  /** The largest head that each witness of the policy provably holds. */
  readonly witnesses: readonly WitnessedHead[];
  /** `witnessed`: what is not in `unwitnessed` is also held by others. */
  readonly proof_class: "self-signed" | "witnessed";
  readonly cannot_prove: string;
  /** Payloads that are no longer there; their records stand. */
  readonly erased: number;
  /** Payloads that `erased` records say were erased: fewer than `erased` means that some went without a record. */
  readonly erased_recorded: number;
  readonly tail: {
    /** `torn`: an unfinished write that the next opening will cut. `cut`: earlier ones were cut and recorded. */
    readonly state: "clean" | "cut" | "torn";
    /** `tail_cut` records. */
    readonly cuts: number;
    /** Bytes of the unfinished write. */
    readonly bytes: number;
  };
  readonly problem: LedgerProblem | null;
}

const CANNOT_PROVE_BEHIND =
  "whoever holds the node's key can rewrite what no witness or remembered head covers, and an old copy looks whole";
const CANNOT_PROVE =
  "the node signs its own log: whoever holds its key can rewrite everything that no witness or remembered head covers, and an old copy looks whole";

/**
 * Reads every record once, in bounded memory. Never throws for what is in the files; rejects when a file cannot be
 * read, with WRIT_KEY_UNUSABLE for a key that proves nothing and WRIT_USAGE for an impossible origin.
 *
 * @example const report = await verifyLedger({ dir, origin: "node-1", publicKey }); report.ok;
 */
export async function verifyLedger(options: VerifyOptions): Promise<VerifyReport> {
  checkOrigin(options.origin);
  const key = importPublicKey(options.publicKey);
  const { dir, visit, progress, fs = nodeFileSystem } = options;
  const verifier = { origin: options.origin, key };
  const sealed = progress === undefined ? 0 : (await readHeads(fs, dir, verifier)).sealed;
  const seen = { cuts: 0, erased: 0 };
  const cosigned = new CosignedHeads(options.policy ?? NO_POLICY);
  const scan = await scanLedger({
    fs,
    dir,
    verifier,
    rememberedHead: options.rememberedHead ?? null,
    visit: (record) => {
      visit?.(record);
      cosigned.note(record);
      progress?.(record.sequence + 1, sealed);
      if (record.kind === "tail_cut") seen.cuts += 1;
      if (record.kind === "erased") seen.erased += erasedBy(record);
    },
  });
  const witnesses = scan.problem === null ? await cosigned.heads(fs, dir, scan.heads.historyEnd) : [];
  return report(scan, { ...seen, witnesses, witnessed: cosigned.witnessed(witnesses) });
}

const NO_POLICY: LedgerPolicy = { logs: [], rules: new Map(), quorum: null };

/** What the records say of the ledger itself. */
interface Seen {
  cuts: number;
  erased: number;
  readonly witnesses: readonly WitnessedHead[];
  /** Records that enough of them hold. */
  readonly witnessed: number;
}

function erasedBy({ core }: RecordCore): number {
  const { payloads } = core;
  return typeof payloads === "number" ? payloads : 0;
}

function report(scan: Scan, { cuts, erased, witnesses, witnessed }: Seen): VerifyReport {
  const { tree, heads } = scan;
  const problem = scan.problem ?? (scan.fresh ? noLedger() : null);
  const bytes = scan.tail.reduce((sum, part) => sum + part.to - part.from, 0);
  const tail = { state: tailState(bytes, cuts), cuts, bytes } as const;
  return {
    schema: "writ.ledger-verify/1",
    ok: problem === null,
    summary:
      problem === null ? summary(tail.state, scan.erased, erased) : `${problem.kind}: ${problem.detail}`,
    records: tree.size,
    root: Buffer.from(tree.root()).toString("hex"),
    checkpoint_size: heads.sealed,
    checkpoints: heads.notes,
    closed: heads.latest?.closing === true,
    key: Buffer.from(heads.keys.current.key.raw).toString("base64"),
    rotations: heads.handovers.map(({ size }) => size - 1),
    unsealed: Math.max(tree.size - heads.sealed, 0),
    unwitnessed: tree.size - witnessed,
    witnesses,
    proof_class: witnessed > 0 ? "witnessed" : "self-signed",
    cannot_prove: witnessed > 0 ? CANNOT_PROVE_BEHIND : CANNOT_PROVE,
    erased: scan.erased,
    erased_recorded: erased,
    tail,
    problem,
  };
}

const TAIL_TEXT = { clean: "", cut: ", tail cut", torn: ", torn tail" } as const;

function summary(tail: keyof typeof TAIL_TEXT, erased: number, recorded: number): string {
  const unrecorded = recorded < erased ? ` (${recorded} recorded)` : "";
  return `clean${TAIL_TEXT[tail]}${erased === 0 ? "" : `, payloads erased: ${erased}${unrecorded}`}`;
}

function tailState(bytes: number, cuts: number): "clean" | "cut" | "torn" {
  if (bytes > 0) return "torn";
  return cuts > 0 ? "cut" : "clean";
}

function noLedger(): LedgerProblem {
  return { kind: "missing", file: "checkpoint", offset: 0, sequence: 0, detail: "no ledger is there" };
}
