// A granted model and a provider under a writ, end to end: real server processes, the real relay, real sandboxes.
import { type ChildProcess, fork } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AccountName, accounts } from "../../test/enforce/confined-runner.ts";
import { confinedSuite } from "../../test/enforce/confined-suite.ts";
import type { GrantedModel } from "../decide/decision.ts";

const PYTHON = "/usr/bin/python3";
const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../test/fixtures/${name}`, import.meta.url));

describe.each(accounts())("executor: a model for a task of %s", (account: AccountName) => {
  const at = confinedSuite(account);
  let server: ChildProcess;
  let port: number;

  beforeAll(async () => {
    server = fork(fixture("provider.ts"), [], {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      execArgv: [],
    });
    port = await new Promise((resolve) => {
      server.once("message", (message) => resolve((message as { readonly port: number }).port));
    });
  });
  afterAll(() => void server.kill("SIGKILL"));

  const model = (name: string, requests: number): GrantedModel => ({
    provider: "local",
    kind: "ollama",
    url: `http://127.0.0.1:${port}`,
    model: name,
    requests_max: requests,
    tokens_max: null,
    context: 4096,
  });
  /** Runs a script with node inside; what it prints is JSON. */
  const script = async (
    text: string,
    models: readonly GrantedModel[],
  ): Promise<ReturnType<typeof at.runner.run>> => {
    at.file(`${at.work}/script.mjs`, text);
    const asked = {
      command: ["node", `${at.work}/script.mjs`],
      directory: at.work,
      reads: [at.work],
      models,
    };
    return at.runner.run({ asked });
  };
  const POST = `const post = async (path, body) => {
    const answer = await fetch(process.env.OLLAMA_HOST + path, { method: "POST", body: JSON.stringify(body) });
    return [answer.status, await answer.text()];
  };`;

  test("a task reaches its granted model where it expects it, and each request is told and counted", async () => {
    const text = `${POST}
      const answer = await post("/api/chat", { model: process.env.WRIT_MODEL, messages: [], stream: false });
      const { WRIT_MODEL_URL, OPENAI_BASE_URL, OLLAMA_HOST } = process.env;
      console.log(JSON.stringify({ answer, WRIT_MODEL_URL, OPENAI_BASE_URL, OLLAMA_HOST }));`;
    const { stdout, stderr, events, observation } = await script(text, [model("m", 3)]);
    expect(stderr).toBe("");
    const url = `http://127.0.0.1:${port}`;
    expect(JSON.parse(stdout)).toMatchObject({
      answer: [200, expect.any(String)],
      WRIT_MODEL_URL: url,
      OPENAI_BASE_URL: `${url}/v1`,
      OLLAMA_HOST: url,
    });
    expect(events).toEqual([
      expect.objectContaining({ decision: "allow", method: "POST", path: "/api/chat", status: 200 }),
    ]);
    expect(observation).toMatchObject({ exit_code: 0, model_requests: 1 });
    expect(observation?.model_bytes_out).toBeGreaterThan(0);
    expect(observation?.model_bytes_in).toBeGreaterThan(0);
  });

  test("P7 the model's listener is the only thing in the task's network", async () => {
    const other = createServer((socket) => socket.destroy());
    const otherPort = await new Promise<number>((resolve) => {
      other.listen(0, "127.0.0.1", () => resolve((other.address() as { readonly port: number }).port));
    });
    const text = `${POST}
      const pulled = await post("/api/pull", { model: "evil.example/m" });
      const foreign = await post("/api/chat", { model: "other", messages: [] });
      const reach = async (url) => fetch(url).then(() => "reached", (error) => error.cause?.code);
      const others = [await reach("http://127.0.0.1:${otherPort}"), await reach("http://1.1.1.1"), await reach("http://[::1]:${port}")];
      console.log(JSON.stringify({ pulled: pulled[0], foreign: foreign[0], others }));`;
    const { stdout, stderr, observation } = await script(text, [model("m", 3)]);
    other.close();
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toEqual({
      pulled: 403,
      foreign: 403,
      others: ["ECONNREFUSED", "ENETUNREACH", "ECONNREFUSED"],
    });
    expect(observation?.model_requests).toBe(0);
  });

  test("two models of one provider share its address; requests beyond the grant are refused", async () => {
    const text = `${POST}
      const codes = [];
      for (const name of ["a", "b", "a", "b"]) codes.push((await post("/api/chat", { model: name, messages: [] }))[0]);
      console.log(JSON.stringify(codes));`;
    const { stdout, observation } = await script(text, [model("a", 1), model("b", 2)]);
    expect(JSON.parse(stdout)).toEqual([200, 200, 403, 200]);
    expect(observation?.model_requests).toBe(3);
  });

  test("P7 a task without a granted model has no listener", async () => {
    const text = `console.log(await fetch("http://127.0.0.1:${port}").then(() => "reached", (error) => error.cause?.code));`;
    const { stdout } = await script(text, []);
    expect(stdout).toBe("ECONNREFUSED\n");
  });

  test("a provider under a writ answers on its inherited socket and has no other network", async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    at.file(
      `${at.work}/server.mjs`,
      `import { createServer } from "node:http"; import { connect } from "node:net"; import os from "node:os";
       const out = await new Promise((resolve) => connect({ host: "127.0.0.1", port: ${port} }, () => resolve("connected")).on("error", (error) => resolve(error.code)));
       const { LISTEN_FDS, LISTEN_PID } = process.env;
       const told = { out, LISTEN_FDS, pid: Number(LISTEN_PID) === process.pid, interfaces: Object.keys(os.networkInterfaces()) };
       createServer((request, response) => { response.end(JSON.stringify(told)); if (request.url === "/end") process.exit(0); }).listen({ fd: 3 }, () => console.log("ready"));`,
    );
    const provider = { name: "served", url };
    const asked = {
      command: ["node", `${at.work}/server.mjs`],
      directory: at.work,
      reads: [at.work],
      provider,
    };
    await at.runner.begin({ asked });
    const answer = await fetch(url);
    expect(await answer.json()).toEqual({ out: "EPERM", LISTEN_FDS: "1", pid: true, interfaces: ["lo"] });
    await fetch(`${url}/end`).catch(() => "the server ended before it answered");
  });

  test("P7 a provider cannot turn its inherited socket into a client of the host's services", async (context) => {
    if (!existsSync(PYTHON)) context.skip(`no ${PYTHON} to make system calls with`);
    at.file(`${at.work}/turn.py`, readFileSync(fixture("turn-listener.py"), "utf8"));
    const provider = { name: "served", url: `http://127.0.0.1:${await freePort()}` };
    const command = [PYTHON, `${at.work}/turn.py`, String(port)];
    const { stdout, stderr } = await at.runner.run({
      asked: { command, directory: at.work, reads: [at.work], provider },
    });
    expect(stderr).toBe("");
    expect(stdout).toBe(
      "connect_unspec EPERM\nconnect_target EPERM\nsendto_fastopen EPERM\nsendmsg_fastopen EPERM\nsendmmsg_fastopen EPERM\n",
    );
  });

  test("P7 a model's grant ends with its provider: whoever listens there next gets nothing of its clients", async () => {
    const next = await freePort();
    const url = `http://127.0.0.1:${next}`;
    at.file(
      `${at.work}/server.mjs`,
      `import { createServer } from "node:http";
       createServer((request, response) => request.url === "/end" ? process.exit(0) : response.end("{}")).listen({ fd: 3 }, () => console.log("ready"));`,
    );
    at.file(
      `${at.work}/client.mjs`,
      `import { existsSync, writeFileSync } from "node:fs"; import { setTimeout } from "node:timers/promises";
       ${POST}
       const ask = () => post("/api/chat", { model: "m", prompt: "private" }).then(([status]) => status, (error) => error.cause?.code ?? error.message);
       console.log(await ask());
       writeFileSync("out/asked", "");
       while (!existsSync("go")) await setTimeout(20);
       console.log(await ask());`,
    );
    const asked = { directory: at.work, reads: [at.work] };
    const served = {
      ...asked,
      command: ["node", `${at.work}/server.mjs`],
      provider: { name: "served", url },
    };
    await at.runner.begin({ asked: served });
    const models = [{ ...model("m", 5), url }];
    const writes = [at.folder(at.work, "out")];
    const client = { ...asked, writes, command: ["node", `${at.work}/client.mjs`], models };
    const first = at.runner.run({ asked: client });
    while (!existsSync(`${at.work}/out/asked`)) await setTimeout(20);
    const taken: string[] = [];
    await fetch(`${url}/end`).catch(() => "the server ended before it answered");
    const impostor = await takeOver(next, taken);
    at.file(`${at.work}/go`, "");
    const { stdout, observation, events } = await first;
    impostor.close();
    expect(stdout).toBe("200\nECONNREFUSED\n");
    expect(taken).toEqual([]);
    expect(events).toEqual([expect.objectContaining({ decision: "allow" })]);
    expect(observation).toMatchObject({ exit_code: 0, model_requests: 1 });
    const late = await at.runner.run({ asked: client });
    expect(late.error).toMatchObject({
      code: "WRIT_GRANT_CHANGED",
      message: expect.stringContaining("provider"),
    });
    expect(taken).toEqual([]);
  });

  test("a provider whose address is taken does not start", async () => {
    const { error } = await at.runner.run({
      asked: at.shell("true", { provider: { name: "served", url: `http://127.0.0.1:${port}` } }),
    });
    expect(error).toMatchObject({
      code: "WRIT_LAUNCH_FAILED",
      message: expect.stringContaining("cannot listen"),
    });
  });
});

/** Listens at the port as soon as it is free, and notes whatever is sent there. */
async function takeOver(port: number, taken: string[]): Promise<Server> {
  for (;;) {
    const server = createServer((socket) => {
      taken.push("connected");
      socket.on("data", (chunk) => {
        taken.push(chunk.toString("latin1"));
        socket.destroy();
      });
      socket.on("error", () => socket.destroy());
    });
    const listening = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => resolve(true));
    });
    if (listening) return server;
    await setTimeout(5);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { readonly port: number };
      server.close(() => resolve(port));
    });
  });
}
