// Opens a ledger for its one writer: lock, one full pass, recovery from a crash, then a checkpoint that says so.
import type { KeyObject } from "node:crypto";
import { dirname, join } from "node:path";
import { BrokenInvariant } from "../stdx/assert.ts";
import type { BootClock, RandomBytes } from "../stdx/ports.ts";
import { WritError } from "../stdx/writ-error.ts";
import { type Checkpoint, checkOrigin, openCheckpoint, type Sign, signCheckpoint } from "./checkpoint.ts";
import { readHeads } from "./checkpoint-history.ts";
import { cutTail, unrecordedCuts } from "./cut-tail.ts";
import { PayloadPresence } from "./erase-ledger.ts";
import type { LedgerFileSystem, LedgerLock } from "./file-system.ts";
import { Journal, SEGMENT_BYTES_MAX } from "./journal.ts";
import { JournalLedger } from "./journal-ledger.ts";
import { sameKey } from "./key-chain.ts";
import { LOCK_NAME } from "./layout.ts";
import type { Ledger, LedgerSigner } from "./ledger.ts";
import { importPublicKey } from "./ledger-key.ts";
import { nodeFileSystem } from "./node-file-system.ts";
import { corruptError, isDiskFull, unwritableError } from "./problem.ts";
import type { RecordCore } from "./record-codec.ts";
import { RecordAnchors } from "./record-reader.ts";
import { rewriteUnsealed } from "./rewrite-unsealed.ts";
import { scanLedger } from "./scan-ledger.ts";
import type { RememberedHead, Scan } from "./scan-state.ts";

export interface LedgerOptions {
  /** The ledger's own folder. */
  readonly dir: string;
  /** Name of this log and its key: visible ASCII without `+`, at most 200 characters. */
  readonly origin: string;
  readonly key: LedgerKey;
  /** The key that was to take its place when a rotation was interrupted: the opening finishes what it finds begun. */
  readonly nextKey?: LedgerKey;
  readonly time: BootClock;
  readonly wall: () => Date;
  readonly random: RandomBytes;
  /** False: a folder without a ledger is an error, because the ledger that should be there is gone. */
  readonly create: boolean;
  /** A head seen earlier; a ledger that does not continue it is an error. */
  readonly rememberedHead?: RememberedHead;
  /** Called for each record that was verified, with how many are sealed. */
  readonly progress?: (read: number, sealed: number) => void;
  /** For tests: another disk, smaller segments. */
  readonly fs?: LedgerFileSystem;
  readonly segmentBytesMax?: number;
}

export interface LedgerKey {
  readonly sign: Sign;
  readonly publicKey: KeyObject;
}

/**
 * The ledger in `dir`, verified from its first record. What a crash left unfinished above the last checkpoint is kept
 * aside, cut and recorded (`tail_cut`). Throws WRIT_LEDGER_CORRUPT, with nothing changed, for anything else that does
 * not hold; WRIT_LEDGER_UNWRITABLE when the folder cannot be used or another process has it; WRIT_KEY_UNUSABLE and
 * WRIT_USAGE for a key or origin that cannot sign.
 */
export async function openLedger(options: LedgerOptions): Promise<Ledger> {
  checkOrigin(options.origin);
  const signer = signerOf(options.origin, options.key);
  const next = options.nextKey === undefined ? null : signerOf(options.origin, options.nextKey);
  const fs = options.fs ?? nodeFileSystem;
  return await operating(options.dir, fs, async () => {
    if (options.create) await makeFolder(fs, options.dir);
    else if ((await fs.list(options.dir)) === null) throw noLedger(options.dir);
    const lock = await takeLock(fs, options.dir);
    try {
      return await openLocked({ ...options, fs }, { signer, next }, lock);
    } catch (cause) {
      lock.release();
      throw cause;
    }
  });
}

/** Durable in its parent, so that a crash cannot lose the folder with the records in it. */
async function makeFolder(fs: LedgerFileSystem, dir: string): Promise<void> {
  await fs.makeDirectory(dir);
  await fs.syncDirectory(dirname(dir));
}

type Opening = LedgerOptions & { readonly fs: LedgerFileSystem };

interface Signers {
  readonly signer: LedgerSigner;
  readonly next: LedgerSigner | null;
}

async function openLocked(options: Opening, signers: Signers, lock: LedgerLock): Promise<Ledger> {
  const { fs, dir } = options;
  const { verifier } = signers.signer;
  const anchors = new RecordAnchors();
  const cuts = new Set<string>();
  const presence = new PayloadPresence();
  const { progress } = options;
  const sealed = progress === undefined ? 0 : (await readHeads(fs, dir, verifier)).sealed;
  const scan = await scanLedger({
    fs,
    dir,
    verifier,
    rememberedHead: options.rememberedHead ?? null,
    visit: (record, place, payload) => {
      progress?.(record.sequence + 1, sealed);
      anchors.note(record.sequence, place);
      presence.note(record.sequence, payload);
      if (record.kind === "erased") presence.noteErased(record.core);
      if (record.kind === "tail_cut") cuts.add(cutFile(record));
    },
  });
  if (scan.problem !== null) throw corruptError(dir, scan.problem);
  if (scan.fresh && !options.create) throw noLedger(dir);
  const { signer, after } = signersNow(scan, signers);
  // A rename that a killed process did not sync is seen here and can still be lost: nothing may build on it before.
  await fs.syncDirectory(dir);
  await cutTail(fs, dir, scan.tail, scan.tree.size);
  await rewriteUnsealed(fs, dir, scan);
  const note = signedHead(scan, signer);
  const journal = await openJournal(options, scan);
  try {
    await writeReopening(journal, scan, note);
    const { tree, lastTime } = scan;
    const { time, wall, random } = options;
    const parts = {
      fs,
      dir,
      journal,
      lock,
      tree,
      anchors,
      ...after,
      time,
      wall,
      random,
      lastTime,
    };
    const ledger = new JournalLedger(parts);
    if (signer !== after) await ledger.checkpoint();
    for (const core of await unrecordedCuts(fs, dir, cuts)) await ledger.append({ kind: "tail_cut", core });
    await ledger.finishErasing(presence.pending);
    return ledger;
  } catch (cause) {
    await journal.close().catch(() => null);
    throw cause;
  }
}

