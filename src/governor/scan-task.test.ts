// What a submitted task holds is looked at before it is judged, by a live governor: it is refused, and what was found is in
// nothing that is shown, recorded or kept.
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import type { WritError } from "../stdx/writ-error.ts";
import { parseTask } from "../task/parse-task.ts";
import { type MadeHome, makeHome, taskOf } from "./fixtures/made-home.ts";
import { specText } from "./fixtures/spec-text.ts";
import type { Decided, Governor, TaskInput } from "./governor.ts";
import { PORTS } from "./ports.ts";
import { openTaskScan, type ScannedTask, type TaskScan } from "./scan-task.ts";
import { adoptedSpec } from "./spec-in-force.ts";
import { TaskScanThread } from "./task-scan-thread.ts";

/** Outside of every home: what holds protected values. */
const files: string[] = [];
let made: MadeHome | null = null;
afterEach(async () => {
  await made?.end();
  made = null;
  for (const file of files.splice(0)) rmSync(file);
});

const CANARY = `canary-${randomBytes(12).toString("hex")}`;
/** In the published form of a GitHub token, with its checksum (CRC-32 in base 62), of a value that nobody was ever given. */
const TOKEN = githubToken(randomBytes(30).toString("base64").replaceAll(/[+/=]/g, "q").slice(0, 30));

const DETECTORS = "  detectors: { credentials: refuse, opaque: count, personal: { email: 2 } }";

async function open(privacy: (keys: string) => string): Promise<Governor> {
  const keys = join(
    process.env["TMPDIR"] ?? "/tmp",
    `writ-keys-${process.pid}-${randomBytes(4).toString("hex")}.env`,
  );
  files.push(keys);
  writeFileSync(keys, `SERVICE_KEY=${CANARY}\n`, { mode: 0o600 });
  made = await makeHome({ privacy: privacy(keys) });
  return made.open();
}

function causes({ decision }: Decided): readonly string[] {
  return decision.findings.filter(({ passes }) => !passes).map(({ cause }) => String(cause));
}

/** Every file of the home, and everything that the governor said. */
function holds(home: string, value: string): readonly string[] {
  const found: string[] = [];
  const look = (folder: string): void => {
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      const stat = statSync(path, { throwIfNoEntry: false });
      if (stat?.isDirectory()) look(path);
      else if (stat?.isFile() && readFileSync(path).includes(value)) found.push(path);
    }
  };
  look(home);
  return found;
}

const sending = {
  calls: [{ to: "https://api.example.com/v1/x", method: "POST", for: ["chat"], bytes_out_max: "1 KiB" }],
};

test("P1 a protected value in a task's words: refused, and in no record", async () => {
  const governor = await open((keys) => `  protected: [ { file: ${keys} } ]`);
  const hidden = Buffer.from(CANARY).toString("base64");
  for (const [place, input] of [
    ["run.command[1]", taskOf(home(), ["echo", CANARY])],
    ["run.command[2]", taskOf(home(), ["echo", "--key", hidden])],
    ["intent", withText({ intent: `send ${CANARY.toUpperCase()} there` })],
    ["task", withText({ task: CANARY })],
    ["needs.calls[0].to", taskOf(home(), ["true"], { calls: [{ to: `https://${CANARY}.example.com/` }] })],
  ] as const) {
    const decided = await governor.check(input);
    expect([place, decided.decision.outcome]).toEqual([place, "refuse"]);
    expect(causes(decided)).toContain("protected_in_task");
    const said = JSON.stringify(decided);
    expect(said).toContain(place);
    expect([place, said.includes(CANARY), said.includes(hidden)]).toEqual([place, false, false]);
    const outcome = await governor.run(input, {
      wait: true,
      stdout: () => undefined,
      stderr: () => undefined,
    });
    expect(outcome.observation).toBeNull();
  }
  const plain = await governor.check(taskOf(home(), ["echo", "nothing of it"]));
  expect(plain.decision.outcome).toBe("admit");
  await governor.close();
  for (const value of [CANARY, CANARY.toUpperCase(), hidden]) expect(holds(home().home, value)).toEqual([]);
  expect((await home().verify()).problem).toBeNull();
});

test("P1 a credential in a task's words: as the spec's detectors say", async () => {
  const governor = await open(() => DETECTORS);
  const decided = await governor.check(taskOf(home(), ["curl", "-H", `Authorization: token ${TOKEN}`, "x"]));
  expect(causes(decided)).toContain("credential_in_task");
  expect(JSON.stringify(decided)).not.toContain(TOKEN);
  await governor.close();
  expect(holds(home().home, TOKEN)).toEqual([]);
});

test("what a command names by file counts where something may leave", async () => {
  const governor = await open((keys) => `  protected: [ { file: ${keys} } ]\n${DETECTORS}`);
  const file = (name: string, text: string): string => {
    writeFileSync(join(home().work, name), text);
    return name;
  };
  const upload = (name: string, needs: Record<string, unknown> = sending): Promise<Decided> =>
    governor.check(taskOf(home(), ["cat", name], needs));
  const key = file("key.txt", `x\nkey: ${CANARY}\n`);
  expect(causes(await upload(key))).toContain("protected_in_task");
  expect(causes(await upload(key, {}))).toEqual([]);
  expect(causes(await upload(file("token.txt", TOKEN)))).toContain("credential_in_task");
  const people = (count: number): string =>
    Array.from({ length: count }, (_, at) => `person${at}.name@mail${at}.org`).join("\n");
  expect(causes(await upload(file("two.csv", people(2))))).not.toContain("personal_in_task");
  expect(causes(await upload(file("three.csv", people(3))))).toContain("personal_in_task");
  expect(causes(await upload(file("plain.txt", "the quick brown fox\n".repeat(100))))).not.toContain(
    "personal_in_task",
  );
  await governor.close();
});

