// How bytes of text are told apart by the model of ordinary text: 48 letters, 28 in its windows of four, and six kinds. Not the
// model's weights.

/** Signs that stand in for one another in code and prose. */
const SIGNS: readonly string[] = [
  "\"'`",
  "([{",
  ")]}",
  "<",
  ">",
  ",",
  ".",
  ":;",
  "_",
  "-",
  "/",
  "\\",
  "=",
  "+*&|",
  "#$@%",
  "!?^~",
];

/** 0 to 25: a letter of either case; 26: a digit; 27: blanks; 28: line ends; 29: no ASCII; 30 to 45: signs, by what they are for; 46: controls. */
export const LETTER: Uint8Array = letters();

/** Letters that the model tells apart. */
export const LETTERS = 48;

/** 0 to 25: a letter of either case; 26: a digit; 27: anything else. */
export const PLAIN: Uint8Array = LETTER.map((letter) => Math.min(letter, 27));

export const PLAINS = 28;

/** 0: other, 1: small letter, 2: capital, 3: digit, 4: a sign, 5: white space. */
export const KIND: Uint8Array = kinds();

export const KINDS = 6;

function letters(): Uint8Array {
  const table = new Uint8Array(256).fill(46).fill(29, 0x80).fill(26, 0x30, 0x3a);
  for (let letter = 0; letter < 26; letter++) {
    table[0x41 + letter] = letter;
    table[0x61 + letter] = letter;
  }
  table[0x20] = 27;
  table[0x09] = 27;
  table[0x0a] = 28;
  table[0x0d] = 28;
  for (const [at, signs] of SIGNS.entries()) {
    for (const sign of signs) table[sign.charCodeAt(0)] = 30 + at;
  }
  return table;
}

function kinds(): Uint8Array {
  const table = new Uint8Array(256).fill(4, 0x21, 0x7f);
  table.fill(1, 0x61, 0x7b).fill(2, 0x41, 0x5b).fill(3, 0x30, 0x3a);
  for (const space of "\t\n\v\f\r ") table[space.charCodeAt(0)] = 5;
  return table;
}
