// How bytes of text are told apart by the model of ordinary text: 32 letters, and six kinds. Not the model's weights.

/** 0 to 25: a letter of either case; 26: a digit; 27: white space and what is no ASCII; 28 to 31: signs, by what they are for. */
export const LETTER: Uint8Array = letters();

/** Letters that the model tells apart. */
export const LETTERS = 32;

/** 0: other, 1: small letter, 2: capital, 3: digit, 4: a sign that codes use, 5: white space. */
export const KIND: Uint8Array = kinds();

export const KINDS = 6;

function letters(): Uint8Array {
  const table = new Uint8Array(256).fill(27).fill(26, 0x30, 0x3a);
  for (let letter = 0; letter < 26; letter++) {
    table[0x41 + letter] = letter;
    table[0x61 + letter] = letter;
  }
  for (const [at, signs] of ["\"'`()[]{}<>", ".,:;_-/", "=+&|\\*#", "!?$%@^~"].entries()) {
    for (const sign of signs) table[sign.charCodeAt(0)] = 28 + at;
  }
  return table;
}

function kinds(): Uint8Array {
  const table = new Uint8Array(256).fill(1, 0x61, 0x7b).fill(2, 0x41, 0x5b).fill(3, 0x30, 0x3a);
  for (const sign of "!#$%&*+-/=?@^_|~") table[sign.charCodeAt(0)] = 4;
  for (const space of "\t\n\v\f\r ") table[space.charCodeAt(0)] = 5;
  return table;
}
