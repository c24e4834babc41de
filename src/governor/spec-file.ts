// The home's governance.yaml: whether it still is, byte for byte, the spec that was adopted, and the writing of it. Which
// spec is in force is the ledger's word (spec-in-force.ts), never this file's.
import { type BigIntStats, closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { shellQuote } from "../stdx/shell-quote.ts";
import { WritError } from "../stdx/writ-error.ts";
import { sha256 } from "./ports.ts";

/** Bytes that are read of an edited file before it is called edited: the languages' own bound. */
const SPEC_BYTES_MAX = 4 * 1024 * 1024;

/** File times move in steps of the kernel's tick, at most 10 ms (CONFIG_HZ=100, inode_set_ctime_current). */
const CLOCK_STEP_MS = 100;

export class SpecFile {
  readonly path: string;
  /** The state of the file that was last seen to hold the adopted bytes. */
  #seen: string | null = null;
  #seen_hash: string | null = null;

  constructor(path: string) {
    this.path = path;
  }

  /**
   * Throws WRIT_SPEC_MISSING or WRIT_SPEC_EDITED unless the file's bytes hash to `bytes_hash`. The file is read only when
   * its device, inode, size or times are not those of the last reading.
   */
  check(bytes_hash: string): void {
    const handle = this.#open();
    try {
      const stat = fstatSync(handle, { bigint: true });
      const state = stateOf(stat);
      if (this.#seen === state && this.#seen_hash === bytes_hash) return;
      const isAdopted =
        stat.isFile() && stat.size <= BigInt(SPEC_BYTES_MAX) && sha256(readFileSync(handle)) === bytes_hash;
      if (!isAdopted) throw edited(this.path);
      // Read again when a write lands between the two: only a state that did not move under the reading is kept.
      if (stateOf(fstatSync(handle, { bigint: true })) !== state) return this.check(bytes_hash);
      // A file changed within the clock's last step could change again without a new time: it is read again next time.
      const settled = Date.now() - Number(stat.ctimeMs) > CLOCK_STEP_MS;
      this.#seen = settled ? state : null;
      this.#seen_hash = bytes_hash;
    } finally {
      closeSync(handle);
    }
  }

  #open(): number {
    try {
      return openSync(this.path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    } catch (cause) {
      const code = typeof cause === "object" && cause !== null && "code" in cause ? cause.code : null;
      if (code === "ELOOP") throw edited(this.path);
      throw new WritError(
        "WRIT_SPEC_MISSING",
        `\`${this.path}\` is missing: the adopted spec stays in force and nothing runs`,
        {
          hint: "writ spec restore",
          cause,
        },
      );
    }
  }
}

function stateOf(stat: BigIntStats): string {
  return [stat.dev, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(" ");
}

function edited(path: string): WritError {
  return new WritError(
    "WRIT_SPEC_EDITED",
    `\`${path}\` is not the adopted spec: that stays in force and nothing runs`,
    {
      hint: `writ spec restore  # or, if it is tighter: writ spec adopt ${shellQuote(path)}`,
    },
  );
}
