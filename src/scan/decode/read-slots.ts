// What stands in the places of a pattern that a text repeats: its numbers, every n-th of its words, what parts them. Each thing
// is one byte, so that a value that somebody spelt by them, whatever the spelling is, is known by the pattern of its repetition,
// by its distances or as bits. For the protected layer alone: in most texts it is chance.
import type { Decoder } from "./decoder.ts";
import { numbersOf } from "./slot-numbers.ts";
import { slotReading } from "./slot-reading.ts";
import { type Slots, slotsOf } from "./slot-words.ts";
import type { Decoded } from "./view-writer.ts";

/** Bytes of a text that may spell a value: shorter has too few places, longer is judged as documents are. */
const TEXT_MIN = 48;
const TEXT_MAX = 2048;

/** Places from which they may spell a value: the window of a pattern (protected/isomorph.ts). */
const PLACES_MIN = 20;

/** Different things that one byte each can stand for. */
const KINDS_MAX = 256;

export const readSlots: Decoder = function* ({ bytes, known, budget }) {
  if (!known || bytes.length < TEXT_MIN || bytes.length > TEXT_MAX) return;
  budget.spend(8 * bytes.length);
  for (const { values, places } of numbersOf(bytes))
    yield slotReading("numbers", values, { places, symbols: "codes" });
  for (const slots of slotsOf(bytes, PLACES_MIN)) {
    yield kindsOf(slots);
    yield bitsOf(slots);
    if (slots.text) yield lettersOf(bytes, slots);
  }
};

/** Each thing as the number of its kind, in the order of their first coming. */
function kindsOf({ symbols, starts, text }: Slots): Decoded | null {
  if (symbols.length < PLACES_MIN) return null;
  const numbers = new Map<number, number>();
  const values = new Uint8Array(symbols.length);
  for (let at = 0; at < symbols.length; at++) {
    const symbol = symbols[at] ?? 0;
    let number = numbers.get(symbol);
    if (number === undefined) {
      number = numbers.size;
      if (number >= KINDS_MAX) return null;
      numbers.set(symbol, number);
    }
    values[at] = number;
  }
  // What never comes again, or is always the same, has no pattern.
  if (numbers.size < 2 || numbers.size === symbols.length) return null;
  return slotReading("places", values, { places: starts, symbols: text ? "kinds" : "groups" });
}

/** Bits from which they may be a value, and the share of the two kinds that are the bits: a carrier has others. */
const BITS_MIN = 96;
const SHARE_MIN = 0.85;

/** Where two kinds stand alone, the bits that they may be: from each of eight places on, and with either kind as 1. */
function bitsOf({ symbols, starts }: Slots): Decoded | null {
  if (symbols.length < BITS_MIN) return null;
  const counts = new Map<number, number>();
  for (const symbol of symbols) counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
  const [one, other] = [...counts].toSorted((a, b) => b[1] - a[1]);
  if (one === undefined || other === undefined || one[1] + other[1] < SHARE_MIN * symbols.length) return null;
  if (other[1] < symbols.length / 8) return null;
  const chosen = [...symbols.keys()].filter((at) => symbols[at] === one[0] || symbols[at] === other[0]);
  const count = chosen.length >> 3;
  const values = new Uint8Array(16 * (count + 1)).fill(LINE_FEED);
  const places = new Uint32Array(values.length);
  for (let way = 0; way < 16; way++) {
    const from = way & 7;
    for (let byte = 0; byte < count; byte++) {
      let value = 0;
      for (let bit = 0; bit < 8; bit++) {
        const at = chosen[from + 8 * byte + bit];
        value = (value << 1) | Number(at !== undefined && symbols[at] === other[0]);
      }
      const place = way * (count + 1) + byte;
      values[place] = way < 8 ? value : ~value;
      places[place] = starts[chosen[Math.min(from + 8 * byte, chosen.length - 1)] ?? 0] ?? 0;
    }
    places[way * (count + 1) + count] = places[way * (count + 1) + count - 1] ?? 0;
  }
  return slotReading("bits of two kinds", values, { places, symbols: "codes" });
}

const LINE_FEED = 0x0a;

/** The things one after another, as they are written. */
function lettersOf(bytes: Uint8Array, { starts, ends }: Slots): Decoded | null {
  let length = 0;
  for (let at = 0; at < starts.length; at++) length += (ends[at] ?? 0) - (starts[at] ?? 0);
  if (length < PLACES_MIN) return null;
  const values = new Uint8Array(length);
  const places = new Uint32Array(length);
  let used = 0;
  for (let at = 0; at < starts.length; at++) {
    for (let place = starts[at] ?? 0; place < (ends[at] ?? 0); place++, used++) {
      values[used] = bytes[place] ?? 0;
      places[used] = place;
    }
  }
  return slotReading("every second word and the like", values, { places, symbols: "letters" });
}
