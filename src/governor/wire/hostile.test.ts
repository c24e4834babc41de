// What anyone may throw at the governor's socket: each breach closes that connection without an answer, and the governor
// goes on serving others.
import { connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { BUILD, type MadeHome, makeHome, run, taskOf } from "../fixtures/made-home.ts";
import type { Governor } from "../governor.ts";
import { homePaths, SOCKET_NAME } from "../home.ts";
import { FRAME, FRAME_MAX, FrameReader, type FrameType, jsonFrame, rawFrame } from "./frames.ts";
import { PROTOCOL } from "./messages.ts";

let made: MadeHome;
let governor: Governor;
beforeAll(async () => {
  made = await makeHome();
  governor = await made.open({ idle_ms: 60_000 });
  await governor.status();
});
afterAll(() => made.end());

const hello = json(FRAME.hello, { protocol: PROTOCOL, version: "x", build: BUILD });
const input = { text: "task: t\nrun: { command: ['true'] }", source: "t", directory: "/tmp", format: "yaml" };

test.each<[string, Buffer[]]>([
  ["bytes that are no frame", [Buffer.from("GET / HTTP/1.1\r\n\r\n")]],
  ["a length of zero", [Buffer.alloc(8)]],
  ["a length over the limit", [over()]],
  ["an unknown type", [Buffer.from([0, 0, 0, 1, 99])]],
  ["a request before the greeting", [json(FRAME.request, { op: "status" })]],
  ["a greeting without a build", [json(FRAME.hello, { protocol: PROTOCOL, version: "x" })]],
  [
    "a greeting with one member more",
    [json(FRAME.hello, { protocol: PROTOCOL, version: "x", build: BUILD, uid: 0 })],
  ],
  ["a greeting that is no JSON", [rawFrame(FRAME.hello, Buffer.from("{"))]],
  ["two greetings", [hello, hello]],
  ["a request that is null", [hello, json(FRAME.request, null)]],
  ["an unknown operation", [hello, json(FRAME.request, { op: "override" })]],
  ["a request with one member more", [hello, json(FRAME.request, { op: "decide", input, force: true })]],
  ["a run without `wait`", [hello, json(FRAME.request, { op: "run", input, terminal: null })]],
  ["a run without `terminal`", [hello, json(FRAME.request, { op: "run", input, wait: true })]],
  ...[
    { rows: 0, columns: 80, name: "xterm", colour: null },
    { rows: 24, columns: "80; id", name: "xterm", colour: null },
    { rows: 24, columns: 80, name: "../../etc/passwd", colour: null },
    { rows: 24, columns: 80, name: "xterm", colour: "$(id)" },
    { rows: 24, columns: 80, name: "xterm", colour: null, path: "/dev/pts/0" },
    "/dev/pts/0",
  ].map((terminal): [string, Buffer[]] => [
    `a run with the terminal ${JSON.stringify(terminal)}`,
    [hello, json(FRAME.request, { op: "run", input, wait: true, terminal })],
  ]),
  [
    "a size of nothing",
    [
      hello,
      json(FRAME.request, { op: "run", input: sleeping(), wait: true, terminal: null }),
      rawFrame(FRAME.resize, Buffer.from([0, 0, 0, 80])),
    ],
  ],
  [
    "an input with one member more",
    [hello, json(FRAME.request, { op: "decide", input: { ...input, uid: 0 } })],
  ],
  [
    "a relative directory",
    [hello, json(FRAME.request, { op: "decide", input: { ...input, directory: "tmp" } })],
  ],
  [
    "a directory with NUL",
    [hello, json(FRAME.request, { op: "decide", input: { ...input, directory: "/a\0b" } })],
  ],
  ["a sequence that is no number", [hello, json(FRAME.request, { op: "explain", sequence: "1" })]],
  ["a server's frame", [hello, json(FRAME.result, {})]],
  [
    "two requests",
    [
      hello,
      json(FRAME.request, { op: "adopt", bytes: "", source: "" }),
      json(FRAME.request, { op: "status" }),
    ],
  ],
  [
    "input for a request that takes none",
    [hello, json(FRAME.request, { op: "decide", input }), rawFrame(FRAME.stdin, Buffer.from("x"))],
  ],
  [
    "input over its credit",
    [hello, json(FRAME.request, { op: "run", input: sleeping(), wait: true, terminal: null }), ...flood()],
  ],
  [
    "input after its end",
    [
      hello,
      json(FRAME.request, { op: "run", input: sleeping(), wait: true, terminal: null }),
      rawFrame(FRAME.stdin_end, Buffer.alloc(0)),
      rawFrame(FRAME.stdin, Buffer.from("x")),
    ],
  ],
])("serveSession closes the connection on %s", async (_name, frames) => {
  const types = await converse(frames);
  expect(types.filter((type) => type === FRAME.result || type === FRAME.error)).toEqual([]);
  expect((await governor.status()).pid).toBeGreaterThan(0);
});

test("serveSession answers another protocol or build with an error that any version can read", async () => {
  const other = await makeHome();
  try {
    await (await other.open()).status();
    const types = await converse([json(FRAME.hello, { protocol: 99, version: "9", build: "9" })], other);
    expect(types).toEqual([FRAME.error]);
  } finally {
    await other.end();
  }
});

test("after all of that the governor still runs a task", async () => {
  expect((await run(governor, taskOf(made, ["true"]))).observation?.exit_code).toBe(0);
});

function json(type: FrameType, value: unknown): Buffer {
  const frame = jsonFrame(type, value);
  if (frame === null) throw new Error("too large");
  return frame;
}

function over(): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt32BE(FRAME_MAX + 1, 0);
  return bytes;
}

function sleeping(): object {
  const text = JSON.stringify({
    task: "t",
    run: { command: ["sleep", "60"] },
    needs: { reads_directory: true },
  });
  return { text, source: "t", directory: made?.work ?? "/tmp", format: "json" };
}

function flood(): Buffer[] {
  return Array.from({ length: 8 }, () => rawFrame(FRAME.stdin, Buffer.alloc(65_536)));
}

/** Sends all of it at once and gives the types of every answer until the other side closes. */
function converse(frames: readonly Buffer[], to: MadeHome = made): Promise<readonly number[]> {
  return new Promise((resolve, reject) => {
    const reader = new FrameReader();
    const types: number[] = [];
    const socket = connect(`${homePaths(to.home).run}/${SOCKET_NAME}`);
    socket.on("data", (chunk: Buffer) => {
      for (const { type } of reader.push(chunk) ?? []) types.push(type);
    });
    socket.on("close", () => resolve(types));
    socket.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "ECONNRESET" && error.code !== "EPIPE") reject(error);
    });
    for (const frame of frames) socket.write(frame);
  });
}
