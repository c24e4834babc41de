// Forwards one judged request to the provider on a connection of its own, and streams the answer back. The task's own
// headers never reach the provider; hop-by-hop headers never come back (RFC 9110 section 7.6.1).
import type { ClientRequest, IncomingMessage, ServerResponse } from "node:http";
import type { EgressEvent } from "../../execution.ts";
import { http } from "../http-module.ts";
import { SERVICE_HEAD_MAX } from "../service-server.ts";
import type { MeteredRequest } from "../usage/meter.ts";
import { meterAnswer, settled, UNTOLD } from "../usage/metered-answer.ts";
import { ANSWER_MAX, IDLE_TIMEOUT } from "./bounds.ts";
import { type InferenceCause, refusal, refusalBody } from "./refusal.ts";

/** How a forwarded request ended. Bytes are what crossed the connection to the provider, heads included. */
export interface Forwarded {
  readonly cause: InferenceCause | null;
  readonly status: number | null;
  readonly bytes_out: number;
  readonly bytes_in: number;
  /** What it is charged, where that is counted. */
  readonly usage?: NonNullable<EgressEvent["usage"]>;
}

/** What is sent where. `base` is the provider's loopback URL; `path` comes from the allow-list. */
export interface ForwardedRequest {
  readonly base: URL;
  readonly path: string;
  readonly body: Uint8Array;
}

/** Resolves once, when the answer was passed on or the connection to either side ended. Never rejects. */
export async function forward(
  asked: ForwardedRequest,
  answer: ServerResponse,
  metered: MeteredRequest | null = null,
): Promise<Forwarded> {
  const outgoing = http.request({
    // A literal address: no name is looked up.
    host: loopbackAddress(asked.base),
    port: asked.base.port === "" ? 80 : Number(asked.base.port),
    method: "POST",
    path: asked.path,
    // No agent, so no connection is ever used twice.
    agent: false,
    setHost: false,
    maxHeaderSize: SERVICE_HEAD_MAX,
    timeout: IDLE_TIMEOUT,
    headers: {
      host: asked.base.host,
      "content-type": "application/json",
      "content-length": asked.body.length,
      accept: "application/json, application/x-ndjson, text/event-stream",
      connection: "close",
    },
  });
  outgoing.on("timeout", () => outgoing.destroy(new Error("the provider fell silent")));
  const gone = (): void => void outgoing.destroy(new Error("the task went away"));
  answer.on("close", gone);
  const ended = await exchange(outgoing, asked.body, { answer, metered });
  answer.off("close", gone);
  const socket = outgoing.socket;
  return { ...ended, bytes_out: socket?.bytesWritten ?? 0, bytes_in: socket?.bytesRead ?? 0 };
}

type Ended = Pick<Forwarded, "cause" | "status" | "usage">;

/** Whom an answer goes to, and what counts it; null: nothing does. */
interface Answered {
  readonly answer: ServerResponse;
  readonly metered: MeteredRequest | null;
}

async function exchange(
  outgoing: ClientRequest,
  body: Uint8Array,
  { answer, metered }: Answered,
): Promise<Ended> {
  const response = await new Promise<IncomingMessage | null>((resolve) => {
    outgoing.on("response", resolve);
    // Stays for the whole exchange: a late error must not become an uncaught one.
    outgoing.on("error", () => resolve(null));
    outgoing.on("close", () => resolve(null));
    outgoing.end(body);
  });
  if (response !== null) return await counted(response, { answer, metered });
  const cause = answer.destroyed ? "client_closed" : "provider_unreachable";
  const refused = refusal(cause, null, null, "the provider did not answer; ask again when it is up");
  const text = refusalBody({ ...refused, retryable: true });
  if (!answer.destroyed) answer.writeHead(502, { "content-type": "application/json" }).end(text);
  const usage = metered === null ? {} : { usage: settled(metered, UNTOLD) };
  return { cause, status: null, ...usage };
}

async function counted(response: IncomingMessage, { answer, metered }: Answered): Promise<Ended> {
  if (metered === null) return await pass(response, answer, null);
  const { "content-type": contentType = "", "content-encoding": contentEncoding = "" } = response.headers;
  const head = { status: response.statusCode ?? 502, contentType, contentEncoding };
  const counting = meterAnswer(metered, head);
  const ended = await pass(response, answer, counting.push);
  return { ...ended, usage: await counting.end(ended.cause === null) };
}

async function pass(
  response: IncomingMessage,
  answer: ServerResponse,
  watch: ((bytes: Uint8Array) => void) | null,
): Promise<Ended> {
  const status = response.statusCode ?? 502;
  let length = 0;
  try {
    answer.writeHead(status, endToEnd(response));
    for await (const chunk of response) {
      const bytes = chunk as Buffer;
      length += bytes.length;
      if (length > ANSWER_MAX) {
        answer.destroy();
        return { cause: "answer_over_limit", status };
      }
      watch?.(bytes);
      if (!answer.write(bytes)) await drained(answer);
      if (answer.destroyed) return { cause: "client_closed", status };
    }
  } catch {
    const cause = answer.destroyed ? "client_closed" : "provider_failed";
    answer.destroy();
    return { cause, status };
  }
  if (!response.complete) {
    answer.destroy();
    return { cause: "provider_failed", status };
  }
  answer.end();
  return { cause: null, status };
}

async function drained(answer: ServerResponse): Promise<void> {
  if (answer.destroyed) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      answer.off("drain", done);
      answer.off("close", done);
      resolve();
    };
    answer.on("drain", done);
    answer.on("close", done);
  });
}

const HOP_BY_HOP: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** The answer's headers but those of the connection itself and those that its Connection header names. */
function endToEnd(response: IncomingMessage): Record<string, string | string[]> {
  const named = (response.headers.connection ?? "").toLowerCase().split(",");
  const dropped = new Set(named.map((name) => name.trim()));
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(response.headers)) {
    if (value === undefined || HOP_BY_HOP.has(name) || dropped.has(name)) continue;
    kept[name] = value;
  }
  return kept;
}

/** `localhost` is 127.0.0.1 here: what the resolver would say is not asked. */
function loopbackAddress(base: URL): string {
  if (base.hostname === "localhost") return "127.0.0.1";
  return base.hostname.replace(/^\[|\]$/g, "");
}
