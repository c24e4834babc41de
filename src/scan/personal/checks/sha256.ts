// SHA-256 (FIPS 180-4) of a few bytes, for Base58Check alone: the room has no digest of its own and candidates are rare.

/** The 32 bytes of the digest. Bounded use: inputs of at most some hundred bytes. */
export function sha256(input: Uint8Array): Uint8Array {
  const padded = new Uint8Array(Math.ceil((input.length + 9) / 64) * 64);
  padded.set(input);
  padded[input.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 4, input.length * 8);
  const state = Uint32Array.from(INITIAL);
  for (let block = 0; block < padded.length; block += 64) compress(state, view, block);
  const digest = new Uint8Array(32);
  const out = new DataView(digest.buffer);
  for (const [at, word] of state.entries()) out.setUint32(at * 4, word);
  return digest;
}

function compress(state: Uint32Array, view: DataView, block: number): void {
  const words = schedule(view, block);
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let round = 0; round < 64; round++) {
    const choice = (e & f) ^ (~e & g);
    const first =
      (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + choice + at(ROUNDS, round) + at(words, round)) | 0;
    const second = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
  }
  for (const [place, word] of [a, b, c, d, e, f, g, h].entries()) state[place] = at(state, place) + word;
}

function schedule(view: DataView, block: number): Uint32Array {
  const words = new Uint32Array(64);
  for (let place = 0; place < 16; place++) words[place] = view.getUint32(block + place * 4);
  for (let place = 16; place < 64; place++) {
    const early = at(words, place - 15);
    const late = at(words, place - 2);
    words[place] =
      at(words, place - 16) +
      (turn(early, 7) ^ turn(early, 18) ^ (early >>> 3)) +
      at(words, place - 7) +
      (turn(late, 17) ^ turn(late, 19) ^ (late >>> 10));
  }
  return words;
}

function turn(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}

function at(words: Uint32Array, place: number): number {
  return words[place] ?? 0;
}

/** The first 64 (8) primes: FIPS 180-4 takes 32 bits of the fractions of their cube (square) roots. */
const PRIMES: readonly number[] = primes(64);
const ROUNDS: Uint32Array = Uint32Array.from(PRIMES, (prime) => fraction(prime, 3n));
const INITIAL: Uint32Array = Uint32Array.from(PRIMES.slice(0, 8), (prime) => fraction(prime, 2n));

function primes(count: number): readonly number[] {
  const found: number[] = [];
  for (let number = 2; found.length < count; number++) {
    if (found.every((prime) => number % prime !== 0)) found.push(number);
  }
  return found;
}

/** floor(2^32 × the root of `prime`), its last 32 bits: by bisection over integers, so exactly. */
function fraction(prime: number, power: bigint): number {
  const target = BigInt(prime) << (32n * power);
  let low = 0n;
  let high = 1n << 40n;
  while (low < high) {
    const middle = (low + high + 1n) >> 1n;
    if (middle ** power <= target) low = middle;
    else high = middle - 1n;
  }
  return Number(low & 0xffffffffn);
}
