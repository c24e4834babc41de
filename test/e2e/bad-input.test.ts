// Bad input: whatever is wrong with a file, a flag, a name or a home ends in one `writ: error:` line and one `writ: hint:`
// line, the documented exit code and nothing run. Bad machines are in bad-machine.test.ts, bad moments in bad-moment.test.ts.
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openGovernor } from "../../src/governor/open-governor.ts";
import { packageBuild } from "../package-place.ts";
import {
  endGovernor,
  endPlace,
  hintOf,
  makeHomePlace,
  type Place,
  type Ran,
  type RunOptions,
  shell,
  writ,
} from "./cli-process.ts";
import { unprobedSpec } from "./every-field-spec.ts";
import { recordsFrom } from "./refusals.ts";

/** What a command line that only says what is wrong may end with, when its hint is run as it stands. */
const WORKED: readonly number[] = [0, 2, 126];

const MARK = `run: { command: [sh, -c, "echo ran > out/marker"] }`;
const WRITES = "needs: { writes: [out] }";
const ESCAPE = "\u001b[31m";

interface Case {
  readonly what: string;
  /** The task file `case.yaml`, or null. */
  readonly file: string | Uint8Array | null;
  readonly args: readonly string[];
  readonly code: number;
  /** Part of the error line. */
  readonly says: string;
}

const file = (what: string, text: string | Uint8Array, says: string): Case => ({
  what,
  file: text,
  args: ["run", "case.yaml"],
  code: 125,
  says,
});
const flags = (what: string, words: readonly string[], says: string, code = 125): Case => ({
  what,
  file: null,
  args: ["run", "--write", "out", ...words, "--", "sh", "-c", "echo ran > out/marker"],
  code,
  says,
});
const words = (what: string, args: readonly string[], code: number, says: string): Case => ({
  what,
  file: null,
  args,
  code,
  says,
});

