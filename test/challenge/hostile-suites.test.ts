// A suite that is malformed, hangs, breaks, lies or tries to leave its place: each named, each bounded, and the rest is fired.
// Real homes and governors, started by `writ challenge` of the built package.
import { spawn } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { ChallengeReport } from "../../src/challenge/challenge.ts";
import { isRoot, ROOT, WRIT } from "../e2e/cli-process.ts";

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder for temporary files of its own, so that what is left there is seen. */
function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "writ-test-challenge-"));
  chmodSync(folder, 0o755);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function begin(
  args: readonly string[],
  temp: string,
): { readonly ended: Promise<Ran>; readonly interrupt: () => void } {
  const child = spawn(process.execPath, [WRIT, "challenge", ...args], {
    env: { PATH: process.env["PATH"], HOME: temp, TMPDIR: temp },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name].on("data", (chunk: Buffer) => {
      said[name] += chunk.toString("utf8");
    });
  const ended = new Promise<Ran>((resolve) => child.once("close", (code) => resolve({ code, ...said })));
  return { ended, interrupt: () => void child.kill("SIGINT") };
}

const CASE = "    effects: { processes: true }\n";
const one = (id: string, steps: string, more: string = CASE, expected = "stopped"): string =>
  `  - id: ${id}\n    expected: ${expected}\n    steps: ${steps}\n${more}`;
const RUN = 'run: { task: x, run: { command: [sh, -c, "echo ran > out/<MARK>"] }, needs: { writes: [out] } }';

/** Base cases that are fine, and what is wrong with the others. */
const CASES = [
  one(
    "fine.passes",
    `[{ ${RUN}, outcome: admit, exit: 0 }]`,
    '    effects: { files: { "work/out/<MARK>": "ran\\n" } }\n',
    "passed",
  ),
  one("lies.attack", `[{ ${RUN} }]`, '    effects: { files: { "work/out/<MARK>": null } }\n'),
  one(
    "lies.benign",
    `[{ ${RUN.replace("writes: [out]", "writes: [out], memory: 9 GiB")}, outcome: admit }]`,
    CASE,
    "passed",
  ),
  one(
    "lies.ledger",
    "[{ spoil: { file: home/ledger/seg-, how: flip } }]",
    "    fresh: true\n    effects: { ledger: verifies }\n",
  ),
  one(
    "hangs",
    '[{ run: { task: x, run: { command: [sh, -c, "sleep 100; : <MARK>"] }, needs: { time: 2 m } } }]',
    `    timeout: 1 s\n${CASE}`,
  ),
  one("escapes.write", '[{ write: { "../escaped": "x" } }]'),
  one("escapes.absolute", '[{ write: { "work/../../../../../../../etc/escaped": "x" } }]'),
  one("escapes.home", "[{ writ: { words: [status, --home, /tmp] } }]"),
  one("names.nobody", "[{ check: { task: <NOBODY> } }]"),
  one(
    "kills.governor",
    `[{ ${RUN}, exit: 0 }, { kill: governor }, { wait: 10 ms }]`,
    "    effects: { ledger: verifies }\n",
  ),
  one(
    "fine.again",
    `[{ ${RUN}, outcome: admit, exit: 0 }]`,
    '    effects: { files: { "work/out/<MARK>": "ran\\n" } }\n',
    "passed",
  ),
].join("");

function suite(files: Readonly<Record<string, string>>): string {
  const folder = tempFolder();
  cpSync(`${ROOT}/suites/places`, join(folder, "places"), { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

describe("writ challenge, with a suite that", () => {
  let report: ChallengeReport & { readonly regressions: readonly string[] };
  let code: number | null = null;
  let left: readonly string[] = [];
  const temp = mkdtempSync(join(tmpdir(), "writ-test-challenge-"));
  afterAll(() => rmSync(temp, { recursive: true, force: true }));
  beforeAll(async () => {
    chmodSync(temp, 0o755);
    const folder = join(temp, "suite");
    cpSync(`${ROOT}/suites/places`, join(folder, "places"), { recursive: true });
    writeFileSync(join(folder, "places/broken.yaml"), "challenge: 1\nspec: { writ: 1, nme: x }\n");
    writeFileSync(join(folder, "a.yaml"), `challenge: 1\nfamily: governor\nplace: plain\ncases:\n${CASES}`);
    writeFileSync(
      join(folder, "b.yaml"),
      `challenge: 1\nfamily: sums\nplace: broken\ncases:\n${one("no.place", `[{ ${RUN} }]`)}`,
    );
    writeFileSync(join(folder, "c.yaml"), "challenge: 1\nfamily: sums\nplace: plain\ncases: [{}]\n");
    const ran = await begin(["--suite", folder, "--format", "json", "--seed", "1"], temp).ended;
    code = ran.code;
    report = JSON.parse(ran.stdout) as typeof report;
    left = readdirSync(temp).filter((name) => name.startsWith("writ-challenge-"));
  }, 120_000);

  const of = (id: string): ChallengeReport["cases"][number] | undefined =>
    report.cases.find((each) => each.id === id);

  it("is malformed in a file fires the others, names it and fails", () => {
    expect(code).toBe(1);
    expect(report.problems.join("\n")).toMatch(/c\.yaml:4:\d+: `cases\[0\]\.id` is missing/u);
    expect(report.cases.length).toBe(12);
  });

  it("has a place that cannot be opened breaks the cases there", () => {
    expect(of("no.place")?.outcome).toBe("broken");
    expect(of("no.place")?.evidence.join()).toMatch(/the place `broken` cannot be opened: .*name/u);
  });

  it("states what is not so is told so, by name", () => {
    expect(of("lies.attack")?.outcome).toBe("through");
    expect(of("lies.benign")?.outcome).toBe("refused");
    expect(report.families.find(({ family }) => family === "governor")).toMatchObject({
      through: ["lies.attack", "lies.ledger"],
      refused: ["lies.benign"],
    });
  });

  it("hangs, leaves its place or names what nothing has is broken, by name", () => {
    expect(of("hangs")?.evidence).toEqual(["it did not end within 1000 ms"]);
    for (const id of ["escapes.write", "escapes.absolute"])
      expect(of(id)?.evidence.join()).toMatch(/does not lie below/u);
    expect(of("escapes.home")?.evidence.join()).toMatch(/names no other home/u);
    expect(of("names.nobody")?.evidence.join()).toMatch(/nothing is called `<NOBODY>`/u);
    expect(existsSync("/etc/escaped")).toBe(false);
    expect(report.families.find(({ family }) => family === "governor")?.broken).toEqual(
      expect.arrayContaining(["escapes.home", "escapes.write", "hangs"]),
    );
  });

  it("breaks in between goes on with what follows", () => {
    expect([of("fine.passes")?.outcome, of("kills.governor")?.outcome, of("fine.again")?.outcome]).toEqual([
      "passed",
      "stopped",
      "passed",
    ]);
  });

  it("is over leaves nothing behind", () => {
    expect(left).toEqual([]);
  });
});

it("writ challenge fails when nothing ran, for a folder without a suite and for a name that is none", async () => {
  const temp = tempFolder();
  const none = await begin(["--suite", suite({}), "--seed", "1"], temp).ended;
  expect([none.code, none.stderr]).toEqual([
    1,
    expect.stringMatching(/the challenge says nothing: nothing ran/u),
  ]);
  const nowhere = await begin(["--suite", join(temp, "nowhere")], temp).ended;
  expect([nowhere.code, nowhere.stderr]).toEqual([1, expect.stringMatching(/no suite is here/u)]);
  const typo = await begin(["leeks"], temp).ended;
  expect([typo.code, typo.stderr]).toEqual([64, expect.stringMatching(/hint: writ challenge leaks/u)]);
}, 60_000);

it.skipIf(!isRoot)(
  "writ challenge as root says that tasks cannot enter its folder",
  async () => {
    const temp = tempFolder();
    chmodSync(temp, 0o700);
    const { code, stderr } = await begin(["words"], temp).ended;
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/the challenge says nothing: .* cannot be entered by the user of tasks/u),
    ]);
  },
  60_000,
);

it("writ challenge ends at Ctrl-C, says so, and leaves nothing behind", async () => {
  const temp = tempFolder();
  const cases = Array.from({ length: 60 }, (_, at) =>
    one(`sleeps.${at}`, '[{ run: { task: x, run: { command: [sleep, "5"] }, needs: { time: 1 m } } }]'),
  ).join("");
  const folder = suite({ "a.yaml": `challenge: 1\nfamily: sums\nplace: plain\ncases:\n${cases}` });
  const running = begin(["--suite", folder], temp);
  const isUp = (): boolean => readdirSync(temp).some((name) => existsSync(join(temp, name, "home/run")));
  while (!isUp()) await new Promise((resolve) => setTimeout(resolve, 50));
  running.interrupt();
  const { code, stderr } = await running.ended;
  expect(code).toBe(1);
  expect(stderr).toMatch(/the challenge says nothing: it was interrupted/u);
  expect(readdirSync(temp).filter((name) => name.startsWith("writ-challenge-"))).toEqual([]);
}, 60_000);
