// Which kind of writing a code point belongs to, as coarse as the opaque layer needs it. Not the script property of Unicode.

/**
 * `invisible`: nothing is seen of it; `latin`: letters with accents; `alphabet`: alphabets and syllables in daily use; `picture`:
 * emoji and symbols; `drawing`: lines and blocks; `rare`: what no daily text is written in.
 */
export type Script =
  | "invisible"
  | "latin"
  | "alphabet"
  | "han"
  | "kana"
  | "hangul"
  | "picture"
  | "drawing"
  | "sign"
  | "rare";

export function scriptOf(code: number): Script {
  let [low, high] = [0, RANGES.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((RANGES[middle]?.[0] ?? 0) <= code) low = middle;
    else high = middle - 1;
  }
  return RANGES[low]?.[1] ?? "rare";
}

/** The first code point of each range, from the blocks of Unicode 16. */
const RANGES: readonly (readonly [number, Script])[] = [
  [0, "sign"],
  [0x80, "rare"],
  [0xa0, "sign"],
  [0xad, "invisible"],
  [0xae, "sign"],
  [0xc0, "latin"],
  [0x250, "rare"],
  [0x300, "invisible"],
  [0x370, "alphabet"],
  [0x590, "alphabet"],
  [0x700, "rare"],
  [0x900, "alphabet"],
  [0x1100, "hangul"],
  [0x1200, "alphabet"],
  [0x1380, "rare"],
  [0x1780, "alphabet"],
  [0x1800, "rare"],
  [0x1e00, "latin"],
  [0x1f00, "alphabet"],
  [0x2000, "sign"],
  [0x200b, "invisible"],
  [0x2010, "sign"],
  [0x202a, "invisible"],
  [0x202f, "sign"],
  [0x2060, "invisible"],
  [0x2070, "sign"],
  [0x2190, "picture"],
  [0x2400, "rare"],
  [0x2500, "drawing"],
  [0x2600, "picture"],
  [0x27c0, "rare"],
  [0x2b00, "picture"],
  [0x2c00, "rare"],
  [0x2de0, "alphabet"],
  [0x2e00, "sign"],
  [0x2e80, "rare"],
  [0x3000, "sign"],
  [0x3040, "kana"],
  [0x3100, "rare"],
  [0x3130, "hangul"],
  [0x3190, "rare"],
  [0x3400, "han"],
  [0x4dc0, "rare"],
  [0x4e00, "han"],
  [0xa000, "rare"],
  [0xac00, "hangul"],
  [0xd7b0, "rare"],
  [0xf900, "han"],
  [0xfb00, "alphabet"],
  [0xfe00, "sign"],
  [0xfe10, "sign"],
  [0xfe70, "alphabet"],
  [0xfeff, "invisible"],
  [0xff00, "sign"],
  [0xfff0, "invisible"],
  [0x10000, "rare"],
  [0x1f000, "picture"],
  [0x1fb00, "rare"],
  [0x20000, "han"],
  [0xe0000, "invisible"],
  [0xf0000, "rare"],
];
