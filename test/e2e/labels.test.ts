// What was read decides where it may be sent, from the user's side: `writ run` after `writ run`, a real gate and a real server
// that remembers what reached it. Not every way there is (src/governor/labels.simulation.property.test.ts).
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { specText } from "../../src/governor/fixtures/spec-text.ts";
import { openUpstream, type Upstream } from "../enforce/upstream.ts";
import { endGovernor, endPlace, makeHomePlace, type Place, type Ran, writ } from "./cli-process.ts";

const TIMEOUT = { timeout: 120_000 };
const PAYROLL = "ada,4711\n";

let upstream: Upstream;
let place: Place;
beforeAll(async () => {
  upstream = await openUpstream();
  const endpoints = upstream.endpoints({
    methods: ["POST"],
    requests_per_task_max: 9,
    bytes_out_per_task_max: "64 KiB",
  });
  place = await makeHomePlace((work) => specText(work, { endpoints }));
  for (const [name, text] of [
    ["vault/payroll.csv", PAYROLL],
    ["plain.txt", "plain\n"],
  ] as const) {
    writeFileSync(`${place.work}/${name}`, text);
    chmodSync(`${place.work}/${name}`, 0o644);
  }
});
afterAll(async () => {
  upstream.close();
  await endPlace(place);
});

/** Runs a task of its own file, that reads and writes what is named and nothing else. */
function task(name: string, script: string, needs: Record<string, unknown>): Promise<Ran> {
  const file = `${place.work}/${name}.json`;
  writeFileSync(file, JSON.stringify({ task: name, run: { command: ["sh", "-c", script] }, needs }));
  return writ(place, ["run", file]);
}

function send(path: string, reads: readonly string[]): Promise<Ran> {
  const url = `https://${upstream.host}:${upstream.port}/v1/in`;
  const calls = [{ to: url, method: "POST", bytes_out_max: "4 KiB" }];
  return task("send", `curl -sS --data-binary @${path} ${url}`, { reads, calls });
}

it("sends what was never labelled", TIMEOUT, async () => {
  const sent = await send("plain.txt", ["plain.txt"]);
  expect([sent.code, sent.stderr]).toEqual([0, ""]);
  expect(upstream.seen().map(({ body }) => body)).toEqual(["plain\n"]);
});

it("P7 read now, send in a later task: no byte leaves, and explain tells the chain", TIMEOUT, async () => {
  const direct = await send("vault/payroll.csv", ["vault/payroll.csv"]);
  expect(direct.code).toBe(126);
  const hidden = "base64 vault/payroll.csv | rev > out/notes.txt";
  const first = await task("prepare", hidden, { reads: ["vault"], writes: ["out"] });
  expect([first.code, first.stderr]).toEqual([0, ""]);
  await endGovernor(place.home);
  const later = await send("out/notes.txt", ["out/notes.txt"]);
  expect(later.code).toBe(126);
  expect(later.stderr).toContain("label_over_clearance");
  expect(later.stderr).toContain("was written under decision");
  expect(upstream.seen()).toEqual([]);
  expect(readFileSync(`${place.work}/out/notes.txt`, "utf8").length).toBeGreaterThan(PAYROLL.length);

  const { decision, sequence } = await lastDecision();
  expect(decision.outcome).toBe("refuse");
  const told = await writ(place, ["explain", String(sequence)]);
  expect(told.stdout).toContain("where its label comes from");
  expect(told.stdout).toContain("what it was read from");
  expect(told.stdout).toContain(`source \`${place.work}/vault/**\` is labelled \`secret\``);
  expect(told.stdout).not.toContain("ada");
  // What did not come from there goes on as it was.
  expect((await send("plain.txt", ["plain.txt"])).code).toBe(0);
  expect(upstream.seen().map(({ body }) => body)).toEqual(["plain\n"]);
});

interface LastDecision {
  readonly sequence: number;
  readonly decision: { readonly outcome: string };
}

/** The last decision of the ledger, as `explain` gives it. */
async function lastDecision(): Promise<LastDecision> {
  const tail = await writ(place, ["ledger", "tail", "--format", "json"]);
  const { records } = JSON.parse(tail.stdout) as {
    readonly records: readonly { readonly sequence: number; readonly kind: string }[];
  };
  const sequence = records.findLast(({ kind }) => kind === "decision")?.sequence ?? -1;
  const explained = await writ(place, ["explain", String(sequence), "--format", "json"]);
  return JSON.parse(explained.stdout) as LastDecision;
}
