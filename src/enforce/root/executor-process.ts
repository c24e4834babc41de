// The executor's process: `node executor-process.js [CONFIG]`, started as root. It takes writs from one governor, verifies them
// with the public key alone, and starts each task's runner as the uid that the writ names. It holds no signing key, no
// ledger and no network, reads no spec and decides nothing. Everything it loads is in this folder, in ../writ and in stdx.
import { readFileSync } from "node:fs";
import { WritError } from "../../stdx/writ-error.ts";
import { EXECUTOR_CONFIG, readExecutorConfig } from "./executor-config.ts";
import { serveExecutor } from "./serve-executor.ts";
import { reportTo, type Supervisor, supervisorOf } from "./tell-supervisor.ts";

async function main(file: string): Promise<void> {
  process.umask(0o022);
  try {
    if (process.geteuid?.() !== 0) throw notRoot();
    const server = await serveExecutor(readExecutorConfig(file), uptime, say);
    const rest = reportTo(supervisor(), { lives: () => true, untold });
    const stop = (): void => void Promise.all([rest(), server.close()]).then(() => process.exit(0));
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, stop);
    say("ready");
  } catch (error) {
    if (!(error instanceof WritError)) throw error;
    say(`error: ${error.message}`);
    say(`hint: ${error.hint}`);
    process.exit(1);
  }
}

/** The two variables that tell of it are all that is read of the environment. */
function supervisor(): Supervisor | null {
  return supervisorOf({
    NOTIFY_SOCKET: process.env["NOTIFY_SOCKET"],
    WATCHDOG_USEC: process.env["WATCHDOG_USEC"],
  });
}

function untold(): void {
  say("error: the supervisor at NOTIFY_SOCKET was not told that this is ready: is systemd-notify there?");
}

/** ms since boot, suspend included (proc_uptime(5)). */
function uptime(): number {
  return Math.floor(Number.parseFloat(readFileSync("/proc/uptime", "latin1")) * 1000);
}

function say(line: string): void {
  process.stderr.write(`writ-executor: ${line}\n`);
}

function notRoot(): WritError {
  return new WritError(
    "WRIT_SERVICE_REFUSED",
    "the executor is started as root, which alone can change uids",
    {
      hint: "systemctl start writ-executor.service",
    },
  );
}

await main(process.argv[2] ?? EXECUTOR_CONFIG);
