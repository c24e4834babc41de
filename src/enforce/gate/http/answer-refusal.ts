// Tells the task why its request was not passed, before anything else was answered.
import type { IncomingMessage } from "node:http";
import { constants, Http2ServerRequest, Http2ServerResponse } from "node:http2";
import { isGone, type TaskAnswer, writeHead } from "./answer-task.ts";
import { BODY_MAX, DRAIN_TIMEOUT } from "./bounds.ts";
import type { Field } from "./fields.ts";
import { REFUSAL_STATUS, REFUSAL_TYPE, type Refusal, refusalBody } from "./refusal.ts";

/** The status that a refusal has: 403, but 421 over HTTP/2 for a foreign authority (RFC 9110 section 15.5.20). */
export function statusOf(refused: Refusal, request: IncomingMessage | Http2ServerRequest): number {
  switch (refused.cause) {
    case "host_mismatch":
      return request instanceof Http2ServerRequest ? 421 : REFUSAL_STATUS;
    case "timed_out":
      return 504;
    case "name_not_found":
    case "connection_refused":
    case "connection_failed":
    case "certificate_invalid":
    case "upstream_failed":
    case "upstream_lied":
    case "answer_encoded":
    case "answer_partial":
    case "gate_failed":
      return 502;
    default:
      return REFUSAL_STATUS;
  }
}

/** Answers, then reads on to the end of the request, within bounds, so that the answer is not lost in a reset. */
export function answerRefusal(
  request: IncomingMessage | Http2ServerRequest,
  answer: TaskAnswer,
  refused: Refusal,
): void {
  if (isGone(answer) || answer.headersSent) return;
  const body = Buffer.from(refusalBody(refused));
  const fields: Field[] = [
    ["content-type", REFUSAL_TYPE],
    ["content-length", String(body.length)],
  ];
  const status = statusOf(refused, request);
  if (answer instanceof Http2ServerResponse) {
    writeHead(answer, status, fields);
    const stream = answer.stream;
    answer.end(body, () => stream.close(constants.NGHTTP2_NO_ERROR));
    request.resume();
    return;
  }
  if (request.complete) {
    writeHead(answer, status, fields);
    answer.end(body);
    return;
  }
  writeHead(answer, status, [...fields, ["connection", "close"]]);
  answer.write(body);
  let discarded = 0;
  const timer = setTimeout(() => answer.destroy(), DRAIN_TIMEOUT);
  request.on("data", (chunk: Buffer) => {
    discarded += chunk.length;
    if (discarded > BODY_MAX) answer.destroy();
  });
  request.once("end", () => answer.end());
  request.once("close", () => answer.end());
  answer.once("close", () => clearTimeout(timer));
  request.resume();
}
