// P12, no request of its own: every command, the governor that they start and a task that runs, under strace in a network
// namespace with nothing but loopback. Whatever any of these processes addressed is listed and judged.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { endPlace, isRoot, makeHomePlace, type Place, shell } from "./cli-process.ts";
import { listCommands } from "./command-tree.ts";
import { unprobedSpec } from "./every-field-spec.ts";
import { addressesIn, judge } from "./traced-addresses.ts";

/** The providers of every-field-spec.ts. */
const PROVIDERS = ["127.0.0.1:9", "127.0.0.1:11"];

/** One invocation of every command, by its path; the exit codes it may end with. */
const INVOCATIONS: Readonly<Record<string, { readonly words: string; readonly codes: readonly number[] }>> = {
  init: { words: "--home again", codes: [0] },
  doctor: { words: "", codes: [0, 1] },
  status: { words: "", codes: [0] },
  check: { words: "chat.yaml", codes: [0] },
  run: { words: "--write out -- sh -c 'echo ran > out/marker'", codes: [0] },
  explain: { words: "4", codes: [0, 70] },
  scan: { words: "chat.yaml", codes: [0] },
  report: { words: "--html -", codes: [0] },
  measure: { words: "", codes: [0] },
  metrics: { words: "", codes: [0] },
  "drift show": { words: "", codes: [0] },
  "drift audit": { words: "", codes: [0] },
  "drift baseline": { words: "", codes: [0] },
  "drift detect": { words: "--jsonl /dev/null", codes: [0] },
  // Its servers and their clients are its own; what it fires is traced by nobody. Nothing to fire: it fails.
  challenge: { words: "--only nothing-of-this-name", codes: [1] },
  "protect add": { words: "--as document chat.yaml", codes: [0, 1] },
  "protect list": { words: "", codes: [0] },
  "protect remove": { words: "chat.yaml", codes: [2, 64] },
  "task draft": { words: "4", codes: [0, 70] },
  "spec check": { words: "../spec.yaml", codes: [0] },
  "spec diff": { words: "../spec.yaml ../spec.yaml", codes: [0] },
  "spec adopt": { words: "../spec.yaml", codes: [0] },
  "spec sign": { words: "../spec.yaml", codes: [0] },
  "spec amend": { words: "../spec.yaml --why none", codes: [2] },
  "spec confirm": { words: "", codes: [2] },
  "spec withdraw": { words: "", codes: [0] },
  "spec close": { words: "", codes: [0] },
  "spec status": { words: "", codes: [0] },
  "spec log": { words: "", codes: [0] },
  appeal: { words: "0 --why none", codes: [1] },
  "spec restore": { words: "", codes: [0] },
  "ledger verify": { words: "", codes: [0] },
  submit: { words: "-- true", codes: [0] },
  serve: { words: "--until-empty", codes: [0] },
  "service install": { words: "", codes: [0] },
  "service uninstall": { words: "", codes: [0] },
  "service status": { words: "", codes: [0, 1] },
  ps: { words: "", codes: [0] },
  logs: { words: "1", codes: [1] },
  wait: { words: "1", codes: [1] },
  cancel: { words: "1", codes: [1] },
  // What comes after would wait for a node that is halted.
  halt: { words: "--help", codes: [0] },
  offline: { words: "", codes: [0] },
  lift: { words: "offline", codes: [0] },
  "ledger tail": { words: "", codes: [0] },
  "ledger prove": { words: "0", codes: [0] },
  "ledger replay": { words: "", codes: [0] },
  "ledger export": { words: "../exported", codes: [0] },
  "ledger witness": { words: "", codes: [64] },
  "ledger rotate": { words: "", codes: [0] },
  "ledger erase": { words: "--before 2000-01-01", codes: [0] },
};

const tool = missingTool();
if (tool !== null) process.stderr.write(`p12: not traced: ${tool}\n`);

