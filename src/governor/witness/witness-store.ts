// What a witness holds: its key, and the last checkpoint it cosigned of each log, in a folder of its own. Not the protocol
// (ledger/add-checkpoint.ts), nor its HTTP (serve-witness.ts).
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { HeldHead } from "../../ledger/add-checkpoint.ts";
import { type NoteVerifier, rereadCheckpoint } from "../../ledger/checkpoint.ts";
import { KeyChain } from "../../ledger/key-chain.ts";
import { importPublicKey } from "../../ledger/ledger-key.ts";
import { splitNotes } from "../../ledger/note-reader.ts";
import { cosignedMessage, formatVkey, type NoteKey, signatureLine } from "../../ledger/signed-note.ts";
import { shellQuote } from "../../stdx/shell-quote.ts";
import { WritError } from "../../stdx/writ-error.ts";

const KEY_NAME = "witness.key";

export class WitnessStore {
  readonly #folder: string;
  readonly #key: NoteKey;
  readonly #sign: (bytes: Uint8Array) => Uint8Array;

  private constructor(folder: string, key: NoteKey, signer: (bytes: Uint8Array) => Uint8Array) {
    this.#folder = folder;
    this.#key = key;
    this.#sign = signer;
  }

  /** The store in `folder`; a first one makes its key. Throws WRIT_KEY_UNUSABLE, and the system's errors. */
  static open(folder: string, name: string): WitnessStore {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const file = join(folder, KEY_NAME);
    const pem = readIfThere(file) ?? makeKey(file);
    const mode = statSync(file).mode & 0o777;
    if ((mode & 0o077) !== 0) throw unusable(file, `has mode ${mode.toString(8)}: limit is 600`);
    try {
      const secret = createPrivateKey(pem);
      const key = importPublicKey(createPublicKey(secret));
      return new WitnessStore(folder, { name, algorithm: "cosignature", key }, (bytes) =>
        sign(null, bytes, secret),
      );
    } catch (cause) {
      throw unusable(file, "is not an Ed25519 key", cause);
    }
  }

  /** `name+id+key`, C2SP signed-note. */
  get vkey(): string {
    return formatVkey(this.#key);
  }

  /** 32 bytes in base64, as a spec names it. */
  get publicKey(): string {
    return Buffer.from(this.#key.key.raw).toString("base64");
  }

  /** Who signs for `log` now: its key, or the one that it handed over to in what was cosigned. */
  signerOf(log: NoteVerifier): NoteVerifier {
    return this.#chain(log).current;
  }

  /** The head of `log` that was cosigned last. Throws WRIT_LEDGER_CORRUPT for a file that is not as `keep` wrote it. */
  held(log: NoteVerifier): HeldHead {
    const file = this.#file(log.origin);
    const note = readIfThere(file);
    if (note === null) return null;
    // Under a key that somebody gave this witness after another one, the older head stands as it was kept.
    const head = this.#chain(log).open(note) ?? rereadCheckpoint(note, log);
    if (head !== null) return head;
    throw new WritError(
      "WRIT_LEDGER_CORRUPT",
      `what the witness held in \`${file}\` is not a checkpoint of its log`,
      {
        hint: "put the file back from a backup; a witness that forgot what it held must get a new key",
      },
    );
  }

  /** Durable when it returns. `note` is a checkpoint with the log's signature alone. */
  keep(origin: string, note: string): void {
    // First, so that no crash leaves a head whose successor nobody here would believe.
    if (rereadCheckpoint(Buffer.from(note, "utf8"), { origin })?.handover !== undefined) {
      const before = readIfThere(this.#rotations(origin)) ?? Buffer.alloc(0);
      this.#replace(this.#rotations(origin), `${before.toString("utf8")}${note}`);
    }
    this.#replace(this.#file(origin), note);
  }

  #replace(file: string, note: string): void {
    writeFileSync(`${file}.new`, note, { mode: 0o600, flush: true });
    renameSync(`${file}.new`, file);
    const folder = openSync(this.#folder, "r");
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  }

  /** The cosignature line of a checkpoint's `text` at `seconds` since 1970, with its line feed. */
  cosign(text: string, seconds: number): string {
    const time = Buffer.alloc(8);
    time.writeBigUInt64BE(BigInt(seconds));
    return `${signatureLine(this.#key, Buffer.concat([time, this.#sign(cosignedMessage(text, seconds))]))}\n`;
  }

  #chain(log: NoteVerifier): KeyChain {
    return KeyChain.along(log, splitNotes(readIfThere(this.#rotations(log.origin)) ?? Buffer.alloc(0)));
  }

  #file(origin: string): string {
    return join(this.#folder, `${createHash("sha256").update(origin).digest("hex")}.checkpoint`);
  }

  /** The checkpoints by which the log's keys handed over, one behind the other. */
  #rotations(origin: string): string {
    return join(this.#folder, `${createHash("sha256").update(origin).digest("hex")}.rotations`);
  }
}

function makeKey(file: string): Buffer {
  const { privateKey } = generateKeyPairSync("ed25519");
  const pem = privateKey.export({ type: "pkcs8", format: "pem" });
  writeFileSync(file, pem, { mode: 0o600, flag: "wx", flush: true });
  return Buffer.from(pem);
}

function readIfThere(file: string): Buffer | null {
  try {
    return readFileSync(file);
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return null;
    throw cause;
  }
}

function unusable(path: string, what: string, cause?: unknown): WritError {
  const hint = what.startsWith("has mode")
    ? `chmod 600 ${shellQuote(path)}`
    : "put the key back from a backup";
  return new WritError("WRIT_KEY_UNUSABLE", `key \`${path}\` ${what}`, { hint, cause });
}
