// firstProcess: found below a real bubblewrap, also while another child of its monitor is there.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { firstProcess } from "./first-process.ts";

const SANDBOX =
  "exec bwrap --unshare-pid --die-with-parent --ro-bind / / -- /bin/sh -c 'echo ready; read -r end'";
const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) {
    // Its own process group: what it left in the background ends with it.
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  }
});

/** The pid of what `script` becomes, once something below it said a word. */
async function started(script: string): Promise<number> {
  const child = spawn("/bin/sh", ["-c", script], { stdio: ["pipe", "pipe", "inherit"], detached: true });
  children.push(child);
  await once(child.stdout, "data");
  return child.pid ?? 0;
}

function commandOf(pid: number | null): string {
  return pid === null ? "" : readFileSync(`/proc/${pid}/cmdline`, "latin1");
}

describe("firstProcess", () => {
  test("is the first program of a sandbox", async () => {
    const first = firstProcess(await started(SANDBOX));
    expect(commandOf(first)).toBe("/bin/sh\0-c\0echo ready; read -r end\0");
  });

  test("is it also while whoever prepared it still runs beside it", async () => {
    const first = firstProcess(await started(`sleep 60 & ${SANDBOX}`));
    expect(commandOf(first)).toBe("/bin/sh\0-c\0echo ready; read -r end\0");
  });

  test("is null where nothing is a namespace's process 1, where several are, and where nobody is", async () => {
    expect(firstProcess(await started("echo ready; sleep 60 & wait"))).toBeNull();
    expect(firstProcess(await started(`(${SANDBOX}) & (${SANDBOX}) & read -r end`))).toBeNull();
    expect(firstProcess(2 ** 22)).toBeNull();
  });
});
