// `writ run` from a terminal: a real pseudo-terminal, made and typed into by script(1) of util-linux, as a person would. The
// task has one of its own of the same kind and size; what is pressed reaches it, and the caller's is as before in the end.
import { execFileSync } from "node:child_process";
import { chownSync, mkdirSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { specText } from "../../src/governor/fixtures/spec-text.ts";
import { TEST_GID, TEST_UID } from "../enforce/as-user.ts";
import {
  endGovernor,
  endPlace,
  isRoot,
  makeHomePlace,
  type Place,
  type Ran,
  start,
  until,
  WRIT,
  writ,
} from "./cli-process.ts";
import { oneBigTaskSpec } from "./every-field-spec.ts";

const TIMEOUT = { timeout: 120_000 };
const INTERRUPT = "\u0003";
const SUSPEND = "\u001a";

let place: Place;
beforeAll(async () => {
  place = await makeHomePlace(oneBigTaskSpec);
  // A governor that serves already: what is typed is then typed into a task that runs.
  await writ(place, ["status"]);
});
afterAll(() => endPlace(place));

interface Screen {
  readonly said: () => string;
  /** Waits until the screen shows `text`. */
  readonly shows: (text: string) => Promise<void>;
  readonly type: (keys: string) => void;
  readonly ended: Promise<string>;
}

/** A terminal of 30 rows and 90 columns with a shell that runs `script`; `"$WRIT"` is the command line. */
function screen(script: string): Screen {
  const line = `stty rows 30 cols 90; ${script}`;
  const running = start(place, ["script", "-qec", line, "/dev/null"], {
    env: { WRIT, TERM: "xterm-256color", COLORTERM: "truecolor", SHELL: "/bin/sh" },
    terminal: true,
  });
  return {
    said: running.said,
    shows: (text) => until(`the screen to show ${JSON.stringify(text)}`, () => running.said().includes(text)),
    type: (keys) => void running.child.stdin?.write(keys),
    ended: running.ended.then(({ stdout }) => stdout),
  };
}

it(
  "gives the task a terminal of the caller's kind and size, and gives the caller's back",
  TIMEOUT,
  async () => {
    const before = "stty -g";
    const ask = 'tty; stty size; echo "$TERM $COLORTERM"; exit 5';
    const said = await screen(`${before}; "$WRIT" run -- sh -c '${ask}'; echo "code $?"; ${before}`).ended;
    const [settings, ...lines] = said.trimEnd().split("\r\n");
    expect(lines).toEqual(["/dev/pts/0", "30 90", "xterm-256color truecolor", "code 5", settings]);
  },
);

it(
  "types each key into the task as it is pressed, and shows every byte as it was written",
  TIMEOUT,
  async () => {
    const keys = `stty raw -echo; echo ready; dd bs=1 count=1 2>/dev/null | od -An -c; printf "a\\nb\\033[1m"`;
    const at = screen(`"$WRIT" run -- sh -c '${keys}'; echo "code $?"`);
    await at.shows("ready");
    at.type("q");
    // No line feed was turned into two bytes on the way.
    expect(await at.ended).toContain("   q\na\nb\u001b[1mcode 0");
  },
);

it("follows the caller's window", TIMEOUT, async () => {
  const at = screen(
    `tty; "$WRIT" run -- sh -c 'trap "stty size" WINCH; echo ready; while :; do sleep 0.1; done'`,
  );
  await at.shows("ready");
  const outer = /\/dev\/pts\/\d+/.exec(at.said())?.[0] ?? "";
  execFileSync("stty", ["-F", outer, "rows", "41", "cols", "101"]);
  await at.shows("41 101");
  at.type(INTERRUPT);
  await at.ended;
});

it("leaves Ctrl-C to the task", TIMEOUT, async () => {
  const caught = screen(
    `"$WRIT" run -- sh -c 'trap "echo caught; exit 9" INT; echo ready; while :; do sleep 0.1; done'; echo "code $?"`,
  );
  await caught.shows("ready");
  caught.type(INTERRUPT);
  expect(await caught.ended).toMatch(/caught\r\ncode 9\r\n$/);
  const killed = screen(`"$WRIT" run -- sh -c 'echo ready; exec sleep 86.5'; echo "code $?"`);
  await killed.shows("ready");
  killed.type(INTERRUPT);
  expect(await killed.ended).toMatch(/code 130\r\n$/);
});

it("has job control inside: Ctrl-Z, fg and Ctrl-C in a shell", TIMEOUT, async () => {
  const at = screen(`"$WRIT" run -- bash --norc --noprofile -i; echo "code $?"`);
  await at.shows("$ ");
  at.type("sleep 86.5; echo over\r");
  await until("sleep to run", () => at.said().includes("echo over\r\n"));
  await new Promise((resolve) => setTimeout(resolve, 500));
  at.type(SUSPEND);
  await at.shows("Stopped");
  at.type("fg\r");
  await at.shows("fg\r\n");
  await new Promise((resolve) => setTimeout(resolve, 500));
  at.type(INTERRUPT);
  at.type("exit 3\r");
  expect(await at.ended).toMatch(/code 3\r\n$/);
});

it(
  "hands no descriptor of the caller's terminal over, and none can be typed into from inside",
  TIMEOUT,
  async () => {
    const look = [
      'echo "outer: $(ls /dev/pts | sort | tr "\\n" " ")"',
      // TIOCSTI of asm-generic/ioctls.h on its own terminal.
      `python3 -c 'import fcntl; fcntl.ioctl(0, 0x5412, b"x")' 2>&1 | tail -1`,
    ].join("; ");
    const at = screen(`cat > out/look.sh <<"EOS"\n${look}\nEOS\n"$WRIT" run --read out -- sh out/look.sh`);
    const said = await at.ended;
    expect(said).toContain("outer: 0 ptmx");
    expect(said).toContain("Operation not permitted");
  },
);

it("is only for a terminal: with a pipe on either side the task has pipes", TIMEOUT, async () => {
  const said = await screen(
    [
      `"$WRIT" run -- sh -c 'test -t 0; echo "in $?"' < /dev/null`,
      `"$WRIT" run -- sh -c 'test -t 1; echo "out $?"' | cat`,
      `"$WRIT" run --format json -- sh -c 'test -t 1; echo "json $?" >&2' | grep -c '"schema"'`,
    ].join("; "),
  ).ended;
  expect(said).toContain("in 1\r\n");
  expect(said).toContain("out 1\r\n");
  expect(said).toContain("json 1\r\n");
});

it("counts what the terminal shows as output", TIMEOUT, async () => {
  const said = await screen(
    `"$WRIT" run --status-fd 3 -- echo 12345678 3>out/status.json; grep -o '"output":[0-9]*' out/status.json`,
  ).ended;
  expect(said).toContain('"output":10');
});

it.each([
  ["kills everything it sees", "kill -KILL -1", "137"],
  ["leaves its terminal raw, silent and without output", "stty raw -echo -opost; exit 6", "6"],
  ["is over its time", "sleep 86.5", "137"],
])("gives the caller's terminal back after a task that %s", TIMEOUT, async (_, task, code) => {
  const words = `--time '4 s' -- sh -c '${task}'`;
  const all = await screen(`stty -g; "$WRIT" run ${words}; echo "code $?"; stty -g`).ended;
  const [first, ...lines] = all.trimEnd().split("\r\n");
  expect([lines.at(-2), lines.at(-1)]).toEqual([`code ${code}`, first]);
});

it.runIf(isRoot)("is the same for an ordinary user (needs root to become one)", TIMEOUT, async () => {
  const root = `${place.root}/user`;
  mkdirSync(`${root}/work/out`, { recursive: true });
  const text = specText(`${root}/work`).replace("uid: 0", `uid: ${TEST_UID}`);
  writeFileSync(`${root}/spec.yaml`, text);
  for (const path of ["", "/work", "/work/out"]) chownSync(`${root}${path}`, TEST_UID, TEST_GID);
  const env = { HOME: root, WRIT_HOME: `${root}/home`, WRIT, TERM: "xterm", SHELL: "/bin/sh" };
  const become = ["setpriv", `--reuid=${TEST_UID}`, `--regid=${TEST_GID}`, "--clear-groups", "--"];
  const as = (words: readonly string[]): Promise<Ran> =>
    start(place, [...become, ...words], { cwd: `${root}/work`, env }).ended;
  expect((await as([process.execPath, WRIT, "init", "--spec", `${root}/spec.yaml`])).code).toBe(0);
  const line = `stty rows 31 cols 91; "$WRIT" run -- sh -c "stty size; id -u; exit 4"; echo "code $?"`;
  const { stdout } = await as(["script", "-qec", line, "/dev/null"]);
  await endGovernor(`${root}/home`);
  // Its standard input is empty, and what script(1) makes of that may be echoed before the mode changes.
  expect(stdout.replace("^@", "").trimEnd().split("\r\n")).toEqual(["31 91", String(TEST_UID), "code 4"]);
});
