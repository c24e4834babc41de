// Runs inside a task: takes JSON lines on standard input, each a shell script or a piece of JavaScript, and answers with
// JSON lines. It has no more rights than anything else in the task; what it runs are the attacks and the clients.
import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { connect as connectTls } from "node:tls";

/** ms for one script; a busy machine takes its time over npm. */
const WAIT = 50_000;
const PROXY = { host: "127.0.0.1", port: 3128 };
const AsyncFunction = Object.getPrototypeOf(async () => undefined).constructor;

for await (const line of createInterface({ input: process.stdin })) {
  const { id, shell, script, values } = JSON.parse(line);
  void answer(id, shell === undefined ? () => evaluate(script, values) : () => run(shell, values));
}

async function answer(id, work) {
  const result = await work().then(
    (value) => ({ id, value }),
    (error) => ({ id, error: String(error?.stack ?? error) }),
  );
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

function evaluate(script, values) {
  return new AsyncFunction("h", "v", script)({ raw, tunnel, secure, udp, said, env: process.env }, values);
}

/** A script by bash; what it said and how it ended. */
function run(shell, values = {}) {
  return new Promise((resolve) => {
    const child = spawn("bash", ["-c", shell], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...values },
      timeout: WAIT,
      killSignal: "SIGKILL",
    });
    const [out, err] = [[], []];
    child.stdout.on("data", (chunk) => out.push(chunk));
    child.stderr.on("data", (chunk) => err.push(chunk));
    child.on("close", (code, signal) =>
      resolve({ code, signal, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }),
    );
  });
}

/** Sends `chunks` (Latin-1), one after the other, and gives what came back until `until`, the end, or a pause (`first` before the first byte). */
function said(socket, chunks, { until, pause = 2500, first = pause, gap = 0, base64 = false } = {}) {
  return new Promise((resolve) => {
    let text = "";
    const end = (closed) => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ text, closed });
    };
    let timer = setTimeout(() => end(false), first);
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      clearTimeout(timer);
      timer = setTimeout(() => end(false), pause);
      if (until !== undefined && text.includes(until)) end(false);
    });
    socket.on("error", (error) => {
      text ||= `error ${error.code}`;
    });
    socket.on("close", () => end(true));
    const encoding = base64 ? "base64" : "latin1";
    const send = async () => {
      for (const chunk of chunks) {
        if (!socket.destroyed) socket.write(Buffer.from(chunk, encoding));
        if (gap > 0) await new Promise((resolve) => setTimeout(resolve, gap));
      }
    };
    void send();
  });
}

/** Raw bytes to an address or name; the proxy by default. */
function raw(chunks, { host = PROXY.host, port = PROXY.port, ...how } = {}) {
  const socket = connect({ host, port });
  socket.setNoDelay(true);
  return said(socket, chunks, how);
}

/** A CONNECT tunnel's socket; rejects with the proxy's answer when there is none. */
function tunnel(target) {
  return new Promise((resolve, reject) => {
    const socket = connect(PROXY);
    let head = "";
    const take = (chunk) => {
      head += chunk.toString("latin1");
      if (!head.includes("\r\n\r\n")) return;
      socket.off("data", take);
      if (head.startsWith("HTTP/1.1 200")) resolve(socket);
      else reject(new Error(head));
    };
    socket.on("data", take);
    socket.on("error", reject);
    socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`);
  });
}

/** A TLS connection through a tunnel (or over `socket`); whatever certificate. */
async function secure(target, { servername = target.split(":")[0], alpn = ["http/1.1"], socket } = {}) {
  const under = socket ?? (await tunnel(target));
  const tls = connectTls({ socket: under, servername, ALPNProtocols: alpn, rejectUnauthorized: false });
  await new Promise((resolve, reject) => {
    tls.once("secureConnect", resolve);
    tls.once("error", reject);
    tls.once("close", () => reject(new Error("closed in the handshake")));
  });
  return tls;
}

/** One datagram, and the answer in base64; null: none came. */
function udp(bytes, { host, port, pause = 5000 }) {
  return new Promise((resolve) => {
    const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
    const end = (value) => {
      clearTimeout(timer);
      socket.close();
      resolve(value);
    };
    const timer = setTimeout(() => end(null), pause);
    socket.on("message", (message) => end(message.toString("base64")));
    socket.on("error", (error) => end(error.code));
    socket.send(Buffer.from(bytes, "base64"), port, host, (error) => {
      if (error) end(error.code);
    });
  });
}
