// A real HTTPS server on the host's loopback that remembers what reached it: what a task's granted call leads to in tests.
import { once } from "node:events";
import { createServer } from "node:https";
import { type AddressInfo, createServer as createPlain, type Socket } from "node:net";
import type { GrantedCall, GrantedOpaque } from "../../src/decide/decision.ts";
import { createLeaves } from "../../src/enforce/gate/certificates/leaves.ts";
import { createRoot } from "../../src/enforce/gate/certificates/root.ts";
import type { Json } from "../../src/stdx/json.ts";

export interface ReachedRequest {
  readonly method: string;
  readonly url: string;
  readonly authorization: string | null;
  readonly body: string;
}

export interface Upstream {
  readonly host: string;
  readonly port: number;
  /** Requests since the last call. */
  seen(): readonly ReachedRequest[];
  /** A call that leads here. */
  call(part?: Partial<GrantedCall>): GrantedCall;
  /** An endpoint of a spec that leads here, owned and cleared for `internal`, as the text of a spec's `endpoints`. */
  endpoints(part?: Readonly<Record<string, Json>>): string;
  close(): void;
}

/**
 * Listens; answers a path of `answers` with that JSON, `path METHOD` with as many bytes as `/bytes/N` asks for, else with what it
 * was asked, and never for `/silent`.
 */
export async function openUpstream(
  host = "api.example.com",
  answers: Readonly<Record<string, Json>> = {},
): Promise<Upstream> {
  const authority = createRoot();
  const pair = createLeaves(authority.issue([host])).pair(host);
  const seen: ReachedRequest[] = [];
  const server = createServer(pair, (request, answer) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      const body = Buffer.concat(chunks).toString("utf8");
      seen.push({ method, url, authorization: headers.authorization ?? null, body });
      const bytes = /^\/bytes\/(\d+)$/u.exec(url)?.[1];
      if (url === "/silent") return;
      const json = answers[url];
      if (json !== undefined) {
        answer.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(json));
        return;
      }
      answer.end(bytes === undefined ? `${method} ${url} ${body}` : Buffer.alloc(Number(bytes), "x"));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    host,
    port,
    seen: () => seen.splice(0),
    call: (part = {}) => ({
      scheme: "https",
      host,
      port,
      methods: ["GET"],
      path: "/",
      requests_max: 10,
      bytes_out_max: 1_000_000,
      bytes_in_max: null,
      content_types: null,
      address: "127.0.0.1",
      ca: authority.certificate,
      inspected: true,
      meter: null,
      ...part,
    }),
    endpoints: (part = {}) =>
      JSON.stringify([
        {
          host,
          port,
          control: "owned",
          clearance: "internal",
          methods: ["GET"],
          paths: ["/v1/"],
          address: "127.0.0.1",
          ca: authority.certificate,
          requests_per_task_max: 5,
          bytes_out_per_task_max: "256 KiB",
          ...part,
        },
      ]),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** A server of plain bytes that answers each line with itself, and a raw connection granted to it. */
export async function openEcho(
  host: string,
): Promise<{ readonly opaque: GrantedOpaque; received(): number; close(): void }> {
  let received = 0;
  const open = new Set<Socket>();
  const server = createPlain((socket) => {
    open.add(socket);
    socket.on("data", (chunk: Buffer) => {
      received += chunk.length;
      socket.write(chunk);
    });
    socket.on("error", () => socket.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const opaque: GrantedOpaque = {
    host,
    port,
    address: "127.0.0.1",
    connections_max: 2,
    bytes_out_max: 1000,
    bytes_in_max: 1000,
  };
  return {
    opaque,
    received: () => received,
    close: () => {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