const CASES: readonly Case[] = [
  file("malformed YAML", `task: [\n${MARK}\n`, "case.yaml:"),
  file("an unknown key", `task: a\n${MARK}\nneed: {}\n`, "case.yaml:3:1: unknown key `need`"),
  file(
    "an unknown key deep inside",
    `task: a\n${MARK}\nneeds: { memroy: 1 GiB }\n`,
    "case.yaml:3:10: unknown key `memroy`",
  ),
  file("a duplicate key", `task: a\ntask: b\n${MARK}\n`, "case.yaml:2:1: duplicate key `task`"),
  file("a wrong unit", `task: a\n${MARK}\nneeds: { memory: 5 potatoes }\n`, "`needs.memory` is `5 potatoes`"),
  file("a missing unit", `task: a\n${MARK}\nneeds: { time: 5 }\n`, "`needs.time` is `5`"),
  file("a negative number", `task: a\n${MARK}\nneeds: { memory: -5 MiB }\n`, "never negative"),
  file(
    "an overflowing number",
    `task: a\n${MARK}\nneeds: { memory: 99999999999999 TiB }\n`,
    "is at most 9007199254740991 B",
  ),
  file("not a number", `task: a\n${MARK}\nneeds: { cpu: .nan }\n`, "`needs.cpu` is"),
  file("infinity", `task: a\n${MARK}\nneeds: { cpu: .inf }\n`, "`needs.cpu` is"),
  file("an anchor and its aliases", `task: &a a\nintent: *a\n${MARK}\n`, "case.yaml:1:7"),
  file("a tag", `task: !!js/function "x"\n${MARK}\n`, "case.yaml:1:7"),
  file("a second document", `task: a\n${MARK}\n---\ntask: b\n`, "case.yaml:3:1"),
  file("too deep", `task: a\n${MARK}\nneeds: ${"[".repeat(40)}${"]".repeat(40)}\n`, "case.yaml:3:"),
  file("too many entries", `task: a\n${MARK}\nneeds: { reads: [${"a,".repeat(10_001)}] }\n`, "10000"),
  file("too many bytes", Buffer.alloc(4 * 1024 * 1024 + 1, "#"), "has 4194305 bytes: limit is 4194304"),
  file("no UTF-8", Uint8Array.of(0x74, 0xff, 0xfe), "it is not UTF-8 text"),
  file("nothing at all", "", "case.yaml:1:1"),
  file("an escape in a name", `task: "a\\e[31m"\n${MARK}\n${WRITES}\n`, "a\\x1b[31m"),
  file("a raw control character", `task: a\u0007\n${MARK}\n${WRITES}\n`, "case.yaml:1:8"),
  file("a right-to-left override", `task: "a\\u202Eb"\n${MARK}\n${WRITES}\n`, "\\u{202e}"),
  flags("a wrong unit in a flag", ["--memory", "5 potatoes"], "`--memory` is `5 potatoes`"),
  flags("a negative flag", ["--time", "-1 s"], "`--time` is `-1 s`"),
  flags("NaN in a flag", ["--cpu", "NaN"], "`--cpu` is `NaN`"),
  flags("an overflowing flag", ["--processes", "1e309"], "`--processes` is `1e309`"),
  flags("an escape in a flag", ["--name", `a${ESCAPE}`], "`a\\x1b[31m`"),
  flags("a newline in a name", ["--name", "a\nwrit: error: admitted"], "`a\\nwrit: error: admitted`"),
  flags("a call that is no URL", ["--call", "POST nowhere"], "nowhere"),
  flags(
    "a descriptor that is not open",
    ["--status-fd", "77"],
    "`--status-fd` takes the number of an open",
    64,
  ),
  flags("a mistyped flag", ["--memroy", "1 GiB"], "did you mean `--memory`", 64),
  flags("a forbidden wish", ["--force"], "unknown flag `--force`", 64),
  words("an unknown command", ["runn", "--", "true"], 64, "unknown command `runn`"),
  words("an escape in a command", [`run${ESCAPE}`], 64, "`run\\x1b[31m`"),
  words("an escape in a flag's name", ["check", `--${ESCAPE}`], 64, "\\x1b[31m"),
  words("an escape in a format", ["check", "--format", ESCAPE, "--", "true"], 64, "`\\x1b[31m`"),
  words("an escape in a file's name", ["check", `${ESCAPE}.yaml`], 70, "\\x1b[31m.yaml"),
  words("an escape in a spec's name", ["spec", "check", `${ESCAPE}.yaml`], 70, "\\x1b[31m.yaml"),
  words(
    "a file that is not there",
    ["check", "nowhere.yaml"],
    70,
    "`nowhere.yaml` cannot be read: no such file",
  ),
  words("a folder for a file", ["check", "."], 70, "`.` cannot be read"),
  words("neither file nor command", ["run"], 64, "no task given"),
  words("both file and command", ["run", "case.yaml", "--", "true"], 64, "were both given"),
  words("no command behind the dashes", ["run", "--"], 64, "no command stands behind"),
  words(
    "a flag that belongs into the file",
    ["check", "--memory", "1 MiB", "case.yaml"],
    64,
    "--memory belongs to",
  ),
  words("a record that is not there", ["explain", "999999"], 1, "no record `999999`"),
  words("a record that is no number", ["explain", "0x10"], 64, "`0x10` is not the number"),
  words("a count out of bounds", ["ledger", "tail", "--count", "0"], 64, "takes 1 to 10000"),
  words("an argument too many", ["ledger", "verify", "now", "again"], 64, "unexpected argument `again`"),
  words(
    "a ledger that is not there",
    ["ledger", "verify", "not-there"],
    70,
    "`not-there` cannot be read: ENOENT",
  ),
  words("a folder that is no ledger", ["ledger", "verify", "."], 64, "holds no ledger"),
  words("a key that is none", ["ledger", "verify", ".", "--key", "x"], 64, "`x` is no key of a log"),
  words("a key for the home's own", ["ledger", "verify", "--key", "x"], 64, "say whom to believe of a PATH"),
  words("a policy that is none", ["ledger", "verify", ".", "--policy", "../spec.yaml"], 64, "line 1"),
  words("a proof of no record", ["ledger", "prove", "999999"], 1, "no record `999999`"),
  words("a proof over a file", ["ledger", "prove", "0", "--out", "../spec.yaml"], 70, "something is there"),
  words("an export over a folder", ["ledger", "export", "."], 70, "something is there"),
  words(
    "another spec that is not there",
    ["ledger", "replay", "--spec", "nowhere.yaml"],
    70,
    "cannot be read",
  ),
];

