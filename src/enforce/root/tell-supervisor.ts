// Tells systemd how a service of ours is (sd_notify(3)), through its own program: Node opens no datagram socket of the unix kind.
import { spawn } from "node:child_process";

/** Where the message goes, as the supervisor said; null: nobody waits for one. */
export interface Supervisor {
  readonly socket: string;
  /** ms within which a sign of life is wanted; null: none is. */
  readonly watchdog: number | null;
}

/** The supervisor that `env` names (NOTIFY_SOCKET, WATCHDOG_USEC); null: there is none. */
export function supervisorOf(env: Readonly<Record<string, string | undefined>>): Supervisor | null {
  const socket = env["NOTIFY_SOCKET"] ?? "";
  if (!/^[/@]/u.test(socket)) return null;
  const usec = Number(env["WATCHDOG_USEC"] ?? "");
  return { socket, watchdog: Number.isSafeInteger(usec) && usec > 0 ? usec / 1000 : null };
}

/** Sends `words` (`READY=1`); resolves with whether it was sent. Never rejects. */
export function tellSupervisor({ socket }: Supervisor, ...words: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn("/usr/bin/systemd-notify", ["--", ...words], {
      cwd: "/",
      env: { NOTIFY_SOCKET: socket },
      stdio: "ignore",
    });
    child.once("error", () => resolve(false));
    child.once("exit", (code) => resolve(code === 0));
  });
}

/**
 * Says that the service is ready, and from then on, twice in each time that a sign of life is wanted, that it lives while
 * `lives` says so: a process that hangs, or lives and can do nothing, says nothing. The returned function ends it.
 */
export function reportTo(supervisor: Supervisor | null, lives: () => boolean): () => void {
  if (supervisor === null) return () => undefined;
  void tellSupervisor(supervisor, "READY=1");
  if (supervisor.watchdog === null) return () => void tellSupervisor(supervisor, "STOPPING=1");
  const timer = setInterval(() => {
    if (lives()) void tellSupervisor(supervisor, "WATCHDOG=1");
  }, supervisor.watchdog / 2);
  timer.unref();
  return () => {
    clearInterval(timer);
    void tellSupervisor(supervisor, "STOPPING=1");
  };
}
