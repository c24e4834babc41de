// The scanner as `writ scan` uses it: every layer, the bounds of one scan, and blocks for what is large. Not the gate's.
import { createScanPorts } from "../../enforce/scan-ports.ts";
import { createCredentialFinder } from "../../scan/credentials/credential-finder.ts";
import type { Finding } from "../../scan/finding.ts";
import { createOpaqueFinder } from "../../scan/opaque/create-opaque-finder.ts";
import { createPersonalFinder } from "../../scan/personal/personal-finder.ts";
import { ScanBudget, type ScanLimits } from "../../scan/scan-budget.ts";
import { createScanner, type ScanResult } from "../../scan/scan-bytes.ts";
import type { Finder } from "../../scan/view.ts";
import { BlockScan } from "./block-scan.ts";

/** Finds what is in some bytes, of any length; never throws. */
export type ContentScanner = (bytes: Uint8Array) => ScanResult;

/**
 * Bounds of the scan of one block. Work and memory are the same on every machine and end nearly every scan that does not
 * end by itself; the time is the last resort of a slow one. A hostile block takes about a second on a usual machine.
 */
const LIMITS: ScanLimits = { time: 30_000, work: 2 ** 31, memory: 2 ** 29 };

/**
 * A scanner of single blocks, for a reader that makes blocks itself (block-scan.ts). `known` looks for enrolled values.
 */
export function createBlockScanner(known: readonly Finder[]): ContentScanner {
  const ports = createScanPorts();
  const finders = [createCredentialFinder(), createPersonalFinder(), createOpaqueFinder()];
  const scan = createScanner({ finders, protected: known, ports });
  return (bytes) => scan(bytes, new ScanBudget(LIMITS, ports.now));
}

/**
 * What `scan` finds in all of `bytes`, block by block where they are more than one.
 *
 * @example scanWhole(createBlockScanner([]), Buffer.from(text)).findings
 */
export function scanWhole(scan: ContentScanner, bytes: Uint8Array): ScanResult {
  const findings: Finding[] = [];
  let exhausted: string | null = null;
  const blocks = new BlockScan(scan, (found) => {
    findings.push(...found.findings);
    exhausted ??= found.exhausted;
  });
  blocks.push(bytes);
  blocks.end();
  return { findings: findings.toSorted((a, b) => a.start - b.start || a.end - b.end), exhausted };
}