test("a spec that asks for no look gets none", async () => {
  const governor = await open(() => "");
  const decided = await governor.check(taskOf(home(), ["echo", TOKEN]));
  expect(decided.decision.outcome).toBe("admit");
  await governor.close();
});

function home(): MadeHome {
  if (made === null) throw new Error("no home was made");
  return made;
}

function withText(words: Record<string, unknown>): TaskInput {
  const task = { task: "test", run: { command: ["true"] }, needs: { reads_directory: true }, ...words };
  return { text: JSON.stringify(task), source: "test", directory: home().work, format: "json" };
}

function githubToken(random: string): string {
  const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  let crc = 0xffffffff;
  for (const byte of Buffer.from(random)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  let left = (crc ^ 0xffffffff) >>> 0;
  let check = "";
  for (let at = 0; at < 6; at += 1) {
    check = (digits[left % 62] ?? "0") + check;
    left = Math.floor(left / 62);
  }
  return ["gh", "p_", random, check].join("");
}

test("P3 where what may never leave cannot be read nothing is decided, recorded or run, and the file is named", async () => {
  const governor = await open((keys) => `  protected: [ { file: ${keys}.gone } ]`);
  const before = (await governor.status()).records;
  const input = taskOf(home(), ["echo", CANARY]);
  for (const ask of [
    () => governor.check(input),
    () => governor.run(input, { wait: true, stdout: () => undefined, stderr: () => undefined }),
  ])
    await expect(ask()).rejects.toMatchObject({
      code: "WRIT_SECRET_UNUSABLE",
      message: expect.stringContaining(".env.gone") as string,
    });
  expect((await governor.status()).records).toBe(before);
  expect(holds(home().home, CANARY)).toEqual([]);
});

test("P8 what is wrong with a task that cannot be read is said without the value that it holds", async () => {
  const governor = await open((keys) => `  protected: [ { file: ${keys} } ]\n${DETECTORS}`);
  for (const value of [CANARY, TOKEN, Buffer.from(CANARY).toString("base64")]) {
    const text = `task: t\nrun: { command: [tool] }\nneeds: { calls: [ { to: "https://Bad Host/${value}" } ] }\n`;
    const asked = governor.check({ text, source: "task.yaml", directory: "/", format: "yaml" });
    const error = await asked.then(
      () => expect.fail("the task is not refused"),
      (cause: unknown) => cause as WritError,
    );
    expect(error).toMatchObject({
      code: "WRIT_TASK_INVALID",
      message: expect.stringContaining("[left out]") as string,
    });
    expect(JSON.stringify([error.message, error.hint, error.cause])).not.toContain(value);
  }
});

const NO_PROTECTION = (): { readonly index: null; readonly key: string } => ({ index: null, key: "" });

async function wordsOfTool(scan: TaskScan): Promise<ScannedTask> {
  const { spec } = adoptedSpec(Buffer.from(specText("/work", { privacy: DETECTORS })), "test").parsed;
  const parsed = parseTask("task: t\nrun: { command: [tool] }", { directory: "/work", ...PORTS });
  if (!parsed.ok) throw new Error("the task does not parse");
  return scan.words(spec, parsed.value);
}

const NO_VALUES = { secrets: new Map<string, string>(), protected: [], documents: [], unread: [] };

test("P3 a fault of ours decides nothing; a secret that cannot be read is recorded as not looked for", async () => {
  const broken = openTaskScan(() => Promise.reject(new Error("a fault of ours")), NO_PROTECTION);
  await expect(wordsOfTool(broken)).rejects.toThrow("a fault of ours");
  const half = openTaskScan(() => Promise.resolve({ ...NO_VALUES, unread: ["API_KEY"] }), NO_PROTECTION);
  const { content, parsed } = await wordsOfTool(half);
  expect(content).toEqual([
    { place: "task", from: "words", class: "unread", kind: "secret", group: null, name: "API_KEY", count: 1 },
  ]);
  expect(parsed.task.run.command).toEqual(["tool"]);
});

test.each([
  ["failed", "throw new Error('boom')"],
  ["failed", "process.exit(0)"],
  ["time", "setInterval(() => undefined, 1000)"],
])(
  "P3 a thread that is lost or late (%s: %s) leaves the words out, and the next task has another",
  async (bound, does) => {
    const program = new URL(`data:text/javascript,${encodeURIComponent(does)}`);
    const thread = new TaskScanThread({ deadline: bound === "time" ? 300 : 30_000, program });
    const scan = openTaskScan(() => Promise.resolve(NO_VALUES), NO_PROTECTION, { thread });
    for (let turn = 0; turn < 2; turn += 1) {
      const { content, parsed } = await wordsOfTool(scan);
      expect(content).toMatchObject([{ class: "unfinished", kind: bound }]);
      expect(parsed.task.run.command).toEqual(["[not scanned]"]);
    }
  },
);
