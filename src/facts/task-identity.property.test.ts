// Permission bits against a naive reading of path_resolution(7), for every mode and every relation to the file.
import type { BigIntStats } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { depth, seed } from "../../test/depth.ts";
import { type Access, modePermits } from "./task-identity.ts";

const ids = fc.integer({ min: 1, max: 4 });

describe("modePermits", () => {
  it("agrees with the letters that ls shows", () => {
    const cases = fc.record({
      mode: fc.integer({ min: 0, max: 0o777 }),
      uid: ids,
      gid: ids,
      who: fc.record({ uid: ids, gid: ids, groups: fc.array(ids, { maxLength: 2 }) }),
      access: fc.constantFrom<Access>("read", "write", "search"),
    });
    fc.assert(
      fc.property(cases, ({ mode, uid, gid, who, access }) => {
        const letters = Array.from(mode.toString(2).padStart(9, "0"))
          .map((bit, at) => (bit === "1" ? "rwx"[at % 3] : "-"))
          .join("");
        const [owner, group, others] = [letters.slice(0, 3), letters.slice(3, 6), letters.slice(6)];
        const triple = who.uid === uid ? owner : who.gid === gid || who.groups.includes(gid) ? group : others;
        const letter = { read: "r", write: "w", search: "x" }[access];
        const stats = { mode: BigInt(0o100000 + mode), uid: BigInt(uid), gid: BigInt(gid) } as BigIntStats;
        expect(modePermits(stats, who, access)).toBe(triple?.includes(letter));
      }),
      { seed, numRuns: depth(2000, 100_000) },
    );
  });
});
