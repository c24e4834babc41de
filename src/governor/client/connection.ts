// One connection to a governor, as frames. Not the finding or starting of one (reach.ts), nor a request (exchange.ts).
import { connect, type Socket } from "node:net";
import { SOCKET_NAME } from "../home.ts";
import { FRAME, type Frame, FrameReader, jsonFrame } from "../wire/frames.ts";
import { type Hello, readAnswer, type WireError } from "../wire/messages.ts";
import { socketPath } from "../wire/socket-path.ts";

/** A connection whose governor said it will serve. */
export interface Connection {
  /** Sends one frame; resolves when more may be sent. After the end nothing is sent and nothing fails. */
  send(frame: Uint8Array): Promise<void>;
  /** From here on each frame goes to `frame`; `closed` is called once, after the last one. */
  listen(frame: (frame: Frame) => void, closed: () => void): void;
  /** Takes nothing more until as many `resume` as `pause` were called; what came already may still be given. */
  pause(): void;
  resume(): void;
  close(): void;
}

/** What became of one try to connect. */
export type Tried =
  | { readonly state: "welcome"; readonly connection: Connection }
  /** No socket, or nobody behind it. */
  | { readonly state: "absent" }
  /** Somebody is there but parts: leaving, full, or gone before it said a word. Nothing was asked of it. */
  | { readonly state: "leaving" }
  /** Another build serves; it ends once its tasks have ended. */
  | { readonly state: "other_build"; readonly error: WireError }
  | { readonly state: "failed"; readonly cause: Error };

/** Connects to the socket in the run folder `run` and introduces itself. Never rejects; silent longer than `wait_ms`: failed. */
export function tryConnect(run: string, hello: Hello, wait_ms: number): Promise<Tried> {
  return new Promise((resolve) => {
    const socket = open(run);
    if (socket instanceof Error) return resolve(failure(socket));
    const timer = setTimeout(() => socket.destroy(new Error(`no welcome within ${wait_ms} ms`)), wait_ms);
    const reader = new FrameReader();
    let settled = false;
    const settle = (tried: Tried): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      if (tried.state !== "welcome") socket.destroy();
      resolve(tried);
    };
    socket.once("connect", () => socket.write(jsonFrame(FRAME.hello, hello) ?? ""));
    socket.on("error", (error) => settle(failure(error)));
    socket.on("close", () => settle({ state: "leaving" }));
    socket.on("data", function first(chunk: Buffer) {
      const frame = reader.push(chunk)?.[0];
      if (frame === undefined) return;
      socket.off("data", first);
      settle(
        frame.type === FRAME.welcome ? { state: "welcome", connection: wrap(socket, reader) } : parted(frame),
      );
    });
  });
}

function open(run: string): Socket | Error {
  try {
    const path = socketPath(run, SOCKET_NAME);
    const socket = connect(path.path);
    socket.once("connect", () => path.release());
    socket.once("error", () => path.release());
    return socket;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

const ABSENT: ReadonlySet<unknown> = new Set(["ENOENT", "ECONNREFUSED", "ENOTDIR"]);
const LEAVING: ReadonlySet<unknown> = new Set(["ECONNRESET", "EPIPE", "EAGAIN"]);

function failure(error: Error): Tried {
  const code = "code" in error ? error.code : null;
  if (ABSENT.has(code)) return { state: "absent" };
  if (LEAVING.has(code)) return { state: "leaving" };
  return { state: "failed", cause: error };
}

function parted(frame: Frame): Tried {
  if (frame.type !== FRAME.error) return { state: "failed", cause: new Error("unknown greeting") };
  return { state: "other_build", error: readAnswer(frame.payload) as WireError };
}

function wrap(socket: Socket, reader: FrameReader): Connection {
  let pauses = 0;
  return {
    pause() {
      pauses += 1;
      socket.pause();
    },
    resume() {
      pauses -= 1;
      if (pauses === 0) socket.resume();
    },
    send(frame) {
      if (socket.destroyed || !socket.writable || socket.write(frame)) return Promise.resolve();
      return new Promise((resolve) => {
        const done = (): void => {
          socket.off("drain", done);
          socket.off("close", done);
          resolve();
        };
        socket.on("drain", done);
        socket.on("close", done);
      });
    },
    listen(onFrame, closed) {
      socket.on("data", (chunk: Buffer) => {
        const frames = reader.push(chunk);
        if (frames === null) socket.destroy();
        else for (const frame of frames) onFrame(frame);
      });
      if (socket.closed) closed();
      else socket.on("close", closed);
    },
    close() {
      socket.destroy();
    },
  };
}
