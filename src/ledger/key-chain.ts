// The keys that sign a log one after the other, as the notes of its history hand over. That each change stands in the records
// too is scan-state.ts.
import { assert } from "../stdx/assert.ts";
import { WritError } from "../stdx/writ-error.ts";
import {
  type Checkpoint,
  type Handover,
  type NoteVerifier,
  namesKey,
  openCheckpoint,
  rereadCheckpoint,
} from "./checkpoint.ts";
import { importRawPublicKey, type VerifyKey } from "./ledger-key.ts";

/** Is given every note of a history in order, from the first. */
export class KeyChain {
  readonly #origin: string;
  readonly #keys: VerifyKey[];
  /** The last key signed a note. */
  #lastSigned = false;

  private constructor(origin: string, first: VerifyKey) {
    this.#origin = origin;
    this.#keys = [first];
  }

  /** The chain of a log that is believed by one key alone. */
  static of({ origin, key }: NoteVerifier): KeyChain {
    return new KeyChain(origin, key);
  }

  /**
   * The chain that `handovers`, which nothing verified yet, say `believed` is part of; without one that names it, a chain that
   * begins with it.
   */
  static around(believed: NoteVerifier, handovers: readonly Handover[]): KeyChain {
    const [begin] = handovers;
    const named = handovers.some(({ from, to }) => [from, to].some((raw) => sameKey(raw, believed.key.raw)));
    const first = named && begin !== undefined ? usable(begin.from) : null;
    return new KeyChain(believed.origin, first ?? believed.key);
  }

  /** The chain that `verifier` is part of by these `notes` of handing over, as far as they are signed one after the other. */
  static along(verifier: NoteVerifier, notes: readonly Uint8Array[]): KeyChain {
    const handovers = notes.flatMap((note) => rereadCheckpoint(note, verifier)?.handover ?? []);
    const chain = KeyChain.around(verifier, handovers);
    for (const note of notes) chain.take(note);
    return chain;
  }

  /** First to last. */
  get keys(): readonly VerifyKey[] {
    return this.#keys;
  }

  /** Who signs now. */
  get current(): NoteVerifier {
    const key = this.#keys.at(-1);
    assert(key !== undefined, "a chain has its first key");
    return { origin: this.#origin, key };
  }

  /** The next note, if the key whose turn it is signed it; otherwise null, and nothing moved. */
  take(note: Uint8Array): Checkpoint | null {
    const head = openCheckpoint(note, this.current);
    if (head === null) return null;
    this.#lastSigned = true;
    if (head.handover === undefined) return head;
    const next = usable(head.handover.to);
    if (next === null || !sameKey(head.handover.from, this.current.key.raw)) return null;
    this.#keys.push(next);
    this.#lastSigned = false;
    return head;
  }

  /** What `note` says, if any key of the chain signed it. */
  open(note: Uint8Array): Checkpoint | null {
    const signer = this.signerOf(note);
    return signer === null ? null : openCheckpoint(note, signer);
  }

  /** Whose key of the chain `note` names, the newest first; null: none of them. Nothing is verified. */
  signerOf(note: Uint8Array): NoteVerifier | null {
    const verifiers = this.#keys.map((key) => ({ origin: this.#origin, key }));
    return verifiers.findLast((verifier) => namesKey(note, verifier)) ?? null;
  }

  /**
   * Whether what the chain signed may be believed by whoever believes `key`: it is one of the chain, and where it is the last
   * it signed something. To be named by an older key proves nothing: that one may be stolen.
   */
  holds(key: VerifyKey): boolean {
    const at = this.#keys.findIndex(({ raw }) => sameKey(raw, key.raw));
    return at >= 0 && (at === 0 || at < this.#keys.length - 1 || this.#lastSigned);
  }
}

export function sameKey(one: Uint8Array, two: Uint8Array): boolean {
  return Buffer.from(one.buffer, one.byteOffset, one.byteLength).equals(two);
}

function usable(raw: Uint8Array): VerifyKey | null {
  try {
    return importRawPublicKey(raw);
  } catch (error) {
    if (error instanceof WritError) return null;
    throw error;
  }
}
