// P1: what the executor's own process takes. Each row changes one thing of a good request and must start nothing.
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { depth, seed } from "../../../test/depth.ts";
import { BOOT, claimsOf, grantsOf, NODE, signed, taskOf } from "../../../test/enforce/confined-run.ts";
import { FrameReader, frameOf } from "../../stdx/json-frames.ts";
import type { WritClaims } from "../writ/claims.ts";
import type { ExecutorConfig } from "./executor-config.ts";
import { PROTOCOL } from "./requests.ts";
import { serveGovernor } from "./session.ts";

const key = generateKeyPairSync("ed25519");
const other = generateKeyPairSync("ed25519");
const NOW = 1_000_000;
const INSTANCE = "0123456789abcdef";
const UID = 70_001;
const asked = { command: ["true"], directory: "/tmp" };
const task = taskOf(asked);
const folder = mkdtempSync(`${tmpdir()}/writ-session-`);
const config: ExecutorConfig = {
  format: 1,
  node: NODE,
  public_key: "",
  uid: process.geteuid?.() ?? 0,
  gid: process.getegid?.() ?? 0,
  run: folder,
  spool: `${folder}/spool`,
  passwd: `${folder}/passwd`,
  principals: [
    { name: "agents", uid: UID, gid: UID, user: "alice" },
    { name: "moved", uid: UID + 1, gid: UID + 1, user: "was-somebody" },
    { name: "gone", uid: UID + 2, gid: UID + 2, user: "gone" },
  ],
};
const good: WritClaims = {
  ...claimsOf(task, grantsOf(asked), 1),
  instance: INSTANCE,
  principal: "agents",
  uid: UID,
  expires_at: NOW + 10_000,
};

