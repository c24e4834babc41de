// The upstream of the soak, on the host's loopback: HTTP/1.1 plain and over TLS, and HTTP/2. It counts what reached it by
// path, and keeps no body.
import { once } from "node:events";
import { createServer, type RequestListener, type ServerResponse } from "node:http";
import { createSecureServer } from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import type { GrantedCall } from "../../src/decide/decision.ts";
import { createLeaves } from "../../src/enforce/gate/certificates/leaves.ts";
import { createRoot } from "../../src/enforce/gate/certificates/root.ts";

export interface SoakUpstream {
  readonly host: string;
  readonly ports: { readonly http: number; readonly https: number };
  /** How often a path was asked for. */
  readonly reached: ReadonlyMap<string, number>;
  /** GET and POST to either port, below `/name`. */
  calls(name: string): readonly GrantedCall[];
  close(): void;
}

const PIECE = Buffer.alloc(64 * 1024, "x");

/** Answers a POST with its body, and `…/bytes/N` with N bytes as they are taken. */
export async function openSoakUpstream(): Promise<SoakUpstream> {
  const host = "api.example.com";
  const authority = createRoot();
  const pair = createLeaves(authority.issue([host])).pair(host);
  const reached = new Map<string, number>();
  const open = new Set<Socket>();
  const answer: RequestListener = (request, response) => {
    const path = request.url ?? "";
    reached.set(path, (reached.get(path) ?? 0) + 1);
    const wanted = /\/bytes\/(\d+)$/u.exec(path)?.[1];
    if (wanted !== undefined) return sendBytes(response, Number(wanted));
    request.pipe(response);
  };
  const plain = createServer(answer).listen(0, "127.0.0.1");
  const secure = createSecureServer({ ...pair, allowHTTP1: true });
  secure.on("request", answer as never);
  secure.listen(0, "127.0.0.1");
  for (const server of [plain, secure]) {
    server.on("connection", (socket: Socket) => {
      open.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => open.delete(socket));
    });
  }
  secure.on("sessionError", () => undefined);
  await Promise.all([once(plain, "listening"), once(secure, "listening")]);
  const ports = { http: portOf(plain.address()), https: portOf(secure.address()) };
  const bounds = { requests_max: 1_000_000, bytes_out_max: 10_000_000_000, bytes_in_max: null };
  return {
    host,
    ports,
    reached,
    calls: (name) =>
      (["http", "https"] as const).flatMap((scheme) =>
        ["GET", "POST"].map((method): GrantedCall => {
          const ca = scheme === "https" ? authority.certificate : null;
          const where = {
            scheme,
            host,
            port: ports[scheme],
            address: "127.0.0.1",
            ca,
            inspected: true,
            meter: null,
          };
          return { ...where, methods: [method], path: `/${name}`, content_types: null, ...bounds };
        }),
      ),
    close: () => {
      plain.close();
      secure.close();
      for (const socket of open) socket.destroy();
    },
  };
}

function sendBytes(response: ServerResponse, wanted: number): void {
  response.writeHead(200, { "content-length": String(wanted) });
  let left = wanted;
  const more = (): void => {
    while (left > 0) {
      const piece = PIECE.subarray(0, Math.min(left, PIECE.length));
      left -= piece.length;
      if (!response.write(piece)) return void response.once("drain", more);
    }
    response.end();
  };
  more();
}

function portOf(address: string | AddressInfo | null): number {
  return (address as AddressInfo).port;
}
