// Reads beside an answer what it says that it used: never in its way, bounded, and honest about what it could not read. Not
// what is charged (meter.ts).
import type { Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from "node:zlib";
import { AnswerDocuments, formOf } from "./answer-documents.ts";
import { higherOf, type SaidUsage, usageOf } from "./usage-fields.ts";

/** What an answer used. */
export interface ReadUsage {
  readonly input: number;
  readonly output: number;
  /** False: it did not say, or could not be read to its end; the figures are then what it said until there. */
  readonly told: boolean;
}

/** Reads one answer. */
export interface UsageReader {
  /** The next bytes of the body as they came. Never throws. */
  push(bytes: Uint8Array): void;
  /** `complete`: the body ended as its framing said. Called once; resolves soon, and never rejects. */
  end(complete: boolean): Promise<ReadUsage>;
}

/** Bytes that come out of an encoded answer. */
const DECODED_MAX: number = 64 * 1024 * 1024;
/** Bytes that wait for their decoder, which is given them without a pause. */
const WAITING_MAX: number = 4 * 1024 * 1024;
/** ms for a decoder to come to its end when it has everything: it has nothing to wait for. */
const DECODER_END = 5000;

/** A reader for an answer with these fields (each the values of one, joined by commas). */
export function createUsageReader(contentType: string, contentEncoding: string): UsageReader {
  const form = formOf(contentType);
  const encodings = contentEncoding
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "" && name !== "identity");
  if (form === null || encodings.length > 1) return UNREADABLE;
  const said: { usage: Omit<SaidUsage, "last"> | null; last: boolean } = { usage: null, last: false };
  const documents = new AnswerDocuments(form, (text) => {
    const usage = parsedUsage(text);
    if (usage === null) return;
    said.usage = said.usage === null ? usage : higherOf(said.usage, usage);
    if (usage.last) said.last = true;
  });
  const reading = (whole: boolean): ReadUsage => {
    const { input = null, output = null, odd = false } = said.usage ?? {};
    const told = whole && said.last && !odd && !documents.over && input !== null;
    return { input: input ?? 0, output: output ?? 0, told };
  };
  const [encoding] = encodings;
  if (encoding !== undefined) return decodingReader(encoding, documents, reading);
  return {
    push: (bytes) => documents.push(bytes),
    end: (complete) => {
      documents.end();
      return Promise.resolve(reading(complete));
    },
  };
}

const UNREADABLE: UsageReader = {
  push: () => undefined,
  end: () => Promise.resolve({ input: 0, output: 0, told: false }),
};

/** Most events of a stream say nothing of it: those are not parsed. A name that is escaped is not one that is known. */
const NAMES = /usage|eval_count/;

function parsedUsage(text: string): SaidUsage | null {
  if (!NAMES.test(text)) return null;
  try {
    return usageOf(JSON.parse(text));
  } catch {
    return null; // No JSON, so nothing was said: what is left unsaid is charged in full.
  }
}

const DECODERS: ReadonlyMap<string, () => Transform> = new Map<string, () => Transform>([
  ["gzip", createGunzip],
  ["x-gzip", createGunzip],
  ["deflate", createInflate],
  ["br", createBrotliDecompress],
  ["zstd", createZstdDecompress],
]);

function decodingReader(
  encoding: string,
  documents: AnswerDocuments,
  reading: (whole: boolean) => ReadUsage,
): UsageReader {
  const decoder = DECODERS.get(encoding)?.();
  if (decoder === undefined) return UNREADABLE;
  let decoded = 0;
  let broken = false;
  const ended = new Promise<void>((resolve) => {
    decoder.on("data", (bytes: Buffer) => {
      decoded += bytes.length;
      if (decoded > DECODED_MAX) decoder.destroy();
      else documents.push(bytes);
    });
    decoder.on("error", () => (broken = true));
    decoder.on("close", resolve);
  });
  return {
    push: (bytes) => {
      if (decoder.destroyed) return;
      if (decoder.writableLength > WAITING_MAX) decoder.destroy();
      else decoder.write(bytes);
    },
    end: async (complete) => {
      if (!decoder.destroyed) decoder.end();
      const late = setTimeout(() => decoder.destroy(), DECODER_END);
      await ended;
      clearTimeout(late);
      documents.end();
      return reading(complete && !broken && decoder.readableEnded);
    },
  };
}
