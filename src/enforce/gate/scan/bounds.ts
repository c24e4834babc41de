// How far the gate's scan goes and how long anybody waits for it. Each bound that is exhausted refuses the request; none is
// a quiet end of the search.
import type { ViewBounds } from "../../../scan/decode/views-of.ts";
import type { ScanLimits } from "../../../scan/scan-budget.ts";

/** ms of processor time for one request whatever its size, for each MiB of it, and at most: binary data takes some seconds a MiB. */
const TIME_MIN = 5_000;
const TIME_PER_MIB = 8_000;
const TIME_MAX = 120_000;

/** Bytes looked at whatever the size, and for each byte: every reading of it by every layer. */
const WORK_MIN: number = 64 * 1024 * 1024;
const WORK_FACTOR = 2048;

/** Bytes of readings held at once: a body of 64 MiB has up to five at a time. */
const MEMORY_MAX: number = 448 * 1024 * 1024;

/** A pushed pack has one stream for each of its objects; an upload may be one long stream; binary data has many readings. */
export const READING: ViewBounds = { streams: 20_000, inflated: 64 * 1024 * 1024, factor: 48 };

/** What the scan of `bytes` bytes may take. */
export function limitsFor(bytes: number): ScanLimits {
  return { time: timeFor(bytes), work: WORK_MIN + WORK_FACTOR * bytes, memory: MEMORY_MAX };
}

function timeFor(bytes: number): number {
  return Math.min(TIME_MAX, TIME_MIN + Math.ceil((TIME_PER_MIB * bytes) / (1024 * 1024)));
}

/** ms of wall-clock time after which a thread that has not answered is ended: twice its own budget, since a scan may begin again, and a start. */
export function deadlineFor(bytes: number): number {
  return 2 * timeFor(bytes) + START_MAX;
}

/** ms for the thread to start and to take in the values of a task. */
const START_MAX = 20_000;

/** ms that a request waits for its turn. */
export const WAIT_MAX = 180_000;

/** Requests of one task that wait for their turn; as many as it may have under way (http/bounds.ts). */
export const WAITING_MAX = 256;

/** Requests that lie before the thread while it is at one, and their bytes: so short that the turns of tasks stay fair. */
export const AHEAD_MAX = 8;
export const AHEAD_BYTES_MAX: number = 64 * 1024;

/** MiB of JavaScript heap of the thread: a reading is also held as text. */
export const HEAP_MAX = 768;

/** Tokens that are remembered of one endpoint's answers; older ones are forgotten. */
export const OWN_TOKENS_MAX = 4096;

/** Kinds that one event lists. */
export const KINDS_MAX = 64;
