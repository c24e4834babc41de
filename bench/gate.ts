// What the gate adds to a task's requests: 1 KiB JSON over HTTP/1.1 and HTTP/2 with kept connections, from inside a real
// task, against the same load sent straight to the upstream and through a forwarding proxy that inspects nothing; and a
// large download. Every program is a process of its own; rounds are interleaved.
import { type ChildProcess, fork, spawn } from "node:child_process";
import { chmodSync, copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { GrantedCall } from "../src/decide/decision.ts";
import { createLeaves } from "../src/enforce/gate/certificates/leaves.ts";
import { createRoot } from "../src/enforce/gate/certificates/root.ts";
import { type Asked, claimsOf, grantsOf, openBench, signed, taskOf } from "../test/enforce/confined-run.ts";
import type { BenchOptions, Row } from "./bench.ts";
import type { LoadCommand, LoadResult, Spoken } from "./gate-load.ts";
import type { Pair, Ports } from "./gate-upstream.ts";
import { interleave, quantile } from "./interleave.ts";
import type { ProxyOrder } from "./plain-proxy.ts";

const HOST = "api.example.com";
const NOBODY = 65_534;
/** Requests at once, in the part of a round that measures requests a second. */
const CONCURRENCY = 16;
const MEBIBYTE = 1_048_576;
const HOUR = 3_600_000;

interface Depth {
  readonly rounds: number;
  /** Of one round and way: so many one after another, then so many together. */
  readonly requests: number;
  readonly bytes: number;
  readonly downloads: number;
}

const WHOLE: Depth = { rounds: 15, requests: 1000, bytes: 256 * MEBIBYTE, downloads: 5 };
const QUICK: Depth = { rounds: 3, requests: 200, bytes: 16 * MEBIBYTE, downloads: 2 };

export async function bench({ quick }: BenchOptions): Promise<readonly Row[]> {
  const depth = quick ? QUICK : WHOLE;
  const folder = mkdtempSync(join(tmpdir(), "writ-bench-gate-"));
  chmodSync(folder, 0o755);
  const authority = createRoot();
  const pair = createLeaves(authority.issue([HOST])).pair(HOST);
  const ca = authority.certificate;
  const upstream = await started("gate-upstream.ts", pair);
  const order: ProxyOrder = { pair, ca, host: HOST, upstream: upstream.ports };
  const proxy = await started("plain-proxy.ts", order);
  const outside = outsideLoad();
  const inside = await insideLoad(folder, callsTo(upstream.ports, ca));
  const here = { address: "127.0.0.1", ca };
  const ways: readonly Way[] = [
    { name: "direct", load: outside, ports: upstream.ports, ...here },
    { name: "plain proxy", load: outside, ports: proxy.ports, ...here },
    { name: "gate", load: inside, ports: upstream.ports, address: null, ca: null },
  ];
  try {
    const rows: Row[] = [];
    for (const spoken of ["http", "https", "h2"] as const)
      rows.push(...(await requests(spoken, ways, depth)));
    for (const spoken of ["http", "https", "h2"] as const)
      rows.push(...(await download(spoken, ways, depth)));
    return rows;
  } finally {
    outside.end();
    inside.end();
    for (const { child } of [upstream, proxy]) child.kill("SIGKILL");
    await inside.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A way to the upstream, and who sends over it. */
interface Way {
  readonly name: string;
  readonly load: Load;
  readonly ports: Ports;
  readonly address: string | null;
  readonly ca: string | null;
}

/** A running load generator. */
interface Load {
  run(command: LoadCommand): Promise<LoadResult>;
  end(): void;
}

const SAID: Readonly<Record<Spoken, string>> = {
  http: "HTTP/1.1 plain",
  https: "HTTP/1.1 TLS",
  h2: "HTTP/2 TLS",
};

async function requests(spoken: Spoken, ways: readonly Way[], depth: Depth): Promise<readonly Row[]> {
  const seen = ways.map((): LoadResult[] => []);
  const work = { requests: depth.requests, concurrency: CONCURRENCY };
  const measured = await interleave(
    ways.map((way, index) => ({
      name: way.name,
      once: async () => {
        const result = await way.load.run(commandOf(way, spoken, work));
        seen[index]?.push(result);
        return 1000 / result.per_second;
      },
    })),
    depth.rounds,
    0,
  );
  const median = (of: (round: number) => number): number =>
    quantile(
      Array.from({ length: depth.rounds }, (_, round) => of(round)),
      0.5,
    );
  const figure = (index: number, round: number, key: keyof LoadResult): number =>
    seen[index]?.[round]?.[key] ?? Number.NaN;
  return measured.map(({ name }, index) => ({
    what: `1 KiB JSON, ${SAID[spoken]}`,
    way: name,
    requests_per_s: Math.round(median((round) => figure(index, round, "per_second"))),
    to_direct: rounded(
      median((round) => figure(index, round, "per_second") / figure(0, round, "per_second")),
    ),
    to_plain_proxy: rounded(
      median((round) => figure(index, round, "per_second") / figure(1, round, "per_second")),
    ),
    p50_ms: rounded(median((round) => figure(index, round, "p50"))),
    p99_ms: rounded(median((round) => figure(index, round, "p99"))),
    added_p50_ms: rounded(median((round) => figure(index, round, "p50") - figure(0, round, "p50"))),
    added_p99_ms: rounded(median((round) => figure(index, round, "p99") - figure(0, round, "p99"))),
  }));
}

async function download(spoken: Spoken, ways: readonly Way[], depth: Depth): Promise<readonly Row[]> {
  const work = { path: `/bytes/${depth.bytes}`, bytes: depth.bytes };
  const measured = await interleave(
    ways.map((way) => ({
      name: way.name,
      once: async () => 1 / (await way.load.run(commandOf(way, spoken, work))).bytes_per_ms,
    })),
    depth.downloads,
    1,
  );
  return measured.map(({ name, median, ratio }) => ({
    what: `download of ${depth.bytes / MEBIBYTE} MiB, ${SAID[spoken]}`,
    way: name,
    mb_per_s: Math.round(1 / median / 1000),
    to_direct: rounded(1 / ratio),
  }));
}

function commandOf({ ports, address, ca }: Way, spoken: Spoken, work: LoadCommand["work"]): LoadCommand {
  const port = spoken === "http" ? ports.http : ports.https;
  return { spoken, host: HOST, port, address, ca: spoken === "http" ? null : ca, work };
}

function callsTo(ports: Ports, ca: string): readonly GrantedCall[] {
  const most = Number.MAX_SAFE_INTEGER;
  return (["http", "https"] as const).flatMap((scheme) =>
    ["GET", "POST"].map((method): GrantedCall => {
      return {
        scheme,
        host: HOST,
        port: ports[scheme],
        methods: [method],
        path: "/",
        requests_max: most,
        bytes_out_max: most,
        bytes_in_max: null,
        content_types: null,
        address: "127.0.0.1",
        ca: scheme === "http" ? null : ca,
        inspected: true,
        meter: null,
      };
    }),
  );
}

/** Starts a program of the bench, gives it its one order, and waits for its ports. */
async function started(
  name: string,
  order: Pair | ProxyOrder,
): Promise<{ readonly child: ChildProcess; readonly ports: Ports }> {
  const file = fileURLToPath(new URL(name, import.meta.url));
  const child = fork(file, [], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  child.send(order);
  const ports = await new Promise<Ports>((resolve, reject) => {
    child.once("message", (message) => resolve(message as Ports));
    child.once("exit", () => reject(new Error(`${name} ended before it listened`)));
  });
  return { child, ports };
}

const LOAD: string = fileURLToPath(new URL("gate-load.ts", import.meta.url));

function outsideLoad(): Load {
  const child = spawn(process.execPath, [LOAD], { stdio: ["pipe", "pipe", "inherit"] });
  const answers = answersOf("the load outside");
  child.stdout.on("data", (chunk: Buffer) => answers.take(chunk));
  child.once("exit", () => answers.gone());
  return {
    run: (command) => {
      child.stdin.write(`${JSON.stringify(command)}\n`);
      return answers.next();
    },
    end: () => child.stdin.end(),
  };
}

/** The same program as a task under a writ that grants `calls`. */
async function insideLoad(
  folder: string,
  calls: readonly GrantedCall[],
): Promise<Load & { close(): Promise<void> }> {
  const program = join(folder, "load");
  const bed = await openBench(join(folder, "run"), process.geteuid?.() === 0 ? NOBODY : null);
  copyFileSync(LOAD, `${program}.ts`);
  chmodSync(`${program}.ts`, 0o644);
  const asked: Asked = {
    command: ["node", `${program}.ts`],
    directory: folder,
    reads: [`${program}.ts`],
    memory: 512 * MEBIBYTE,
    time: HOUR,
    calls,
  };
  const task = taskOf(asked);
  const answers = answersOf("the load inside");
  const said: Buffer[] = [];
  const execution = await bed.executor.start(
    signed(claimsOf(task, grantsOf(asked), 1), bed.privateKey),
    task,
    {
      stdout: (chunk) => answers.take(chunk),
      stderr: (chunk) => void said.push(Buffer.from(chunk)),
      egress: () => undefined,
    },
  );
  void execution.ended.then(() => answers.gone(Buffer.concat(said).toString()));
  return {
    run: (command) => {
      void execution.stdin(Buffer.from(`${JSON.stringify(command)}\n`));
      return answers.next();
    },
    end: () => void execution.stdin(null),
    close: () => bed.close(),
  };
}

/** Lines of JSON as they come, one for each that is waited for. */
function answersOf(who: string): {
  take(chunk: Uint8Array): void;
  gone(words?: string): void;
  next(): Promise<LoadResult>;
} {
  let text = "";
  let waiting: PromiseWithResolvers<LoadResult> | null = null;
  return {
    take: (chunk) => {
      text += Buffer.from(chunk).toString();
      const end = text.indexOf("\n");
      if (end === -1) return;
      const line = text.slice(0, end);
      text = text.slice(end + 1);
      waiting?.resolve(JSON.parse(line) as LoadResult);
    },
    gone: (words = "") => waiting?.reject(new Error(`${who} ended: ${words}`)),
    next: () => {
      waiting = Promise.withResolvers<LoadResult>();
      return waiting.promise;
    },
  };
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
