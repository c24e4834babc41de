// What pure rooms may be handed instead of reaching for it: hashing, time, randomness. Types only.

/** Lower-case hexadecimal SHA-256 (FIPS 180-4) of UTF-8 text or bytes. */
export type Sha256 = (data: string | Uint8Array) => string;

/** Milliseconds since the kernel booted, suspend included (CLOCK_BOOTTIME); never set back by a clock change. */
export type BootClock = () => number;

/** `length` bytes from a cryptographic source. */
export type RandomBytes = (length: number) => Uint8Array;
