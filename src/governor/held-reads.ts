// What live holds that write nothing read: which of them meet what a task would write. Holds that read the same places are looked at
// once, so that ten thousand of one kind cost as much as one. Not their amounts (held-groups.ts).
import { isWithin } from "../names/path.ts";
import { assert } from "../stdx/assert.ts";

interface Readers {
  readonly places: readonly string[];
  readonly holds: Set<string>;
}

export class HeldReads {
  readonly #readers = new Map<string, Readers>();
  readonly #of = new Map<string, string>();

  /** The hold `id` reads `places`, real paths and all below them. */
  add(id: string, places: readonly string[]): void {
    // No path holds a NUL.
    const key = places.join("\0");
    const readers = this.#readers.get(key) ?? { places, holds: new Set() };
    readers.holds.add(id);
    this.#readers.set(key, readers);
    this.#of.set(id, key);
  }

  remove(id: string): void {
    const key = this.#of.get(id);
    assert(key !== undefined, "a hold leaves the readers that it joined");
    this.#of.delete(id);
    const readers = this.#readers.get(key);
    readers?.holds.delete(id);
    if (readers?.holds.size === 0) this.#readers.delete(key);
  }

  /** Holds that read what lies within one of `writes`, or around it. */
  meeting(writes: readonly string[]): readonly string[] {
    const meeting: string[] = [];
    for (const { places, holds } of this.#readers.values()) {
      const meets = places.some((place) =>
        writes.some((path) => isWithin(path, place) || isWithin(place, path)),
      );
      if (meets) meeting.push(...holds);
    }
    return meeting;
  }
}
