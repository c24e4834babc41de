// How much new information a request carries beyond the earlier traffic of its lineage to its endpoint, in bits, whatever its
// encoding. State without clock or files. Not the budget that it is held against (the caller's).
import type { ScanPorts } from "../ports.ts";
import { ScanExhausted } from "../scan-budget.ts";
import { SentBytes } from "./sent-bytes.ts";

export interface NoveltyBounds {
  /** Bytes of earlier traffic kept for each pair: more than the longest context of a model, so that a conversation fits. */
  readonly keptMax: number;
  /** Bytes kept for all pairs together; what comes behind them has the last 32 KiB alone, and what it repeats from further back is new. */
  readonly keptInAllMax: number;
  /** Pairs of lineage and endpoint; one more is exhausted, that is refused. */
  readonly pairsMax: number;
}

export const NOVELTY_BOUNDS: NoveltyBounds = {
  keptMax: 4 * 1024 * 1024,
  keptInAllMax: 32 * 1024 * 1024,
  pairsMax: 512,
};

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

/** Deflate's window (RFC 1951 section 2). */
const WINDOW = 32_768;

/**
 * The meter of novel information. The measure is the length of the deflated request with the last traffic as dictionary, less
 * the length of an empty one; or, if that is shorter, of the request without the stretches that were sent before, and for each
 * of these what it takes to say which it is and where it stands. Both are descriptions from which the request can be made
 * again: nothing that is hidden, in the choice of what is repeated neither, is longer than the shorter of them.
 *
 * @example novelty.measure("job 7", "api.example", body); novelty.sent("job 7", "api.example", body)
 */
export function createNovelty(
  ports: Pick<ScanPorts, "deflatedLength">,
  bounds: NoveltyBounds = NOVELTY_BOUNDS,
): Novelty {
  const empty = new Uint8Array(0);
  const overhead = ports.deflatedLength(empty, empty);
  const earlier = new Map<string, Map<string, SentBytes>>();
  let pairs = 0;
  const pairOf = (lineage: string, endpoint: string): SentBytes | undefined => {
    const known = earlier.get(lineage)?.get(endpoint);
    if (known === undefined && pairs >= bounds.pairsMax) throw new ScanExhausted("novelty");
    return known;
  };
  const deflated = (bytes: Uint8Array, sent: SentBytes | undefined): number =>
    Math.max(0, ports.deflatedLength(bytes, sent?.last(WINDOW) ?? empty) - overhead) * 8;
  return {
    measure(lineage, endpoint, bytes) {
      const sent = pairOf(lineage, endpoint);
      const remainder = sent?.remainderOf(bytes);
      if (sent === undefined || remainder === undefined || remainder.copies === 0)
        return deflated(bytes, sent);
      const parted =
        remainder.copies * bitsOfCopy(sent.length, bytes.length) + deflated(remainder.bytes, sent);
      // Of a long request that is mostly repeated, the whole is not deflated: it could not be much shorter, and takes longest.
      const isMostlySent = bytes.length > WINDOW && remainder.bytes.length < bytes.length / 2;
      return isMostlySent ? parted : Math.min(parted, deflated(bytes, sent));
    },
    sent(lineage, endpoint, bytes) {
      const known = pairOf(lineage, endpoint);
      const pair = known ?? new SentBytes(keptFor(earlier, bounds));
      const endpoints = earlier.get(lineage) ?? new Map<string, SentBytes>();
      if (known === undefined) pairs += 1;
      endpoints.set(endpoint, pair);
      earlier.set(lineage, endpoints);
      pair.add(bytes);
    },
    forget(lineage) {
      pairs -= earlier.get(lineage)?.size ?? 0;
      earlier.delete(lineage);
    },
  };
}

/** Bits that name a stretch: where it lies in what was sent, how long it is, and how far behind the last one it stands. */
function bitsOfCopy(sent: number, request: number): number {
  return Math.ceil(Math.log2(sent + 1)) + 2 * Math.ceil(Math.log2(request + 1));
}

function keptFor(
  earlier: ReadonlyMap<string, ReadonlyMap<string, SentBytes>>,
  { keptMax, keptInAllMax }: NoveltyBounds,
): number {
  let promised = keptMax;
  for (const pairs of earlier.values()) for (const { max } of pairs.values()) promised += max;
  return promised <= keptInAllMax ? keptMax : Math.min(keptMax, WINDOW);
}
