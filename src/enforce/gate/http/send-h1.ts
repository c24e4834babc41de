// Sends one whole request over HTTP/1.1 and waits for the head of its answer.
import type { ClientRequest, IncomingMessage } from "node:http";
import { err, ok, type Result } from "../../../stdx/result.ts";
import { http } from "../http-module.ts";
import { watchHead } from "./answer-head.ts";
import { HEAD_MAX, IDLE_TIMEOUT } from "./bounds.ts";
import { fieldBytes, fieldsOf } from "./fields.ts";
import {
  HINTS_ONLY,
  SILENT,
  type UpstreamAnswer,
  type UpstreamFailure,
  type UpstreamRequest,
} from "./upstream.ts";
import { DialError, type PooledRequestArgs, type UpstreamPool } from "./upstream-pool.ts";

/** The answer's head, or why there is none. `signal` ends the request, and the answer's body. Never rejects. */
export async function sendOverH1(
  asked: UpstreamRequest,
  pool: UpstreamPool,
  signal: AbortSignal,
): Promise<Result<UpstreamAnswer, UpstreamFailure>> {
  const args: PooledRequestArgs = {
    destination: asked.destination,
    agent: pool.agent,
    method: asked.method,
    path: asked.path,
    headers: asked.fields.flat(),
    setHost: false,
    maxHeaderSize: HEAD_MAX,
    timeout: IDLE_TIMEOUT,
  };
  const outgoing = http.request(args);
  endWith(outgoing, signal);
  outgoing.on("timeout", () => outgoing.destroy(new Error(SILENT)));
  // A dialled connection comes paused; by now its parser listens, which alone does not set it going.
  outgoing.once("socket", (socket) => socket.resume());
  const watch = watchHead((why) => void outgoing.destroy(why));
  outgoing.on("information", ({ rawHeaders }) => watch.informed(fieldsOf(rawHeaders)));
  const response = await new Promise<Result<IncomingMessage, UpstreamFailure>>((resolve) => {
    outgoing.on("response", (response) => resolve(ok(response)));
    // Stays for the whole exchange: a late error must not become an uncaught one.
    outgoing.on("error", (error) => resolve(err(failureOf(error, outgoing))));
    outgoing.on("close", () => resolve(err(failureOf(new Error("closed"), outgoing))));
    outgoing.end(asked.body);
  });
  const before = watch.settle();
  if (!response.ok) return response;
  return before === null
    ? err(failureOf(new Error(HINTS_ONLY), outgoing))
    : ok(answerOf(response.value, before));
}

/** As Node's `signal` option, which watches each request with much more than this one listener. */
function endWith(outgoing: ClientRequest, signal: AbortSignal): void {
  const abort = (): void => void outgoing.destroy(new Error("aborted"));
  if (signal.aborted) return abort();
  signal.addEventListener("abort", abort, { once: true });
  outgoing.once("close", () => signal.removeEventListener("abort", abort));
}

/** `before`: bytes that came before its head. */
function answerOf(response: IncomingMessage, before: number): UpstreamAnswer {
  const fields = fieldsOf(response.rawHeaders);
  const line = "HTTP/1.1 200 \r\n\r\n".length + (response.statusMessage ?? "").length;
  return {
    status: response.statusCode ?? 502,
    fields,
    body: response,
    trailers: () => fieldsOf(response.rawTrailers),
    headBytes: before + line + fieldBytes(fields),
  };
}

function failureOf(error: Error, outgoing: ClientRequest): UpstreamFailure {
  if (error instanceof DialError) return { ...error.failure, stale: false };
  const code = (error as NodeJS.ErrnoException).code ?? error.message;
  if (code === SILENT) return { cause: "timed_out", measured: "no answer", retryable: true, stale: false };
  const cause = code.startsWith("HPE_") || code === HINTS_ONLY ? "upstream_lied" : "upstream_failed";
  const hungUp = code === "ECONNRESET" || code === "EPIPE" || code === "closed";
  return { cause, measured: code, retryable: true, stale: hungUp && outgoing.reusedSocket };
}
