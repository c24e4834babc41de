// Letters of five or six bits each, put together to bytes. Not for deciding which letters they are, nor for what they say.
import { isText } from "./readable.ts";

export interface Packed {
  /** Letters [from, to) of the input. */
  readonly from: number;
  readonly to: number;
  /** What each letter counts: all of them are in it. */
  readonly table: Uint8Array;
  /** Bits of one letter. */
  readonly width: 5 | 6;
  /** Last letter first. */
  readonly reversed?: boolean;
}

/** The bytes; they are overwritten by the next call. Bits that fill no byte are left out (RFC 4648 section 3.5). */
export function unpackBits(
  bytes: Uint8Array,
  { from, to, table, width, reversed = false }: Packed,
): Uint8Array {
  const out = scratch(((to - from) * width) >> 3);
  const step = reversed ? -1 : 1;
  let place = reversed ? to - 1 : from;
  let [bits, held, length] = [0, 0, 0];
  for (let left = to - from; left > 0; left--, place += step) {
    bits = (bits << width) | (table[bytes[place] ?? 0] ?? 0);
    held += width;
    if (held < 8) continue;
    held -= 8;
    out[length++] = (bits >> held) & 255;
    bits &= 0xfff;
  }
  return out.subarray(0, length);
}

/** The same where they are text (readable.ts), else null: after a few bytes where they are not. */
export function unpackText(bytes: Uint8Array, packed: Packed): Uint8Array | null {
  const all = ((packed.to - packed.from) * packed.width) >> 3;
  if (all > 2 * PROBED && !mayBeText(bytes, packed, all)) return null;
  const decoded = unpackBits(bytes, packed);
  return isText(decoded) ? decoded : null;
}

/** Bytes of which the first are looked at alone. */
const PROBED = 4;

/** Whether few enough of the first bytes are no text: in chance, five in eight are none. */
function mayBeText(
  bytes: Uint8Array,
  { from, to, table, width, reversed = false }: Packed,
  all: number,
): boolean {
  const step = reversed ? -1 : 1;
  let place = reversed ? to - 1 : from;
  let [bits, held, more] = [0, 0, 0];
  // Eight in a hundred of a text may be none, and the bytes of a letter beyond ASCII may stand at the end.
  let left = Math.floor(all * MISSES) + 1;
  for (let letters = to - from; letters > 0; letters--, place += step) {
    bits = ((bits << width) | (table[bytes[place] ?? 0] ?? 0)) & 0xfffff;
    held += width;
    if (held < 8) continue;
    held -= 8;
    const byte = (bits >> held) & 255;
    if (byte >= 0x80 && byte < 0xc0 && more > 0) more--;
    else {
      left -= more > 0 ? 1 : 0;
      more = byte >= 0xc2 && byte < 0xf5 ? (byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1) : 0;
      if (more === 0 && (byte >= 0x7f || (byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 13))) left--;
    }
    if (left <= 0) return false;
  }
  return true;
}

/** The share of a text that may be no text, with what a sequence that is cut short counts (readable.ts). */
const MISSES = 0.08;

let room: Uint8Array = new Uint8Array(1024);

function scratch(length: number): Uint8Array {
  if (length > room.length) room = new Uint8Array(2 * length);
  return room;
}
