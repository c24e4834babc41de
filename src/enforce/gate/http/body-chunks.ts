// The chunks of an upstream's body as they come. Not what becomes of them (pass-answer.ts).
import type { Readable } from "node:stream";

/**
 * Gives each chunk, and ends with the body. Throws the body's error, or that it closed before its end; then, and when nobody
 * reads on, the body is destroyed. A stream's own iterator is not used: it takes an HTTP/2 stream that both sides have closed
 * for one that was cut off, even where all of its data waits to be read.
 */
export async function* bodyChunks(body: Readable): AsyncGenerator<Buffer, void> {
  const state = { ended: body.readableEnded, error: body.errored };
  let wake = (): void => undefined;
  const look = (): void => wake();
  const end = (): void => {
    state.ended = true;
    wake();
  };
  const fail = (error: Error): void => {
    state.error ??= error;
    wake();
  };
  body.on("readable", look).on("end", end).on("error", fail).on("close", look);
  try {
    for (;;) {
      const chunk = body.destroyed ? null : (body.read() as Buffer | null);
      if (chunk !== null) yield chunk;
      else if (state.error !== null) throw state.error;
      else if (state.ended) return;
      else if (body.destroyed) throw new Error("the answer closed before its end");
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  } finally {
    body.off("readable", look).off("end", end).off("error", fail).off("close", look);
    if (!state.ended) body.destroy();
  }
}
