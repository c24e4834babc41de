// A disk in memory behind the ledger's storage port: what was not synced may be dropped, reordered or torn by sectors at
// a crash, and any call can be made to fail. Deterministic for a seed.
import { basename, dirname } from "node:path";
import type { LedgerFile, LedgerFileSystem } from "../../src/ledger/file-system.ts";

/** The unit that a disk writes or loses as one; a tear inside it is also tried. */
const SECTOR_BYTES = 512;

export type Random = () => number;

/** mulberry32 (Tommy Ettinger, public domain): 32 bits of state, good enough to choose faults. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function below(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}

/** `current` and `durable` may be one buffer; it is copied before it is written to. */
class Inode {
  current: Buffer = Buffer.alloc(0);
  durable: Buffer = Buffer.alloc(0);

  write(bytes: Uint8Array, position: number): void {
    const end = position + bytes.length;
    if (this.current === this.durable || end > this.current.length) {
      const own = Buffer.alloc(Math.max(end, this.current.length));
      this.current.copy(own);
      this.current = own;
    }
    this.current.set(bytes, position);
  }

  sync(): void {
    this.durable = this.current;
  }

  /** The content as a buffer that nothing writes to any more. */
  frozen(): Buffer {
    return this.current === this.durable ? this.current : Buffer.from(this.current);
  }
}

interface NameChange {
  readonly folder: string;
  readonly apply: (names: Map<string, Inode>) => void;
}

export interface Fault {
  /** Which call, counted from 0 over every method of the port. */
  readonly call: number;
  readonly error: "EIO" | "ENOSPC";
}

/** Calls after which a crash leaves another disk than before them. */
const CHANGES = /^(create|rename|syncDirectory|write|sync) /;