describe.skipIf(tool !== null)("P12: under strace, without a network", { timeout: 300_000 }, () => {
  let place: Place;
  let trace = "";
  let said = "";
  beforeAll(async () => {
    place = await makeHomePlace(unprobedSpec);
    // A model need makes the governor ask the provider that the spec names.
    writeFileSync(
      `${place.work}/chat.yaml`,
      "task: chat\nrun: { command: [sh] }\nneeds: { models: [{ capability: chat }] }\n",
    );
    const lines = listCommands().map(({ path }) => {
      const name = path.join(" ");
      return `"$WRIT" ${name} ${INVOCATIONS[name]?.words ?? "--help"} >/dev/null; echo "${name}=$?"`;
    });
    // SIGTERM is how a service manager would end it: strace follows until the last process is gone.
    const end = `kill "$("$WRIT" status --format json | sed -n 's/.*"pid": \\([0-9]*\\).*/\\1/p')"`;
    writeFileSync(`${place.root}/all.sh`, `${[...lines, end].join("\n")}\n`);
    const ran = await shell(place, traced(`sh ${place.root}/all.sh`, `${place.root}/trace`));
    expect(ran.stderr).not.toContain("writ: error: internal");
    said = ran.stdout;
    trace = readFileSync(`${place.root}/trace`, "utf8");
  }, 300_000);
  afterAll(async () => {
    await endPlace(place);
  });

  it("runs every command there is, each to an expected end, and the task", () => {
    const names = listCommands().map(({ path }) => path.join(" "));
    expect(Object.keys(INVOCATIONS).sort()).toEqual([...names].sort());
    const ends = new Map(
      said
        .trim()
        .split("\n")
        .map((line) => line.split("=") as [string, string]),
    );
    for (const name of names) {
      expect([name, INVOCATIONS[name]?.codes]).toEqual([
        name,
        expect.arrayContaining([Number(ends.get(name))]),
      ]);
    }
    expect(readFileSync(`${place.work}/out/marker`, "utf8")).toBe("ran\n");
  });

  it("addresses the home's socket, the route of its own namespaces, its own listeners and the named provider alone", () => {
    const addresses = addressesIn(trace);
    const verdicts = addresses.map((address) =>
      judge(address, trace, { home: place.home, providers: PROVIDERS }),
    );
    expect(addresses.filter((_, at) => verdicts[at] === "stranger")).toEqual([]);
    // The trace saw what it should have seen, the governor's requests included.
    expect(new Set(verdicts)).toContain("home");
    expect(new Set(verdicts)).toContain("provider");
    expect(new Set(verdicts)).toContain("route");
  });

  it("would show a request: a traced process that calls out is found", async () => {
    const calls = [
      'require("net").connect(80, "192.0.2.1").on("error", () => {})',
      'require("net").connect("/run/elsewhere.sock").on("error", () => {})',
      'require("net").connect(9, "::1").on("error", () => {})',
      'require("dgram").createSocket("udp4").send("x", 53, "127.0.0.1", () => process.exit())',
    ];
    writeFileSync(`${place.root}/call.cjs`, calls.join(";\n"));
    const file = `${place.root}/planted`;
    await shell(place, traced(`${process.execPath} ${place.root}/call.cjs`, file));
    const planted = readFileSync(file, "utf8");
    const strangers = addressesIn(planted).filter(
      (address) => judge(address, planted, { home: place.home, providers: PROVIDERS }) === "stranger",
    );
    expect([...strangers].sort()).toEqual([
      "127.0.0.1:53",
      "192.0.2.1:80",
      "[::1]:9",
      "unix /run/elsewhere.sock",
    ]);
  });
});

/** A command line that runs `command` in a network namespace of its own, every address in `file`. */
function traced(command: string, file: string): string {
  const strace = `strace -f -qq -e signal=none -e trace=socket,connect,sendto,sendmsg,sendmmsg,getsockname -s 256 -o ${file} ${command}`;
  const drop = isRoot ? "" : "setpriv --inh-caps=-all --ambient-caps=-all ";
  return `${unshare()} sh -c 'ip link set lo up && exec ${drop}${strace}'`;
}

function unshare(): string {
  return isRoot ? "unshare --net" : "unshare --user --map-current-user --keep-caps --net";
}

/** Why nothing can be traced here; null: it can. */
function missingTool(): string | null {
  const tried = spawnSync(
    "sh",
    ["-c", `${unshare()} sh -c 'ip link set lo up && strace -f -qq -o /dev/null true'`],
    {
      encoding: "utf8",
    },
  );
  return tried.status === 0 ? null : tried.stderr.trim().replaceAll(/\s+/g, " ");
}
