// What scans of the very same bytes came to, so that they are not made again: heads that repeat, a poll, a second try. Holds
// digests, never a text. Not the scan.
import type { Finding } from "../../../scan/finding.ts";
import type { ScanPorts } from "../../../scan/ports.ts";

/** Texts that are remembered of one task. */
const TEXTS_MAX = 256;

/** Findings of one text from which it is scanned again: what is stuffed with them is refused anyway. */
const FINDINGS_MAX = 64;

/** A scanner keeps nothing between scans (scan-bytes.ts), so the same bytes come to the same findings for as long as it lives. */
export class ScannedBefore {
  readonly #sha256: ScanPorts["sha256"];
  /** In the order in which they came. */
  readonly #known = new Map<string, readonly Finding[]>();

  constructor({ sha256 }: Pick<ScanPorts, "sha256">) {
    this.#sha256 = sha256;
  }

  /** What `scan`, by its name, found in `bytes`, or what it finds now; `complete`: the scan came to its end. */
  findings(
    scan: string,
    bytes: Uint8Array,
    find: () => { readonly findings: readonly Finding[]; readonly complete: boolean },
  ): readonly Finding[] {
    const key = `${scan} ${Buffer.from(this.#sha256(bytes)).toString("latin1")}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const { findings, complete } = find();
    if (complete && findings.length <= FINDINGS_MAX) this.#remember(key, findings);
    return findings;
  }

  #remember(key: string, findings: readonly Finding[]): void {
    this.#known.set(key, findings);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= TEXTS_MAX) return;
      this.#known.delete(oldest);
    }
  }
}
