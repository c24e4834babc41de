// Tasks that get a launcher which waited for them: they are told their command word for word, held to the same, and
// refused for the same. That tasks are confined so is tried by the executor's tests, of which most find one waiting.
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  type Asked,
  type Bench,
  claimsOf,
  grantsOf,
  openBench,
  signed,
  taskOf,
} from "../../../test/enforce/confined-run.ts";
import type { GrantedCall } from "../../decide/decision.ts";
import type { Observation } from "../execution.ts";

const NOBODY = 65_534;
const isRoot = process.geteuid?.() === 0;
if (!isRoot) process.stderr.write("not tested: waiting launchers: only root has them\n");
const asRoot = test.skipIf(!isRoot);

let folder: string;
let bed: Bench;
let fence = 0;
beforeEach(async () => {
  if (!isRoot) return;
  folder = mkdtempSync(join(tmpdir(), "writ-waiting-"));
  chmodSync(folder, 0o755);
  mkdirSync(`${folder}/granted`);
  writeFileSync(`${folder}/granted/file`, "granted");
  bed = await openBench(join(folder, "run"), NOBODY);
});
afterEach(async () => {
  if (!isRoot) return;
  await bed.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Ran {
  readonly stdout: string;
  readonly waited: boolean;
  readonly observation: Observation;
}

async function run(asked: Partial<Asked>, between: () => void = () => undefined): Promise<Ran> {
  const whole: Asked = { command: ["true"], directory: `${folder}/granted`, processes: 16, ...asked };
  const task = taskOf(whole);
  fence += 1;
  const token = signed(claimsOf(task, grantsOf(whole), fence), bed.privateKey);
  between();
  const said: Uint8Array[] = [];
  // By its number, which it keeps: a short task may have ended before anybody looks at its command line.
  const before = waiting();
  const execution = await bed.executor.start(token, task, {
    stdout: (chunk) => void said.push(chunk),
    stderr: () => undefined,
    egress: () => undefined,
  });
  const observation = await execution.ended;
  return {
    stdout: Buffer.concat(said).toString("utf8"),
    waited: before.includes(execution.pid),
    observation,
  };
}

/** Starts tasks until one finds a launcher waiting; more than a few would mean that none ever waits. */
async function runWaited(asked: Partial<Asked>, between?: () => void): Promise<Ran> {
  for (let more = 20; more > 0; more -= 1) {
    await untilWaiting();
    const ran = await run(asked, between);
    if (ran.waited) return ran;
  }
  throw new Error("no launcher waited");
}

/** Launchers whose bubblewrap waits for its arguments, among our children. */
function waiting(): readonly number[] {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, "latin1").match(/\d+/g) ?? [];
  return children.map(Number).filter((pid) => {
    const line = commandLine(pid);
    return line[0] === "bwrap" && line.includes("--args");
  });
}

/** Of one that is gone: nothing. */
function commandLine(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1").split("\0");
  } catch {
    return [];
  }
}

async function untilWaiting(): Promise<void> {
  if (waiting().length === 0) await run({});
  for (let tries = 200; tries > 0 && waiting().length === 0; tries -= 1) await sleep(20);
}

/** Until a launcher waits in a network namespace where something listens. */
async function untilInside(): Promise<void> {
  for (let tries = 200; tries > 0 && !waiting().some(hasListeners); tries -= 1) await sleep(20);
}

