// Puts the scanner together: every layer over every reading of the bytes, each thing found once. Not the layers themselves.
import { type ViewBounds, viewsOf } from "./decode/views-of.ts";
import type { Finding, Match } from "./finding.ts";
import type { ScanPorts } from "./ports.ts";
import { type ScanBudget, ScanExhausted } from "./scan-budget.ts";
import type { Finder, View } from "./view.ts";

export interface ScanResult {
  /** By start, then end; what was found before a bound was exhausted is in it as well. */
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
 * A scanner that runs all layers over all readings. The same thing found through several readings is one finding, with the
 * fewest decodings. Keeps nothing between scans.
 *
 * @example
 * const scan = createScanner({ finders: [createOpaqueFinder()], ports });
 * scan(body, new ScanBudget({ time: 4_000, work: 1e9, memory: 1e8 }, ports.now)).findings;
 */
export function createScanner({ finders, protected: known = [], ports, bounds }: ScannerParts): Scanner {
  return (bytes, budget) => {
    const found = new Map<string, Finding>();
    let exhausted: string | null = null;
    try {
      for (const view of viewsOf(bytes, ports, budget, {
        known: known.length > 0,
        ...(bounds === undefined ? {} : { bounds }),
      })) {
        const layers = view.for === "protected" ? known : [...finders, ...known];
        for (const layer of layers) look(layer, view, { found, budget, length: bytes.length });
      }
    } catch (error) {
      exhausted = error instanceof ScanExhausted ? error.bound : "failed";
    }
    return { findings: [...found.values()].toSorted(byPlace), exhausted };
  };
}

/** Adds what one layer finds in one view. */
function look(
  layer: Finder,
  view: View,
  {
    found,
    budget,
    length,
  }: { readonly found: Map<string, Finding>; readonly budget: ScanBudget; readonly length: number },
): void {
  for (const match of layer(view, budget)) {
    budget.spend(found.size);
    add(found, view, { match, length });
  }
}

/** Views come with fewest decodings first, so the first finding of a thing is the one to keep. */
function add(
  found: Map<string, Finding>,
  view: View,
  { match, length }: { readonly match: Match; readonly length: number },
): void {
  const span = view.origin(match.start, match.end);
  const start = Math.max(0, Math.min(span.start, length));
  const end = Math.max(start, Math.min(span.end, length));
  const { kind, name } = match;
  const key = `${match.class}\n${kind}\n${name ?? ""}`;
  for (const other of found.values()) {
    if (
      other.start < end &&
      start < other.end &&
      `${other.class}\n${other.kind}\n${other.name ?? ""}` === key
    )
      return;
  }
  if (found.size >= FINDINGS_MAX) throw new ScanExhausted("findings");
  found.set(`${key}\n${start}\n${end}`, {
    kind,
    class: match.class,
    name,
    start,
    end,
    decoded: view.decoded,
  });
}

function byPlace(a: Finding, b: Finding): number {
  return a.start - b.start || a.end - b.end;
}
