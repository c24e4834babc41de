// The real ports behind the pure rooms: hashing and time from Node and the kernel.
import { hash, randomBytes } from "node:crypto";
import { createBootClock } from "../facts/boot-clock.ts";
import type { BootClock, RandomBytes, Sha256 } from "../stdx/ports.ts";

/** ms of this process's own clock for which a time since boot is kept: half of what that is told in (facts/boot-clock.ts). */
const KEPT_MS = 5;

/** Milliseconds since boot, suspend included; behind by at most 5 ms that this machine was awake. */
export const bootClock: BootClock = keptClock(createBootClock());

function keptClock(clock: BootClock): BootClock {
  let kept = { at: Number.NEGATIVE_INFINITY, time: 0 };
  return () => {
    const at = performance.now();
    if (at - kept.at >= KEPT_MS) kept = { at, time: clock() };
    return kept.time;
  };
}

/** SHA-256 (FIPS 180-4) by OpenSSL. */
export const sha256: Sha256 = (data) => hash("sha256", data, "hex");

/** What every parser of the pure rooms is handed. */
export const PORTS: { readonly sha256: Sha256; readonly clock: BootClock } = { sha256, clock: bootClock };

/** Bytes drawn at once: a draw of 32 costs more than hashing a payload. */
const DRAWN = 4096;
let drawn: Uint8Array = new Uint8Array(0);
let taken = 0;

/** Bytes of OpenSSL's generator (node:crypto, randomBytes): each is given once, and is a view that nobody else has. */
export const random: RandomBytes = (length) => {
  if (length > DRAWN) return randomBytes(length);
  if (taken + length > drawn.length) {
    drawn = randomBytes(DRAWN);
    taken = 0;
  }
  const from = taken;
  taken += length;
  return drawn.subarray(from, taken);
};
