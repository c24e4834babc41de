// Assertions: broken invariants, never caught below main. Not for bad input and not for a failing system.

/** Thrown when Writ itself is wrong. Nothing below main catches it; the task at hand does not run. */
export class BrokenInvariant extends Error {
  override readonly name = "BrokenInvariant";
}

/**
 * Throws `BrokenInvariant` unless `condition` holds.
 *
 * @example assert(sequence >= 0, "sequence is never negative");
 */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new BrokenInvariant(message);
}

/** Marks a place that types prove unreachable; reaching it is a broken invariant. */
export function unreachable(value: never): never {
  throw new BrokenInvariant(`unreachable value: ${JSON.stringify(value)}`);
}