/** By its sockets, of which a namespace with nothing in it has none. */
function hasListeners(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/net/tcp`, "latin1").trim().split("\n").length > 1;
  } catch {
    return false;
  }
}

/** Never made: what it asks for is a network. */
const CALL: GrantedCall = {
  scheme: "https",
  host: "api.example.com",
  port: 443,
  methods: ["GET"],
  path: "/",
  requests_max: 1,
  bytes_out_max: 1000,
  bytes_in_max: null,
  content_types: null,
  address: null,
  ca: null,
  inspected: true,
  meter: null,
};

asRoot("a task is told its command word for word, in the environment of every task", async () => {
  const words = ["a b", "", "'", "line\nline\n", "$(id)", "`id`", "\\n", "*", "~", "é\t", "-n", "$n"];
  const command = [
    "sh",
    "-c",
    'for word in "$@"; do printf "%s\\0" "$word"; done; env | sort',
    "sh",
    ...words,
  ];
  const first = await run({ command });
  expect(first.waited).toBe(false);
  const ran = await runWaited({ command });
  expect(ran.stdout.split("\0").slice(0, -1)).toEqual(words);
  expect(ran.stdout).toBe(first.stdout);
  expect(ran.observation).toMatchObject({ exit_code: 0, cause: "exited" });
});

asRoot("a task has its own grants, its bounds and its end", async () => {
  const writes = [`${folder}/out`];
  mkdirSync(`${folder}/out`);
  chmodSync(`${folder}/out`, 0o777);
  const script = `cat file; echo new > ${folder}/out/new; echo x > file; cat ${folder}/run/etc/passwd; exit 7`;
  const reads = [`${folder}/granted`];
  const ran = await runWaited({ command: ["sh", "-c", script], reads, writes });
  expect(ran).toMatchObject({ stdout: "granted", observation: { exit_code: 7 } });
  expect(readFileSync(`${folder}/out/new`, "utf8")).toBe("new\n");
  expect(readFileSync(`${folder}/granted/file`, "utf8")).toBe("granted");
  const greedy = ["sh", "-c", "head -c 200000000 /dev/zero | tail | cat >/dev/null"];
  const large = await runWaited({ command: greedy, memory: 32 * 1024 ** 2 });
  expect(large.observation.memory_peak).toBeLessThanOrEqual(33 * 1024 ** 2);
  expect((await runWaited({ command: ["sleep", "30"], time: 300 })).observation.cause).toBe("out_of_time");
});

asRoot(
  "a task that waited for nothing sees the same /etc as one that did, and can change nothing of it",
  async () => {
    const script = `find /etc | sort; cat /etc/passwd /etc/hosts /etc/resolv.conf /etc/nsswitch.conf /etc/ld.so.cache | cksum
    touch /etc/new /etc/hosts 2>&1; cat /proc/net/dev; id -u`;
    const command = ["sh", "-c", script];
    const first = await run({ command });
    const ran = await runWaited({ command });
    expect(first.waited).toBe(false);
    expect(ran.stdout).toBe(first.stdout);
    expect(ran.stdout).toContain("cannot touch '/etc/new': Read-only file system");
    expect(ran.stdout).toContain("cannot touch '/etc/hosts'");
    const mounts = (await runWaited({ command: ["cat", "/proc/self/mountinfo"] })).stdout.split("\n");
    const ofEtc = mounts
      .map((line) => line.split(" "))
      .filter(([, , , , at = ""]) => /^\/etc(\/|$)/.test(at));
    expect(ofEtc.length).toBeGreaterThan(1);
    for (const [, , , , , options] of ofEtc) expect(options).toMatch(/^ro,nosuid,nodev/);
    // One that is shown more of it than every task cannot have waited.
    const more = await run({ command: ["cat", "/etc/debian_version"], reads: ["/etc/debian_version"] });
    expect(more).toMatchObject({ waited: false, stdout: readFileSync("/etc/debian_version", "utf8") });
  },
);

asRoot("P1 a grant that is another file by now starts nothing", async () => {
  await untilWaiting();
  const swap = (): void => {
    writeFileSync(`${folder}/other`, "other");
    renameSync(`${folder}/other`, `${folder}/granted/file`);
  };
  const reads = [`${folder}/granted/file`];
  await expect(run({ command: ["cat", "file"], reads }, swap)).rejects.toMatchObject({
    code: "WRIT_GRANT_CHANGED",
  });
});

asRoot(
  "a launcher that started before something was mounted is not used, and one that died neither",
  async () => {
    await untilWaiting();
    mkdirSync(`${folder}/granted/place`);
    expect(spawnSync("mount", ["-t", "tmpfs", "none", `${folder}/granted/place`]).status).toBe(0);
    try {
      writeFileSync(`${folder}/granted/place/late`, "late");
      chmodSync(`${folder}/granted/place`, 0o755);
      const ran = await run({ command: ["cat", "place/late"], reads: [`${folder}/granted`] });
      expect(ran).toMatchObject({ stdout: "late", waited: false });
    } finally {
      expect(spawnSync("umount", [`${folder}/granted/place`]).status).toBe(0);
    }
    await untilWaiting();
    const killed = waiting();
    for (const pid of killed) process.kill(pid, "SIGKILL");
    // Of one that ended nothing is read; whether we heard of it is another thing.
    for (let tries = 200; tries > 0 && waiting().some((pid) => killed.includes(pid)); tries -= 1)
      await sleep(20);
    expect((await run({})).observation.exit_code).toBe(0);
  },
);

asRoot("a launcher waits in the namespace that was prepared for a network, and in no other", async () => {
  const script = "readlink /proc/self/ns/net; cat /proc/net/tcp /proc/net/tcp6";
  const seen: Ran[] = [];
  // The first makes the namespace of the next one, and what waits in it.
  while (seen.length < 20 && seen.at(-1)?.waited !== true) {
    seen.push(await run({ command: ["sh", "-c", script], calls: [CALL] }));
    await untilInside();
  }
  const [name = "", ...sockets] = seen.at(-1)?.stdout.split("\n") ?? [];
  expect(seen.at(-1)).toMatchObject({ waited: true, observation: { exit_code: 0 } });
  expect(
    new Set([readlinkSync("/proc/self/ns/net"), ...seen.map(({ stdout }) => stdout.split("\n")[0])]).size,
  ).toBe(seen.length + 1);
  expect(name).toMatch(/^net:/);
  // Port 443 of the prepared listeners, in hexadecimal, listening: proc_net_tcp.txt of the kernel.
  expect(sockets.some((line) => /:01BB [0-9A-F:]+ 0A /.test(line))).toBe(true);
  // One without a network gets none of those.
  expect(
    (await runWaited({ command: ["sh", "-c", "cat /proc/net/tcp"] })).stdout.split("\n").slice(1),
  ).toEqual([""]);
});

asRoot("nothing waits after the executor closed", async () => {
  await untilWaiting();
  expect(waiting().length).toBeGreaterThan(0);
  const before = waiting();
  await bed.close();
  expect(readdirSync("/proc").filter((pid) => before.includes(Number(pid)))).toEqual([]);
  bed = await openBench(join(folder, "run"), NOBODY);
});
