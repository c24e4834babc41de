// Bounds what comes before the whole head of an answer: time, and informational answers, each of which would start the idle
// time anew. Not the idle time itself, which is the connection's.
import { ANSWER_HEAD_TIMEOUT, INFORMATIONAL_MAX } from "./bounds.ts";
import { type Field, fieldBytes } from "./fields.ts";
import { HINTS_ONLY, SILENT } from "./upstream.ts";

/** One answer's head, while it is waited for. */
export interface HeadWatch {
  /** Counts one informational answer, and ends the request with the one too many. */
  informed(fields: readonly Field[]): void;
  /**
   * The head is there, or never will be; gives the bytes of what came before it, as HTTP/1.1 writes it, or null when that
   * was too much, though the head may have come along with it. Idempotent.
   */
  settle(): number | null;
}

/** Watches from now on; `end` ends the request with an error whose message says why. */
export function watchHead(end: (why: Error) => void): HeadWatch {
  const timer = setTimeout(() => end(new Error(SILENT)), ANSWER_HEAD_TIMEOUT);
  let count = 0;
  let bytes = 0;
  return {
    informed: (fields) => {
      count += 1;
      bytes += "HTTP/1.1 100 \r\n\r\n".length + fieldBytes(fields);
      if (count > INFORMATIONAL_MAX) end(new Error(HINTS_ONLY));
    },
    settle: () => {
      clearTimeout(timer);
      return count > INFORMATIONAL_MAX ? null : bytes;
    },
  };
}
