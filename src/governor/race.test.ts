// P8 under force: threads and processes race for a limit of ten, over real sockets, for real tasks. Of the machine only its
// sensors and its number of cores are made up.
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { afterEach, expect, test } from "vitest";
import { capturedTree } from "../../test/captured-tree.ts";
import { packageBuild } from "../../test/package-place.ts";
import { type MadeHome, makeHome, taskOf } from "./fixtures/made-home.ts";
import { type Governed, govern } from "./govern.ts";
import { homePaths } from "./home.ts";
import { readNodeFile } from "./node-file.ts";
import { type Service, serve } from "./server/serve.ts";
import { tailHome } from "./tail-home.ts";

const RACER = new URL("./fixtures/racer.ts", import.meta.url);
const RACERS = 8;
const TRIES = 2;
/** Of two cores, at 0.2 a task. */
const LIMIT = 10;

let made: MadeHome | null = null;
let governed: Governed | null = null;
let service: Service | null = null;
afterEach(async () => {
  service?.drain();
  await governed?.close();
  service = null;
  governed = null;
  await made?.end();
  made = null;
});

test("P8 eight threads and eight processes that race for a limit of ten never exceed it", async () => {
  made = await makeHome();
  const home = made;
  const build = packageBuild();
  const { sys } = capturedTree({
    "sys/class/hwmon/hwmon0/name": "coretemp\n",
    "sys/class/hwmon/hwmon0/temp1_label": "Package id 0\n",
    "sys/class/hwmon/hwmon0/temp1_input": "35000\n",
    "sys/devices/system/cpu/online": "0-1\n",
  });
  const paths = homePaths(home.home);
  const node = readNodeFile(paths.node, home.home);
  governed = await govern({ paths, node, build, heads: home.heads, roots: { proc: "/proc", sys } });
  service = await serve({
    run: paths.run,
    governing: governed,
    version: "test",
    build,
    idle_ms: 600_000,
    broken: (error) => {
      throw error;
    },
  });
  const command = ["sh", "-c", "while [ ! -e out/go ]; do sleep 0.1; done"];
  const needs = { writes: ["out"], memory: "16 MiB", cpu: 0.2, time: "2 m" };
  const words = [home.home, build, JSON.stringify(taskOf(home, command, needs)), String(TRIES)];
  const races = Array.from({ length: RACERS }, () => [thread(words), child(words)]).flat();
  const decided = async (): Promise<number> =>
    (await tailHome(home.home, 1000, home.heads)).records.filter(({ kind }) => kind === "decision").length;
  while ((await decided()) < 2 * RACERS * TRIES) await new Promise((resolve) => setTimeout(resolve, 200));
  writeFileSync(`${home.work}/out/go`, "");
  const outcomes = (await Promise.all(races)).flat();
  expect(outcomes.filter(({ outcome }) => outcome === "admit")).toHaveLength(LIMIT);
  expect(outcomes.filter(({ exit_code }) => exit_code === 0)).toHaveLength(LIMIT);
  expect(outcomes.filter(({ outcome }) => outcome === "defer")).toHaveLength(2 * RACERS * TRIES - LIMIT);
}, 120_000);

type Outcomes = readonly { readonly outcome: string; readonly exit_code: number | null }[];

function thread(argv: readonly string[]): Promise<Outcomes> {
  const worker = new Worker(RACER, { argv: [...argv], stdout: true });
  return said(worker.stdout);
}

function child(argv: readonly string[]): Promise<Outcomes> {
  const { stdout } = spawn(process.execPath, [RACER.pathname, ...argv], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  return said(stdout);
}

async function said(stream: NodeJS.ReadableStream): Promise<Outcomes> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as Uint8Array));
  return JSON.parse(Buffer.concat(chunks).toString("utf8")) as Outcomes;
}
