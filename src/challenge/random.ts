// A seeded source of choices, so that a run can be repeated. Not for secrets.
import { createHash } from "node:crypto";

export interface Random {
  /** A whole number below `limit`, which is at least 1. */
  below(limit: number): number;
  pick<T>(items: readonly [T, ...T[]]): T;
}

/** The source of `seed` and `name`: the same two give the same choices, whatever else is drawn. */
export function randomOf(seed: number, name: string): Random {
  let block = 0;
  let pool: Buffer = Buffer.alloc(0);
  const next = (): number => {
    if (pool.length < 6) {
      pool = createHash("sha256").update(`${seed} ${name} ${block}`).digest();
      block += 1;
    }
    const value = pool.readUIntBE(0, 6);
    pool = pool.subarray(6);
    return value;
  };
  const below = (limit: number): number => next() % limit;
  return { below, pick: (items) => items[below(items.length)] ?? items[0] };
}
