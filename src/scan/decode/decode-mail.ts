// What mail and news use: uuencode (POSIX), yEnc, and Punycode (RFC 3492) of host labels. Base64 and quoted-printable parts of
// MIME are read by their own decoders.
import type { Decoder, DecoderInput } from "./decoder.ts";
import { isText } from "./readable.ts";
import { type Decoded, ViewWriter } from "./view-writer.ts";
import { writeRun } from "./write-run.ts";

export const decodeMail: Decoder = function* (input) {
  yield readUu(input);
  yield readYenc(input);
};

/** A line says how many bytes it holds in its first character; with or without the `begin` line. */
function readUu({ bytes, text, budget }: DecoderInput): Decoded | null {
  budget.spend(bytes.length);
  const writer = new ViewWriter();
  let joined = false;
  UU_LINE.lastIndex = 0;
  for (let match = UU_LINE.exec(text); match !== null; match = UU_LINE.exec(text)) {
    const line = match[0];
    const length = (line.charCodeAt(0) - 32) & 63 || 0;
    if (length < 3 || Math.abs(line.length - 1 - 4 * Math.ceil(length / 3)) > 1) {
      joined = false;
      continue;
    }
    budget.spend(line.length);
    const decoded = uuLine(line.slice(1), length);
    if (!isText(decoded)) continue;
    const start = match.index;
    if (!joined) writer.gap(start);
    writer.put(decoded, start, start + line.length);
    writer.explain(start, start + line.length);
    joined = true;
  }
  return writer.done("uuencode");
}

const UU_LINE = /(?<=^|[\n"]|\\n)[!-M][ -`]{4,61}(?=$|[\r\n"]|\\[rn])/g;

function uuLine(line: string, length: number): Uint8Array {
  const out = new Uint8Array(length);
  let [bits, held, count] = [0, 0, 0];
  for (let at = 0; at < line.length && count < length; at++) {
    bits = ((bits << 6) | ((line.charCodeAt(at) - 32) & 63)) & 0xffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out[count++] = bits >> held;
  }
  return out.subarray(0, count);
}

/** yEnc (yenc.org, draft 1.3): every byte 42 higher, `=` before those that are 64 higher still. */
function readYenc({ bytes, text, budget }: DecoderInput): Decoded | null {
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
