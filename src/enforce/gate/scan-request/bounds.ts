// How far the scanner looks. Each bound that is exhausted refuses the request; none is a quiet end of the search.

/** Bytes from which a value is looked for anywhere; shorter ones only as whole words. */
export const VALUE_MIN = 6;

/** Base64, hexadecimal and compression below one another. */
export const DEPTH_MAX = 3;

/** Rounds in which escapes are undone: JSON inside JSON inside JSON takes three. */
export const ESCAPES_MAX = 8;

/** Bytes looked at in all, for each byte of the part that is scanned: plain text takes about 12, escaped text 30. */
export const EFFORT_FACTOR = 128;

/** Bytes looked at whatever the size of the part. */
export const EFFORT_MIN: number = 1024 * 1024;

/** Bytes out of compressed runs inside one part. */
export const INFLATED_MAX: number = 64 * 1024 * 1024;

/** Attempts to inflate inside one part: a pushed pack has one run for each of its objects. */
export const INFLATIONS_MAX = 20_000;

/** ms for one request, all its searches together: a worker does nothing else meanwhile, and is ended when it is silent for 15 s. */
export const SCAN_TIME_MAX = 4_000;

/** Bytes of readings held at once: six times the longest body, of which plain text takes about four. */
export const WORKING_SET_MAX: number = 384 * 1024 * 1024;

/** Readable characters in a row from which they may hold an encoded value: six in base64. */
export const READABLE_MIN = 8;

/** Readable characters in a row below the last decoding from which somebody was hiding more than chance does. */
export const DEEPER_MIN = 30;
