// Every way out of a launch settles its hold, in the ledger first. A real ledger; the executor is made up, to fail as a real
// one may.
import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import type { Grants } from "../decide/decision.ts";
import type { Execution, Executor, TaskStreams } from "../enforce/execution.ts";
import { openLedger } from "../ledger/open-ledger.ts";
import type { LedgerRecord } from "../ledger/record.ts";
import { WritError } from "../stdx/writ-error.ts";
import type { Task } from "../task/task.ts";
import { ENDED } from "./fixtures/ended.ts";
import { KeptLedger } from "./keep-ledger.ts";
import { type Admitted, Launcher, writLine } from "./launch.ts";
import { Lineages } from "./lineages.ts";
import { nameHash } from "./name-hash.ts";
import { bootClock } from "./ports.ts";
import { emptyProjection, type Projection } from "./project-record.ts";
import type { Judged } from "./records.ts";
import type { Hold } from "./sums.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const QUIET = { stdout: () => undefined, stderr: () => undefined, decided: () => undefined };
const CONTROL = { stopped: () => null, started: () => undefined };

test.each([
  ["a WritError", new WritError("WRIT_GRANT_CHANGED", "moved", { hint: "again" }), "WRIT_GRANT_CHANGED"],
  ["a system's error", new Error("EMFILE"), "WRIT_LAUNCH_FAILED"],
])(
  "Launcher.run settles a start that failed with %s as launch_failed, and charges nothing",
  async (_name, error, code) => {
    const bench = await makeBench({ start: () => Promise.reject(error) });
    const admitted = bench.admit(0);
    await expect(bench.launcher.run(admitted, QUIET, CONTROL)).rejects.toMatchObject({ code });
    const settled = (await bench.records()).at(-1);
    expect(settled).toMatchObject({
      kind: "settlement",
      core: { hold: admitted.hold.id, charged: [], observation: { cause: "launch_failed" } },
    });
    expect(bench.projection.sums.holds()).toEqual([]);
    expect(bench.freed()).toBe(1);
  },
);

test("Launcher.run never starts what was stopped before, and settles it", async () => {
  const bench = await makeBench({ start: () => Promise.reject(new Error("must not start")) });
  const observed = await bench.launcher.run(bench.admit(0), QUIET, {
    ...CONTROL,
    stopped: () => "client_gone",
  });
  expect(observed).toMatchObject({ cause: "client_gone", exit_code: null });
  expect((await bench.records()).map(({ kind }) => kind)).toEqual(["settlement"]);
});

test("Launcher.run hands writs over in the order of their fences, one at a time", async () => {
  const fences: number[] = [];
  let starting = 0;
  const bench = await makeBench({
    start: async (token) => {
      expect((starting += 1)).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 2));
      starting -= 1;
      const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8")) as {
        fence: number;
      };
      fences.push(claims.fence);
      return ending();
    },
  });
  await Promise.all([0, 1, 2, 3].map((index) => bench.launcher.run(bench.admit(index), QUIET, CONTROL)));
  expect(fences).toEqual([1, 2, 3, 4]);
});

test("Launcher.run records every egress event before the settlement, and charges the hold in full", async () => {
  const bench = await makeBench({
    start: (_token, _task, streams) => {
      for (let turn = 0; turn < 3; turn += 1) streams.egress(EGRESS);
      return Promise.resolve(ending());
    },
  });
  const admitted = bench.admit(0);
  await bench.launcher.run(admitted, QUIET, CONTROL);
  const records = await bench.records();
  expect(records.map(({ kind }) => kind)).toEqual(["writ", "egress", "egress", "egress", "settlement"]);
  expect(records[1]?.core["path"]).toBeUndefined();
  expect(records.at(-1)?.core["charged"]).toEqual(admitted.hold.destinations);
  expect(bench.projection.sums.window("node", "", 60_000, bench.now())).toMatchObject({
    external_calls: 2,
    bytes_out: 7,
  });
});

const EGRESS = {
  decision: "allow",
  via: "model",
  provider: "p",
  host: null,
  port: null,
  method: "POST",
  path: "/v1/chat/completions",
  cause: null,
  status: 200,
  bytes_out: 3,
  bytes_in: 4,
  findings: [],
} as const;

function ending(): Execution {
  return {
    pid: 1,
    ended: Promise.resolve(ENDED),
    left: () => ({ complete: false, destinations: [] }),
    stdin: () => undefined,
    signal: () => undefined,
    freeze: () => Promise.resolve(false),
    thaw: () => Promise.resolve(),
    stop: () => undefined,
  };
}

interface Bench {
  readonly launcher: Launcher;
  readonly projection: Projection;
  admit(index: number): Admitted;
  records(): Promise<readonly LedgerRecord[]>;
  freed(): number;
  now(): number;
}

async function makeBench(executor: {
  start(token: string, task: Task, streams: TaskStreams): Promise<Execution>;
}): Promise<Bench> {
  const dir = mkdtempSync(join(tmpdir(), "writ-launch-"));
  folders.push(dir);
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const key = { sign: (bytes: Uint8Array) => sign(null, bytes, privateKey), publicKey };
  const wall = (): Date => new Date();
  const ledger = new KeptLedger(
    await openLedger({ dir, origin: "test", key, time: bootClock, wall, random: randomBytes, create: true }),
  );
  const projection = emptyProjection();
  const lineages = new Lineages();
  let freed = 0;
  const launcher = new Launcher({
    ledger,
    executor: { ...executor, close: () => Promise.resolve() } satisfies Executor,
    projection,
    narrowing: projection.narrowing,
    line: writLine(),
    paths: new Map(),
    names: nameHash(Buffer.alloc(32)),
    providers: new Set(),
    key: privateKey,
    node: "n",
    boot: "b",
    uidOf: () => 1,
    instance: "i",
    clock: bootClock,
    heat: { guard: () => ({ release: () => ({ sample: null }) }) },
    lineages,
    childrenOf: () => {
      throw new Error("these tasks submit nothing");
    },
    freed: () => (freed += 1),
  });
  return {
    launcher,
    projection,
    admit: (index) => {
      const destinations = [{ host: "h", external_calls: 2, bytes_out: 7, tokens: 3, money: 4 }];
      const hold: Hold = {
        id: `h${index}`,
        principal: "p",
        lineage: "l",
        memory: 1,
        cpu: 1,
        provider: null,
        ends_at: 1,
        destinations,
      };
      projection.sums.take(hold);
      const { id, lineage: root, ends_at } = hold;
      const drawn = { calls: [], opaque: [], models: [] };
      lineages.take({ id, parent: null, root, grants: GRANTS, untrusted: false, ends_at, drawn });
      return { judged: JUDGED, grants: GRANTS, hold, sequence: index };
    },
    records: async () => {
      const records: LedgerRecord[] = [];
      for await (const record of ledger.records()) records.push(record);
      return records;
    },
    freed: () => freed,
    now: () => ledger.now(),
  };
}

/** The launcher reads only these of a decision and of grants. */
const JUDGED = { decision: { spec_hash: "s", task_digest: "t" }, task: {} } as unknown as Judged;
const GRANTS = { provider: null, submits: 0, calls: [], opaque: [], models: [] } as unknown as Grants;
