// What a confined task can read and write, tried for real, as root's task and as an ordinary user's.

import { chmodSync, chownSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, test } from "vitest";
import { type AccountName, accounts, TASK_UID } from "../../test/enforce/confined-runner.ts";
import { confinedSuite } from "../../test/enforce/confined-suite.ts";

describe.each(accounts())("executor: a task of %s", (account: AccountName) => {
  const at = confinedSuite(account);
  const { file, folder, shell } = at;

  test("P7 what was not granted is not there to be read", async () => {
    const script = `cat ${at.outside}/secret; ls ${at.outside}; ls /root /home /run /srv; cat /etc/shadow; cat /proc/1/root/etc/shadow`;
    const { stdout, observation } = await at.runner.run({ asked: shell(script) });
    expect(stdout).toBe("");
    expect(observation?.exit_code).not.toBe(0);
  });

  test("P7 nothing is written at.outside the write grants", async () => {
    const places = [
      "/",
      "/usr",
      "/etc",
      "/dev",
      "/proc",
      "/proc/sys/kernel",
      at.outside,
      at.work,
      "/var",
      "/run",
    ];
    const script = places
      .map((place) => `( : > ${place}/writ-test ) 2>/dev/null && echo wrote ${place}`)
      .join("; ");
    const { stdout } = await at.runner.run({
      asked: shell(`${script}; : > /tmp/own && echo own`, { reads: [at.work] }),
    });
    expect(stdout).toBe("own\n");
    expect(existsSync("/tmp/own")).toBe(false);
  });

  test("P7 a read grant is read-only, a write grant writes, a read inside a write stays read-only", async () => {
    const inner = folder(at.work, "kept");
    file(`${inner}/file`, "kept\n");
    const reads = await at.runner.run({
      asked: shell(`cat kept/file; echo x > new; rm kept/file`, { reads: [at.work] }),
    });
    expect(reads.stdout).toBe("kept\n");
    const writes = await at.runner.run({
      asked: shell("echo new > new; echo x > kept/file; rm kept/file", { writes: [at.work], reads: [inner] }),
    });
    expect(writes.observation?.exit_code).not.toBe(0);
    expect(readFileSync(`${at.work}/new`, "utf8")).toBe("new\n");
    expect(readFileSync(`${inner}/file`, "utf8")).toBe("kept\n");
  });

  test("P7 a link out of a grant leads nowhere", async () => {
    const script = `ln -s ${at.outside} way; cat way/secret; ln ${at.outside}/secret hard; cat hard`;
    const { stdout } = await at.runner.run({ asked: shell(script, { writes: [at.work] }) });
    expect(stdout).toBe("");
  });

  test("P7 masked places are hidden although a grant covers them", async () => {
    file(`${folder(at.work, ".ssh")}/id`, "private\n");
    file(`${at.work}/.env`, "private\n");
    const masked = [`${at.work}/.ssh`, `${at.work}/.env`, `${at.work}/not-there`];
    const script =
      "cat .env; ls .ssh; cat .ssh/id; chmod 777 .ssh; ls .ssh; mv .env e; umount .ssh; cat e .env .ssh/id; rm -rf .ssh; mkdir .ssh";
    for (const grant of [{ reads: [at.work] }, { writes: [at.work] }]) {
      const { stdout } = await at.runner.run({ asked: shell(script, { ...grant, masked }) });
      expect(stdout).toBe("");
    }
    expect(readFileSync(`${at.work}/.ssh/id`, "utf8")).toBe("private\n");
    expect(existsSync(`${at.work}/not-there`)).toBe(false);
  });

  test("P7 places whose content runs at.outside later are read-only inside a write grant", async () => {
    const git = folder(at.work, ".git");
    file(`${git}/HEAD`, "ref\n");
    folder(git, "objects");
    file(`${folder(git, "hooks")}/pre-commit`, "old\n");
    file(`${folder(at.work, ".vscode")}/tasks.json`, "old\n");
    for (const name of [".bashrc", ".zshrc", ".profile", ".envrc"]) file(`${at.work}/${name}`, "old\n");
    const places = [".git/hooks/pre-commit", ".vscode/tasks.json", ".bashrc", ".zshrc", ".profile", ".envrc"];
    const script = `for f in ${places.join(" ")}; do echo new > $f; echo new > t; mv t $f; rm $f; done; echo x > .git/config; : > .git/hooks/post-merge`;
    await at.runner.run({ asked: shell(script, { writes: [at.work] }) });
    for (const place of places) expect(readFileSync(`${at.work}/${place}`, "utf8")).toBe("old\n");
    expect(existsSync(`${git}/hooks/post-merge`)).toBe(false);
    expect(readFileSync(`${git}/config`, "utf8")).toBe("x\n");
  });

  test("P7 an ungranted working directory is empty and read-only", async () => {
    file(`${at.work}/there`, "x");
    const { stdout } = await at.runner.run({ asked: shell("pwd; ls -A; : > x && echo wrote") });
    expect(stdout).toBe(`${at.work}\n`);
  });

  test("P7 of a program's own installation only what the writ names is shown", async () => {
    const prefix = folder(at.base, "tool");
    const tool = file(
      `${folder(prefix, "bin")}/tool`,
      "#!/bin/sh\ncat ../tool/lib/part ../tool/share/part\n",
      0o755,
    );
    for (const name of ["lib", "share"]) file(`${folder(prefix, name)}/part`, `${name}\n`);
    const asked = { command: [tool], directory: at.work };
    const whole = await at.runner.run({ asked });
    expect(whole.stdout).toBe("lib\nshare\n");
    const none = await at.runner.run({ asked: { ...asked, toolchain: [] } });
    expect(none).toMatchObject({ stdout: "", error: null });
    const part = await at.runner.run({
      asked: { ...asked, toolchain: [`${prefix}/share`], masked: [`${prefix}/lib`] },
    });
    expect(part.stdout).toBe("share\n");
  });

  test("P7 no descriptor of ours reaches the task", async () => {
    const { stdout } = await at.runner.run({
      asked: { command: ["ls", "-l", "/proc/self/fd"], directory: at.work },
    });
    const links = [...stdout.matchAll(/ (\d+) -> (.*)$/gmu)].map(([, fd, to]) => [Number(fd), to] as const);
    expect(links.length).toBeGreaterThanOrEqual(3);
    for (const [fd, to] of links) {
      if (fd > 2) expect(to).toMatch(/^(?:\/dev\/null|\/proc\/\d+\/fd)$/u);
      else expect(to).toMatch(/^pipe:\[\d+\]$/u);
    }
  });

  test("P7 the kernel's trees, the root and the run folder are never granted", async () => {
    for (const path of [
      "/",
      "/proc",
      "/sys/kernel",
      "/dev",
      `${at.runner.folder}/..`,
      `${at.runner.folder}/../run/tasks`,
    ]) {
      const { error } = await at.runner.run({ asked: shell("true", { reads: [path] }) });
      expect(error).toMatchObject({ code: "WRIT_LAUNCH_FAILED" });
    }
  });

  test("a grant below a folder that others may not enter is reached, and its neighbour is not", async () => {
    const closed = `${at.base}/closed`;
    folder(closed, "granted");
    file(`${closed}/granted/file`, "granted\n");
    file(`${closed}/neighbour`, "not granted\n");
    chmodSync(closed, 0o700);
    // As an ordinary user the folder is the user's own; as root's, the task's uid may not enter it.
    if (account === "user" && process.geteuid?.() === 0) chownSync(closed, TASK_UID, TASK_UID);
    const script = `cat ${closed}/granted/file ${closed}/neighbour; echo new > ${closed}/granted/new`;
    const { stdout } = await at.runner.run({ asked: shell(script, { writes: [`${closed}/granted`] }) });
    expect(stdout).toBe("granted\n");
    expect(readFileSync(`${closed}/granted/new`, "utf8")).toBe("new\n");
  });

  test("a grant below /tmp shows in the private /tmp, and nothing else of it does", async () => {
    const shared = mkdtempSync("/tmp/writ-granted-");
    chmodSync(shared, 0o777);
    file(`${shared}/file`, "granted\n");
    const script = `cat ${shared}/file; ls -A /tmp; echo new > ${shared}/new; echo x > /tmp/writ-private-${at.round}`;
    const { stdout } = await at.runner.run({ asked: shell(script, { writes: [shared] }) });
    expect(stdout).toBe(`granted\n${basename(shared)}\n`);
    expect(readFileSync(`${shared}/new`, "utf8")).toBe("new\n");
    expect(existsSync(`/tmp/writ-private-${at.round}`)).toBe(false);
    rmSync(shared, { recursive: true });
  });

  test("names with blanks, quotes, backslashes, newlines and hashes are granted as they are", async () => {
    const odd = folder(at.base, `o d#d\\040 "x'$(id)\n\té`);
    file(`${odd}/file`, "odd\n");
    const asked = { command: ["cat", `${odd}/file`], directory: odd, reads: [odd] };
    const { stdout, error } = await at.runner.run({ asked });
    expect({ stdout, error }).toEqual({ stdout: "odd\n", error: null });
    rmSync(odd, { recursive: true });
  });
});
