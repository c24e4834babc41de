// What a home has enrolled, as its governor keeps to it: an index counts when its record is durable, and no other does. Not the
// making of an index (enrol-files.ts), which is the client's work.
import { existsSync, renameSync, statSync } from "node:fs";
import type { RecordInput } from "../ledger/record.ts";
import { WritError } from "../stdx/writ-error.ts";
import { indexHash, loadEnrolled, loadIndex, nextIndex } from "./enrolled-index.ts";
import type { Enrol, Enrolled, Removal } from "./governor.ts";
import type { HomePaths } from "./home.ts";
import type { KeptLedger } from "./keep-ledger.ts";
import type { NameHash } from "./name-hash.ts";
import { ensureProtectKey, secretBytes, unsafeProtection } from "./protect-key.ts";
import { asJson } from "./records.ts";
import { serial } from "./serial.ts";
import type { ProtectionPort } from "./values-port.ts";
import { syncFolder } from "./write-file.ts";

/** Who asks: whoever may reach the socket is this uid. */
export interface Enroller {
  readonly uid: number;
  /** The spec's principal of that uid, if any. */
  readonly principal: string | null;
}

interface Parts {
  readonly ledger: KeptLedger;
  readonly paths: HomePaths;
  readonly names: NameHash;
  /** The hash that the ledger's last enrolment names. */
  readonly recorded: string | null;
  readonly who: () => Enroller;
}

export class Enrolment {
  readonly #parts: Parts;
  readonly #one = serial();
  #recorded: string | null;
  #given: { readonly state: string; readonly given: ReturnType<ProtectionPort> } | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#recorded = parts.recorded;
    const { paths } = parts;
    if (parts.recorded === null && !existsSync(paths.protected_index)) ensureProtectKey(paths);
  }

  /**
   * Puts the index in force that the client laid beside the last one: recorded and durable, then the file. It must hold all that
   * was enrolled before. Throws WRIT_HOME_UNSAFE when it does not, WRIT_LEDGER_UNWRITABLE, and WRIT_HOME_UNWRITABLE, after which
   * the next use of the home puts the file in its place.
   */
  enrol(request: Enrol): Promise<Enrolled> {
    return this.#one(async () => {
      const { paths, ledger, who } = this.#parts;
      this.#complete();
      const before = loadEnrolled(paths, this.#recorded);
      const next = loadIndex(nextIndex(paths), before.key);
      if (next.hash !== request.index_hash || before.hash !== request.before)
        throw unsafeProtection(nextIndex(paths), "is not what was asked to be enrolled");
      for (const digest of before.enrolled.digests)
        if (!next.enrolled.digests.has(digest))
          throw unsafeProtection(nextIndex(paths), "lacks what is enrolled already");
      await ledger.checkRoom();
      const { sequence } = await ledger.append(this.#record(request, who()));
      this.#recorded = request.index_hash;
      this.#complete();
      return { sequence };
    });
  }

  /**
   * Refuses to remove what is called `names`, and records that: without it a request that holds it would pass, which is a
   * loosening, and this version has no amendments. Throws WRIT_USAGE when nothing is called so.
   */
  remove(names: readonly string[]): Promise<Removal> {
    return this.#one(async () => {
      const { paths, ledger, who, names: hash } = this.#parts;
      this.#complete();
      const { enrolled } = loadEnrolled(paths, this.#recorded);
      const looser = names.map((name) => {
        const entries = enrolled.entries.filter((entry) => entry.name === name);
        if (entries.length === 0) throw unknownName(name);
        const count = entries.reduce((sum, entry) => sum + entry.count, 0);
        return { name, as: entries[0]?.as ?? "values", count, since: entries[0]?.added ?? "" } as const;
      });
      await ledger.checkRoom();
      const core = {
        ...who(),
        looser: looser.map(({ name, as, count }) => ({ as, count, name_hash: hash("name", name) })),
      };
      const payload = { names: [...names] };
      const { sequence } = await ledger.append({ kind: "removal_refused", core, payload });
      return { sequence, looser };
    });
  }

  /** What a task's scan is given, read anew when the files changed. Throws WRIT_HOME_UNSAFE each time. */
  readonly given: ProtectionPort = () => {
    const { paths } = this.#parts;
    const state = (): string =>
      [paths.protected_index, nextIndex(paths), paths.protect_key].map(stateOf).join(" ");
    if (this.#given?.state === state()) return this.#given.given;
    this.#complete();
    const seen = state();
    const { index, key } = loadEnrolled(paths, this.#recorded);
    const given = { index: index === null ? null : base64(index), key: base64(key) };
    this.#given = { state: seen, given };
    return given;
  };

  #record({ index_hash, before, files }: Enrol, who: Enroller): RecordInput {
    const { names } = this.#parts;
    const told = files.map(({ file, name, as, count, digest }) => ({
      as,
      count,
      digest,
      name_hash: names("name", name),
      file_hash: names("path", file),
    }));
    return {
      kind: "enrolled",
      core: { ...who, index_hash, before, files: told },
      payload: asJson({
        files: files.map(({ file, name }) => ({ file, name })),
      }) as object as RecordInput["core"],
    };
  }

  /** Ends what a crash, or a full disk, left between a durable record and its file. */
  #complete(): void {
    const { paths } = this.#parts;
    const next = nextIndex(paths);
    if (this.#recorded === null || !existsSync(next)) return;
    const bytes = secretBytes(next);
    if (indexHash(bytes) !== this.#recorded) return;
    try {
      renameSync(next, paths.protected_index);
      syncFolder(paths.home);
    } catch (cause) {
      throw new WritError("WRIT_HOME_UNWRITABLE", `cannot write \`${paths.protected_index}\``, {
        hint: "make the home writable for its owner and free some space",
        cause,
      });
    }
  }
}

function unknownName(name: string): WritError {
  return new WritError("WRIT_USAGE", `nothing that is enrolled is called \`${name}\``, {
    hint: "writ protect list",
  });
}

/** What changes with every replacement and every write of a file. */
function stateOf(path: string): string {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? "none" : `${stat.ino}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}`;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
