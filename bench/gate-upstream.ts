// Program: the upstream of the gate's bench. Answers a POST with its own body and `/bytes/N` with N bytes, over plain
// HTTP/1.1 and over TLS with HTTP/1.1 and HTTP/2. Says its ports over the process channel.
import { createServer, type RequestListener } from "node:http";
import { createSecureServer } from "node:http2";
import type { AddressInfo, Server } from "node:net";

/** Where a program of the bench listens. */
export interface Ports {
  readonly http: number;
  readonly https: number;
}

/** A certificate and its key, in PEM. */
export interface Pair {
  readonly cert: string;
  readonly key: string;
}

const PIECE = Buffer.alloc(64 * 1024, "x");

if (import.meta.main) {
  process.on("disconnect", () => process.exit(0));
  process.once("message", (pair: Pair) => void serve(pair));
}

async function serve(pair: Pair): Promise<void> {
  const answer: RequestListener = (request, response) => {
    const wanted = /^\/bytes\/(\d+)$/u.exec(request.url ?? "")?.[1];
    if (wanted !== undefined) {
      response.writeHead(200, { "content-length": wanted });
      let left = Number(wanted);
      const more = (): void => {
        while (left > 0) {
          const piece = PIECE.subarray(0, Math.min(left, PIECE.length));
          left -= piece.length;
          if (!response.write(piece)) return void response.once("drain", more);
        }
        response.end();
      };
      return more();
    }
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks);
      response.writeHead(200, {
        "content-type": "application/json",
        "content-length": String(body.length),
      });
      response.end(body);
    });
  };
  const plain = createServer(answer);
  const secure = createSecureServer({ ...pair, allowHTTP1: true }, answer as never);
  const ports: Ports = { http: await listening(plain), https: await listening(secure) };
  process.send?.(ports);
}

/** Listens on a free port of loopback. */
export async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", () => resolve()));
  return (server.address() as AddressInfo).port;
}
