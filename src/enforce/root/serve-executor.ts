// The executor's listening socket, in a folder that the governor's account alone may enter: who connects is the governor. One
// at a time; the next is served when nothing of the last one is left.
import { randomBytes } from "node:crypto";
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import type { BootClock } from "../../stdx/ports.ts";
import { WritError } from "../../stdx/writ-error.ts";
import { type ExecutorConfig, publicKeyOf } from "./executor-config.ts";
import { EXECUTOR_FOLDER, EXECUTOR_SOCKET, SUBMIT_FOLDER } from "./run-folder.ts";
import { serveGovernor } from "./session.ts";

export interface ExecutorServer {
  /** Takes no governor any more and ends what the last one started. */
  close(): Promise<void>;
}

/** Bytes of a socket's path on Linux with its final NUL (unix(7), sun_path). */
const SUN_PATH_MAX = 108;

/** Listens for the governor of `config`. Throws WRIT_SERVICE_REFUSED for a run folder that cannot be used. */
export async function serveExecutor(
  config: ExecutorConfig,
  clock: BootClock,
  say: (line: string) => void,
): Promise<ExecutorServer> {
  const path = `${config.run}/${EXECUTOR_FOLDER}/${EXECUTOR_SOCKET}`;
  makeFolders(config, path);
  const publicKey = publicKeyOf(config);
  const boot = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
  const server = createServer();
  let live: { readonly socket: Socket; readonly over: Promise<void> } | null = null;
  server.on("connection", (socket) => {
    socket.on("error", () => socket.destroy());
    // One governor a home: who comes second waits and tries again.
    if (live !== null) return void socket.destroy();
    const instance = randomBytes(8).toString("hex");
    const gone = (): void => {
      live = null;
      say("the governor is gone: nothing that it started is left");
    };
    const over = serveGovernor(socket, { config, publicKey, boot, instance, clock, say }).then(gone);
    live = { socket, over };
  });
  await listen(server, path);
  return {
    close: async () => {
      server.close();
      live?.socket.destroy();
      await live?.over;
    },
  };
}

/** Root's but for the governor's own folder, and those of each principal, which it alone and the governor may enter. */
function makeFolders({ run, spool, uid, gid, principals }: ExecutorConfig, socket: string): void {
  if (Buffer.byteLength(socket) >= SUN_PATH_MAX)
    throw refused(
      `socket path \`${socket}\` has ${Buffer.byteLength(socket)} bytes: limit is ${SUN_PATH_MAX - 1}`,
    );
  try {
    mkdirSync(run, { recursive: true, mode: 0o711 });
    const tasks = `${run}/tasks`;
    mkdirSync(tasks, { recursive: true, mode: 0o711 });
    for (const left of readdirSync(tasks)) removeEmpty(`${tasks}/${left}`);
    ownFolder(`${run}/${EXECUTOR_FOLDER}`, { uid, gid, mode: 0o700 });
    mkdirSync(`${run}/${SUBMIT_FOLDER}`, { recursive: true, mode: 0o711 });
    mkdirSync(spool, { recursive: true, mode: 0o711 });
    for (const principal of principals) {
      ownFolder(`${run}/${SUBMIT_FOLDER}/${principal.uid}`, { uid: principal.uid, gid, mode: 0o730 });
      ownFolder(`${spool}/${principal.uid}`, { uid: principal.uid, gid, mode: 0o770 });
    }
    rmSync(socket, { force: true });
  } catch (cause) {
    const { code = "unknown reason" } = cause as NodeJS.ErrnoException;
    throw refused(`cannot make folders below \`${run}\` and \`${spool}\`: ${code}`, cause);
  }
}

/** A real folder right below root's own, so that nobody else can put another thing in its place. */
function ownFolder(path: string, { uid, gid, mode }: { uid: number; gid: number; mode: number }): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  chownSync(path, uid, gid);
  // Whatever was made of it meanwhile, and beyond what the umask lets mkdir(2) set.
  chmodSync(path, mode);
}

/** What a killed runner left in one stays: root removes nothing inside a folder of somebody else's. */
function removeEmpty(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    return;
  }
}

function listen(server: ReturnType<typeof createServer>, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause) => reject(refused(`cannot listen at \`${path}\``, cause)));
    // Open to whoever can enter the folder: a chmod after the bind would follow what was put in the socket's place.
    const umask = process.umask(0);
    server.listen(path, resolve);
    process.umask(umask);
  });
}

function refused(message: string, cause?: unknown): WritError {
  return new WritError("WRIT_SERVICE_REFUSED", message, { hint: "sudo writ service install --apply", cause });
}
