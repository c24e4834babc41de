// The real ports behind the pure rooms: hashing and time from Node and the kernel.
import { hash } from "node:crypto";
import { createBootClock } from "../facts/boot-clock.ts";
import type { BootClock, Sha256 } from "../stdx/ports.ts";

/** Milliseconds since boot, suspend included. */
export const bootClock: BootClock = createBootClock();

/** SHA-256 (FIPS 180-4) by OpenSSL. */
export const sha256: Sha256 = (data) => hash("sha256", data, "hex");

/** What every parser of the pure rooms is handed. */
export const PORTS: { readonly sha256: Sha256; readonly clock: BootClock } = { sha256, clock: bootClock };
