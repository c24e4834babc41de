// Sends one whole request over an HTTP/2 session and waits for the head of its answer.
import type { ClientHttp2Session, ClientHttp2Stream } from "node:http2";
import { err, ok, type Result } from "../../../stdx/result.ts";
import { watchHead } from "./answer-head.ts";
import { IDLE_TIMEOUT } from "./bounds.ts";
import { byName, type Field, fieldBytes, fieldsOf } from "./fields.ts";
import {
  HINTS_ONLY,
  SILENT,
  type UpstreamAnswer,
  type UpstreamFailure,
  type UpstreamRequest,
} from "./upstream.ts";

/** The answer's head, or why there is none. `signal` ends the request, and the answer's body. Never rejects. */
export async function sendOverH2(
  asked: UpstreamRequest,
  session: ClientHttp2Session,
  signal: AbortSignal,
): Promise<Result<UpstreamAnswer, UpstreamFailure>> {
  const stream = requestOn(session, asked, signal);
  if (!stream.ok) return stream;
  return await answerTo(stream.value, asked.body, session);
}

/** Sessions that have answered: one that then ends without an answer may just have been closed in between. */
const PROVEN: WeakSet<ClientHttp2Session> = new WeakSet();

function requestOn(
  session: ClientHttp2Session,
  asked: UpstreamRequest,
  signal: AbortSignal,
): Result<ClientHttp2Stream, UpstreamFailure> {
  const { host: authority = "", ...fields } = byName(asked.fields);
  const head = {
    ":method": asked.method,
    ":scheme": asked.destination.target.scheme,
    ":authority": authority,
    ":path": asked.path,
    ...fields,
    ...(asked.takesTrailers ? { te: "trailers" } : {}),
  };
  try {
    return ok(session.request(head, { endStream: asked.body.length === 0, signal }));
  } catch (error) {
    // A session that is going away takes no request, and says so by throwing.
    return err(failureOf(error as NodeJS.ErrnoException, true));
  }
}

async function answerTo(
  stream: ClientHttp2Stream,
  body: Uint8Array,
  session: ClientHttp2Session,
): Promise<Result<UpstreamAnswer, UpstreamFailure>> {
  stream.setTimeout(IDLE_TIMEOUT, () => stream.destroy(new Error(SILENT)));
  const trailers: Field[] = [];
  stream.on("trailers", (_headers: unknown, _flags: unknown, raw?: string[]) => {
    trailers.push(...fieldsOf(raw ?? []));
  });
  const watch = watchHead((why) => void stream.destroy(why));
  // Informational answers only: the final one is a response of its own.
  stream.on("headers", (_headers: unknown, _flags: unknown, raw?: string[]) =>
    watch.informed(fieldsOf(raw ?? [])),
  );
  const proven = PROVEN.has(session);
  const answer = await new Promise<Result<Omit<UpstreamAnswer, "headBytes">, UpstreamFailure>>((resolve) => {
    stream.on("response", (headers: Record<string, unknown>, _flags: unknown, raw?: string[]) => {
      PROVEN.add(session);
      resolve(ok(answerOf(stream, Number(headers[":status"]), fieldsOf(raw ?? []), trailers)));
    });
    // Stays for the whole exchange: a late error must not become an uncaught one.
    stream.on("error", (error) => resolve(err(failureOf(error, proven))));
    stream.on("close", () => resolve(err(failureOf(new Error("closed"), proven))));
    if (body.length > 0) stream.end(body);
  });
  const before = watch.settle();
  if (!answer.ok) return answer;
  if (before === null) return err(failureOf(new Error(HINTS_ONLY), proven));
  const line = "HTTP/1.1 200 \r\n\r\n".length;
  return ok({ ...answer.value, headBytes: before + line + fieldBytes(answer.value.fields) });
}

function answerOf(
  stream: ClientHttp2Stream,
  status: number,
  fields: readonly Field[],
  trailers: readonly Field[],
): Omit<UpstreamAnswer, "headBytes"> {
  return { status, fields, body: stream, trailers: () => trailers };
}

function failureOf(error: NodeJS.ErrnoException, proven: boolean): UpstreamFailure {
  const measured = error.code ?? error.message;
  return measured === SILENT
    ? { cause: "timed_out", measured: "no answer", retryable: true, stale: false }
    : {
        cause: measured === HINTS_ONLY ? "upstream_lied" : "upstream_failed",
        measured,
        retryable: true,
        stale: proven && measured !== HINTS_ONLY,
      };
}
