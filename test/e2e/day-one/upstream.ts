// The servers of a first day, in a network of their own: HTTPS for every example host, and SSH for the forge and the store.
// Tells each request that arrived as one line of JSON. Started by place.ts with the path of its settings; not a library.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createSecureServer } from "node:http2";
import { connect } from "node:net";
import { gitBackend, npmRegistry, pipIndex } from "../../gate/client-upstream.ts";
import { type Answer, type Asked, type Handler, type Pair, type Reached } from "../../gate/upstream.ts";

/** What place.ts writes down for this process. */
export interface Settings {
  readonly pair: Pair;
  /** The folder of the repositories that HTTPS serves. */
  readonly repositories: string;
  readonly feed: string;
  /** A package for npm and pip; its files are base64. null: no wheel. */
  readonly tarball: string;
  readonly integrity: string;
  readonly wheel: string | null;
  /** null: no SSH server here. */
  readonly ssh: {
    readonly program: string;
    readonly key: string;
    readonly addresses: readonly string[];
  } | null;
}

/** One request as this process tells it. */
export interface Told {
  readonly host: string;
  readonly method: string;
  readonly path: string;
  readonly bytes: number;
}

const settings = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as Settings;
const { integrity, tarball, wheel } = settings;
const packages = {
  integrity,
  tarball: Buffer.from(tarball, "base64"),
  wheel: wheel === null ? null : Buffer.from(wheel, "base64"),
  data: Buffer.alloc(0),
};
const registry = npmRegistry(packages, () => "https://packages.example.org");
let turn = 0;

/** By host and first part of the path. */
const HANDLERS: Readonly<Record<string, Handler>> = {
  "packages.example.org/tiny": registry,
  "packages.example.org/npm": registry,
  "packages.example.org/simple": pipIndex(packages),
  "feeds.example.org/news.xml": (_, answer) => void answer.end(settings.feed),
  "git.example.org/git": gitBackend(() => settings.repositories),
  "models.example.com/v1": (_, answer) => {
    turn += 1;
    const edit = { file: "steps.py", append: `def step_${turn}():\n    return ${turn}\n\n` };
    const message = { role: "assistant", content: JSON.stringify(edit) };
    answer.setHeader("content-type", "application/json");
    answer.end(JSON.stringify({ object: "chat.completion", choices: [{ index: 0, message }] }));
  },
};

function take(request: Asked, answer: Answer): void {
  const chunks: Buffer[] = [];
  request.on("error", () => undefined);
  answer.on("error", () => undefined);
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const { method = "", url = "", rawHeaders, httpVersion: version } = request;
    const host = String(request.headers[":authority"] ?? request.headers.host).replace(/:443$/u, "");
    const reached: Reached = {
      server: "https",
      version,
      method,
      url,
      rawHeaders,
      body: Buffer.concat(chunks),
    };
    const told: Told = { host, method, path: url, bytes: reached.body.length };
    process.stdout.write(`${JSON.stringify(told)}\n`);
    const handler = HANDLERS[`${host}/${url.split(/[/?]/u)[1] ?? ""}`];
    if (handler !== undefined) return handler(reached, answer, request);
    answer.statusCode = 404;
    answer.end();
  });
}

const secure = createSecureServer({ ...settings.pair, allowHTTP1: true }, take);
secure.listen(443, "0.0.0.0");
await once(secure, "listening");
for (const address of settings.ssh?.addresses ?? []) {
  const { program, key } = settings.ssh ?? { program: "", key: "" };
  const words = ["-F", "-s", "-j", "-k", "-r", key, "-P", "", "-p", `${address}:22`];
  const child = spawn(program, words, { stdio: "ignore" });
  process.once("exit", () => child.kill("SIGKILL"));
  await answering(address);
}
// The starter's end is this process's: it holds the other end of the input.
process.stdin.resume().once("end", () => process.exit(0));
process.stdout.write("ready\n");

async function answering(host: string): Promise<void> {
  for (let turn = 0; turn < 200; turn += 1) {
    const socket = connect({ host, port: 22 });
    const [data] = await once(socket, "data").catch(() => [null]);
    socket.destroy();
    if (data !== null) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("the SSH server does not answer");
}
