// Bech32 and Bech32m (BIP 173, BIP 350): a 30-bit BCH code over the readable part and the data.

/**
 * True if the text, readable part, `1` and data, carries a valid Bech32 or Bech32m check. Mixed case is none.
 *
 * @example bech32("a12uel5l") === true
 */
export function bech32(text: string): boolean {
  const lower = text.toLowerCase();
  const split = lower.lastIndexOf("1");
  if ((text !== lower && text !== text.toUpperCase()) || split < 1 || lower.length - split < 7) return false;
  const values: number[] = [];
  for (let at = 0; at < split; at++) values.push(lower.charCodeAt(at) >> 5);
  values.push(0);
  for (let at = 0; at < split; at++) values.push(lower.charCodeAt(at) & 31);
  for (let at = split + 1; at < lower.length; at++) values.push(CHARSET.indexOf(lower.charAt(at)));
  if (values.includes(-1)) return false;
  const check = polymod(values);
  return check === 1 || check === 0x2bc830a3;
}

function polymod(values: readonly number[]): number {
  let check = 1;
  for (const value of values) {
    const top = check >>> 25;
    check = ((check & 0x1ffffff) << 5) ^ value;
    for (const [bit, generator] of GENERATOR.entries()) if ((top >>> bit) & 1) check ^= generator;
  }
  return check >>> 0;
}

const CHARSET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const GENERATOR: readonly number[] = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
