// What mail and news use: uuencode (POSIX) and yEnc. Base64 and quoted-printable parts of MIME are read by their own decoders.
import { stretchesOf, UU_SIGN } from "./byte-stretches.ts";
import type { Decoder, DecoderInput } from "./decoder.ts";
import { isText } from "./readable.ts";
import { type Decoded, ViewWriter } from "./view-writer.ts";
import { writeRun } from "./write-run.ts";

export const decodeMail: Decoder = function* (input) {
  yield readUu(input);
  yield readYenc(input);
};

/** Bytes from which a line may hold a value: its length, and six bytes of text. */
const LINE_MIN = 9;

/** A line says how many bytes it holds in its first character; with or without the `begin` line. */
function readUu({ bytes, budget }: DecoderInput): Decoded | null {
  const writer = new ViewWriter();
  const stretches = stretchesOf(bytes, UU_SIGN, LINE_MIN);
  let last = -1;
  for (let stretch = 0; stretch < stretches.length; stretch += 2) {
    const [from, to] = [stretches[stretch] ?? 0, stretches[stretch + 1] ?? 0];
    budget.spend(to - from);
    for (let start = from; start + LINE_MIN <= to; start++) {
      const end = startsLine(bytes, start, from) ? uuEnd(bytes, start, to) : 0;
      if (end === 0) continue;
      const decoded = uuLine(bytes, start, end);
      if (!isText(decoded)) continue;
      // Lines of one text stand below one another.
      if (start - last > LINE_END_MAX) writer.gap(start);
      writer.put(decoded, start, end);
      writer.explain(start, end);
      last = end;
      start = end - 1;
    }
  }
  return writer.done("uuencode");
}

/** Bytes of a line end, written as an escape. */
const LINE_END_MAX = 4;

/** After a line end, one that is written `\\n`, or a quote. */
function startsLine(bytes: Uint8Array, at: number, from: number): boolean {
  const before = bytes[at - 1] ?? 0x0a;
  if (at > from) return before === 0x22;
  return before === 0x0a || before === 0x22 || (before === 0x6e && bytes[at - 2] === 0x5c);
}

/** Where the line at `start` ends, by the length it says, give or take one letter; 0: it is none. */
function uuEnd(bytes: Uint8Array, start: number, to: number): number {
  const length = (bytes[start] ?? 0) - 0x20;
  if (length < 3 || length > 45) return 0;
  const expected = start + 1 + 4 * Math.ceil(length / 3);
  for (const end of [expected + 1, expected, expected - 1]) if (end <= to && endsLine(bytes, end)) return end;
  return 0;
}

function endsLine(bytes: Uint8Array, at: number): boolean {
  const next = bytes[at] ?? 0x0a;
  if (next !== 0x5c) return next === 0x0a || next === 0x0d || next === 0x22;
  return bytes[at + 1] === 0x6e || bytes[at + 1] === 0x72;
}

function uuLine(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const out = new Uint8Array((bytes[start] ?? 0) - 0x20);
  let [bits, held, count] = [0, 0, 0];
  for (let at = start + 1; at < end && count < out.length; at++) {
    bits = ((bits << 6) | (((bytes[at] ?? 0) - 32) & 63)) & 0xffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out[count++] = bits >> held;
  }
  return out.subarray(0, count);
}

/** yEnc (yenc.org, draft 1.3): every byte 42 higher, `=` before those that are 64 higher still. */
function readYenc(input: DecoderInput): Decoded | null {
  const { bytes, survey, budget } = input;
  // Letters that are 42 higher are mostly above 0x80.
  if (survey.beyond === 0) return null;
  const { text } = input;
  const begin = text.indexOf("=ybegin ");
  if (begin < 0) return null;
  budget.spend(bytes.length);
  const from = text.indexOf("\n", begin) + 1;
  const end = text.indexOf("=yend", begin);
  const to = end < 0 ? bytes.length : end;
  if (from === 0 || from >= to) return null;
  const out: number[] = [];
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === 0x0a || byte === 0x0d) continue;
    if (byte === 0x3d) out.push(((bytes[++at] ?? 0) - 106) & 255);
    else out.push((byte - 42) & 255);
  }
  const writer = new ViewWriter();
  writeRun(writer, Uint8Array.from(out), { start: from, end: to });
  return writer.done("yEnc");
}
