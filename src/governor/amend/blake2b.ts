// BLAKE2b (RFC 7693) with digests shorter than 64 bytes, which node:crypto cannot make: minisign's key files hold one of 32.
// For short messages; the long ones of signatures are hashed by node:crypto.
import { assert } from "../../stdx/assert.ts";

const BLOCK_BYTES = 128;
const DIGEST_BYTES_MAX = 64;

/** RFC 7693 section 2.6: the initialisation vector of SHA-512. */
const IV: readonly bigint[] = [
  0x6a09e667f3bcc908n,
  0xbb67ae8584caa73bn,
  0x3c6ef372fe94f82bn,
  0xa54ff53a5f1d36f1n,
  0x510e527fade682d1n,
  0x9b05688c2b3e6c1fn,
  0x1f83d9abfb41bd6bn,
  0x5be0cd19137e2179n,
];

/** RFC 7693 section 2.7, a hexadecimal digit for each index; rounds 10 and 11 repeat the first two. */
const SIGMA: readonly string[] = [
  "0123456789abcdef",
  "ea489fd61c02b753",
  "b8c052fdae367194",
  "7931dcbe265a40f8",
  "905724afe1bc683d",
  "2c6a0b834d75fe19",
  "c51fed4a0763928b",
  "db7ec13950f4862a",
  "6fe9b308c2d714a5",
  "a2847615fb9e3cd0",
];

/** Which words one round mixes: four columns, then four diagonals (RFC 7693 section 3.2). */
const MIXED: readonly (readonly [number, number, number, number])[] = [
  [0, 4, 8, 12],
  [1, 5, 9, 13],
  [2, 6, 10, 14],
  [3, 7, 11, 15],
  [0, 5, 10, 15],
  [1, 6, 11, 12],
  [2, 7, 8, 13],
  [3, 4, 9, 14],
];

/** The unkeyed digest of `message` with `bytes` bytes, 1 to 64. */
export function blake2b(message: Uint8Array, bytes: number): Uint8Array {
  assert(Number.isInteger(bytes) && bytes >= 1 && bytes <= DIGEST_BYTES_MAX, "a digest has 1 to 64 bytes");
  const state = new BigUint64Array(IV);
  state[0] = (state[0] ?? 0n) ^ 0x01010000n ^ BigInt(bytes);
  const blocks = Math.max(1, Math.ceil(message.length / BLOCK_BYTES));
  for (let block = 0; block < blocks; block += 1) {
    const start = block * BLOCK_BYTES;
    const padded = new Uint8Array(BLOCK_BYTES);
    padded.set(message.subarray(start, start + BLOCK_BYTES));
    compress(state, padded, Math.min(message.length, start + BLOCK_BYTES), block === blocks - 1);
  }
  const digest = new DataView(new ArrayBuffer(DIGEST_BYTES_MAX));
  for (const [at, word] of state.entries()) digest.setBigUint64(at * 8, word, true);
  return new Uint8Array(digest.buffer).slice(0, bytes);
}

/** RFC 7693 section 3.2. `counted`: bytes up to and with this block. */
function compress(state: BigUint64Array, block: Uint8Array, counted: number, last: boolean): void {
  const view = new DataView(block.buffer);
  const v = new BigUint64Array([...state, ...IV]);
  v[12] = (v[12] ?? 0n) ^ BigInt(counted);
  if (last) v[14] = ~(v[14] ?? 0n);
  const word = (index: string | undefined): bigint =>
    view.getBigUint64(8 * Number.parseInt(index ?? "0", 16), true);
  for (let round = 0; round < 12; round += 1) {
    const order = SIGMA[round % SIGMA.length] ?? "";
    for (const [at, places] of MIXED.entries()) {
      mix(v, places, word(order[2 * at]), word(order[2 * at + 1]));
    }
  }
  for (const at of state.keys()) state[at] = (state[at] ?? 0n) ^ (v[at] ?? 0n) ^ (v[at + 8] ?? 0n);
}

/** RFC 7693 section 3.1; a BigUint64Array keeps 64 bits of each sum. */
function mix(
  v: BigUint64Array,
  [a, b, c, d]: readonly [number, number, number, number],
  x: bigint,
  y: bigint,
): void {
  const at = (index: number): bigint => v[index] ?? 0n;
  v[a] = at(a) + at(b) + x;
  v[d] = rotated(at(d) ^ at(a), 32n);
  v[c] = at(c) + at(d);
  v[b] = rotated(at(b) ^ at(c), 24n);
  v[a] = at(a) + at(b) + y;
  v[d] = rotated(at(d) ^ at(a), 16n);
  v[c] = at(c) + at(d);
  v[b] = rotated(at(b) ^ at(c), 63n);
}

function rotated(word: bigint, by: bigint): bigint {
  return (word >> by) | (word << (64n - by));
}
