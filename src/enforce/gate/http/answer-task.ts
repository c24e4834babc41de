// Writes an answer's parts to the task over either HTTP. Not what the answer says: pass-answer.ts and answer-refusal.ts.
import type { ServerResponse } from "node:http";
import { constants, Http2ServerResponse } from "node:http2";
import { byName, type Field } from "./fields.ts";

export type TaskAnswer = ServerResponse | Http2ServerResponse;

/**
 * Starts the answer. Its fields are as given: no date, no length of Node's own. Throws, with nothing sent, for a status or a
 * field that Node does not send; another head may be written after it.
 */
export function writeHead(answer: TaskAnswer, status: number, fields: readonly Field[]): void {
  answer.sendDate = false;
  // Those of a head that was not sent would spoil this one, too.
  for (const name of answer.getHeaderNames()) answer.removeHeader(name);
  if (answer instanceof Http2ServerResponse) {
    answer.writeHead(status, byName(fields));
    return;
  }
  answer.writeHead(status, fields.flat());
}

/** Sends a head that waits for its body: an event stream's goes out before its first event. HTTP/2 never waits. */
export function flushHead(answer: TaskAnswer): void {
  if (!(answer instanceof Http2ServerResponse)) answer.flushHeaders();
}

/** Writes a piece of the body and waits until more may come; false: the task went away. */
export async function writeBody(answer: TaskAnswer, bytes: Uint8Array): Promise<boolean> {
  if (isGone(answer)) return false;
  const room = (answer as ServerResponse).write(bytes);
  if (!room) await drained(answer);
  return !isGone(answer);
}

/** Ends a started answer so that the task sees it was cut: the connection goes, or over HTTP/2 the stream. */
export function cut(answer: TaskAnswer): void {
  if (answer instanceof Http2ServerResponse) {
    if (!answer.stream.destroyed) answer.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    return;
  }
  answer.destroy();
}

/** Whether nobody is left to take the answer. */
export function isGone(answer: TaskAnswer): boolean {
  return answer instanceof Http2ServerResponse
    ? answer.stream.destroyed || answer.stream.closed
    : answer.destroyed;
}

async function drained(answer: TaskAnswer): Promise<void> {
  if (isGone(answer)) return;
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
