// `writ task draft`: a run that the gate blocked, as the declaration it would have needed. Real runs in real sandboxes; the
// hosts do not exist, and nobody asks for them: what is blocked is answered by the gate alone.
import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { specText } from "../../src/governor/fixtures/spec-text.ts";
import { endPlace, hintOf, makeHomePlace, type Place, type Ran, writ } from "./cli-process.ts";

const TIMEOUT = { timeout: 120_000 };
const ENDPOINTS = `[
    { host: api.example.com, control: contracted, clearance: internal, serves: [chat], methods: [GET, POST], paths: [/v1/], requests_per_task_max: 300, bytes_out_per_task_max: 256 KiB } ]`;

let place: Place;
beforeAll(async () => {
  place = await makeHomePlace((work) => specText(work, { endpoints: ENDPOINTS, score_min: 20 }));
});
afterAll(() => endPlace(place));

/** Runs `script` with one granted call; the number of its decision. */
async function blocked(script: string): Promise<string> {
  writeFileSync(`${place.work}/out/try.sh`, script);
  const granted = ["--write", "out", "--call", "POST https://api.example.com/v1/only"];
  const ran = await writ(place, ["run", "--format", "json", ...granted, "--", "bash", "out/try.sh"]);
  const { sequence, decision } = JSON.parse(ran.stdout) as {
    readonly sequence: number;
    readonly decision: {
      readonly outcome: string;
      readonly findings: readonly { readonly cause: string | null }[];
    };
  };
  expect([decision.outcome, ...decision.findings.flatMap(({ cause }) => cause ?? [])]).toEqual(["admit"]);
  return String(sequence);
}

interface Drafted {
  readonly outcome: string;
  readonly task: {
    readonly needs: { readonly calls: readonly { to: string; method: string; calls_max: number }[] };
  };
  readonly drafted: readonly {
    readonly call: { readonly to: string };
    readonly refused_by: readonly { cause: string }[];
  }[];
  readonly unnamed: number;
}

function documentOf(ran: Ran): Drafted {
  expect([ran.code, ran.stderr]).toEqual([0, ""]);
  return JSON.parse(ran.stdout) as Drafted;
}

function callsOf({ task }: Drafted): readonly string[] {
  return task.needs.calls.map(({ method, to, calls_max }) => `${method} ${to} ${calls_max}`);
}

const curl = (words: string): string => `curl -s -m 10 ${words}\n`;

