// Tests `BlockScan`: whatever the size and the pieces, each thing is found once and as in one look.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { depth } from "../../../test/depth.ts";
import type { Finding } from "../../scan/finding.ts";
import type { ScanResult } from "../../scan/scan-bytes.ts";
import { BLOCK_BYTES, BlockScan, OVERLAP_BYTES, type SettledBlock } from "./block-scan.ts";

/** Finds runs of `X`. */
function runs(bytes: Uint8Array): ScanResult {
  const findings: Finding[] = [];
  for (let at = bytes.indexOf(88); at >= 0; ) {
    let end = at;
    while (bytes[end] === 88) end += 1;
    findings.push({ kind: "run", class: "credential", name: null, start: at, end, decoded: [] });
    at = bytes.indexOf(88, end);
  }
  return { findings, exhausted: null };
}

function inBlocks(
  bytes: Uint8Array,
  piece: number,
  scan: (block: Uint8Array) => ScanResult = runs,
): SettledBlock[] {
  const settled: SettledBlock[] = [];
  const blocks = new BlockScan(scan, (block) => settled.push(block));
  for (let at = 0; at < bytes.length; at += piece) blocks.push(bytes.subarray(at, at + piece));
  blocks.end();
  return settled;
}

const spans = (findings: readonly Finding[]): string[] =>
  findings.toSorted((a, b) => a.start - b.start).map(({ start, end }) => `${start}-${end}`);

describe("BlockScan", () => {
  const edges = [0, 1, 2].flatMap((at) => {
    const end = BLOCK_BYTES + at * (BLOCK_BYTES - OVERLAP_BYTES);
    return [end, end - OVERLAP_BYTES / 2, end - OVERLAP_BYTES];
  });

  it("finds once what lies on and around every edge", () => {
    const run = fc.record({
      edge: fc.constantFrom(...edges),
      before: fc.integer({ min: 0, max: 40_000 }),
      length: fc.oneof(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 1, max: 150_000 })),
    });
    const pieces = fc.constantFrom(4096, 65_536, 1_000_003, 4_000_000);
    fc.assert(
      fc.property(fc.array(run, { minLength: 1, maxLength: 4 }), pieces, (planted, piece) => {
        const bytes = new Uint8Array(3_200_000).fill(46);
        for (const { edge, before, length } of planted) bytes.fill(88, edge - before, edge - before + length);
        const found = inBlocks(bytes, piece).flatMap(({ findings }) => findings);
        expect(spans(found)).toEqual(spans(runs(bytes).findings));
      }),
      { seed: 4, numRuns: depth(25, 2000) },
    );
  });

  it("scans what fits one block as it is, and the empty once", () => {
    const looked: number[] = [];
    const scan = (block: Uint8Array): ScanResult => {
      looked.push(block.length);
      return { findings: [], exhausted: null };
    };
    inBlocks(new Uint8Array(BLOCK_BYTES), 1000, scan);
    inBlocks(new Uint8Array(0), 1000, scan);
    expect(looked).toEqual([BLOCK_BYTES, 0]);
  });

  it("hands on which block did not end, with what was found in it", () => {
    const bytes = new Uint8Array(2_500_000).fill(46);
    bytes.fill(88, 1_500_000, 1_500_010);
    const scan = (block: Uint8Array): ScanResult => ({
      ...runs(block),
      exhausted: block.includes(88) ? "work" : null,
    });
    const settled = inBlocks(bytes, 65_536, scan);
    expect(settled.map(({ exhausted }) => exhausted)).toEqual([null, "work", null]);
    expect(settled.flatMap(({ findings }) => spans(findings))).toEqual(["1500000-1500010"]);
    expect(settled.map(({ start }) => start)).toEqual(
      [0, 1, 2].map((at) => at * (BLOCK_BYTES - OVERLAP_BYTES)),
    );
  });
});