beforeAll(() => {
  mkdirSync(`${folder}/tasks`);
  writeFileSync(config.passwd, `alice:x:${UID}:${UID}::/:/bin/sh\nbob:x:${UID + 1}:${UID + 1}::/:/bin/sh\n`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Asked {
  readonly claims?: object;
  readonly token?: string;
  readonly task?: object;
  readonly spec_hash?: string;
  readonly groups?: readonly string[];
}

function start({ claims = {}, token, ...rest }: Asked, id = 1): object {
  const given = { variables: [], certificate: null, rlimits: [], terminal: null };
  return {
    op: "start",
    id,
    token: token ?? signed({ ...good, ...claims }, key.privateKey),
    task,
    spec_hash: good.spec_hash,
    // No descriptors of ours: whoever gets as far as opening them is told so.
    pipes: [9_999_997, 9_999_998, 9_999_999],
    net: null,
    groups: [],
    given,
    ...rest,
  };
}

let sockets = 0;

/** What the executor answers to the frames, until the answers are as many, or it closes. */
async function answers(frames: readonly (object | Buffer)[], wanted: number): Promise<readonly object[]> {
  const path = `${folder}/${(sockets += 1)}.sock`;
  const over = Promise.withResolvers<void>();
  const server = createServer((socket: Socket) => {
    const options = { config, publicKey: key.publicKey, boot: BOOT, instance: INSTANCE, clock: () => NOW };
    void serveGovernor(socket, { ...options, say: () => undefined }).then(over.resolve);
  });
  await new Promise<void>((resolve) => void server.listen(path, resolve));
  const got: object[] = [];
  const client = connect(path);
  const reader = new FrameReader();
  await new Promise<void>((resolve) => {
    client.on("data", (chunk: Buffer) => {
      got.push(...(reader.push(chunk) ?? []));
      if (got.length >= wanted) resolve();
    });
    client.on("error", () => resolve());
    client.on("close", () => resolve());
    for (const frame of frames) client.write(Buffer.isBuffer(frame) ? frame : frameOf(frame));
  });
  client.destroy();
  server.close();
  await over.promise;
  return got;
}

const hello = { op: "hello", protocol: PROTOCOL, pid: process.pid };

describe("P1 serveGovernor", () => {
  test("P1 a good writ passes every check, and only then are its descriptors looked for", async () => {
    const got = await answers([hello, start({})], 2);
    expect(got).toEqual([
      { op: "welcome", instance: INSTANCE },
      expect.objectContaining({
        op: "failed",
        id: 1,
        code: "WRIT_LAUNCH_FAILED",
        message: expect.stringContaining("ENOENT"),
      }),
    ]);
  });

  const rows: readonly (readonly [name: string, asked: Asked, reason: RegExp])[] = [
    ["forged by another key", { token: signed(good, other.privateKey) }, /signature/u],
    ["altered", { token: altered() }, /signature/u],
    ["no token", { token: "" }, /header/u],
    ["expired", { claims: { expires_at: NOW } }, /expired/u],
    ["of too long a life", { claims: { expires_at: NOW + 10_000_000 } }, /limit is/u],
    ["of another node", { claims: { node: "other" } }, /another node/u],
    ["of another boot", { claims: { boot: "other" } }, /another boot/u],
    ["of another connection", { claims: { instance: "fedcba9876543210" } }, /another start/u],
    ["of another spec", { spec_hash: "1".repeat(64) }, /another spec/u],
    ["for another task", { task: { ...task, intent: "x" } }, /another task/u],
    ["of uid 0", { claims: { uid: 0 } }, /claims.uid/u],
    [
      "of the governor's uid",
      { claims: { uid: config.uid === 0 ? 0 : config.uid } },
      /claims.uid|never a task's/u,
    ],
    ["of a uid that root did not list", { claims: { uid: UID + 9 } }, /root listed/u],
    ["of another principal's uid", { claims: { principal: "moved" } }, /is listed as `agents`/u],
    [
      "of a uid that is somebody else's now",
      { claims: { uid: UID + 1, principal: "moved" } },
      /is `bob` now/u,
    ],
    ["of an account that is gone", { claims: { uid: UID + 2, principal: "gone" } }, /no account any more/u],
    ["without a grant it must name", { claims: { grants: {} } }, /is missing/u],
  ];
  test.each(rows)("P1 a writ %s is refused", async (_, row, reason) => {
    const got = await answers([hello, start(row)], 2);
    expect(got[1]).toMatchObject({
      op: "failed",
      code: "WRIT_WRIT_INVALID",
      message: expect.stringMatching(reason),
    });
    expect(readdirSync(`${folder}/tasks`)).toEqual([]);
  });

  test("P1 a writ is spent by its first use, whatever came of that, and so is every earlier one", async () => {
    const second = start({ claims: { fence: 2 } }, 2);
    const got = await answers([hello, second, { ...second, id: 3 }, start({}, 4)], 4);
    expect(got.slice(2)).toMatchObject([
      { id: 3, code: "WRIT_WRIT_INVALID", message: expect.stringContaining("highest one used is 2") },
      { id: 4, code: "WRIT_WRIT_INVALID", message: expect.stringContaining("highest one used is 2") },
    ]);
  });

  test.each([
    "/etc/passwd",
    "/sys/fs/cgroup/memory/cgroup.procs",
    "/sys/fs/cgroup/memory/writ-abcd-task-1/tasks",
    "/sys/fs/cgroup/memory/../writ-abcd-task-1/cgroup.procs",
    "/sys/fs/cgroup/memory/writ-abcd-task-1/cgroup.procs",
  ])("a group that is not the governor's own is not joined: %s", async (file) => {
    const got = await answers([hello, start({ groups: [file] })], 2);
    // One that is no path in its one form breaks the protocol.
    if (file.includes("..")) expect(got).toHaveLength(1);
    else expect(got[1]).toMatchObject({ op: "failed", message: expect.stringContaining("control group") });
  });

  test.each([
    ["a request before the hello", [start({})]],
    ["a second hello", [hello, hello, start({})]],
    [
      "a hello for a process of another account",
      [{ ...hello, pid: process.geteuid?.() === 0 ? 4_000_000 : 1 }],
    ],
    ["another version", [{ ...hello, protocol: PROTOCOL + 1 }]],
    ["an unknown operation", [hello, { op: "shell", command: "id" }]],
    ["a member too many", [hello, { ...start({}), uid: 0 }]],
    [
      "a limit that is no limit",
      [hello, { ...start({}), given: { ...givenOf(), rlimits: ["--cpu=1", "sh"] } }],
    ],
    [
      "a variable with a strange name",
      [hello, { ...start({}), given: { ...givenOf(), variables: [{ name: "A=B", value: "" }] } }],
    ],
  ])("closes on %s", async (_, frames) => {
    const got = await answers(frames, 99);
    expect(got.filter((one) => "op" in one && one.op !== "welcome")).toEqual([]);
  });

  test("ends on any bytes after a hello, and starts nothing", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (bytes) => {
        // A length that cannot be: the stream breaks at once, however the rest reads.
        const got = await answers(
          [hello, Buffer.concat([Buffer.from([0xff]), Buffer.from(bytes), Buffer.alloc(3)])],
          99,
        );
        expect(got.filter((one) => "op" in one && one.op !== "welcome")).toEqual([]);
      }),
      { seed, numRuns: depth(20, 3000) },
    );
    expect(readdirSync(`${folder}/tasks`)).toEqual([]);
  });

  test("refuses any request of which one member was changed", async () => {
    const whole = start({}) as Record<string, unknown>;
    const members = Object.keys(whole).filter((name) => name !== "op");
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...members), fc.jsonValue({ maxDepth: 1 }), async (name, value) => {
        fc.pre(JSON.stringify(value) !== JSON.stringify(whole[name]));
        const got = await answers([hello, { ...whole, [name]: value }, { op: "stop" }], 99);
        for (const one of got.slice(1)) expect(one).toMatchObject({ op: "failed" });
      }),
      { seed, numRuns: depth(40, 5000) },
    );
    expect(readdirSync(`${folder}/tasks`)).toEqual([]);
  });
});

function givenOf(): object {
  return { variables: [], certificate: null, rlimits: [], terminal: null };
}

/** The grants of another task under the old signature. */
function altered(): string {
  const [header, , signature] = signed(good, key.privateKey).split(".");
  const claims = { ...good, grants: { ...good.grants, memory: 1e12 } };
  return `${header}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.${signature}`;
}
