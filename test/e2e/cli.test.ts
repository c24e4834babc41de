// The command line's contract: help texts, exit codes, JSON documents, streams and signals, each with real processes.
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  begin,
  endPlace,
  makeHomePlace,
  type Place,
  ROOT,
  shell,
  start,
  until,
  WRIT,
  writ,
} from "./cli-process.ts";
import { listCommands } from "./command-tree.ts";
import { oneBigTaskSpec } from "./every-field-spec.ts";

const TIMEOUT = { timeout: 300_000 };
const SLEEP = ["run", "--memory", "200 MiB", "--", "sh", "-c", "echo started; exec sleep 86.5"];

let place: Place;
beforeAll(async () => {
  place = await makeHomePlace(oneBigTaskSpec);
  const spec = readFileSync(`${place.root}/spec.yaml`, "utf8");
  writeFileSync(`${place.root}/looser.yaml`, spec.replace("score_min: 60", "score_min: 0"));
  writeFileSync(`${place.work}/wrong.yaml`, "writ: 1\nscore: 5\n");
  writeFileSync(`${place.work}/refused.yaml`, "task: a\nrun: { command: [sh] }\nneeds: { time: 1 h }\n");
});
afterAll(async () => {
  await endPlace(place);
});

describe("help", TIMEOUT, () => {
  const groups = [[], ["service"], ["protect"], ["task"], ["spec"], ["ledger"]];
  const paths = [...groups, ...listCommands().map(({ path }) => path)];

  it.each(paths.map((path) => ({ path, name: path.join(" ") })))("of `writ $name`", async ({ path }) => {
    const { code, stdout, stderr } = await writ(place, [...path, "--help"]);
    expect([code, stderr]).toEqual([0, ""]);
    await expect(stdout).toMatchFileSnapshot(`../golden/help/${["writ", ...path].join("-")}.txt`);
  });

  it("of a group is what the group alone prints, and offers no way around", async () => {
    const { stdout } = await writ(place, ["--help"]);
    expect((await writ(place, [])).stdout).toBe(stdout);
    expect(stdout).toContain("There is no --force: what fails does not run.");
  });
});

describe("exit codes", TIMEOUT, () => {
  const old = `Object.defineProperty(process,"versions",{value:{...process.versions,node:"20.20.0"}})`;
  const tooOld = [
    process.execPath,
    `--import=data:text/javascript,${encodeURIComponent(old)}`,
    WRIT,
    "--version",
  ];

  it.each([
    { code: 0, args: ["check", "--", "true"] },
    { code: 0, args: ["run", "--", "true"] },
    { code: 1, args: ["spec", "diff", "../spec.yaml", "../looser.yaml"] },
    { code: 1, args: ["run", "--", "false"] },
    { code: 2, args: ["check", "refused.yaml"] },
    { code: 2, args: ["spec", "adopt", "../looser.yaml"] },
    { code: 3, args: ["spec", "check", "wrong.yaml"] },
    { code: 3, args: ["check", "wrong.yaml"] },
    { code: 7, args: ["run", "--", "sh", "-c", "exit 7"] },
    { code: 64, args: ["run", "--force", "--", "true"] },
    { code: 70, args: ["check", "nowhere.yaml"] },
    { code: 125, args: ["run", "wrong.yaml"] },
    { code: 126, args: ["run", "refused.yaml"] },
    { code: 137, args: ["run", "--", "sh", "-c", "kill -KILL $$"] },
    { code: 137, args: ["run", "--time", "300 ms", "--", "sleep", "86.5"] },
    { code: 143, args: ["run", "--", "sh", "-c", "kill -TERM $$"] },
  ])("$code of `writ $args`", async ({ code, args }) => {
    expect((await writ(place, args)).code).toBe(code);
  });

  it("75 of a run that would have to wait and may not", async () => {
    const first = begin(place, SLEEP);
    await until("the first to start", () => first.said() === "started\n");
    const second = ["--memory", "200 MiB", "--", "sh", "-c", "echo ran > out/marker"];
    const deferred = await writ(place, ["run", "--write", "out", "--no-wait", ...second]);
    expect([deferred.code, deferred.stderr]).toEqual([75, expect.stringMatching(/^deferred\n/)]);
    expect((await writ(place, ["check", ...second])).code).toBe(75);
    first.child.kill("SIGTERM");
    expect((await first.ended).code).toBe(143);
  });

  it("125 of a Node.js that is too old", async () => {
    const ended = await start(place, tooOld, {}).ended;
    expect(ended).toMatchObject({
      code: 125,
      stderr: expect.stringMatching(
        /^writ: error: node 20\.20\.0 is too old: limit is 24\nwrit: hint: .*\n$/,
      ) as string,
    });
  });
});

