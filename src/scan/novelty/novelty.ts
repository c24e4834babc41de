// How much new information a request carries beyond the earlier traffic of its lineage to its endpoint, in bits, whatever its
// encoding. State without clock or files. Not the budget that it is held against (the caller's).
import type { ScanPorts } from "../ports.ts";
import { ScanExhausted } from "../scan-budget.ts";

export interface NoveltyBounds {
  /** Bytes of earlier traffic kept for each pair: at most 32 KiB, deflate's window (RFC 1951, section 2). */
  readonly dictionaryMax: number;
  /** Pairs of lineage and endpoint; one more is exhausted, that is refused. Memory: the product of the two. */
  readonly pairsMax: number;
}

export const NOVELTY_BOUNDS: NoveltyBounds = { dictionaryMax: 32_768, pairsMax: 512 };

export interface Novelty {
  /**
   * The bits that `bytes` needs beyond what went to this endpoint before: of encrypted data 8 for each byte, of what was sent
   * before few. Changes nothing, so a refused request is as new when it is tried again. Throws ScanExhausted("novelty").
   */
  measure(lineage: string, endpoint: string, bytes: Uint8Array): number;
  /** Remembers what has really been sent. Throws ScanExhausted("novelty"). */
  sent(lineage: string, endpoint: string, bytes: Uint8Array): void;
  /** Forgets a lineage that has ended for good. */
  forget(lineage: string): void;
}

/**
 * The meter of novel information. The measure is the length of the deflated request with the earlier traffic as dictionary,
 * less the length of an empty one.
 *
 * @example novelty.measure("job 7", "api.example", body); novelty.sent("job 7", "api.example", body)
 */
export function createNovelty(
  ports: Pick<ScanPorts, "deflatedLength">,
  bounds: NoveltyBounds = NOVELTY_BOUNDS,
): Novelty {
  const empty = new Uint8Array(0);
  const overhead = ports.deflatedLength(empty, empty);
  const earlier = new Map<string, Map<string, Uint8Array>>();
  let pairs = 0;
  const dictionaryOf = (lineage: string, endpoint: string): Uint8Array => {
    const known = earlier.get(lineage)?.get(endpoint);
    if (known === undefined && pairs >= bounds.pairsMax) throw new ScanExhausted("novelty");
    return known ?? empty;
  };
  return {
    measure(lineage, endpoint, bytes) {
      const dictionary = dictionaryOf(lineage, endpoint);
      return Math.max(0, ports.deflatedLength(bytes, dictionary) - overhead) * 8;
    },
    sent(lineage, endpoint, bytes) {
      const dictionary = dictionaryOf(lineage, endpoint);
      const endpoints = earlier.get(lineage) ?? new Map<string, Uint8Array>();
      if (!endpoints.has(endpoint)) pairs += 1;
      endpoints.set(endpoint, joined(dictionary, bytes, Math.min(32_768, bounds.dictionaryMax)));
      earlier.set(lineage, endpoints);
    },
    forget(lineage) {
      pairs -= earlier.get(lineage)?.size ?? 0;
      earlier.delete(lineage);
    },
  };
}

/** The last `max` bytes of `before` and `after` together: a copy of its own. */
function joined(before: Uint8Array, after: Uint8Array, max: number): Uint8Array {
  const newer = after.subarray(Math.max(0, after.length - max));
  const older = before.subarray(Math.max(0, before.length + newer.length - max));
  const all = new Uint8Array(older.length + newer.length);
  all.set(older);
  all.set(newer, older.length);
  return all;
}
