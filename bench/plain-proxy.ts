// Program: the peer of the gate's bench: a forwarding proxy that inspects nothing. It ends TLS and opens it anew, in the
// version of HTTP that its client speaks, with kept connections, so that it does the same work less the checks.
import {
  Agent,
  createServer,
  type IncomingMessage,
  request as openPlain,
  type ServerResponse,
} from "node:http";
import {
  type ClientHttp2Session,
  connect,
  createSecureServer,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2";
import { request as openSecure, Agent as SecureAgent } from "node:https";
import { connect as connectTls } from "node:tls";
import { listening, type Pair, type Ports } from "./gate-upstream.ts";

/** What it is told once, over the process channel. */
export interface ProxyOrder {
  readonly pair: Pair;
  readonly ca: string;
  readonly host: string;
  readonly upstream: Ports;
}

process.on("disconnect", () => process.exit(0));
process.once("message", (order: ProxyOrder) => void serve(order));

async function serve({ pair, ca, host, upstream }: ProxyOrder): Promise<void> {
  const agent = new Agent({ keepAlive: true });
  const secureAgent = new SecureAgent({ keepAlive: true, ca, servername: host });
  const plain = createServer((request, response) => {
    pass(request, response, (options, take) =>
      openPlain({ ...options, host: "127.0.0.1", port: upstream.http, agent }, take),
    );
  });
  const secure = createSecureServer({ ...pair, allowHTTP1: true });
  secure.on("request", (request: IncomingMessage, response: ServerResponse) => {
    if (request.httpVersionMajor > 1) return;
    pass(request, response, (options, take) =>
      openSecure({ ...options, host: "127.0.0.1", port: upstream.https, agent: secureAgent }, take),
    );
  });
  let session: ClientHttp2Session | null = null;
  secure.on("stream", (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    if (session === null || session.destroyed || session.closed) {
      const port = upstream.https;
      session = connect(`https://${host}:${port}`, {
        createConnection: () =>
          connectTls({ host: "127.0.0.1", port, servername: host, ca, ALPNProtocols: ["h2"] }),
      });
      session.on("error", () => session?.destroy());
    }
    passStream(stream, headers, session);
  });
  const ports: Ports = { http: await listening(plain), https: await listening(secure) };
  process.send?.(ports);
}

type Open = (
  options: { readonly method: string; readonly path: string; readonly headers: readonly string[] },
  take: (answer: IncomingMessage) => void,
) => ReturnType<typeof openPlain>;

function pass(request: IncomingMessage, response: ServerResponse, open: Open): void {
  const { method = "", url = "", rawHeaders } = request;
  const outgoing = open({ method, path: url, headers: rawHeaders }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    answer.pipe(response);
  });
  outgoing.on("error", () => response.destroy());
  request.pipe(outgoing);
}

function passStream(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, to: ClientHttp2Session): void {
  const outgoing = to.request(headers, { endStream: stream.endAfterHeaders });
  outgoing.on("response", (answer) => {
    stream.respond(answer);
    outgoing.pipe(stream);
  });
  for (const one of [stream, outgoing]) one.on("error", () => stream.destroy());
  if (!stream.endAfterHeaders) stream.pipe(outgoing);
}
