// Program: a load generator for the gate's bench, the same inside a task and outside. Reads one command a line from
// standard input and writes one result a line. Self-contained, since it is copied to where a task may read it.
import { Agent, type IncomingMessage, request as openPlain, type RequestOptions } from "node:http";
import { type ClientHttp2Session, type ClientHttp2Stream, connect as connectH2 } from "node:http2";
import { request as openSecure, Agent as SecureAgent } from "node:https";
import { createInterface } from "node:readline";
import { connect as connectTls } from "node:tls";

export type Spoken = "http" | "https" | "h2";

export interface LoadCommand {
  readonly spoken: Spoken;
  /** As the request names it. */
  readonly host: string;
  readonly port: number;
  /** What is connected to; null: whatever the name resolves to. */
  readonly address: string | null;
  /** PEM; null: the authorities that this process finds by itself. */
  readonly ca: string | null;
  /** Requests one after another, each timed, then as many by `concurrency` at once; or one download of `path`. */
  readonly work:
    | { readonly requests: number; readonly concurrency: number }
    | { readonly path: string; readonly bytes: number };
}

/** ms; `per_second` is of the concurrent requests, `bytes_per_ms` of a download. */
export interface LoadResult {
  readonly p50: number;
  readonly p99: number;
  readonly per_second: number;
  readonly bytes_per_ms: number;
}

/** Opens one exchange; resolves with its answer's status and a stream of its body. */
type Ask = (method: string, path: string, body: string) => Promise<IncomingMessage | ClientHttp2Stream>;

/** Bytes of a request's body. */
const BYTES = 1024;
const WARM_UP = 50;

const WORDS = "the quick brown fox jumps over the lazy dog while my account waits for an answer".split(" ");

/** Bodies so far: no two are the same, as the gate remembers what it has looked at. */
let bodies = 0;

const clients = new Map<string, Ask>();
if (import.meta.main) {
  for await (const line of createInterface({ input: process.stdin })) {
    const result = await run(JSON.parse(line) as LoadCommand);
    process.stdout.write(`${JSON.stringify(result)}\n`);
  }
}

async function run(command: LoadCommand): Promise<LoadResult> {
  const { spoken, host, port, address, work } = command;
  const key = `${spoken} ${address ?? host} ${port}`;
  const ask = clients.get(key) ?? clientOf(command);
  clients.set(key, ask);
  if ("bytes" in work) {
    const started = performance.now();
    const got = await drain(await ask("GET", work.path, ""));
    if (got !== work.bytes) throw new Error(`${got} bytes came, not ${work.bytes}`);
    return { p50: 0, p99: 0, per_second: 0, bytes_per_ms: got / (performance.now() - started) };
  }
  const post = async (): Promise<void> => void (await drain(await ask("POST", "/echo", jsonOf(BYTES))));
  for (let done = 0; done < WARM_UP; done++) await post();
  const times: number[] = [];
  for (let done = 0; done < work.requests; done++) {
    const started = performance.now();
    await post();
    times.push(performance.now() - started);
  }
  times.sort((a, b) => a - b);
  const started = performance.now();
  let left = work.requests;
  const worker = async (): Promise<void> => {
    while (left-- > 0) await post();
  };
  await Promise.all(Array.from({ length: work.concurrency }, worker));
  const per_second = (work.requests * 1000) / (performance.now() - started);
  const at = (q: number): number => times[Math.ceil(q * times.length) - 1] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), per_second, bytes_per_ms: 0 };
}

/** By events: a stream's own iterator takes an HTTP/2 stream that has closed for one that was cut off. */
function drain(answer: IncomingMessage | ClientHttp2Stream): Promise<number> {
  let bytes = 0;
  return new Promise((resolve, reject) => {
    answer.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
    });
    answer.once("end", () => resolve(bytes));
    answer.once("error", reject);
    answer.once("close", () => reject(new Error("the answer closed before its end")));
  });
}

function clientOf(command: LoadCommand): Ask {
  return command.spoken === "h2" ? h2Client(command) : h1Client(command);
}

function h1Client({ spoken, host, port, address, ca }: LoadCommand): Ask {
  const trusted = ca === null ? {} : { ca };
  const agent =
    spoken === "http"
      ? new Agent({ keepAlive: true })
      : new SecureAgent({ keepAlive: true, servername: host, ...trusted });
  const open = spoken === "http" ? openPlain : openSecure;
  return (method, path, body) => {
    const headers = { host: `${host}:${port}`, ...typed(body) };
    const options: RequestOptions = { host: address ?? host, port, method, path, agent, headers };
    return new Promise((resolve, reject) => {
      open(options, (answer) => {
        if (answer.statusCode === 200) return resolve(answer);
        reject(new Error(`status ${answer.statusCode ?? 0}`));
      })
        .once("error", reject)
        .end(body);
    });
  };
}

function h2Client(command: LoadCommand): Ask {
  const { host, port } = command;
  let session: ClientHttp2Session | null = null;
  return (method, path, body) => {
    if (session === null || session.destroyed || session.closed) session = h2Session(command);
    const pseudo = { ":method": method, ":path": path, ":authority": `${host}:${port}` };
    const stream = session.request({ ...pseudo, ...typed(body) }, { endStream: body === "" });
    return new Promise((resolve, reject) => {
      stream.once("response", ({ ":status": status }) => {
        if (status === 200) return resolve(stream);
        reject(new Error(`status ${status ?? 0}`));
      });
      stream.once("error", reject);
      if (body !== "") stream.end(body);
    });
  };
}

function h2Session({ host, port, address, ca }: LoadCommand): ClientHttp2Session {
  const trusted = ca === null ? {} : { ca };
  const session = connectH2(`https://${host}:${port}`, {
    createConnection: () =>
      connectTls({ host: address ?? host, port, servername: host, ALPNProtocols: ["h2"], ...trusted }),
    settings: { initialWindowSize: 1024 * 1024 },
  });
  session.on("error", () => session.destroy());
  return session;
}

function typed(body: string): Record<string, string> {
  return body === "" ? {} : { "content-type": "application/json", "content-length": String(body.length) };
}

/** A JSON object of exactly `bytes`, with words as a program would send them: others each time. */
function jsonOf(bytes: number): string {
  bodies += 1;
  let state = bodies;
  let text = "";
  while (text.length < bytes) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    text += `${WORDS[(state >>> 16) % WORDS.length] ?? ""} `;
  }
  const frame = JSON.stringify({ model: "small", id: 12_345 + bodies, text: "" });
  return `${frame.slice(0, -2)}${text.slice(0, bytes - frame.length)}"}`;
}
