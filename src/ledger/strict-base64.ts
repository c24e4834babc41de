// Standard base64 (RFC 4648 section 4) with one spelling for one value: padded, zero spare bits, nothing between.

/** The bytes, or null when `text` is not the spelling of any. */
export function strictBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : null;
}
