// A service with two users, end to end, with real uids and the real processes: who may do what, whose rights tasks have, and
// what is left when one of the processes dies.
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openUpstream, type Upstream } from "../../enforce/upstream.ts";
import { type Ran, signalTo, until } from "../cli-process.ts";
import { processesOf } from "./processes-of.ts";
import {
  type Account,
  asRoot,
  CANNOT,
  type Daemon,
  endServicePlace,
  filesOf,
  makeServicePlace,
  NODE,
  NOTIFY,
  ran as ranAs,
  as as runAs,
  type ServicePlace,
  startExecutor,
  startGovernor,
  WRIT,
} from "./service-place.ts";

const OPERATOR = 100_000;

describe.skipIf(CANNOT !== "")(`a service with two users${CANNOT && ` (skipped: ${CANNOT})`}`, () => {
  let place: ServicePlace;
  let upstream: Upstream;
  let executor: Daemon;
  let governor: Daemon;
  let alice: Account;
  let bob: Account;
  const daemons: Daemon[] = [];

  beforeAll(async () => {
    upstream = await openUpstream();
    place = await makeServicePlace(upstream.endpoints());
    [alice, bob] = place.principals;
    await both();
  }, OPERATOR);
  afterAll(() => {
    upstream.close();
    return endServicePlace(place, daemons);
  }, OPERATOR);

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

  const calling = (then: string): readonly string[] => {
    const url = `https://${upstream.host}:${upstream.port}/v1/thing`;
    const script = `curl -sS ${url} && ${then}`;
    return ["run", "--write", ".", "--call", `GET ${url}`, "--", "/bin/sh", "-c", script];
  };

  test("a call leaves through a gate worker that has no right beside, and nothing of the home", async () => {
    const running = as(alice, calling("touch called; until [ -e hang-up ]; do sleep 0.1; done"));
    await until("the call to be made", () => existsSync(`${alice.home}/work/called`));
    const [worker = 0, ...others] = gateWorkers();
    expect(others).toEqual([]);
    const status = readFileSync(`/proc/${worker}/status`, "utf8");
    for (const line of ["CapEff:\t0000000000000000", "NoNewPrivs:\t1", "Groups:\t "])
      expect(status).toContain(line);
    expect(existsSync(`/proc/${worker}/root${place.home}`)).toBe(false);
    writeFileSync(`${alice.home}/work/hang-up`, "");
    expect(await running).toMatchObject({ code: 0, stdout: "GET /v1/thing " });
    expect(upstream.seen()).toHaveLength(1);
    const refused = await run(alice, `curl -sS -m 20 https://${upstream.host}:${upstream.port}/v1/thing`);
    expect(refused.code).not.toBe(0);
    expect(upstream.seen()).toEqual([]);
  });

  test("a gate worker that is killed costs its tasks the network, which is recorded and told by the notify task", async () => {
    const told = `${bob.home}/work/told`;
    const notify = {
      task: "tell",
      principal: "bob",
      directory: `${bob.home}/work`,
      run: { command: ["/bin/sh", "-c", "cat > told.new; mv told.new told"] },
      needs: { writes: [`${bob.home}/work`] },
    };
    writeFileSync(`${place.etc}/${NOTIFY}`, JSON.stringify(notify), { mode: 0o644 });
    const running = as(
      alice,
      calling("touch called-2; until [ -e cut ]; do sleep 0.1; done; ! curl -sS -m 20 https://x.test/"),
    );
    await until("the call to be made", () => existsSync(`${alice.home}/work/called-2`));
    for (const pid of gateWorkers()) signalTo(pid, "SIGKILL");
    await until("the notice", () => existsSync(told));
    expect(JSON.parse(readFileSync(told, "utf8"))).toMatchObject({
      schema: "writ.notice/1",
      notices: [{ kind: "gate" }],
    });
    expect(statSync(told).uid).toBe(bob.uid);
    writeFileSync(`${alice.home}/work/cut`, "");
    expect(await running).toMatchObject({ code: 0 });
    expect((await as(alice, calling("true"))).code).toBe(0);
    expect(upstream.seen()).toHaveLength(2);
  });

  test("an observer that is killed is said, and the next question starts another", async () => {
    const [observer = 0] = processesOf(alice.uid, "observer-process");
    expect(observer).toBeGreaterThan(0);
    signalTo(observer, "SIGKILL");
    await until("it to be said", () => executor.said().includes(`the observer of uid ${alice.uid} died`));
    expect(await run(alice, "echo on")).toMatchObject({ code: 0, stdout: "on\n" });
  });

  test("what a principal drops into its spool folder is its task, and nobody else enters there", async () => {
    const spool = `${place.root}/spool/writ/${alice.uid}`;
    const script = "id -u > spooled.new; mv spooled.new spooled";
    const task = {
      task: "x",
      directory: `${alice.home}/work`,
      run: { command: ["/bin/sh", "-c", script] },
      needs: { writes: [`${alice.home}/work`] },
    };
    // As a program of hers would: readable by nobody else, and named when it is whole.
    writeFileSync(`${spool}/.new`, JSON.stringify(task), { mode: 0o600 });
    chownSync(`${spool}/.new`, alice.uid, alice.uid);
    writeFileSync(`${spool}/of-root.json`, JSON.stringify(task));
    renameSync(`${spool}/.new`, `${spool}/job.json`);
    await until("it to run", () => existsSync(`${alice.home}/work/spooled`));
    expect(readFileSync(`${alice.home}/work/spooled`, "utf8")).toBe(`${alice.uid}\n`);
    await until("the rest to be refused", () => readdirSync(spool).join() === "of-root.json.refused");
    const { code } = await ran(bob, ["/bin/sh", "-c", `echo x > /var/spool/writ/${alice.uid}/x.yaml`]);
    expect(code).not.toBe(0);
    expect((await ledger("tail", "--count", "30")).stdout).toMatch(/noticed.* spool: other_owner/u);
  });

  test("a task submits another, which has its parent's uid", async () => {
    const child = JSON.stringify({
      task: "child",
      run: { command: ["id", "-u"] },
      needs: { memory: "32 MiB", processes: 8, time: "10 s", cpu: 0.2 },
    });
    const script = `curl -sS --data-binary '${child}' -H 'content-type: application/json' "$WRIT_SUBMIT_URL/v1/tasks?wait=1"`;
    const { code, stdout, stderr } = await run(bob, script, "--submits", "1", "--memory", "128 MiB");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({ exit_code: 0, stdout: { text: `${bob.uid}\n` } });
  });

  test("a task has a terminal of the caller's kind and size", async () => {
    const line = `stty rows 31 cols 91; ${NODE} ${WRIT} run -- /bin/sh -c 'tty; stty size; id -u'`;
    const { code, stdout } = await ran(alice, ["/usr/bin/script", "-qec", line, "/dev/null"]);
    expect({ code, said: stdout.split(/\r?\n/) }).toMatchObject({
      code: 0,
      said: expect.arrayContaining(["31 91", `${alice.uid}`]),
    });
    expect(stdout).toMatch(/^\/dev\/pts\/\d+\r?$/m);
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

  /** Without the sandbox's own processes around them. */
  function gateWorkers(): readonly number[] {
    const all = processesOf(place.governor.uid, "gate-process");
    return all.filter((pid) => readlinkSync(`/proc/${pid}/exe`) === NODE);
  }

  function runners(uid: number): readonly number[] {
    return processesOf(uid, "runner-process");
  }
});