export class SimulatedDisk implements LedgerFileSystem {
  readonly #random: Random;
  #current = new Map<string, Inode>();
  #durable = new Map<string, Inode>();
  #changes: NameChange[] = [];
  #locked = new Set<string>();
  #crashed = false;
  #folders = new Set<string>();
  calls = 0;
  openFiles = 0;
  fault: Fault | null = null;
  /** So many more changing calls, and the machine stops in the middle of the next. */
  crashAfter: number | null = null;
  #failing: string | null = null;
  /** What each call was, for messages and for choosing faults. */
  readonly log: string[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  /** The next call that reads `what` in `log` fails with EIO. */
  failNext(what: string): void {
    this.#failing = what;
  }

  /** The disk as the next boot finds it. */
  afterCrash(): SimulatedDisk {
    const next = new SimulatedDisk(this.#random);
    next.#folders = this.#folders;
    const kept = below(this.#random, this.#changes.length + 1);
    const names = new Map(this.#durable);
    for (const change of this.#changes.slice(0, kept)) change.apply(names);
    for (const [name, inode] of names) {
      const survivor = new Inode();
      survivor.durable = this.#afterPowerLoss(inode);
      survivor.current = survivor.durable;
      next.#durable.set(name, survivor);
      next.#current.set(name, survivor);
    }
    return next;
  }

  /** The disk as it is when only the process was killed: everything written is seen, durable or not. */
  afterKill(): SimulatedDisk {
    const next = new SimulatedDisk(this.#random);
    next.#folders = this.#folders;
    next.#current = this.#current;
    next.#durable = this.#durable;
    next.#changes = this.#changes;
    return next;
  }

  copy(): SimulatedDisk {
    const next = new SimulatedDisk(this.#random);
    next.#folders = new Set(this.#folders);
    for (const [path, inode] of this.#current) next.put(path, inode.frozen());
    return next;
  }

  /** Takes `bytes` as the file's durable content; it must not be changed afterwards. */
  put(path: string, bytes: Buffer): void {
    const inode = new Inode();
    inode.current = bytes;
    inode.durable = bytes;
    this.#current.set(path, inode);
    this.#durable.set(path, inode);
    this.#folders.add(dirname(path));
  }

  remove(path: string): void {
    this.#current.delete(path);
    this.#durable.delete(path);
  }

  /** For reading only. */
  bytes(path: string): Buffer {
    return this.#current.get(path)?.current ?? Buffer.alloc(0);
  }

  paths(): readonly string[] {
    return [...this.#current.keys()].sort();
  }

  async makeDirectory(path: string): Promise<void> {
    await this.#call(`makeDirectory ${basename(path)}`);
    this.#folders.add(path);
  }

  async list(path: string): Promise<readonly string[] | null> {
    await this.#call(`list ${basename(path)}`);
    if (!this.#folders.has(path)) return null;
    return [...this.#current.keys()].filter((name) => dirname(name) === path).map((name) => basename(name));
  }

  /** It has no links. */
  movedTo(): Promise<null> {
    return Promise.resolve(null);
  }

  async openExisting(path: string): Promise<LedgerFile | null> {
    await this.#call(`open ${basename(path)}`);
    const inode = this.#current.get(path);
    return inode === undefined ? null : this.#handle(path, inode);
  }

  async openEmpty(path: string): Promise<LedgerFile> {
    await this.#call(`create ${basename(path)}`);
    const existing = this.#current.get(path);
    if (existing !== undefined) {
      existing.current = Buffer.alloc(0);
      return this.#handle(path, existing);
    }
    const inode = new Inode();
    this.#change(dirname(path), (names) => names.set(path, inode));
    return this.#handle(path, inode);
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#call(`rename ${basename(to)}`);
    this.#change(dirname(to), (names) => {
      const inode = names.get(from);
      if (inode !== undefined) names.set(to, inode);
      names.delete(from);
    });
  }

  async syncDirectory(path: string): Promise<void> {
    await this.#call(`syncDirectory ${basename(path)}`);
    for (const change of this.#changes) if (change.folder === path) change.apply(this.#durable);
    this.#changes = this.#changes.filter((change) => change.folder !== path);
  }

  async freeBytes(): Promise<number | null> {
    return await Promise.resolve(4096);
  }

  async lock(path: string): Promise<{ release(): void } | null> {
    await this.#call(`lock ${basename(path)}`);
    if (this.#locked.has(path)) return null;
    this.#locked.add(path);
    return { release: () => this.#locked.delete(path) };
  }

  get hasCrashed(): boolean {
    return this.#crashed;
  }

  get locks(): number {
    return this.#locked.size;
  }

  #change(folder: string, apply: NameChange["apply"]): void {
    apply(this.#current);
    this.#changes.push({ folder, apply });
  }

  #handle(path: string, inode: Inode): LedgerFile {
    const name = basename(path);
    this.openFiles += 1;
    return {
      read: async (into, position) => {
        await this.#call(`read ${name}`);
        return inode.current.copy(into, 0, position);
      },
      write: async (bytes, position) => {
        const length = await this.#call(`write ${name}`, bytes.length);
        inode.write(bytes.subarray(0, length), position);
        if (length < bytes.length) throw this.#error();
      },
      sync: async () => {
        await this.#call(`sync ${name}`);
        inode.sync();
      },
      size: async () => {
        await this.#call(`size ${name}`);
        return inode.current.length;
      },
      close: async () => {
        this.openFiles -= 1;
        await this.#call(`close ${name}`);
      },
    };
  }

  /** Counts the call and fails it if it is the one; a failing write may have written a part: how much is returned. */
  async #call(what: string, length = 0): Promise<number> {
    for (let turns = below(this.#random, 4); turns > 0; turns -= 1) await Promise.resolve();
    if (this.#crashed) throw this.#error();
    const call = this.calls;
    this.calls += 1;
    this.log.push(what);
    if (this.#failing === what) {
      this.#failing = null;
      throw this.#error();
    }
    if (this.crashAfter !== null && CHANGES.test(what)) {
      this.#crashed = this.crashAfter === 0;
      this.crashAfter -= 1;
    }
    if (!this.#crashed && this.fault?.call !== call) return length;
    if (length > 0) return below(this.#random, length);
    throw this.#error();
  }

  #error(): Error {
    const code = this.#crashed || this.fault === null ? "EIO" : this.fault.error;
    return Object.assign(new Error(`${code}: simulated`), { code });
  }

  /** Each unsynced sector is there, absent or torn, on its own; so is the length. */
  #afterPowerLoss(inode: Inode): Buffer {
    const { current, durable } = inode;
    const shorter = Math.min(current.length, durable.length);
    const longer = Math.max(current.length, durable.length);
    const result = Buffer.alloc(shorter + below(this.#random, longer - shorter + 1));
    durable.copy(result);
    for (let at = 0; at < result.length; at += SECTOR_BYTES) {
      const sector = current.subarray(at, at + SECTOR_BYTES);
      if (sector.equals(durable.subarray(at, at + SECTOR_BYTES))) continue;
      const fate = below(this.#random, 4);
      if (fate === 0) continue;
      const torn = fate === 1 ? below(this.#random, sector.length) : sector.length;
      sector.subarray(0, torn).copy(result, at);
    }
    return result;
  }
}
