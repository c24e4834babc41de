// Sends one whole request over an HTTP/2 session and waits for the head of its answer.
import type { ClientHttp2Session, ClientHttp2Stream } from "node:http2";
import { err, ok, type Result } from "../../../stdx/result.ts";
import { IDLE_TIMEOUT } from "./bounds.ts";
import { byName, type Field, fieldBytes, fieldsOf } from "./fields.ts";
import { SILENT, type UpstreamAnswer, type UpstreamFailure, type UpstreamRequest } from "./upstream.ts";

/** The answer's head, or why there is none. `signal` ends the request, and the answer's body. Never rejects. */
export async function sendOverH2(
  asked: UpstreamRequest,
  session: ClientHttp2Session,
  signal: AbortSignal,
): Promise<Result<UpstreamAnswer, UpstreamFailure>> {
  const { host: authority = "", ...fields } = byName(asked.fields);
  const stream = session.request(
    {
      ":method": asked.method,
      ":scheme": asked.destination.target.scheme,
      ":authority": authority,
      ":path": asked.path,
      ...fields,
      ...(asked.takesTrailers ? { te: "trailers" } : {}),
    },
    { endStream: asked.body.length === 0, signal },
  );
  stream.setTimeout(IDLE_TIMEOUT, () => stream.destroy(new Error(SILENT)));
  const trailers: Field[] = [];
  stream.on("trailers", (_headers: unknown, _flags: unknown, raw?: string[]) => {
    trailers.push(...fieldsOf(raw ?? []));
  });
  return await new Promise((resolve) => {
    stream.on("response", (headers: Record<string, unknown>, _flags: unknown, raw?: string[]) => {
      resolve(ok(answerOf(stream, Number(headers[":status"]), fieldsOf(raw ?? []), trailers)));
    });
    // Stays for the whole exchange: a late error must not become an uncaught one.
    stream.on("error", (error: NodeJS.ErrnoException) =>
      resolve(err(failureOf(error.code ?? error.message))),
    );
    stream.on("close", () => resolve(err(failureOf("closed"))));
    if (asked.body.length > 0) stream.end(asked.body);
  });
}

function answerOf(
  stream: ClientHttp2Stream,
  status: number,
  fields: readonly Field[],
  trailers: readonly Field[],
): UpstreamAnswer {
  const headBytes = "HTTP/1.1 200 \r\n\r\n".length + fieldBytes(fields);
  return { status, fields, body: stream, trailers: () => trailers, headBytes };
}

function failureOf(code: string): UpstreamFailure {
  if (code === SILENT) return { cause: "timed_out", measured: "no answer", retryable: true, stale: false };
  // A session that is going away refuses the stream before it was looked at (RFC 9113 section 8.7).
  const stale = code === "ERR_HTTP2_GOAWAY_SESSION" || code === "ERR_HTTP2_INVALID_SESSION";
  return { cause: "upstream_failed", measured: code, retryable: true, stale };
}
