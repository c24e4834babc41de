// A reading of which each byte stands for one thing of the view, wherever that is. Not which things (read-slots.ts).
import type { SlotKind, Span } from "../view.ts";
import type { Decoded } from "./view-writer.ts";

/** `values` as a reading for the protected layer: `places[at]` is where the thing of byte `at` begins. */
export function slotReading(
  name: string,
  values: Uint8Array,
  { places, symbols }: { readonly places: ArrayLike<number>; readonly symbols: SlotKind },
): Decoded {
  const origin = (start: number, end: number): Span => {
    const last = Math.min(Math.max(start, end - 1), values.length - 1);
    let [low, high] = [Number.POSITIVE_INFINITY, 0];
    for (let at = Math.min(start, last); at <= last; at++) {
      low = Math.min(low, places[at] ?? 0);
      high = Math.max(high, places[at] ?? 0);
    }
    return { start: low, end: high + 1 };
  };
  return {
    name,
    bytes: values,
    map: { origin },
    read: [],
    unread: [],
    for: "protected",
    leaf: true,
    levels: 1,
    symbols,
  };
}
