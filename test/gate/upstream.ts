// Real servers on this host's loopback that remember everything that reached them: connections, requests and raw bytes.
// What a task must not send is looked for here. Used by the tests of this folder; tests nothing itself.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from "node:http";
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import { type AddressInfo, createServer as createPlain, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type Asked = IncomingMessage | Http2ServerRequest;
export type Answer = ServerResponse | Http2ServerResponse;

/** A request whose whole body is there. */
export interface Reached {
  /** `https`, `http`. */
  readonly server: string;
  readonly version: string;
  readonly method: string;
  readonly url: string;
  /** Name and value by turns, as they came. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

/** Answers one request; `reached` is what was recorded of it. */
export type Handler = (reached: Reached, answer: Answer, request: Asked) => void;

export interface Upstream {
  readonly ca: string;
  readonly ports: { readonly https: number; readonly http: number; readonly raw: number };
  /** Requests since the last call, without controls. */
  seen(): readonly Reached[];
  /** Connections accepted on all ports since the last call. */
  connections(): number;
  /** Raw bytes that reached the port `raw` since the last call. */
  bytes(): Buffer;
  close(): void;
}

/** A key and a certificate, PEM. */
export interface Pair {
  readonly cert: string;
  readonly key: string;
}

export interface Authority extends Pair {
  /** A certificate for `names`, valid for `days` from now (negative: until then, in the past). */
  issue(names: readonly string[], days?: number): Pair;
}

/** Path below which requests are the tests' own: answered, never told by `seen`. */
export const CONTROL = "/control/";

/** Starts the servers; `handlers` answer by the first path segment (`/echo/x` → `echo`), else with `ok`. */
export async function openUpstream(
  pair: Pair & { readonly ca: string },
  handlers: Readonly<Record<string, Handler>> = {},
): Promise<Upstream> {
  const requests: Reached[] = [];
  let connections = 0;
  let bytes: Buffer[] = [];
  const open = new Set<Socket>();
  const count = (socket: Socket): void => {
    connections += 1;
    open.add(socket);
    socket.on("error", () => socket.destroy());
    socket.once("close", () => open.delete(socket));
  };
  const take =
    (server: string) =>
    (request: Asked, answer: Answer): void => {
      const body: Buffer[] = [];
      request.on("error", () => undefined);
      answer.on("error", () => undefined);
      request.on("data", (chunk: Buffer) => body.push(chunk));
      request.on("end", () => {
        const { method = "", url = "", rawHeaders, httpVersion: version } = request;
        const reached = { server, version, method, url, rawHeaders, body: Buffer.concat(body) };
        if (url.startsWith(CONTROL)) return void answer.end("control");
        requests.push(reached);
        const handler = handlers[url.split(/[/?]/u)[1] ?? ""];
        if (handler === undefined) answer.end("ok");
        else handler(reached, answer, request);
      });
    };
  const secure = createSecureServer({ ...pair, allowHTTP1: true }, take("https"));
  const plain = createHttp(take("http"));
  const raw = createPlain({ allowHalfOpen: true }, (socket) => {
    socket.on("data", (chunk: Buffer) => {
      bytes.push(chunk);
      socket.write(chunk);
    });
    socket.on("end", () => socket.end());
  });
  for (const server of [secure, plain, raw]) server.on("connection", count);
  const ports = { https: await listen(secure), http: await listen(plain), raw: await listen(raw) };
  return {
    ca: pair.ca,
    ports,
    seen: () => requests.splice(0),
    connections: () => {
      const counted = connections;
      connections = 0;
      return counted;
    },
    bytes: () => {
      const all = Buffer.concat(bytes);
      bytes = [];
      return all;
    },
    close: () => {
      for (const server of [secure, plain, raw]) server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

/** Listens on a free port of 127.0.0.1 and gives it. */
export async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** Answers with the request as JSON, headers and all. */
export const echo: Handler = ({ method, url, rawHeaders, body, version }, answer) => {
  answer.setHeader("content-type", "application/json");
  answer.end(JSON.stringify({ method, url, version, headers: rawHeaders, body: body.toString("latin1") }));
};

/** A header's values of a request, by its name in lower case. */
export function headersOf({ rawHeaders }: Reached, name: string): readonly string[] {
  return rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === name);
}

/** All that reached the upstream with a request, in one Latin-1 text. */
export function textOf({ method, url, rawHeaders, body }: Reached): string {
  return [method, url, ...rawHeaders, body.toString("latin1")].join("\n");
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** A certificate authority of its own, made by OpenSSL and not by the product; `name` is one word. */
export function openAuthority(name: string): Authority {
  const authority = inFolder((at, openssl) => {
    const files = `-keyout ${at("ca.key")} -out ${at("ca.pem")} -days 3 -subj /CN=${name}`;
    openssl(`req -x509 ${NEW_KEY} ${files} -addext keyUsage=critical,keyCertSign`);
    return { cert: readFileSync(at("ca.pem"), "utf8"), key: readFileSync(at("ca.key"), "utf8") };
  });
  const issue: Authority["issue"] = (names, days = 2) =>
    inFolder((at, openssl) => {
      writeFileSync(at("ca.pem"), authority.cert);
      writeFileSync(at("ca.key"), authority.key, { mode: 0o600 });
      const hosts = names.map((one) => `DNS:${one}`).join(",");
      writeFileSync(at("ext"), `subjectAltName=${hosts}\nbasicConstraints=CA:FALSE\n`);
      openssl(`req ${NEW_KEY} -keyout ${at("key")} -out ${at("csr")} -subj /CN=upstream`);
      const by = `-CA ${at("ca.pem")} -CAkey ${at("ca.key")} -CAcreateserial -extfile ${at("ext")}`;
      openssl(`x509 -req -in ${at("csr")} ${by} -out ${at("pem")} -days ${days}`);
      return { cert: readFileSync(at("pem"), "utf8"), key: readFileSync(at("key"), "utf8") };
    });
  return { ...authority, issue };
}

const NEW_KEY = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";

/** Work in a folder that is gone afterwards; `at` names its files. */
function inFolder<T>(work: (at: (file: string) => string, openssl: (words: string) => void) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "writ-ca-"));
  const openssl = (words: string): void => {
    execFileSync("openssl", words.split(" "), { stdio: ["ignore", "ignore", "pipe"] });
  };
  try {
    return work((file) => join(folder, file), openssl);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
