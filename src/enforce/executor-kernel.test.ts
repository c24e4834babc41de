// What a confined task can reach of processes, network and kernel, tried for real.

import { existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { type AccountName, accounts } from "../../test/enforce/confined-runner.ts";
import { confinedSuite } from "../../test/enforce/confined-suite.ts";

const PYTHON = "/usr/bin/python3";
const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../test/fixtures/${name}`, import.meta.url));

describe.each(accounts())("executor: a task of %s", (account: AccountName) => {
  const at = confinedSuite(account);
  const { file, shell } = at;

  test("P7 no other process is seen or hit", async () => {
    const script = `ls /proc | grep -c '^[0-9]'; kill -0 ${process.pid} ${at.runner.pid} && echo hit; kill -9 -1; echo end`;
    const { stdout } = await at.runner.run({ asked: shell(script) });
    const [count, ...rest] = stdout.split("\n");
    expect(Number(count)).toBeLessThanOrEqual(5);
    expect(rest).toEqual(["end", ""]);
    const after = await at.runner.run({ asked: shell("echo on") });
    expect(after.stdout).toBe("on\n");
  });

  test("P7 no socket to anywhere", async () => {
    const target = await listening();
    const address = target.address();
    const port = typeof address === "object" && address !== null ? String(address.port) : "";
    const program = fixture("network-attempts.mjs");
    file(`${at.work}/attempts.mjs`, readFileSync(program, "utf8"));
    const asked = {
      command: ["node", `${at.work}/attempts.mjs`, port],
      directory: at.work,
      reads: [at.work],
    };
    const { stdout, stderr } = await at.runner.run({ asked });
    target.close();
    expect(stderr).toBe("");
    const { interfaces, ...attempts } = JSON.parse(stdout) as Record<string, string> & {
      interfaces: string[];
    };
    expect(interfaces).toEqual(["lo"]);
    for (const [name, result] of Object.entries(attempts)) {
      expect([name, result]).toEqual([
        name,
        expect.stringMatching(/^(?:ECONNREFUSED|ENETUNREACH|EAFNOSUPPORT|EADDRNOTAVAIL)$/u),
      ]);
    }
  });

  test("P7 no forbidden system call works", async (context) => {
    if (!existsSync(PYTHON)) context.skip(`no ${PYTHON} to make system calls with`);
    file(`${at.work}/calls.py`, readFileSync(fixture("forbidden-calls.py"), "utf8"));
    const asked = { command: [PYTHON, `${at.work}/calls.py`], directory: at.work, reads: [at.work] };
    const { stdout, stderr } = await at.runner.run({ asked });
    expect(stderr).toBe("");
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => line.split(" "));
    expect(lines.length).toBe(22);
    for (const [name, result] of lines) {
      expect([name, result]).toEqual([
        name,
        expect.stringMatching(/^(?:EPERM|ENOSYS|EAFNOSUPPORT|EPROTONOSUPPORT)$/u),
      ]);
    }
  });

  test("P7 no remount, no mount, no namespace, no capability", async () => {
    const script = [
      "mount -o remount,rw / && echo remounted",
      "mount -t tmpfs x /tmp && echo mounted",
      "unshare -U true && echo user",
      "unshare -m true && echo mountns",
      "grep -E '^Cap(Inh|Prm|Eff|Bnd|Amb)' /proc/self/status",
      "grep NoNewPrivs /proc/self/status",
    ].join("; ");
    const { stdout } = await at.runner.run({ asked: shell(script) });
    const lines = stdout.trim().split("\n");
    expect(lines.pop()).toBe("NoNewPrivs:\t1");
    expect(lines.length).toBe(5);
    for (const line of lines) expect(line).toMatch(/^Cap\w+:\t0{16}$/u);
  });
});

/** A listener of the host on every loopback address, which no task may reach. */
function listening(): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.listen({ host: "::", port: 0 }, () => resolve(server));
  });
}
