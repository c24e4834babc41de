// Reads the files of a ledger that a governor may be writing meanwhile. A record of which half is there when it is read,
// with whole ones behind it a moment later, looks like damage; what really is damaged stays so.
import { setTimeout } from "node:timers/promises";

/** One write of a batch takes a millisecond or two; on a machine that is busy with much else, some tens. */
const READS_MAX = 4;
const AGAIN_AFTER_MS = 20;

/**
 * What `read` gives once it `holds`, or what it gave the last of a few times.
 *
 * @example const report = await readLive(() => verifyLedger(options), ({ ok }) => ok);
 */
export async function readLive<T>(read: () => Promise<T>, holds: (found: T) => boolean): Promise<T> {
  for (let times = 1; ; times += 1) {
    const found = await read();
    if (holds(found) || times === READS_MAX) return found;
    await setTimeout(AGAIN_AFTER_MS);
  }
}
