// Scans one source of bytes for people: each finding with its place and key. Never holds more than a few blocks.
import type { Finding } from "../../scan/finding.ts";
import { UNFINISHED } from "./answer-line.ts";
import { BLOCK_BYTES, BlockScan, type SettledBlock } from "./block-scan.ts";
import type { ContentScanner } from "./content-scanner.ts";
import { type KeyedText, keyAt } from "./key-before.ts";
import { type Place, PlacesInText } from "./place-in-text.ts";

/** A finding, in bytes of the source, and where a person finds it. Never the value. */
export interface PlacedFinding extends Finding, Place {
  /** The key it stands under: `db.password`, `API_KEY`, a column's name; null where none is told. */
  readonly key: string | null;
  /** What `known_harmless` of a spec of this home lists it by; null: it has no such way out, or there is no home. */
  readonly fingerprint: string | null;
}

export interface SourceOptions {
  /** Of bytes that were found, under the key of a home; null: there is none. */
  readonly fingerprint: ((found: Uint8Array) => string) | null;
  /** Whether the source is a table by its name. */
  readonly isTable: boolean;
  /** Called for each finding, about in order. */
  readonly found: (finding: PlacedFinding) => void;
  /** Whether nobody wants more. */
  readonly isOver: () => boolean;
}

/** Scans all of `input`; the bytes that were read. Throws what `input` throws. */
export async function scanSource(
  input: AsyncIterable<Uint8Array>,
  scan: ContentScanner,
  { isTable, found, isOver, fingerprint }: SourceOptions,
): Promise<number> {
  const places = new PlacesInText();
  let header: string | null = null;
  let bytes = 0;
  const settled = (block: SettledBlock): void => {
    const at = places.placesIn(block);
    const all = withUnfinished(block);
    if (block.start === 0 && isTable) header = latin1(block.bytes).split("\n", 1)[0] ?? null;
    if (all.length === 0) return;
    const text: KeyedText = { text: latin1(block.bytes), isWhole: isWholeBlock(block), header };
    for (const finding of all) {
      const place = at.get(finding.start) ?? { line: 1, column: 1 };
      found({
        ...finding,
        ...place,
        key: safeKey(keyIn(text, finding, block.start), scan),
        fingerprint: fingerprint === null ? null : fingerprintIn(block, finding, fingerprint),
      });
    }
  };
  const blocks = new BlockScan(scan, settled);
  for await (const chunk of input) {
    bytes += chunk.length;
    blocks.push(chunk);
    if (isOver()) return bytes;
  }
  blocks.end();
  return bytes;
}

function withUnfinished({ findings, exhausted, bytes, start }: SettledBlock): readonly Finding[] {
  if (exhausted === null) return findings;
  const end = start + bytes.length;
  return [{ kind: UNFINISHED, class: "opaque", name: null, start, end, decoded: [] }, ...findings];
}

/** Of a finding that a spec may call harmless; of one on the edge of two blocks none, for neither holds its bytes. */
function fingerprintIn(
  { bytes, start: first }: SettledBlock,
  { class: of, kind, start, end }: Finding,
  fingerprint: (found: Uint8Array) => string,
): string | null {
  if ((of !== "credential" && of !== "opaque") || kind === UNFINISHED || start < first) return null;
  return end > first + bytes.length ? null : fingerprint(bytes.subarray(start - first, end - first));
}

function isWholeBlock({ bytes, start }: SettledBlock): boolean {
  return start === 0 && bytes.length < BLOCK_BYTES;
}

function keyIn(text: KeyedText, { start, kind }: Finding, blockStart: number): string | null {
  return kind === UNFINISHED || start < blockStart ? null : keyAt(text, start - blockStart);
}

/** A key that is itself a finding is not shown. */
function safeKey(key: string | null, scan: ContentScanner): string | null {
  if (key === null) return null;
  const { findings, exhausted } = scan(Buffer.from(key, "latin1"));
  return findings.length > 0 || exhausted !== null ? null : key;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}
