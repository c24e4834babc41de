// The executor with real sandboxes: how an admitted task lives, as root's task and as an ordinary user's.

import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type AccountName, accounts } from "../../test/enforce/confined-runner.ts";
import { confinedSuite } from "../../test/enforce/confined-suite.ts";

describe.each(accounts())("executor: a task of %s", (account: AccountName) => {
  const at = confinedSuite(account);
  const { file, folder, shell } = at;

  test("exit code, output and errors arrive as the task gave them", async () => {
    const { observation, stdout, stderr } = await at.runner.run({
      asked: shell("echo out; echo err >&2; exit 7"),
    });
    expect([stdout, stderr]).toEqual(["out\n", "err\n"]);
    expect(observation).toMatchObject({ exit_code: 7, signal: null, cause: "exited", output: 8 });
  });

  test("a death by signal is told by its name", async () => {
    const { observation } = await at.runner.run({ asked: shell("kill -USR1 $$") });
    expect(observation).toMatchObject({ exit_code: null, signal: "SIGUSR1", cause: "signalled" });
  });

  test("signal reaches the task's first process", async () => {
    const script = "trap 'echo got; exit 5' TERM; echo ready; while :; do sleep 0.02; done";
    const { observation, stdout } = await at.runner.run({ asked: shell(script), signal: "SIGTERM" });
    expect(stdout).toBe("ready\ngot\n");
    expect(observation).toMatchObject({ exit_code: 5, cause: "exited" });
  });

  test("standard input is forwarded whole and ends", async () => {
    const stdin = "0123456789\n".repeat(20_000);
    const { stdout } = await at.runner.run({ asked: shell("cat | wc -c; echo end"), stdin });
    expect(stdout).toBe(`${stdin.length}\nend\n`);
  });

  test("the three standard streams can be opened by name, as scripts do", async () => {
    const script = "cat /dev/stdin > /dev/stdout; echo err > /dev/stderr; echo more >> /proc/self/fd/1";
    const { stdout, stderr } = await at.runner.run({ asked: shell(script), stdin: "in\n" });
    expect([stdout, stderr]).toEqual(["in\nmore\n", "err\n"]);
  });

  test("the environment holds the fixed variables and nothing of ours", async () => {
    const { stdout } = await at.runner.run({ asked: { command: ["env"], directory: at.work } });
    expect(stdout.trim().split("\n").sort()).toEqual([
      "HOME=/tmp",
      "LANG=C.UTF-8",
      "PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
      "TMPDIR=/tmp",
    ]);
  });

  test("a command in a granted folder runs by its relative name, and a program at.outside /usr with its own", async () => {
    file(`${at.work}/tool`, "#!/bin/sh\necho tool $0\n", 0o777);
    const own = await at.runner.run({ asked: { command: ["./tool"], directory: at.work, reads: [at.work] } });
    expect(own.stdout).toBe(`tool ${at.work}/tool\n`);
    const node = await at.runner.run({ asked: { command: ["node", "-p", "6 * 7"], directory: at.work } });
    expect(node.stdout).toBe("42\n");
  });

  const swaps: readonly {
    readonly name: string;
    readonly swap: (path: string, outside: string) => string;
  }[] = [
    {
      name: "a file by another",
      swap: (path, out) => `mv ${path}/file ${path}/old; cp ${out}/secret ${path}/file`,
    },
    {
      name: "a file by a symlink",
      swap: (path, out) => `rm ${path}/file; ln -s ${out}/secret ${path}/file`,
    },
    { name: "a file by a folder", swap: (path) => `rm ${path}/file; mkdir ${path}/file` },
    { name: "a file by nothing", swap: (path) => `rm ${path}/file` },
    {
      name: "a folder above it by a symlink",
      swap: (path, out) => `mv ${path} ${path}.old; cp ${out}/secret ${out}/file; ln -s ${out} ${path}`,
    },
  ];

  test.each(swaps)(
    "P1 a granted path swapped between decision and start starts nothing: $name",
    async ({ swap }) => {
      const path = folder(at.base, "granted");
      file(`${path}/file`, "granted\n");
      const result = await at.runner.run({
        asked: shell(`cat ${path}/file; echo ran > ${at.work}/ran`, {
          reads: [`${path}/file`],
          writes: [at.work],
        }),
        swap: swap(path, at.outside),
      });
      expect(result.error).toMatchObject({ code: "WRIT_GRANT_CHANGED" });
      expect(result.stdout).toBe("");
      expect(existsSync(`${at.work}/ran`)).toBe(false);
    },
  );

  test("P1 a granted folder swapped for another starts nothing", async () => {
    const path = folder(at.base, "granted");
    const result = await at.runner.run({
      asked: shell(`echo ran > ${at.work}/ran`, { reads: [path], writes: [at.work] }),
      swap: `mv ${path} ${path}.old; mkdir -m 777 ${path}`,
    });
    expect(result.error).toMatchObject({ code: "WRIT_GRANT_CHANGED" });
    expect(existsSync(`${at.work}/ran`)).toBe(false);
  });

  test("P1 an executable or a file argument with other bytes starts nothing", async () => {
    file(`${at.work}/tool`, "#!/bin/sh\necho judged\n", 0o777);
    const tool = { command: ["./tool"], directory: at.work, reads: [at.work] };
    const edited = await at.runner.run({
      asked: tool,
      swap: `printf '#!/bin/sh\\necho other\\n' > ${at.work}/tool`,
    });
    expect(edited).toMatchObject({ stdout: "", error: { code: "WRIT_GRANT_CHANGED" } });
    file(`${at.work}/script.sh`, "echo judged\n");
    const script = { command: ["sh", `${at.work}/script.sh`], directory: at.work, reads: [at.work] };
    const changed = await at.runner.run({ asked: script, swap: `echo echo other > ${at.work}/script.sh` });
    expect(changed).toMatchObject({ stdout: "", error: { code: "WRIT_GRANT_CHANGED" } });
  });

  test("P1 the bytes that were judged run, whatever happens to the file after the start", async () => {
    file(
      `${at.work}/script.sh`,
      "echo ready; while [ ! -e /tmp/none ]; do read line || break; done; echo judged\n",
    );
    const asked = {
      command: ["sh", "-c", `echo ready; read x; sh ${at.work}/script.sh`, `${at.work}/script.sh`],
      directory: at.work,
      reads: [at.work],
    };
    const { stdout } = await at.runner.run({ asked, stdin: "go\n" });
    expect(stdout).toBe("ready\nready\njudged\n");
  });
});
