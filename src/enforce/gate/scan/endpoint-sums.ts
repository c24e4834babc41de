// What a task has sent to each endpoint so far of what a spec bounds over all requests together: personal data by group, and
// novel information. Not the finding of it (src/scan/personal/, src/scan/novelty/).
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

interface Sum {
  readonly groups: Map<string, number>;
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

  /** Adds a request with findings of these `kinds`, or says which sum it exceeds; then nothing is added. */
  take(request: ScannedRequest, kinds: readonly string[]): OverLimit | null {
    if (this.#detectors === null) return null;
    const { host } = request;
    const sum = this.#sums.get(host) ?? { groups: new Map<string, number>(), novel: 0 };
    const groups = groupedSums(sum.groups, kinds);
    for (const { group, max } of this.#detectors.personal) {
      const measured = groups.get(group) ?? 0;
      // A request that adds none of a group is no worse than those before it.
      if (measured <= max || measured === sum.groups.get(group)) continue;
      const own = new Set(kinds.filter((kind) => personalGroupOf(kind) === group));
      return { cause: "personal_over_limit", what: group, kinds: own, measured, limit: max };
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

function groupedSums(before: ReadonlyMap<string, number>, kinds: readonly string[]): Map<string, number> {
  const groups = new Map(before);
  for (const kind of kinds) {
    const group = personalGroupOf(kind);
    if (group !== null) groups.set(group, (groups.get(group) ?? 0) + 1);
  }
  return groups;
}

/** What leaves, with the body as a server reads it. */
function sentBytes({ method, target, headers, body, decoded }: ScannedRequest): Uint8Array {
  const head = [`${method} ${target}`, ...headers.map(([name, value]) => `${name}: ${value}`), ""].join("\n");
  return Buffer.concat([Buffer.from(head, "latin1"), decoded ?? body]);
}
