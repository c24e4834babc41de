// The states of an amendment, explored exhaustively: every order of steps up to a depth, from genesis, over five specs of two
// ordered fields, with a clock that jumps past each wait. What may not happen is said by an oracle that reads nothing of the
// ratchet but the records it made.
import { expect, test } from "vitest";
import { depth } from "../../../test/depth.ts";
import type { JsonObject } from "../../stdx/json.ts";
import {
  type AmendmentState,
  afterRecord,
  countedTime,
  NO_RATCHET,
  type Ratchet,
  type RatchetRecord,
} from "./ratchet.ts";
import {
  type Compared,
  FOUNDING_WAIT_MS,
  inFounding,
  isOver,
  judgeAdoption,
  judgeConfirmation,
  judgeProposal,
} from "./ratchet-rules.ts";

const HOUR = 3_600_000;
const COOLING_OFF = 72 * HOUR;
const TRIAL = 10 * 24 * HOUR;
const FOUNDING = 2 * 24 * HOUR;
const QUORUM = 2;
const DEPTH = depth(5, 7);

/** Two fields each, higher is looser: the first, tighter, looser, looser still, and a trade of one for the other. */
const SPECS = { a: [1, 1], b: [0, 1], c: [2, 1], d: [2, 2], e: [0, 2] } as const;
type Name = keyof typeof SPECS;
const NAMES = Object.keys(SPECS) as Name[];
const within = (b: Name, a: Name): boolean => SPECS[b].every((value, at) => value <= (SPECS[a][at] ?? 0));

interface World {
  readonly ratchet: Ratchet;
  readonly records: readonly RatchetRecord[];
  readonly time: number;
  /** ms since boot, and which boot. */
  readonly uptime: number;
  readonly boot: string;
  readonly signatures: number;
}

type Step = (world: World) => World;

function recorded(world: World, kind: RatchetRecord["kind"], core: JsonObject): World {
  const record: RatchetRecord = { kind, sequence: world.records.length, time: world.time, core };
  return { ...world, ratchet: afterRecord(world.ratchet, record), records: [...world.records, record] };
}

function adoptedCore(world: World, name: Name, core: JsonObject): JsonObject {
  return { spec_hash: name, bytes_hash: name, before: inForce(world), ...core };
}

function inForce({ ratchet }: World): Name {
  return ratchet.in_force?.spec_hash as Name;
}

function comparedTo(world: World, name: Name): Compared {
  const base = world.ratchet.open?.state === "trial" ? (world.ratchet.open.base.spec_hash as Name) : null;
  const to_base = base === null || within(name, base) ? "within" : within(base, name) ? "between" : "neither";
  return { bytes_hash: name, looser: !within(name, inForce(world)), to_base };
}

/** What a governor does before anything else: takes back what is on trial for too long. */
function settled(world: World): World {
  const { open } = world.ratchet;
  if (open === null || !isOver(world.ratchet, world.time)) return world;
  const core = { by: "reverted", amendment: open.sequence, cause: "trial_over" };
  return recorded(world, "spec_adopted", adoptedCore(world, open.base.spec_hash as Name, core));
}

const adopt =
  (name: Name): Step =>
  (world) => {
    if (name === inForce(world)) return world;
    const step = judgeAdoption(world.ratchet, world.time, comparedTo(world, name), 1);
    if ("refused" in step) return world;
    const by =
      step.step === "begin"
        ? { by: "amendment", amendment: step.amendment.sequence }
        : { by: "tightening", ends_trial: step.ends_trial };
    return recorded(world, "spec_adopted", adoptedCore(world, name, by));
  };

/** Signed anew, by one key or by both. */
const propose =
  (name: Name, keys: readonly string[]): Step =>
  (world) => {
    const signatures = keys.map((signer, at) => ({ signer, id: `${world.signatures + at}` }));
    const next = { ...world, signatures: world.signatures + keys.length };
    const ids = signatures.map(({ id }) => id);
    const step = judgeProposal(world.ratchet, world.time, comparedTo(world, name), ids);
    if ("refused" in step) return world;
    if (step.step === "sign")
      return recorded(next, "amendment_signed", { amendment: step.amendment.sequence, signatures });
    const { founding } = step;
    return recorded(next, "amendment_proposed", {
      spec_hash: name,
      bytes_hash: name,
      base: inForce(world),
      founding,
      wait: founding ? FOUNDING_WAIT_MS : COOLING_OFF,
      trial: founding ? null : TRIAL,
      quorum: founding ? 1 : QUORUM,
      looser: ["field"],
      signatures,
    });
  };

const confirm: Step = (world) => {
  const step = judgeConfirmation(world.ratchet, world.time, 1);
  if ("refused" in step) return world;
  const signatures = [{ signer: "k1", id: `${world.signatures}` }];
  const next = { ...world, signatures: world.signatures + 1 };
  return recorded(next, "amendment_confirmed", { amendment: step.amendment.sequence, signatures });
};

