// The HTTP/1.1 server in front of what the gate itself answers inside a task's namespace (inference, submissions): its
// bounds on heads, times and connections. Not the server for what leaves (connection/request-server.ts).
import type { Server } from "node:http";
import { http } from "./http-module.ts";

/** Bytes of one request head; Node answers more with an error. */
export const SERVICE_HEAD_MAX: number = 16 * 1024;

/** ms to send a whole request head. */
const HEAD_TIMEOUT = 5_000;

/** ms to send a whole request. */
const REQUEST_TIMEOUT = 60_000;

/** ms that a connection may stay open between two requests. */
const KEEP_ALIVE_TIMEOUT = 15_000;

export interface ServiceBounds {
  readonly connections_max: number;
  /** ms without a byte; then the connection ends. */
  readonly idle_ms: number;
}

/** A server that does not listen yet. What it says of heads is judged by who answers, so that it is refused like the rest. */
export function createServiceServer({ connections_max, idle_ms }: ServiceBounds): Server {
  const server = http.createServer({
    maxHeaderSize: SERVICE_HEAD_MAX,
    headersTimeout: HEAD_TIMEOUT,
    requestTimeout: REQUEST_TIMEOUT,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
    connectionsCheckingInterval: 1000,
    insecureHTTPParser: false,
    requireHostHeader: false,
  });
  server.maxConnections = connections_max;
  server.timeout = idle_ms;
  return server;
}
