// Bad machines: a full disk, a home that cannot be written, no bubblewrap, no namespaces. Each in a mount or user namespace
// of its own, so that nothing of this machine changes; what needs root says so where there is none.
import { spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { endPlace, isRoot, makePlace, type Place, type Ran, ROOT, shell, writ } from "./cli-process.ts";
import { everyFieldSpec } from "./every-field-spec.ts";

/** Whom root becomes to be an ordinary user: Debian's `nobody`. */
const USER = 65_534;

const MARK = `run --write out -- sh -c 'echo ran > out/marker'`;

let place: Place;
beforeAll(() => {
  place = makePlace();
  writeFileSync(`${place.root}/spec.yaml`, everyFieldSpec(place.work));
  mkdirSync(`${place.root}/disk`);
});
afterAll(async () => {
  await endPlace(place, [`${place.root}/disk/home`, `${place.root}/user/home`]);
});

const rootless = isRoot ? null : "needs root, for a disk and a mount namespace of its own";
if (rootless !== null)
  process.stderr.write(`bad machine: full disk, unwritable home, no bubblewrap: ${rootless}\n`);

describe.skipIf(rootless !== null)("a machine of root's own making", { timeout: 300_000 }, () => {
  it("a full disk: nothing runs, nothing recorded is lost, and it goes on when there is room", async () => {
    const ended = await inMounts(`
      ${ask("init", "init --spec ../spec.yaml")}
      ${ask("first", "run -- true")}
      ${ask("tail", "ledger tail --format json --count 9")}
      dd if=/dev/zero of=../disk/fill bs=64k 2>/dev/null
      ${ask("full", MARK)}
      ${ask("verify-full", "ledger verify")}
      ${END}
      ${ask("restarted", MARK)}
      ${ask("another", "init --home ../disk/another")}
      rm ../disk/fill
      ${ask("room", "run -- true")}
      ${ask("verify", "ledger verify")}
      ${END}`);
    expect(codesIn(ended)).toEqual({
      init: 0,
      first: 0,
      tail: 0,
      full: 125,
      "verify-full": 0,
      restarted: 125,
      another: 70,
      room: 0,
      verify: 0,
    });
    expect(ended.stderr).toMatch(/writ: error: [^\n]*ENOSPC[^\n]*\nwrit: hint: [^\n]+\n/);
    expectQuiet(ended);
  });

  it("a home that became read-only", async () => {
    const ended = await inMounts(`
      ${ask("init", "init --spec ../spec.yaml")}
      mount -o remount,ro ../disk
      ${ask("check", "check -- true")}
      ${ask("run", MARK)}
      ${ask("verify", "ledger verify")}
      ${ask("another", "init --home ../disk/another")}
      mount -o remount,rw ../disk
      ${ask("again", "run -- true")}
      ${END}`);
    expect(codesIn(ended)).toEqual({ init: 0, check: 70, run: 125, verify: 0, another: 70, again: 0 });
    expect(ended.stderr.match(/^writ: error: /gm)).toHaveLength(3);
    expect(ended.stderr.match(/^writ: hint: /gm)).toHaveLength(3);
    expectQuiet(ended);
  });

  it("no bubblewrap: refused by name, and doctor prints what mends it", async () => {
    const ended = await inMounts(`
      ${ask("init", "init --spec ../spec.yaml")}
      : > ../disk/nothing; chmod 644 ../disk/nothing
      mount --bind ../disk/nothing "$(command -v bwrap)"
      ${ask("doctor", "doctor >&2")}
      ${ask("check", "check -- true")}
      ${ask("run", MARK)}
      ${END}`);
    expect(codesIn(ended)).toEqual({ init: 0, doctor: 1, check: 2, run: 126 });
    expect(ended.stderr).toContain("repair: apt-get install -y bubblewrap");
    expect(ended.stderr).toContain("isolation_too_weak");
    expectQuiet(ended);
  });
});

const closed = isRoot && !readableByAll(ROOT) ? "the repository is closed to ordinary users" : null;
const blocked = closed ?? cannotBlock();
if (blocked !== null) process.stderr.write(`bad machine: blocked user namespaces: ${blocked}\n`);

describe.skipIf(blocked !== null)("an ordinary user without user namespaces", { timeout: 300_000 }, () => {
  it("is refused by name, and nothing runs", async () => {
    mkdirSync(`${place.root}/user/work/out`, { recursive: true });
    if (isRoot) for (const at of ["", "/work", "/work/out"]) chownSync(`${place.root}/user${at}`, USER, USER);
    const spec = everyFieldSpec(place.work).replace(
      /uid: \d+/,
      `uid: ${isRoot ? USER : (process.getuid?.() ?? 0)}`,
    );
    if (isRoot) chownSync(`${place.work}.env`, USER, USER);
    writeFileSync(`${place.root}/user-spec.yaml`, spec);
    const script = `
      ${ask("init", "init --spec ../../user-spec.yaml")}
      ${ask("doctor", "doctor >&2")}
      ${ask("check", "check -- true")}
      ${ask("run", MARK)}
      ${END}`;
    writeFileSync(`${place.root}/blocked.sh`, script);
    const env = { WRIT_HOME: `${place.root}/user/home`, HOME: `${place.root}/user` };
    const ended = await shell(place, withoutNamespaces(`sh ${place.root}/blocked.sh`), {
      cwd: `${place.root}/user/work`,
      env,
    });
    expect(codesIn(ended)).toEqual({ init: 0, doctor: 1, check: 2, run: 126 });
    expect(ended.stderr).toContain("isolation_too_weak");
    expect(existsSync(`${place.root}/user/work/out/marker`)).toBe(false);
  });
});

describe("a temporary folder that cannot be written", () => {
  it("is what `writ doctor` names, with its repair", async () => {
    const { code, stdout, stderr } = await writ(place, ["doctor"], { env: { TMPDIR: "/not/there" } });
    expect([code, stderr]).toEqual([1, ""]);
    expect(stdout).toContain("/not/there cannot be written (ENOENT)");
    expect(stdout).toContain("chmod 1777 /not/there");
  });
});

/** Ends the governor of the home in use and waits for it. */
const END = `pid=$("$WRIT" status --format json 2>/dev/null | sed -n 's/.*"pid": \\([0-9]*\\).*/\\1/p'); if [ -n "$pid" ]; then kill "$pid"; while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done; fi`;

/** A line that runs writ and tells its exit code as `name=code`. */
function ask(name: string, command: string): string {
  const quiet = command.includes(">&2") ? "" : " >/dev/null";
  return `"$WRIT" ${command}${quiet}; echo "${name}=$?"`;
}

/** Runs the script as root in a mount namespace of its own, with a small disk that the home is on. */
function inMounts(script: string): Promise<Ran> {
  const disk = `mount -t tmpfs -o size=16m,mode=755 none ${place.root}/disk`;
  writeFileSync(`${place.root}/script.sh`, `${disk}\n${script}\n`);
  return shell(place, `unshare --mount sh ${place.root}/script.sh`, {
    env: { WRIT_HOME: `${place.root}/disk/home` },
  });
}

/** `command` as an ordinary user who may make no user namespace. */
function withoutNamespaces(command: string): string {
  const become = isRoot ? `setpriv --reuid ${USER} --regid ${USER} --clear-groups ` : "";
  const drop = "setpriv --inh-caps=-all --ambient-caps=-all";
  const inside = `echo 0 > /proc/sys/user/max_user_namespaces && exec ${drop} ${command}`;
  return `${become}unshare --user --map-current-user --keep-caps sh -c '${inside}'`;
}

function codesIn({ stdout }: Ran): Readonly<Record<string, number>> {
  const pairs = stdout.split("\n").flatMap((line) => [...line.matchAll(/^([a-z-]+)=(\d+)$/g)]);
  return Object.fromEntries(pairs.map((match) => [match[1] ?? "", Number(match[2])]));
}

/** Nothing ran, and nobody showed a stack. */
function expectQuiet({ stderr }: Ran): void {
  expect(existsSync(`${place.work}/out/marker`)).toBe(false);
  expect(stderr).not.toMatch(/^\s+at |error: internal/m);
}

function cannotBlock(): string | null {
  const tried = spawnSync("sh", ["-c", withoutNamespaces("true")], { encoding: "utf8" });
  return tried.status === 0 ? null : tried.stderr.trim().replaceAll(/\s+/g, " ");
}

function readableByAll(path: string): boolean {
  for (let at = path; at !== dirname(at); at = dirname(at))
    if ((statSync(at).mode & 0o005) !== 0o005) return false;
  return true;
}
