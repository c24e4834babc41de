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
function tellSupervisor({ socket }: Supervisor, ...words: readonly string[]): Promise<boolean> {
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

/** What a service says of itself while it is watched. */
export interface Reporting {
  /** Whether it can do its work: a process that hangs, or lives and can do nothing, gives no sign of life. */
  readonly lives: () => boolean;
  /** That it is ready could not be told: its supervisor will take it for one that never started. */
  readonly untold: () => void;
}

/**
 * Says that the service is ready, and from then on, twice in each time that a sign of life is wanted, that it lives: one
 * message after the other. The returned function says that it stops; it resolves when that is said, or could not be.
 */
export function reportTo(
  supervisor: Supervisor | null,
  { lives, untold }: Reporting,
): () => Promise<unknown> {
  if (supervisor === null) return () => Promise.resolve();
  let telling: Promise<unknown> | null = null;
  const tell = (word: string): Promise<boolean> => {
    const sent = tellSupervisor(supervisor, word);
    telling = sent.finally(() => {
      telling = null;
    });
    return sent;
  };
  void tell("READY=1").then((sent) => (sent ? undefined : untold()));
  const sign = (): void => {
    if (telling === null && lives()) void tell("WATCHDOG=1");
  };
  const timer = supervisor.watchdog === null ? null : setInterval(sign, supervisor.watchdog / 2).unref();
  return async () => {
    if (timer !== null) clearInterval(timer);
    await telling;
    return tell("STOPPING=1");
  };
}