let place: Place;
beforeAll(async () => {
  place = await makeHomePlace(unprobedSpec);
});
afterAll(async () => {
  await endPlace(place);
});

describe("bad input", { timeout: 300_000 }, () => {
  it.each(CASES)("$what", async ({ file: text, args, code, says }) => {
    rmSync(`${place.work}/case.yaml`, { force: true });
    if (text !== null) writeFileSync(`${place.work}/case.yaml`, text);
    await expectEnd(await writ(place, args), code, says);
  });

  it("records none of it: nothing was decided", async () => {
    const governor = await openGovernor({ home: place.home, build: packageBuild() });
    const { records } = await governor.status();
    for (const { file: text, args } of CASES.slice(0, 4)) {
      writeFileSync(`${place.work}/case.yaml`, text ?? "");
      expect((await writ(place, args)).code).toBe(125);
    }
    expect(await recordsFrom(place, records)).toEqual([]);
  });

  it("names every error of a file, not the first alone", async () => {
    writeFileSync(`${place.work}/case.yaml`, "task: a\nnope: 1\nneeds: { memory: 5 }\n");
    const { stderr } = await writ(place, ["check", "case.yaml"]);
    expect(stderr.split("\n").filter((line) => /^writ: (error|note): /.test(line))).toHaveLength(3);
  });
});

describe("paths", { timeout: 300_000 }, () => {
  it("a link is judged as what it leads to", async () => {
    symlinkSync("vault/payroll.csv", `${place.work}/harmless`);
    expect(await labelOf(["--read", "vault/payroll.csv"])).toBe("secret");
    expect(await labelOf(["--read", "harmless"])).toBe("secret");
    expect(await labelOf(["--read", "mail"])).toBe("internal");
  });

  it("`..` is judged as where it leads to", async () => {
    expect(await labelOf(["--read", "mail/../vault/./payroll.csv"])).toBe("secret");
    const ended = await writ(place, ["check", "--read", "../home/keys", "--", "true"]);
    expect([ended.code, ended.stdout]).toEqual([2, expect.stringContaining("path_private")]);
  });

  it("a link into the home stays private", async () => {
    symlinkSync("../home/keys", `${place.work}/notes`);
    const ended = await writ(place, ["run", "--read", "notes", "--", "sh", "-c", "cat notes/*"]);
    expect([ended.code, ended.stdout]).toEqual([126, ""]);
    expect(ended.stderr).toContain("path_private");
  });
});

describe("grants around what confines the task", { timeout: 300_000 }, () => {
  it("a home in the working directory is hidden from the task, which runs", async () => {
    const ended = await writ(place, ["run", "--", "ls", "-A", "home"], { cwd: place.root });
    expect([ended.code, ended.stdout]).toEqual([2, ""]);
    expect(ended.stderr).toContain("home");
    expect(ended.stderr).toContain("Permission denied");
  });

  it.each([
    ["what holds the home, to write", ["--write", "."], "it holds a home of Writ"],
    ["the kernel's processes", ["--read", "/proc"], "it belongs to the kernel"],
    ["the kernel's devices", ["--read", "/sys/class"], "it belongs to the kernel"],
    ["everything", ["--read", "/"], "it belongs to the kernel"],
  ])("%s is refused with a reason", async (_, flags, why) => {
    const ended = await writ(place, ["run", ...flags, "--", "touch", "made"], { cwd: place.root });
    expect([ended.code, ended.stdout]).toEqual([126, ""]);
    expect(ended.stderr).toContain("path_not_permitted");
    expect(ended.stderr).toContain(why);
    expect(existsSync(`${place.root}/made`)).toBe(false);
  });
});