const withdraw: Step = (world) => {
  const { open } = world.ratchet;
  if (open === null) return world;
  if (open.state !== "trial") return recorded(world, "amendment_withdrawn", { amendment: open.sequence });
  const core = { by: "reverted", amendment: open.sequence, cause: "withdrawn" };
  return recorded(world, "spec_adopted", adoptedCore(world, open.base.spec_hash as Name, core));
};

const close: Step = (world) =>
  inFounding(world.ratchet, world.time) ? recorded(world, "founding_closed", {}) : world;

/** While a governor runs. */
const wait =
  (ms: number): Step =>
  (world) => ({ ...world, time: world.time + ms, uptime: world.uptime + ms });

/** A crash, and the next start after `ms`; in the same boot or another one. Nothing is kept but the records. */
const crash =
  (ms: number, reboot: boolean): Step =>
  (world) => {
    const replayed = world.records.reduce(afterRecord, NO_RATCHET);
    expect(replayed).toEqual(world.ratchet);
    const boot = reboot ? `${world.boot}'` : world.boot;
    const uptime = reboot ? 1000 : world.uptime + ms;
    return recorded({ ...world, ratchet: replayed, boot, uptime }, "software", { boot, uptime, build: "x" });
  };

const STEPS: readonly (readonly [string, Step])[] = [
  ...NAMES.map((name) => [`adopt ${name}`, adopt(name)] as const),
  ...(["c", "d", "e"] as const).flatMap((name) => [
    [`propose ${name} by one`, propose(name, ["k1"])] as const,
    [`propose ${name} by two`, propose(name, ["k1", "k2"])] as const,
  ]),
  ["sign c twice by one", (world) => propose("c", ["k1"])(propose("c", ["k1"])(world))],
  ["confirm", confirm],
  ["withdraw", withdraw],
  ["close", close],
  ["10 minutes", wait(FOUNDING_WAIT_MS)],
  ["72 hours", wait(COOLING_OFF)],
  ["10 days", wait(TRIAL)],
  ["crash, 72 hours in one boot", crash(COOLING_OFF, false)],
  ["crash, 72 hours and another boot", crash(COOLING_OFF, true)],
];

function born(founding: number): World {
  const empty: World = {
    ratchet: NO_RATCHET,
    records: [],
    time: 0,
    uptime: 5000,
    boot: "boot",
    signatures: 1000,
  };
  const genesis = recorded(empty, "genesis", { operator: "k1", founding });
  const started = recorded(genesis, "software", { boot: "boot", uptime: 5000, build: "x" });
  return recorded(started, "spec_adopted", { spec_hash: "a", bytes_hash: "a", before: null, by: "genesis" });
}

/** Two worlds that differ in nothing that a step could tell: times count from now. */
function keyOf({ ratchet, time, boot, uptime }: World): string {
  const now = countedTime(ratchet, time);
  const { open, in_force, charter, ended, founding_ends, clock } = ratchet;
  const ago = (at: number | null): number | null =>
    at === null ? null : Math.min(Math.max(at - now, -8 * 24 * HOUR), TRIAL);
  return JSON.stringify([
    in_force?.spec_hash,
    charter?.spec_hash,
    ended?.state,
    Math.max(0, founding_ends - now),
    boot === clock.boot,
    uptime - clock.uptime - (time - clock.time),
    open && [
      open.state,
      open.spec_hash,
      open.base.spec_hash,
      open.founding,
      open.signers,
      ago(open.due),
      ago(open.until),
      open.trial,
    ],
  ]);
}

/** What the records say, read without the ratchet: a loosening was proposed long enough ago, signed by enough, and nothing came between. */
function checkLoosening(before: World, after: World, path: string): void {
  const [from, to] = [inForce(before), inForce(after)];
  const { records } = after;
  if (records.at(-1)?.core["by"] === "reverted") return checkRevert(records, to, path);
  if (within(to, from)) return;
  const at = records.findLastIndex(
    ({ kind, core }) => kind === "amendment_proposed" && core["bytes_hash"] === to,
  );
  const proposal = records[at];
  expect(proposal, path).toBeDefined();
  const since = records.slice(at + 1, -1);
  expect(
    since.filter(({ kind }) => ["spec_adopted", "amendment_withdrawn"].includes(kind)),
    path,
  ).toEqual([]);
  const keys = [proposal, ...since.filter(({ kind }) => kind === "amendment_signed")].flatMap(
    (record) => (record?.core["signatures"] ?? []) as unknown as readonly { readonly signer: string }[],
  );
  const founding = proposal?.core["founding"] === true;
  expect(new Set(keys.map(({ signer }) => signer)).size, path).toBeGreaterThanOrEqual(founding ? 1 : QUORUM);
  const waited = timeBetween(records, at, records.length - 1);
  expect(waited, path).toBeGreaterThanOrEqual(founding ? FOUNDING_WAIT_MS : COOLING_OFF);
  if (!founding) return;
  expect(
    records.some(({ kind }) => kind === "founding_closed"),
    path,
  ).toBe(false);
  expect(timeBetween(records, 0, records.length - 1), path).toBeLessThan(FOUNDING);
}

