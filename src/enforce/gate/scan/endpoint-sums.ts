// What a task has sent to each endpoint so far of what a spec bounds over all requests together: different pieces of personal
// data by group, and novel information. Not the finding of it (src/scan/personal/, src/scan/novelty/).
import type { GrantedDetectors } from "../../../decide/decision.ts";
import { createNovelty, type Novelty } from "../../../scan/novelty/novelty.ts";
import { personalGroupOf } from "../../../scan/personal/personal-group.ts";
import type { ScanPorts } from "../../../scan/ports.ts";
import type { ScannedRequest } from "./scan-messages.ts";

/** A sum that the request would exceed. */
export interface OverLimit {
  readonly cause: "personal_over_limit" | "novel_over_limit";
  readonly what: string;
  /** Of personal data: the kinds that count. */
  readonly kinds: ReadonlySet<string>;
  readonly measured: number;
  readonly limit: number;
}

/** A piece of personal data in a request. */
export interface PersonalPiece {
  readonly kind: string;
  readonly fingerprint: string;
}

interface Sum {
  /** Fingerprints by group, of groups that the spec bounds. */
  readonly groups: ReadonlyMap<string, ReadonlySet<string>>;
  /** Bits. */
  novel: number;
}

export class EndpointSums {
  readonly #detectors: GrantedDetectors | null;
  readonly #novelty: Novelty;
  readonly #sums = new Map<string, Sum>();

  constructor(detectors: GrantedDetectors | null, ports: ScanPorts) {
    this.#detectors = detectors;
    this.#novelty = createNovelty(ports);
  }

  /**
   * Adds a request with these pieces, or says which sum it exceeds; then nothing is added. A piece that went there before is
   * not a further one: whoever sends a conversation again and again sends what is in it once.
   */
  take(request: ScannedRequest, pieces: readonly PersonalPiece[]): OverLimit | null {
    if (this.#detectors === null) return null;
    const { host } = request;
    const sum = this.#sums.get(host) ?? { groups: new Map<string, ReadonlySet<string>>(), novel: 0 };
    const groups = new Map<string, ReadonlySet<string>>();
    for (const { group, max } of this.#detectors.personal) {
      const own = pieces.filter(({ kind }) => personalGroupOf(kind) === group);
      const all = new Set(sum.groups.get(group));
      for (const { fingerprint } of own) all.add(fingerprint);
      if (all.size > max) {
        const kinds = new Set(own.map(({ kind }) => kind));
        return { cause: "personal_over_limit", what: group, kinds, measured: all.size, limit: max };
      }
      groups.set(group, all);
    }
    const limit = this.#detectors.novel_max;
    const bytes = limit === null ? null : sentBytes(request);
    const novel = sum.novel + (bytes === null ? 0 : this.#novelty.measure("", host, bytes));
    if (limit !== null && novel > limit * 8) {
      return {
        cause: "novel_over_limit",
        what: "novel information",
        kinds: new Set(),
        measured: Math.ceil(novel / 8),
        limit,
      };
    }
    if (bytes !== null) this.#novelty.sent("", host, bytes);
    this.#sums.set(host, { groups, novel });
    return null;
  }
}

/** What leaves, with the body as a server reads it. */
function sentBytes({ method, target, headers, body, decoded }: ScannedRequest): Uint8Array {
  const head = [`${method} ${target}`, ...headers.map(([name, value]) => `${name}: ${value}`), ""].join("\n");
  return Buffer.concat([Buffer.from(head, "latin1"), decoded ?? body]);
}