const NOTHING = new Uint8Array(0);

/**
 * Puts the reopening checkpoint into both files, in the order that leaves every crash between them explicable: behind an
 * orderly close the history may hold nothing until `checkpoint` no longer says closed; otherwise `checkpoint` is never
 * ahead of the history.
 */
async function writeReopening(journal: Journal, scan: Scan, note: Uint8Array): Promise<void> {
  const latestFirst = scan.heads.latest === null || scan.heads.latest.closing;
  if (latestFirst) await journal.replaceLatest(note);
  await journal.flush({ records: NOTHING, payloads: NOTHING, note });
  if (!latestFirst) await journal.replaceLatest(note);
}

async function openJournal(options: Opening, scan: Scan): Promise<Journal> {
  const { end, heads, fresh } = scan;
  const where = {
    fs: options.fs,
    dir: options.dir,
    segmentBytesMax: options.segmentBytesMax ?? SEGMENT_BYTES_MAX,
  };
  const historyEnd = heads.historyEnd;
  if (fresh) return await Journal.open(where, { segment: 1, place: null, historyEnd });
  // Payloads erased with their file: a new pair, so that no file holds payloads of some of its records only by chance.
  if (!end.payloadFile)
    return await Journal.open(where, { segment: end.segment + 1, place: null, historyEnd });
  return await Journal.open(where, { segment: end.segment, place: end, historyEnd });
}

function signerOf(origin: string, { sign, publicKey }: LedgerKey): LedgerSigner {
  return { verifier: { origin, key: importPublicKey(publicKey) }, sign };
}

/** Who signs the reopening checkpoint, and who signs after it: another one where that hands over. */
function signersNow(
  { heads, rotation }: Scan,
  { signer, next }: Signers,
): { readonly signer: LedgerSigner; readonly after: LedgerSigner } {
  const has = (one: LedgerSigner | null, raw: Uint8Array): one is LedgerSigner =>
    one !== null && sameKey(one.verifier.key.raw, raw);
  const current = [signer, next].find((one) => has(one, heads.keys.current.key.raw));
  if (current === undefined || current === null)
    throw lackingKey("the ledger was handed over to another key than this home has");
  if (rotation === null) return { signer: current, after: current };
  if (has(next, rotation.to)) return { signer: current, after: next };
  throw lackingKey("the ledger's key was being replaced, and the new one is not there");
}

function lackingKey(what: string): WritError {
  return new WritError("WRIT_KEY_UNUSABLE", what, {
    hint: "put the home's `keys` folder back from a backup made after the key was replaced",
  });
}

/** The reopening checkpoint, checked against the public key before anything relies on it. */
function signedHead(scan: Scan, { verifier, sign }: LedgerSigner): Uint8Array {
  const { rotation } = scan;
  const size = scan.tree.size;
  const plain: Checkpoint = { size, root: scan.tree.root(), closing: false };
  const head = rotation === null ? plain : { ...plain, handover: rotation };
  const note = Buffer.from(signCheckpoint(head, verifier, sign), "utf8");
  if (openCheckpoint(note, verifier) !== null) return note;
  throw new WritError("WRIT_KEY_UNUSABLE", "the ledger's signing key does not match its public key", {
    hint: "give the key pair that this home was made with",
  });
}

function cutFile(record: RecordCore): string {
  const file = record.core["file"];
  return typeof file === "string" ? file : "";
}

async function takeLock(fs: LedgerFileSystem, dir: string): Promise<LedgerLock> {
  const lock = await fs.lock(join(dir, LOCK_NAME));
  if (lock !== null) return lock;
  const hint = "use the governor that has it, or end that process";
  throw unwritableError(dir, "another process has the ledger", { cause: null, freeBytes: null, hint });
}

function noLedger(dir: string): WritError {
  return corruptError(dir, {
    kind: "missing",
    file: "checkpoint",
    offset: 0,
    sequence: 0,
    detail: "no ledger is there, and one was expected",
  });
}

/** The system's errors come out as WRIT_LEDGER_UNWRITABLE. */
async function operating<T>(dir: string, fs: LedgerFileSystem, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    if (cause instanceof WritError || cause instanceof BrokenInvariant) throw cause;
    const freeBytes = isDiskFull(cause) ? await fs.freeBytes(dir).catch(() => null) : null;
    const hint = `make ${dir} readable and writable for this user, with free space`;
    throw unwritableError(dir, "the ledger cannot be opened", { cause, freeBytes, hint });
  }
}