/** What comes back is what was in force before the trial, and undoes no tightening that was adopted meanwhile. */
function checkRevert(records: readonly RatchetRecord[], to: Name, path: string): void {
  const adoptions = records.slice(0, -1).filter(({ kind }) => kind === "spec_adopted");
  const begun = adoptions.findLastIndex(({ core }) => core["by"] === "amendment");
  expect(adoptions[begun - 1]?.core["spec_hash"], path).toBe(to);
  for (const { core } of adoptions.slice(begun + 1))
    expect(within(to, core["spec_hash"] as Name), path).toBe(true);
}

/** By the clock of each boot, read off the records alone. */
function timeBetween(records: readonly RatchetRecord[], from: number, to: number): number {
  const at = (index: number): { boot: unknown; clock: number }[] => {
    let boot: unknown = "boot";
    let offset = 5000;
    return records.slice(0, index + 1).map(({ kind, core, time }) => {
      if (kind === "software") {
        boot = core["boot"];
        offset = (core["uptime"] as number) - time;
      }
      return { boot, clock: time + offset };
    });
  };
  const seen = at(to);
  let sum = 0;
  for (let index = from + 1; index <= to; index += 1) {
    const [one, two] = [seen[index - 1], seen[index]];
    if (one !== undefined && two !== undefined && one.boot === two.boot) sum += two.clock - one.clock;
  }
  return sum;
}

/** No looser than genesis joined with what was confirmed, and with what is on trial now. */
function checkJoin(world: World, path: string): void {
  const confirmed = world.records.flatMap(({ kind, core }, at): readonly Name[] => {
    if (kind === "amendment_confirmed") return [begunBy(world, core["amendment"])];
    const founded =
      kind === "spec_adopted" && core["by"] === "amendment" && isFounding(world, core["amendment"]);
    return founded ? [world.records[at]?.core["spec_hash"] as Name] : [];
  });
  const trial = world.ratchet.open?.state === "trial" ? [world.ratchet.open.spec_hash as Name] : [];
  const join = [0, 1].map((field) =>
    Math.max(...(["a", ...confirmed, ...trial] as const).map((name) => SPECS[name][field] ?? 0)),
  );
  expect(
    SPECS[inForce(world)].every((value, field) => value <= (join[field] ?? 0)),
    path,
  ).toBe(true);
}

function begunBy(world: World, amendment: unknown): Name {
  return world.records[amendment as number]?.core["spec_hash"] as Name;
}

function isFounding(world: World, amendment: unknown): boolean {
  return world.records[amendment as number]?.core["founding"] === true;
}

interface Reached {
  readonly world: World;
  readonly path: string;
}

/** One step further, with everything that must hold. */
function taken({ world, path }: Reached, [name, step]: (typeof STEPS)[number]): Reached {
  const before = settled(world);
  const after = settled(step(before));
  const told = `${path}, ${name}`;
  if (after.ratchet.in_force !== before.ratchet.in_force) checkLoosening(before, after, told);
  checkJoin(after, told);
  return { world: after, path: told };
}

function noteStates({ ratchet: { open, ended } }: World, states: Set<AmendmentState>): void {
  if (open !== null) states.add(open.state);
  if (ended !== null) states.add(ended.state);
}

test.each([
  ["with a founding period", FOUNDING],
  ["without one", 0],
])("P9 afterRecord and the rules: no order of steps loosens early, %s", (_, founding) => {
  const seen = new Set<string>();
  const states = new Set<AmendmentState>();
  let level: readonly Reached[] = [{ world: born(founding), path: "genesis" }];
  let steps = 0;
  for (let at = 0; at < DEPTH; at += 1) {
    const reached = level.flatMap((from) => STEPS.map((step) => taken(from, step)));
    steps += reached.length;
    for (const { world } of reached) noteStates(world, states);
    level = reached.filter(({ world }) => {
      const key = keyOf(world);
      const known = seen.has(key);
      seen.add(key);
      return !known;
    });
  }
  console.log(
    `ratchet ${founding === 0 ? "without" : "with"} founding: ${seen.size} states, ${steps} steps, depth ${DEPTH}`,
  );
  expect([...states].sort()).toEqual(["confirmed", "cooling", "proposed", "reverted", "trial", "withdrawn"]);
  expect(seen.size).toBeGreaterThan(100);
});

test("P9 afterRecord: the charter is what was in force when the founding period ended, and never again another", () => {
  const tight = adopt("b")(born(FOUNDING));
  const later = wait(FOUNDING)(tight);
  const charter = adopt("b")(close(later)).ratchet.charter ?? recorded(later, "appeal", {}).ratchet.charter;
  expect(charter?.spec_hash).toBe("b");
  expect(inFounding(later.ratchet, later.time)).toBe(false);
  expect(close(later)).toBe(later);
});