describe("homes", { timeout: 300_000 }, () => {
  it("no home", async () => {
    for (const [command, code] of [
      ["check", 70],
      ["run", 125],
    ] as const) {
      const missing = `${place.root}/nowhere-to-${command}`;
      await expectEnd(await writ(place, [command, "--home", missing, "--", "true"]), code, "no home at");
      // The hint made it.
      expect(existsSync(`${missing}/governance.yaml`)).toBe(true);
    }
  });

  it("an escape in a home's name", async () => {
    const ended = await writ(place, ["check", "--home", `/x${ESCAPE}`, "--", "true"]);
    expect([ended.code, ended.stderr]).toEqual([70, expect.stringContaining("no home at `/x\\x1b[31m`")]);
    expect(ended.stderr).not.toContain("\u001b");
  });

  it("a home in place of a file, and a folder with something in it", async () => {
    for (const taken of [`${place.work}/mail`, `${place.root}/spec.yaml`]) {
      const ended = await writ(place, ["init", "--home", taken]);
      expect([ended.code, ended.stderr]).toEqual([70, expect.stringContaining("there is something else at")]);
    }
    expect(existsSync(`${place.work}/mail/today.mbox`)).toBe(true);
  });

  it("a missing spec, an edited spec", async () => {
    const path = `${place.home}/governance.yaml`;
    const text = readFileSync(path, "utf8");
    const run = ["run", "--write", "out", "--", "sh", "-c", "echo ran > out/marker"];
    rmSync(path);
    await expectEnd(await writ(place, run), 125, "is missing: the adopted spec stays in force");
    expect(readFileSync(path, "utf8")).toBe(text);
    writeFileSync(path, `${text}# edited\n`);
    await expectEnd(await writ(place, run), 125, "is not the adopted spec");
    expect(readFileSync(path, "utf8")).toBe(text);
  });

  it("a home that others may write to", async () => {
    await endGovernor(place.home);
    chmodSync(place.home, 0o777);
    await expectEnd(await writ(place, ["check", "--", "true"]), 70, "has mode 777: limit is 755");
    expect((await writ(place, ["check", "--", "true"])).code).toBe(0);
  });

  it("a spec that is wrong makes no home", async () => {
    const wrong = `${place.root}/wrong.yaml`;
    writeFileSync(
      wrong,
      readFileSync(`${place.root}/spec.yaml`, "utf8").replace("score_min: 60", "score_min: 600"),
    );
    const home = `${place.root}/never`;
    const ended = await writ(place, ["init", "--home", home, "--spec", wrong]);
    expect([ended.code, ended.stderr]).toEqual([
      3,
      expect.stringMatching(/^writ: error: .*wrong\.yaml:\d+:\d+: /),
    ]);
    expect(existsSync(home)).toBe(false);
    const checked = await writ(place, ["spec", "check", wrong]);
    expect(checked.code).toBe(3);
    expect(hintOf(checked)).not.toBe("");
  });

  it("a home folder that cannot be made", async () => {
    mkdirSync(`${place.root}/closed`, { mode: 0o500 });
    // Root may write everywhere but where nobody can.
    const home = process.geteuid?.() === 0 ? "/proc/writ" : `${place.root}/closed/home`;
    const ended = await writ(place, ["init", "--home", home]);
    expect([ended.code, ended.stderr]).toEqual([70, expect.stringContaining("cannot make a home at")]);
    hintOf(ended);
  });
});

/** One error line that says it, one hint line, nothing run, no control byte; and a hint that is a command line works. */
async function expectEnd(ended: Ran, code: number, says: string, options: RunOptions = {}): Promise<void> {
  const notes = ended.stderr.replaceAll(/^writ: note: .*\n/gm, "");
  const hint = hintOf({ ...ended, stderr: notes });
  expect([ended.code, ended.stderr.split("\n")[0]]).toEqual([code, expect.stringContaining(says)]);
  expect(ended.stdout).toBe("");
  expect(ended.stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  expect(existsSync(`${place.work}/out/marker`)).toBe(false);
  for (const command of commandsIn(hint)) {
    const worked = await shell(place, command.replace(/^writ/, `"$WRIT"`), options);
    expect([command, WORKED.includes(worked.code), worked.stderr]).toEqual([
      command,
      true,
      expect.anything(),
    ]);
  }
}

/** The first of the command lines that a hint offers, without those that have a word to be filled in. */
function commandsIn(hint: string): readonly string[] {
  const first = hint.replace(/ {2}#.*$/, "").split(/, or |, once |; /)[0] ?? "";
  return /^(writ|chmod) /.test(first) && !/\b[A-Z]{2,}\b|\\x/.test(first) ? [first] : [];
}

async function labelOf(given: readonly string[]): Promise<string> {
  const { stdout } = await writ(place, ["check", "--format", "json", ...given, "--", "true"]);
  const document = JSON.parse(stdout) as { readonly decision: { readonly label: string } };
  return document.decision.label;
}
