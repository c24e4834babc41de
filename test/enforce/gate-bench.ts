// A gate for tests: a real gate worker, a real provider process that remembers what reached it, and a fresh grant.
import { type ChildProcess, fork } from "node:child_process";
import { request as httpRequest } from "node:http";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import type { GrantedModel } from "../../src/decide/decision.ts";
import type { EgressEvent } from "../../src/enforce/execution.ts";
import { type Gate, startGate } from "../../src/enforce/gate/gate.ts";
import type { GateCounts, WorkerDeath } from "../../src/enforce/gate/gate-worker.ts";
import type { Seen } from "../fixtures/provider.ts";

export interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

/** Whose every grant made here is. */
export const PRINCIPAL = "tester";

/** Everything one test file needs; `stop` ends both processes. */
export class GateBench {
  readonly gate: Gate;
  readonly deaths: WorkerDeath[] = [];
  /** Events of every grant made here, in order. */
  events: EgressEvent[] = [];
  /** The listener of the latest grant. */
  port = 0;
  #provider: ChildProcess;
  #providerPort: number;

  private constructor(provider: ChildProcess, port: number) {
    this.#provider = provider;
    this.#providerPort = port;
    this.gate = startGate({ onDeath: (death) => void this.deaths.push(death) });
  }

  static async start(): Promise<GateBench> {
    const { provider, port } = await startProvider();
    return new GateBench(provider, port);
  }

  async stop(): Promise<void> {
    await this.gate.close();
    this.#provider.kill("SIGKILL");
  }

  /** Ends the provider process for good. */
  async killProvider(): Promise<void> {
    const gone = new Promise((resolve) => this.#provider.once("exit", resolve));
    this.#provider.kill("SIGKILL");
    await gone;
  }

  model(change: Partial<GrantedModel> = {}): GrantedModel {
    const url = `http://127.0.0.1:${this.#providerPort}`;
    return {
      provider: "local",
      kind: "ollama",
      url,
      model: "stand-in",
      requests_max: 100,
      tokens_max: null,
      context: 8192,
      ...change,
    };
  }

  /** Grants on a fresh listener and makes it the current one. */
  async grant(id: string, models: readonly GrantedModel[] = [this.model()]): Promise<void> {
    const listener = await new Promise<Server>((resolve) => {
      const server = createServer().listen(0, "127.0.0.1", () => resolve(server));
    });
    this.port = (listener.address() as AddressInfo).port;
    // Late events of an earlier test's grant stay with that test.
    const { events } = this;
    const onEvent = (event: EgressEvent): void => void events.push(event);
    await this.gate.grantModels({ id, principal: PRINCIPAL, task: id, onEvent }, listener, models);
  }

  revoke(id: string): Promise<GateCounts> {
    return this.gate.revoke(id);
  }

  /** The worker's pid. */
  pid(): number | null {
    return this.gate.pid(PRINCIPAL);
  }

  /** What the provider got since the last call. */
  async seen(): Promise<readonly Seen[]> {
    this.#provider.send("seen");
    return (await said<{ seen: readonly Seen[] }>(this.#provider)).seen;
  }

  send(method: string, path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
    const length = text === undefined ? {} : { "content-length": String(Buffer.byteLength(text)) };
    return new Promise((resolve, reject) => {
      const options = { port: this.port, method, path, headers: { ...length, ...headers }, agent: false };
      const outgoing = httpRequest(options, (response) => {
        let received = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => (received += chunk));
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: received }),
        );
        response.on("error", reject);
      });
      outgoing.on("error", reject);
      outgoing.end(text);
    });
  }

  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send("POST", path, body, headers);
  }

  get(path: string): Promise<Answer> {
    return this.send("GET", path, undefined);
  }

  /** Sends raw bytes, and reads until the gate closes or, once something came, says nothing for 300 ms. */
  talk(bytes: string): Promise<string> {
    return new Promise((resolve) => {
      let text = "";
      const socket = connect(this.port, "127.0.0.1", () => socket.write(Buffer.from(bytes, "latin1")));
      socket.on("data", (chunk) => {
        text += chunk.toString("latin1");
        socket.setTimeout(300, () => socket.destroy());
      });
      socket.on("error", () => socket.destroy());
      socket.on("close", () => resolve(text));
    });
  }

  /** A connection on which these bytes were sent. */
  start(bytes: string): Promise<Socket> {
    return new Promise((resolve) => {
      const socket = connect(this.port, "127.0.0.1", () => socket.write(bytes, () => resolve(socket)));
      socket.on("error", () => socket.destroy());
    });
  }

  /** Sends raw bytes and resets the connection (RST) at once. */
  talkAndReset(bytes: string): Promise<void> {
    return new Promise((resolve) => {
      const socket = connect(this.port, "127.0.0.1", () => {
        socket.write(Buffer.from(bytes, "latin1"), () => socket.resetAndDestroy());
      });
      socket.on("error", () => socket.destroy());
      socket.on("close", () => resolve());
    });
  }
}

/** The head of a POST to /api/chat with these header lines. */
export function head(...lines: readonly string[]): string {
  return `POST /api/chat HTTP/1.1\r\n${lines.map((line) => `${line}\r\n`).join("")}\r\n`;
}

/** Waits until `holds`; the test's own timeout is the bound. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
}

async function startProvider(): Promise<{ readonly provider: ChildProcess; readonly port: number }> {
  const file = fileURLToPath(new URL("../fixtures/provider.ts", import.meta.url));
  const provider = fork(file, [], { env: {}, stdio: ["ignore", "inherit", "inherit", "ipc"] });
  return { provider, port: (await said<{ port: number }>(provider)).port };
}

function said<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve) => child.once("message", (message) => resolve(message as T)));
}
