// Where probes at the gate are sent: a server on this node's loopback that stands while one runs, granted to probes alone. It
// answers, and tells what arrived; it sends nothing on.
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { http } from "../../enforce/gate/http-module.ts";

export interface ProbeSink {
  readonly port: number;
  /** Bytes of the body that arrived for each path; one that none arrived for is not there. */
  readonly arrived: ReadonlyMap<string, number>;
  close(): void;
}

/** Paths that are kept: far more than probes ask for. */
const PATHS_MAX = 256;

export async function openSink(): Promise<ProbeSink> {
  const arrived = new Map<string, number>();
  const server = http.createServer((request, answer) => {
    const { url = "" } = request;
    let bytes = 0;
    // What has begun to arrive has left.
    if (arrived.size < PATHS_MAX) arrived.set(url, 0);
    request.on("error", () => undefined);
    answer.on("error", () => undefined);
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
    });
    request.on("end", () => {
      if (arrived.has(url)) arrived.set(url, bytes);
      answer.end("taken\n");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    arrived,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
