// A service with two users, end to end, with real uids and the real processes: who may do what, whose rights tasks have, and
// what is left when one of the processes dies.
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Ran, signalTo, until } from "../cli-process.ts";
import {
  type Account,
  asRoot,
  CANNOT,
  type Daemon,
  endServicePlace,
  filesOf,
  makeServicePlace,
  ran as ranAs,
  as as runAs,
  type ServicePlace,
  startExecutor,
  startGovernor,
} from "./service-place.ts";

const OPERATOR = 100_000;

describe.skipIf(CANNOT !== "")(`a service with two users${CANNOT && ` (skipped: ${CANNOT})`}`, () => {
  let place: ServicePlace;
  let executor: Daemon;
  let governor: Daemon;
  let alice: Account;
  let bob: Account;
  const daemons: Daemon[] = [];

  beforeAll(async () => {
    place = await makeServicePlace();
    [alice, bob] = place.principals;
    await both();
  }, OPERATOR);
  afterAll(() => endServicePlace(place, daemons), OPERATOR);

  async function both(): Promise<void> {
    executor = await startExecutor(place);
    daemons.push(executor);
    await governs();
  }

  async function governs(): Promise<void> {
    governor = await startGovernor(place);
    daemons.push(governor);
    expect(governor.said()).toContain("serving as a service");
  }

  const as = (
    who: Account,
    words: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<Ran> => runAs(place, who, words, env);
  const ran = (who: Account, words: readonly string[]): Promise<Ran> => ranAs(place, who, words);
  const run = (who: Account, script: string, ...flags: readonly string[]): Promise<Ran> =>
    as(who, ["run", ...flags, "--", "/bin/sh", "-c", script]);
  const ledger = (...args: readonly string[]): Promise<Ran> =>
    as(place.governor, ["ledger", ...args, "--home", place.home]);

  test("each one's task has its own uid and no right beside, and its code and output come back", async () => {
    for (const who of [alice, bob]) {
      const script =
        'id -u; id -G; grep -E "^(CapEff|NoNewPrivs)" /proc/self/status; echo x > made; echo e >&2; exit 7';
      const { code, stdout, stderr } = await run(who, script, "--write", ".");
      expect({ code, stderr }).toEqual({ code: 7, stderr: "e\n" });
      expect(stdout.split("\n")).toEqual([
        `${who.uid}`,
        `${who.uid}`,
        "CapEff:\t0000000000000000",
        "NoNewPrivs:\t1",
        "",
      ]);
      expect(statSync(`${who.home}/work/made`).uid).toBe(who.uid);
    }
  });

  test("neither reads the other's files, the ledger or the key, in a task or out of it", async () => {
    writeFileSync(`${bob.home}/work/secret`, "bob's\n", { mode: 0o644 });
    chownSync(`${bob.home}/work/secret`, bob.uid, bob.uid);
    const private_places = [
      `${bob.home}/work/secret`,
      `${place.home}/keys/governor.key`,
      `${place.home}/ledger`,
      `${place.home}/governance.yaml`,
      "/run/writ/executor/executor.sock",
      `/run/writ/submit/${bob.uid}/governor.sock`,
    ];
    for (const path of private_places) {
      expect(await ran(alice, ["/bin/cat", path]), path).toMatchObject({ code: 1, stdout: "" });
    }
    const [file = "", key = ""] = private_places;
    for (const path of [file, key])
      expect(await run(alice, `cat ${path}`, "--read", path), path).toMatchObject({ code: 126, stdout: "" });
    expect(await run(alice, `cat ${private_places.join(" ")}`)).toMatchObject({ code: 1, stdout: "" });
    // The control: bob reads his own.
    expect(await run(bob, "cat secret")).toMatchObject({ code: 0, stdout: "bob's\n" });
  });

  test("nobody is another principal: not by a word of the task, and not at another's socket", async () => {
    writeFileSync(`${alice.home}/work/as-bob.yaml`, "task: x\nprincipal: bob\nrun: { command: [id] }\n", {
      mode: 0o644,
    });
    expect(await as(alice, ["run", "as-bob.yaml"])).toMatchObject({
      code: 126,
      stderr: expect.stringContaining("`bob`"),
    });
    const elsewhere = await as(alice, ["run", "--home", `/run/writ/submit/${bob.uid}`, "--", "id"]);
    expect(elsewhere).toMatchObject({ code: 125, stdout: "" });
  });

  test("a task of the governor's own uid, and one of root, is refused", async () => {
    const asked = ["run", "--home", place.home, "--", "/bin/true"];
    for (const refused of [await as(place.governor, asked), await asRoot(place, asked)]) {
      expect(refused).toMatchObject({ code: 126, stderr: expect.stringContaining("principal") });
    }
  });

  test("each sees its own jobs and decisions, and those of the other are as unknown as none", async () => {
    const submitted = await as(bob, ["submit", "--format", "json", "--", "/bin/sh", "-c", "id -u"]);
    expect(submitted.code).toBe(0);
    const [{ id }] = (JSON.parse(submitted.stdout) as { readonly jobs: readonly [{ readonly id: number }] })
      .jobs;
    expect(await as(bob, ["wait", String(id)])).toMatchObject({ code: 0 });
    expect(await as(bob, ["logs", String(id)])).toMatchObject({ code: 0, stdout: `${bob.uid}\n` });
    for (const command of ["logs", "wait", "cancel"]) {
      const theirs = await as(alice, [command, String(id)]);
      const none = await as(alice, [command, "999999"]);
      expect(theirs).toEqual({ ...none, stderr: none.stderr.replaceAll("999999", String(id)) });
    }
    const { jobs } = JSON.parse((await as(bob, ["ps", "--all", "--format", "json"])).stdout) as {
      readonly jobs: readonly { readonly id: number; readonly decision: number }[];
    };
    const decision = jobs.find((job) => job.id === id)?.decision;
    expect(await as(bob, ["explain", String(decision)])).toMatchObject({ code: 0 });
    expect(await as(alice, ["explain", String(decision)])).toMatchObject({ code: 1, stdout: "" });
    expect((await as(alice, ["ps", "--all", "--format", "json"])).stdout).not.toContain(`"id": ${id},`);
  });

  test("what is the operator's no principal may do", async () => {
    const asked = [
      "spec restore",
      "spec close",
      "ledger erase 1 --why x",
      "serve --until-empty",
      "protect list",
    ];
    for (const words of asked) {
      const { code, stdout } = await as(alice, words.split(" "));
      expect({ words, failed: code !== 0, stdout }).toEqual({ words, failed: true, stdout: "" });
    }
  });

  test("nothing that the users can write is run by the service", async () => {
    // What Node, a shell or Writ would take from a home folder, if anything of the service looked there.
    for (const file of [
      ".cache/writ/x",
      ".npmrc",
      ".profile",
      ".bashrc",
      ".node_repl_history",
      "work/node_modules/jose/index.js",
    ]) {
      mkdirSync(`${alice.home}/${file}`.replace(/\/[^/]*$/, ""), { recursive: true });
      writeFileSync(`${alice.home}/${file}`, "echo stolen; process.exit(99)\n", { mode: 0o755 });
    }
    const running = as(
      alice,
      ["run", "--write", ".", "--", "/bin/sh", "-c", "touch started; until [ -e go ]; do sleep 0.1; done"],
      {
        NODE_OPTIONS: "",
      },
    );
    await until("the task to run", () => existsSync(`${alice.home}/work/started`));
    const ours = [executor.child.pid ?? 0, governor.child.pid ?? 0, ...runners(alice.uid)];
    expect(ours.length).toBe(3);
    for (const pid of ours) {
      const mapped = readFileSync(`/proc/${pid}/maps`, "utf8");
      expect(mapped).not.toContain(alice.home);
      expect(readlinkSync(`/proc/${pid}/cwd`)).not.toContain(alice.home);
    }
    // What root starts as a user has nothing of anybody's environment.
    for (const pid of runners(alice.uid)) expect(readFileSync(`/proc/${pid}/environ`, "utf8")).toBe("");
    writeFileSync(`${alice.home}/work/go`, "");
    expect(await running).toMatchObject({ code: 0, stdout: "" });
  });

  test("a runner that is killed takes its task along, which is recorded and charged; the rest goes on", async () => {
    const { task, children } = await longTask(alice, "first");
    for (const pid of runners(alice.uid)) signalTo(pid, "SIGKILL");
    expect((await task).code).not.toBe(0);
    await until("its processes to be gone", () => children.every((pid) => !existsSync(`/proc/${pid}`)));
    expect(await run(bob, "echo on")).toMatchObject({ code: 0, stdout: "on\n" });
    expect((await ledger("tail", "--count", "20")).stdout).toMatch(/settlement/);
  });

  test("without the executor every task is dead and nothing starts; the governor says so and ends", async () => {
    const { task, children } = await longTask(bob, "second");
    executor.child.kill("SIGKILL");
    expect((await task).code).not.toBe(0);
    expect(await governor.ended).toBe(70);
    expect(governor.said()).toContain("the executor is gone");
    await until("its processes to be gone", () => children.every((pid) => !existsSync(`/proc/${pid}`)));
    expect(await run(alice, "echo never")).toMatchObject({ code: 125, stdout: "" });
    await both();
    expect(await run(alice, "echo again")).toMatchObject({ code: 0, stdout: "again\n" });
    expect(await ledger("verify")).toMatchObject({ code: 0 });
  });

  test("without the governor every task is dead; the next one settles what was open, under the same executor", async () => {
    const { task, children } = await longTask(alice, "third");
    governor.child.kill("SIGKILL");
    expect((await task).code).not.toBe(0);
    await until("its processes to be gone", () => children.every((pid) => !existsSync(`/proc/${pid}`)));
    expect(executor.child.exitCode).toBeNull();
    await governs();
    expect(await run(bob, "echo again")).toMatchObject({ code: 0, stdout: "again\n" });
    const { stdout } = await ledger("tail", "--count", "20");
    expect(stdout).toMatch(/settlement/);
    expect(await ledger("verify")).toMatchObject({ code: 0 });
  });

  test("told to stop, it takes nothing more and waits for what runs", async () => {
    const running = as(alice, [
      "run",
      "--write",
      ".",
      "--",
      "/bin/sh",
      "-c",
      "touch fourth; until [ -e end ]; do sleep 0.1; done; echo done",
    ]);
    await until("the task to run", () => existsSync(`${alice.home}/work/fourth`));
    governor.child.kill("SIGTERM");
    await until("it to drain", () => governor.said().includes("no more jobs are started"));
    expect(await run(bob, "echo never")).toMatchObject({ code: 125, stdout: "" });
    writeFileSync(`${alice.home}/work/end`, "");
    expect(await running).toMatchObject({ code: 0, stdout: "done\n" });
    expect(await governor.ended).toBe(0);
  });

  test("uninstalled, exactly its files are gone, and the home and its ledger stay where it says", async () => {
    const seen = await asRoot(place, ["service", "status"]);
    expect(seen.stdout.split("\n").filter((line) => line.endsWith(": same"))).toHaveLength(4);
    const { code, stderr } = await asRoot(place, ["service", "uninstall", "--apply"]);
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringContaining(`stay in ${place.home}`),
    });
    expect(filesOf(place.etc)).toEqual(place.before);
    expect(await ledger("verify")).toMatchObject({ code: 0 });
  });

  /** A task that runs until it is killed, and the pids of its own processes. */
  async function longTask(
    who: Account,
    mark: string,
  ): Promise<{ readonly task: Promise<Ran>; readonly children: readonly number[] }> {
    const task = run(who, `sleep 100000 & touch ${mark}; wait`, "--write", ".");
    await until("the task to run", () => existsSync(`${who.home}/work/${mark}`));
    return { task, children: processesOf(who.uid, "sleep\0") };
  }

  function runners(uid: number): readonly number[] {
    return processesOf(uid, "runner-process");
  }
});

/** Processes of `uid` whose command line holds `word`. */
function processesOf(uid: number, word: string): readonly number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => {
      try {
        return (
          pid > 1 &&
          statSync(`/proc/${pid}`).uid === uid &&
          readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(word)
        );
      } catch {
        return false;
      }
    });
}
