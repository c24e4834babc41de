// The Prometheus endpoint: answers GET /metrics on this node's loopback with what a home's ledger shows. A process of its own,
// which reads files alone: no governor is asked, and no decision waits for it.
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { http } from "../enforce/gate/http-module.ts";
import { metricFamilies } from "../measure/export/metric-families.ts";
import { PROMETHEUS_TYPE, prometheusText } from "../measure/export/prometheus-text.ts";
import { WritError } from "../stdx/writ-error.ts";
import { measureHome } from "./measure-home.ts";

export interface MetricsOptions {
  readonly home: string;
  readonly host: "127.0.0.1" | "::1";
  /** 0: any that is free. */
  readonly port: number;
  readonly end: AbortSignal;
}

const REQUEST_MS = 5_000;
const CONNECTIONS_MAX = 8;
/** A ledger is read anew when this many times as long as the last reading took has passed: a twentieth of a processor at most. */
const REST_TIMES = 20;
/** And never more often than this, ms. */
const REST_MIN_MS = 5_000;

/** Serves until `end`; `listening` is told where. Throws WRIT_USAGE where it cannot listen, and as `measureHome` at its start. */
export async function serveMetrics(
  { home, host, port, end }: MetricsOptions,
  listening: (url: string) => void,
): Promise<void> {
  const page = metricsPage(() => measured(home));
  // What cannot be read at all is said at once, not to each who asks.
  await page();
  const server = http.createServer(
    { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS },
    (request, response) => {
      void answer(page, request, response).catch(() => response.destroy());
    },
  );
  server.maxConnections = CONNECTIONS_MAX;
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new WritError("WRIT_USAGE", `the endpoint cannot listen: ${what}`, {
      hint: "writ metrics --listen 127.0.0.1:0",
      cause,
    });
  }
  const { port: taken } = server.address() as AddressInfo;
  listening(`http://${host === "::1" ? "[::1]" : host}:${taken}/metrics`);
  const closed = once(server, "close");
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  if (end.aborted) close();
  end.addEventListener("abort", close);
  await closed;
}

async function measured(home: string): Promise<string> {
  return prometheusText(metricFamilies(await measureHome(home)));
}

/** What `read` gave last, read again when it is old: once for all who ask meanwhile. A reading that failed is not kept. */
export function metricsPage(
  read: () => Promise<string>,
  now: () => number = () => performance.now(),
): () => Promise<string> {
  let kept: { readonly text: Promise<string>; until: number } | null = null;
  return () => {
    if (kept !== null && now() < kept.until) return kept.text;
    const began = now();
    const reading = { text: read(), until: Number.POSITIVE_INFINITY };
    kept = reading;
    void settle(reading.text, (read) => {
      if (read) reading.until = now() + Math.max(REST_MIN_MS, REST_TIMES * (now() - began));
      else if (kept === reading) kept = null;
    });
    return reading.text;
  };
}

async function settle(text: Promise<string>, then: (read: boolean) => void): Promise<void> {
  try {
    await text;
    then(true);
  } catch {
    // Whoever asked is told.
    then(false);
  }
}

async function answer(
  page: () => Promise<string>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { status, body } = await answerOf(page, request);
  const type = status === 200 ? PROMETHEUS_TYPE : "text/plain; charset=utf-8";
  response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(body) });
  response.end(request.method === "HEAD" ? "" : body);
}

async function answerOf(
  page: () => Promise<string>,
  { url, method, headers }: IncomingMessage,
): Promise<{ readonly status: number; readonly body: string }> {
  // A page of a browser that was sent here under another name is not answered (DNS rebinding).
  if (!/^(?:127\.0\.0\.1|localhost|\[::1\])(?::[0-9]+)?$/.test(headers.host ?? ""))
    return { status: 403, body: "asked under a name that is not this node's loopback\n" };
  if (url !== "/metrics") return { status: 404, body: "there is /metrics\n" };
  if (method !== "GET" && method !== "HEAD") return { status: 405, body: "GET alone\n" };
  try {
    return { status: 200, body: await page() };
  } catch (error) {
    if (!(error instanceof WritError)) throw error;
    return { status: 503, body: `${error.code}\n` };
  }
}