describe("JSON documents", TIMEOUT, () => {
  it("are those of docs/JSON.md, member by member", async () => {
    const page = documented();
    const seen = new Set<string>();
    const waiting = begin(place, SLEEP);
    await until("the first to start", () => waiting.said() === "started\n");
    const documents: readonly (readonly [string, readonly string[]])[] = [
      ["init", ["--home", "another"]],
      ["doctor", []],
      ["status", []],
      ["check", ["refused.yaml"]],
      ["check", ["--memory", "200 MiB", "--", "true"]],
      ["run", ["--no-wait", "--memory", "200 MiB", "--", "true"]],
      ["submit", ["--", "true"]],
      ["submit", ["--memory", "900 GiB", "--", "true"]],
      ["service install", []],
      ["service uninstall", []],
      ["service status", []],
      ["ps", []],
      ["explain", ["4"]],
      ["task draft", ["4"]],
      ["spec check", ["wrong.yaml"]],
      ["spec check", ["../spec.yaml"]],
      ["spec diff", ["../spec.yaml", "../looser.yaml"]],
      ["spec adopt", ["../looser.yaml"]],
      ["spec sign", ["../looser.yaml"]],
      ["spec amend", ["../looser.yaml", "--why", "to see it"]],
      ["spec status", []],
      ["spec confirm", []],
      ["spec withdraw", []],
      ["spec close", []],
      ["spec status", []],
      ["spec log", []],
      ["spec restore", []],
      ["halt", []],
      ["status", []],
      ["lift", ["halted"]],
      ["lift", ["halted"]],
      ["offline", []],
      ["lift", ["offline"]],
      ["ledger verify", []],
      ["ledger tail", []],
      ["ledger prove", ["0"]],
      ["ledger export", ["../exported"]],
      ["ledger replay", []],
      ["ledger replay", ["--spec", "../looser.yaml"]],
      ["measure", []],
      ["drift show", []],
      ["drift audit", []],
      ["drift baseline", []],
      ["protect add", ["keys.env"]],
      ["protect list", []],
      ["protect remove", ["keys.env"]],
      ["scan", ["keys.env", "not-there"]],
      ["ledger erase", ["--all"]],
      ["challenge", ["--only", "nothing-of-this-name"]],
    ];
    writeFileSync(
      `${place.work}/keys.env`,
      "SERVICE_KEY=zq7-Lw9fK2mXv4Tb8Rn1\nmail: a.person@mail.example.org\n",
      {
        mode: 0o600,
      },
    );
    for (const [name, words] of documents) await readDocument(name, words);
    const job = String(
      (
        JSON.parse((await writ(place, ["submit", "--format", "json", "--", "true"])).stdout) as {
          readonly jobs: readonly { readonly id: number }[];
        }
      ).jobs[0]?.id,
    );
    const { sequence } = JSON.parse(
      (await writ(place, ["check", "--format", "json", "refused.yaml"])).stdout,
    ) as { readonly sequence: number };
    await readDocument("appeal", [String(sequence), "--why", "to see it"]);
    await readDocument("cancel", [job]);
    await readDocument("wait", [job]);
    waiting.child.kill("SIGTERM");
    await waiting.ended;
    await readDocument("run", ["--write", "out", "--", "true"]);
    await readDocument("run", ["--", process.execPath, "--version"]);
    await readDocument("ledger rotate", []);
    const commands = listCommands().map(({ path }) => path.join(" "));
    // What these print is no one document: the streams of a job, answers line by line, and a line for each change.
    const others = [
      "logs",
      "serve",
      "cancel",
      "wait",
      "drift detect",
      "appeal",
      "report",
      "metrics",
      "ledger witness",
      "ledger rotate",
    ];
    expect(new Set([...documents.map(([name]) => name), ...others])).toEqual(new Set(commands));
    const always = [...page.values()].flatMap(({ schema, always }) =>
      always.map((path) => `${schema} ${path}`),
    );
    expect(always.filter((path) => !seen.has(path))).toEqual([]);

    async function readDocument(name: string, words: readonly string[]): Promise<void> {
      const { stdout } = await writ(place, [...name.split(" "), "--format", "json", ...words]);
      const document = JSON.parse(stdout) as { readonly schema: string };
      const described = page.get(name);
      expect([name, document.schema]).toEqual([name, described?.schema]);
      const paths = pathsIn(document).filter((path) => path !== "schema");
      expect(paths.filter((path) => described?.known.includes(path) !== true)).toEqual([]);
      for (const path of paths) seen.add(`${document.schema} ${path}`);
    }
  });
});

