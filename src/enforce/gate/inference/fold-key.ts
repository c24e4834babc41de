// One spelling for the object keys that a lenient server takes as one. Not for values: those are compared exactly.

/**
 * A key as the most lenient server reads it: Go's encoding/json matches keys without regard to case. Through upper case
 * and back, so that the long s (U+017F) and the Kelvin sign (U+212A) fold as they do in Go's simple folding.
 *
 * @example foldKey("Image_URL") === "image_url"
 */
export function foldKey(key: string): string {
  return key.toUpperCase().toLowerCase();
}
