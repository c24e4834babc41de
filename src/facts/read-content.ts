// Reads a small file whole, for a look at what it holds. Not the hashing of grants (facts/).
import { constants } from "node:fs";
import { open } from "node:fs/promises";

/** The bytes of a regular file of at most `max` bytes; null: it is another thing, larger, or cannot be read. Never throws. */
export async function readContent(path: string, max: number): Promise<Uint8Array | null> {
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stat = await file.stat();
    if (!stat.isFile() || stat.size > max) return null;
    const bytes = Buffer.alloc(max + 1);
    let length = 0;
    for (let read = 1; read > 0 && length <= max; length += read) {
      ({ bytesRead: read } = await file.read(bytes, length, bytes.length - length, length));
    }
    return length > max ? null : bytes.subarray(0, length);
  } catch {
    return null; // What cannot be read here, the gate looks at when it leaves.
  }
}