describe("streams", TIMEOUT, () => {
  it("carries standard input to the task and its output back", async () => {
    const input = `${"line\n".repeat(50_000)}end\n`;
    const ended = await writ(place, ["run", "--", "cat"], { input });
    expect([ended.code, ended.stdout === input, ended.stderr]).toEqual([0, true, ""]);
  });

  it("with --format json the task's output stands beside the one document", async () => {
    const ended = await writ(place, ["run", "--format", "json", "--", "echo", "hello"]);
    expect(ended.stderr).toBe("hello\n");
    expect((JSON.parse(ended.stdout) as { readonly schema: string }).schema).toBe("writ.outcome/1");
  });

  it("--status-fd tells what an exit code cannot", async () => {
    const words = `--status-fd 3 -- sh -c 'exit 126' 3>status.json; echo $?`;
    const run = await shell(place, `"$WRIT" run ${words}`);
    expect(run.stdout).toBe("126\n");
    const status = JSON.parse(readFileSync(`${place.work}/status.json`, "utf8")) as {
      readonly schema: string;
      readonly decision: { readonly outcome: string };
      readonly observation: { readonly exit_code: number };
    };
    expect([status.schema, status.decision.outcome, status.observation.exit_code]).toEqual([
      "writ.outcome/1",
      "admit",
      126,
    ]);
    const refused = await shell(place, `"$WRIT" run --status-fd 3 refused.yaml 3>status.json; echo $?`);
    expect(refused.stdout).toBe("126\n");
    expect(readFileSync(`${place.work}/status.json`, "utf8")).toContain('"outcome":"refuse"');
  });

  it.each([
    "ledger tail --count 9999",
    "--help",
    "check -- true",
    "run -- sh -c 'while echo more; do :; done'",
  ])("a reader that leaves early sees no stack: `writ %s | head -1`", async (words) => {
    const ended = await shell(place, `"$WRIT" ${words} | head -1`);
    expect(ended.stdout.split("\n")).toHaveLength(2);
    expect(ended.stderr).not.toMatch(/^\s+at |Error/m);
  });

  it("output that cannot be written is an error of its own", async () => {
    const ended = await shell(place, `"$WRIT" ledger tail > /dev/full; echo $?`);
    expect(ended.stdout).toBe("70\n");
    expect(ended.stderr).toMatch(/^writ: error: [^\n]*ENOSPC\nwrit: hint: [^\n]+\n$/);
  });

  it("is plain off a terminal, and on one that asks for it", async () => {
    const ask = `"$WRIT" check refused.yaml`;
    const tty = (env: string): string => `${env} script -qec '${ask}' /dev/null </dev/null`;
    expect((await shell(place, ask)).stdout).not.toContain("\u001b");
    expect((await shell(place, ask, { env: { FORCE_COLOR: "1" } })).stdout).not.toContain("\u001b");
    expect((await shell(place, tty("TERM=xterm"))).stdout).toContain("\u001b[1m");
    expect((await shell(place, tty("TERM=xterm NO_COLOR=1"))).stdout).not.toContain("\u001b");
  });
});

describe("signals", TIMEOUT, () => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("%s ends the task with %i", async (signal, code) => {
    const run = begin(place, SLEEP);
    await until("the task to start", () => run.said() === "started\n");
    run.child.kill(signal);
    expect((await run.ended).code).toBe(code);
  });

  it("a task that handles the signal ends as it likes", async () => {
    const run = begin(place, [
      "run",
      "--",
      "sh",
      "-c",
      "trap 'echo caught; exit 5' INT; echo started; while :; do sleep 0.1; done",
    ]);
    await until("the task to start", () => run.said() === "started\n");
    run.child.kill("SIGINT");
    expect(await run.ended).toMatchObject({ code: 5, stdout: "started\ncaught\n" });
  });
});

interface Documented {
  readonly schema: string;
  readonly known: readonly string[];
  /** Those without a dagger. */
  readonly always: readonly string[];
}

/** docs/JSON.md by command; "All members of X" is taken at its word. */
function documented(): ReadonlyMap<string, Documented> {
  const page = new Map<string, Documented>();
  const sections = readFileSync(`${ROOT}/docs/JSON.md`, "utf8").split(/^## /m).slice(1);
  for (const section of sections) {
    const [, name = "", schema = ""] = /^`writ ([a-z ]+)`: `([^`]+)`/.exec(section) ?? [];
    const rows = [...section.matchAll(/^\| `([^`]+)` (†)?/gm)];
    const [, base = "", without = ""] = /^All members of `([^`]+)`(?: but `(\w+)`)?/m.exec(section) ?? [];
    const inherited = [...page.values()].find((document) => document.schema === base)?.known ?? [];
    const kept = inherited.filter((path) => without === "" || !`${path}.`.startsWith(`${without}.`));
    const own = rows.map((row) => row[1] ?? "");
    const always = rows.filter((row) => row[2] === undefined).map((row) => row[1] ?? "");
    page.set(name, { schema, known: [...kept, ...own], always: always.map((path) => path) });
  }
  return withParents(page);
}

/** Where `a.b` stands, `a` does. */
function withParents(page: ReadonlyMap<string, Documented>): ReadonlyMap<string, Documented> {
  const parents = (path: string): readonly string[] =>
    path.split(".").map((_, at, steps) =>
      steps
        .slice(0, at + 1)
        .join(".")
        .replace(/\[\]$/, ""),
    );
  return new Map(
    [...page].map(([name, { schema, known, always }]) => [
      name,
      { schema, always, known: known.flatMap((path) => [path, ...parents(path)]) },
    ]),
  );
}

/** Every path of a document, but for what is documented elsewhere or grows freely. */
function pathsIn(value: unknown, at = ""): readonly string[] {
  if (Array.isArray(value)) return [...new Set(value.flatMap((entry) => pathsIn(entry, `${at}[]`)))];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, below]) => {
    const path = at === "" ? name : `${at}.${name}`;
    return /^(task|facts|core|observation|problem|impact)$/.test(name) && path !== "observation"
      ? [path]
      : [path, ...pathsIn(below, path)];
  });
}
