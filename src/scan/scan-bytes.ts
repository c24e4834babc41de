// Puts the scanner together: every layer over every reading of the bytes, each thing found once. Not the layers themselves.
import { type ViewBounds, viewsOf } from "./decode/views-of.ts";
import type { Finding, Match } from "./finding.ts";
import type { ScanPorts } from "./ports.ts";
import { type ScanBudget, ScanExhausted } from "./scan-budget.ts";
import type { Finder, View } from "./view.ts";

export interface ScanResult {
  /**
   * By start, then end; what was found before a bound was exhausted is in it as well. Where enrolled values stand in more than
   * 64 places and one for each 256 bytes, they are not looked for in the readings after that.
   */
  readonly findings: readonly Finding[];
  /** The bound that ended the scan, `failed` where a layer threw something else; null: the scan is complete. Else: refuse. */
  readonly exhausted: string | null;
}

export interface ScannerParts {
  /** Layers that look at every reading that stands on its own. */
  readonly finders: readonly Finder[];
  /** Layers that know what they look for, and so look at every reading. */
  readonly protected?: readonly Finder[];
  readonly ports: ScanPorts;
  /** How much is read; default `VIEW_BOUNDS`. */
  readonly bounds?: ViewBounds;
}

/** Scans one thing; never throws. */
export type Scanner = (bytes: Uint8Array, budget: ScanBudget) => ScanResult;

/** Findings from which a scan is over: nobody reads more, and the bytes are refused as they are. */
export const FINDINGS_MAX = 10_000;

/**
 * Places of enrolled values from which, with one for each so many bytes, no further reading is searched for them: what is
 * stuffed with them is refused as it is, and to read it again and again is what makes it slow.
 */
const STUFFED_MIN = 64;
const STUFFED_EACH = 256;

/**
 * A scanner that runs all layers over all readings. The same thing found through several readings is one finding, with the
 * fewest decodings. Keeps nothing between scans.
 *
 * @example
 * const scan = createScanner({ finders: [createOpaqueFinder()], ports });
 * scan(body, new ScanBudget({ time: 4_000, work: 1e9, memory: 1e8 }, ports.now)).findings;
 */
export function createScanner({ finders, protected: known = [], ports, bounds }: ScannerParts): Scanner {
  return (bytes, budget) => {
    const found = new Found(bytes.length);
    let exhausted: string | null = null;
    try {
      for (const view of viewsOf(bytes, ports, budget, {
        known: known.length > 0,
        ...(bounds === undefined ? {} : { bounds }),
      })) {
        const sought = found.isStuffed() ? NO_LAYERS : known;
        const layers = view.for === "protected" ? sought : [...finders, ...sought];
        for (const layer of layers) found.addAll(view, layer(view, budget));
      }
    } catch (error) {
      exhausted = error instanceof ScanExhausted ? error.bound : "failed";
    }
    return { findings: found.all().toSorted(byPlace), exhausted };
  };
}

const NO_LAYERS: readonly Finder[] = [];

/** What was found so far: of each kind and name places that do not overlap, in order. */
class Found {
  readonly #kinds = new Map<string, Finding[]>();
  readonly #length: number;
  #size = 0;
  #known = 0;

  constructor(length: number) {
    this.#length = length;
  }

  isStuffed(): boolean {
    return this.#known > STUFFED_MIN + this.#length / STUFFED_EACH;
  }

  all(): Finding[] {
    return [...this.#kinds.values()].flat();
  }

  addAll(view: View, matches: readonly Match[]): void {
    for (const match of matches) this.#add(view, match);
  }

  /** Views come with fewest decodings first, so the first finding of a thing is the one to keep. */
  #add({ origin, decoded }: View, { kind, name, class: of, start: from, end: to }: Match): void {
    const span = origin(from, to);
    const start = Math.max(0, Math.min(span.start, this.#length));
    const end = Math.max(start, Math.min(span.end, this.#length));
    const key = `${of}\n${kind}\n${name ?? ""}`;
    const same = this.#kinds.get(key) ?? [];
    const at = firstAfter(same, start);
    const next = same[at];
    // An empty place overlaps none.
    if (next !== undefined && next.start < end && start < next.end) return;
    if (this.#size >= FINDINGS_MAX) throw new ScanExhausted("findings");
    this.#size += 1;
    if (of === "protected") this.#known += 1;
    same.splice(at, 0, { kind, class: of, name, start, end, decoded });
    this.#kinds.set(key, same);
  }
}

/** Where the findings begin that end after `start`: they do not overlap, so that their ends are in order too. */
function firstAfter(found: readonly Finding[], start: number): number {
  let [low, high] = [0, found.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((found[middle]?.end ?? 0) > start) high = middle;
    else low = middle + 1;
  }
  return low;
}

function byPlace(a: Finding, b: Finding): number {
  return a.start - b.start || a.end - b.end;
}
