// What live tasks have left for children, against a naive reading that keeps every task for ever and adds up anew each time.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Grants } from "../decide/decision.ts";
import { Lineages } from "./lineages.ts";

interface Known {
  readonly id: string;
  readonly parent: Known | null;
  readonly memory: number;
  readonly requests: number;
  readonly submits: number;
  live: boolean;
  /** Requests that it made itself; all of them count at its end. */
  used: number;
  asked: number;
}

const HOST = "api.example.com";

function grantsOf(memory: number, requests: number, submits: number): Grants {
  const call = { scheme: "https", host: HOST, port: 443, method: "GET", path: "/" };
  const amounts = { requests_max: requests, bytes_out_max: requests, bytes_in_max: null };
  const granted = { calls: [{ ...call, ...amounts }], opaque: [], models: [], secrets: [] };
  const paths = {
    reads: [],
    writes: [],
    toolchain: [],
    arguments: [],
    masked: [],
    executable: { path: "/x" },
  };
  return {
    ...granted,
    ...paths,
    memory,
    cpu: memory,
    processes: memory,
    submits,
    label: "l",
  } as unknown as Grants;
}

/** Everything below `one`, with what it used or, where it lives, holds. */
function takenBelow(all: readonly Known[], one: Known): number {
  return all
    .filter(({ parent }) => parent === one)
    .reduce((sum, child) => sum + (child.live ? child.requests : child.used + takenBelow(all, child)), 0);
}

function submittedBelow(all: readonly Known[], one: Known): number {
  const children = all.filter(({ parent }) => parent === one);
  return children.reduce(
    (sum, child) => sum + (child.live ? child.submits : submittedBelow(all, child)),
    one.asked,
  );
}

test("Lineages leaves each task what the naive reading does, and no line of children has more than its root", () => {
  const step = fc.record({
    does: fc.constantFrom("submit", "submit", "submit", "end"),
    at: fc.nat(),
    memory: fc.nat({ max: 60 }),
    requests: fc.nat({ max: 6 }),
    submits: fc.nat({ max: 4 }),
    used: fc.nat({ max: 6 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const lineages = new Lineages();
      const all: Known[] = [];
      const take = (parent: Known | null, memory: number, requests: number, submits: number): void => {
        const id = `h${all.length}`;
        const drawn = parent === null ? [] : [{ at: 0, requests, bytes_out: requests, bytes_in: null }];
        lineages.take({
          id,
          parent: parent?.id ?? null,
          root: "h0",
          grants: grantsOf(memory, requests, submits),
          untrusted: false,
          ends_at: 100,
          drawn: { calls: drawn, opaque: [], models: [] },
        });
        lineages.starts(id, { decision: all.length, fence: all.length + 1 });
        all.push({ id, parent, memory, requests, submits, live: true, used: 0, asked: 0 });
      };
      take(null, 100, 10, 12);
      for (const { does, at, ...ask } of steps) {
        const live = all.filter((one) => one.live);
        const one = live[at % live.length];
        if (one === undefined) break;
        const childless = !all.some(({ parent, live: lives }) => parent === one && lives);
        if (does === "end" && one.parent !== null && childless) {
          one.used = Math.min(ask.used, one.requests - takenBelow(all, one));
          const destinations = [{ host: HOST, requests: one.used, bytes_out: one.used, tokens: 0, money: 0 }];
          const left = { complete: true, destinations: one.used === 0 ? [] : destinations };
          lineages.end(one.id, { left, observation: { model_requests: 0 } });
          one.live = false;
        }
        if (does === "submit") {
          const may = one.submits - submittedBelow(all, one) >= 1;
          expect(lineages.submits(one.id)).toBe(may);
          if (!may) continue;
          one.asked += 1;
          const [remaining] = lineages.remaining(one.id, 0);
          const held = all.filter(({ parent, live: lives }) => parent === one && lives);
          expect(remaining).toMatchObject({
            memory: one.memory - held.reduce((sum, child) => sum + child.memory, 0),
            submits: one.submits - submittedBelow(all, one) + 1,
            external_calls: one.requests - takenBelow(all, one),
          });
          const fits =
            ask.memory <= (remaining?.memory ?? 0) &&
            ask.requests <= (remaining?.external_calls ?? 0) &&
            ask.submits + 1 <= (remaining?.submits ?? 0);
          if (fits) take(one, ask.memory, ask.requests, ask.submits);
        }
        const [root] = all;
        if (root === undefined) break;
        expect(takenBelow(all, root)).toBeLessThanOrEqual(root.requests);
        expect(all.reduce((sum, { asked }) => sum + asked, 0)).toBeLessThanOrEqual(root.submits);
      }
    }),
    { numRuns: 500 },
  );
});
