// The governor's listening socket: takes connections, counts them, and ends the process's service when there has been
// nothing to do for long enough. Not the lock (home-lock.ts), nor what a connection says (session.ts).
import { chmodSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { SOCKET_NAME } from "../home.ts";
import { PROTOCOL } from "../wire/messages.ts";
import { socketPath } from "../wire/socket-path.ts";
import type { Governing } from "./governing.ts";
import { serveSession } from "./session.ts";

export interface ServeOptions {
  /** The folder of the socket. */
  readonly run: string;
  /** Of the socket, where the folder lets others in than its owner. */
  readonly mode?: number;
  readonly governing: Governing;
  readonly version: string;
  readonly build: string;
  /** null: it never ends by itself. */
  readonly idle_ms: number | null;
  readonly broken: (error: unknown) => void;
}

export interface Service {
  /** Resolves when no more is served and every connection is closed: idle, outdated or told to stop. */
  readonly ended: Promise<void>;
  /** Takes nothing new from now on; running requests go on. */
  drain(): void;
}

/** Connections at once, each with a bounded buffer; further clients wait in the kernel's queue and try again. */
const CONNECTIONS_MAX = 256;

/** Listens in the run folder. The caller holds the home's lock, so a socket left there is a dead governor's. */
export async function serve(options: ServeOptions): Promise<Service> {
  const server = createServer();
  server.maxConnections = CONNECTIONS_MAX;
  const ended = Promise.withResolvers<void>();
  let live = 0;
  let draining = false;
  let outdated = false;
  let idle: NodeJS.Timeout | null = null;
  const drain = (): void => {
    if (draining) return;
    draining = true;
    if (idle !== null) clearTimeout(idle);
    rmSync(`${options.run}/${SOCKET_NAME}`, { force: true });
    server.close(() => ended.resolve());
  };
  const watch = (): void => {
    if (idle !== null) clearTimeout(idle);
    // Outdated, it listens on only to say so, and goes with its last request.
    const after = outdated ? 0 : options.idle_ms;
    idle = live === 0 && !draining && after !== null ? setTimeout(drain, after) : null;
  };
  server.on("connection", (socket) => {
    live += 1;
    watch();
    socket.on("close", () => {
      live -= 1;
      watch();
    });
    serveSession(socket, {
      governing: options.governing,
      welcome: { protocol: PROTOCOL, version: options.version, build: options.build, pid: process.pid },
      state: () => (draining ? "ending" : outdated ? "outdated" : "serving"),
      outdated: () => {
        outdated = true;
      },
      broken: options.broken,
    });
  });
  await listen(server, options.run, options.mode ?? 0o600);
  watch();
  return { ended: ended.promise, drain };
}

function listen(server: ReturnType<typeof createServer>, run: string, mode: number): Promise<void> {
  rmSync(`${run}/${SOCKET_NAME}`, { force: true });
  const path = socketPath(run, SOCKET_NAME);
  return new Promise((resolve, reject) => {
    server.once("error", (error) => {
      path.release();
      reject(error);
    });
    // Closing unlinks the name it was bound by, so the folder handle in a shortened name lives as long as the server.
    server.once("close", () => path.release());
    server.listen(path.path, () => {
      chmodSync(`${run}/${SOCKET_NAME}`, mode);
      resolve();
    });
  });
}
