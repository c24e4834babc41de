// Makes canaries: values planted for one task, which nothing has a reason to send. Not where they are planted.

/** Letters and digits after the prefix: 40 of 62 kinds are about 238 bits. */
const LENGTH = 40;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** Beginnings in the manner of service keys, of no vendor. */
const PREFIXES: readonly string[] = ["sk-live-", "key-", "tok_", "api-", "pat_"];

/**
 * A value that looks like a credential and is none. `random` gives that many unpredictable bytes. It is enrolled with the
 * grade `canary`.
 *
 * @example createCanary(randomBytes)
 */
export function createCanary(random: (length: number) => Uint8Array): string {
  const [choice = 0] = random(1);
  let text = PREFIXES[choice % PREFIXES.length] ?? "key-";
  const end = text.length + LENGTH;
  while (text.length < end) {
    const bytes = random(LENGTH);
    if (bytes.length !== LENGTH) throw new RangeError("the source of randomness gives too few bytes");
    // 248 is the largest multiple of 62 in a byte: above it letters would not be equally likely.
    for (const byte of bytes)
      if (byte < 248 && text.length < end) text += ALPHABET[byte % ALPHABET.length] ?? "";
  }
  return text;
}