it("drafts what was blocked, with what the spec in force says to each line", TIMEOUT, async () => {
  const id = await blocked(
    [
      curl(
        "https://api.example.com/v1/feed/a https://api.example.com/v1/feed/b https://api.example.com/v1/feed/b",
      ),
      curl("https://api.example.com/admin"),
      curl("https://other.example.org/x"),
      "getent hosts asked.example.net\n",
      "exec 3<>/dev/tcp/10.1.2.3/5432 && echo hello >&3 && cat <&3 >/dev/null\n",
    ].join(""),
  );
  const { stdout, code, stderr } = await writ(place, ["task", "draft", id]);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(new RegExp(`^# Draft from record ${id}: it grants nothing\\.`));
  const blocks = stdout.split(/(?=^ {4}# (?:added|raised))/m).slice(1);
  const of = (to: string): string => blocks.find((block) => block.includes(to)) ?? "";
  expect(of("api.example.com:443/v1/feed/")).toMatch(
    /^ {4}# added from 3 blocked attempts\n {4}# the spec in force permits it\n {4}- to: /,
  );
  expect(of("api.example.com:443/v1/feed/")).toContain("calls_max: 5");
  expect(of("api.example.com:443/admin")).toContain(
    "does not permit it: `sovereignty.endpoints.paths` (path_not_allowed)",
  );
  expect(of("other.example.org")).toContain("`sovereignty.endpoints` (host_unknown)");
  expect(of("asked.example.net")).toContain("only its name was asked for");
  expect(of("tcp://10.1.2.3:5432")).toContain("method: CONNECT");
  // What it prints is a task, and printing it granted nothing.
  writeFileSync(`${place.work}/draft.yaml`, stdout);
  const checked = await writ(place, ["check", "draft.yaml"]);
  expect([checked.code, checked.stderr]).toEqual([2, ""]);
});

it("merges repeated drafts of one command, and admits what the spec permits", TIMEOUT, async () => {
  const first = await blocked(curl("https://api.example.com/v1/a"));
  const { stdout } = await writ(place, ["task", "draft", first]);
  writeFileSync(`${place.work}/first.yaml`, stdout);
  const second = await blocked(curl("https://api.example.com/v1/b") + curl("https://api.example.com/v1/b"));
  const merged = await writ(place, ["task", "draft", "--format", "json", "--merge", "first.yaml", second]);
  expect(callsOf(documentOf(merged))).toEqual([
    "POST https://api.example.com:443/v1/only 1",
    "GET https://api.example.com:443/v1/a 1",
    "GET https://api.example.com:443/v1/b 2",
  ]);
  // The same again adds nothing.
  writeFileSync(`${place.work}/merged.yaml`, (JSON.parse(merged.stdout) as { text: string }).text);
  const again = documentOf(
    await writ(place, ["task", "draft", "--format", "json", "--merge", "merged.yaml", second]),
  );
  expect(again.drafted).toEqual([]);
  expect(again.outcome).toBe("admit");
  expect((await writ(place, ["check", "merged.yaml"])).code).toBe(0);
});

it("says when the run had no network to see anything by", TIMEOUT, async () => {
  const ran = await writ(place, ["run", "--format", "json", "--", "true"]);
  const { sequence } = JSON.parse(ran.stdout) as { readonly sequence: number };
  const { stdout } = await writ(place, ["task", "draft", `#${sequence}`]);
  expect(stdout).toContain("# The run had no network and nothing that it tried was seen");
});

it("drafts from a command of which nothing was declared", TIMEOUT, async () => {
  const ran = await writ(place, [
    "run",
    "--record-network",
    "--format",
    "json",
    "--",
    "curl",
    "-s",
    "https://api.example.com/v1/x",
  ]);
  const { sequence, decision } = JSON.parse(ran.stdout) as {
    readonly sequence: number;
    readonly decision: { readonly grants: { readonly calls: readonly unknown[] } };
  };
  expect(decision.grants.calls).toEqual([]);
  const drafted = documentOf(await writ(place, ["task", "draft", "--format", "json", String(sequence)]));
  // The host was not granted, so nobody answered its TLS: the method and the path are a guess.
  expect(callsOf(drafted)).toEqual(["GET https://api.example.com:443/ 1"]);
  const { stdout } = await writ(place, ["explain", String(sequence)]);
  expect(stdout).toContain("api.example.com");
});

it("refuses what is no decision, and a draft of another command", TIMEOUT, async () => {
  const unknown = await writ(place, ["task", "draft", "0"]);
  expect([unknown.code, hintOf(unknown)]).toEqual([1, "writ ledger tail"]);
  const beyond = await writ(place, ["task", "draft", "999999"]);
  expect([beyond.code, hintOf(beyond)]).toEqual([1, expect.stringMatching(/^give a number from 0 to \d+$/)]);
  const id = await blocked("true\n");
  writeFileSync(`${place.work}/other.yaml`, "task: other\nrun: { command: [ls] }\n");
  const other = await writ(place, ["task", "draft", "--merge", "other.yaml", id]);
  expect([other.code, other.stderr]).toEqual([3, expect.stringContaining("runs another command")]);
  const absent = await writ(place, ["task", "draft", "--merge", "absent.yaml", id]);
  expect([absent.code, absent.stderr]).toEqual([70, expect.stringContaining("no such file")]);
});
