// Reads a request's body into memory, within the request's own bound and the process's. Not a stream to the provider:
// nothing leaves before the whole of it was judged.
import type { IncomingMessage } from "node:http";
import { assert } from "../../../stdx/assert.ts";
import { err, ok, type Result } from "../../../stdx/result.ts";
import { BODY_MAX } from "./bounds.ts";
import { type Refusal, refusal, retryable } from "./refusal.ts";

/** Bytes of bodies held, within a bound of its own and that of the budget it draws on. Released by whoever took them. */
export class BufferBudget {
  readonly max: number;
  readonly #from: BufferBudget | null;
  #held = 0;

  constructor(max: number, from: BufferBudget | null = null) {
    this.max = max;
    this.#from = from;
  }

  /** Takes `bytes`, or nothing when they do not fit. */
  take(bytes: number): boolean {
    if (this.#held + bytes > this.max) return false;
    if (this.#from !== null && !this.#from.take(bytes)) return false;
    this.#held += bytes;
    return true;
  }

  /** Gives back what was taken. */
  release(bytes: number): void {
    this.#held -= bytes;
    assert(this.#held >= 0, "no more bytes are released than were taken");
    this.#from?.release(bytes);
  }
}

/** The whole body; its length is taken from `budget` and stays taken. On a refusal nothing stays taken. */
export async function readBody(
  request: IncomingMessage,
  budget: BufferBudget,
  max: number = BODY_MAX,
): Promise<Result<Buffer, Refusal>> {
  const chunks: Buffer[] = [];
  let length = 0;
  const refuse = (refused: Refusal): Result<never, Refusal> => {
    budget.release(length);
    return err(refused);
  };
  try {
    // The request is not destroyed on leaving the loop, so that its answer can still be sent.
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      const bytes = chunk as Buffer;
      if (length + bytes.length > max) {
        return refuse(refusal("body_over_limit", `more than ${max}`, max, "send a shorter request"));
      }
      if (!budget.take(bytes.length)) {
        return refuse(
          retryable(refusal("buffered_over_limit", null, budget.max, "wait for other requests to end")),
        );
      }
      length += bytes.length;
      chunks.push(bytes);
    }
  } catch {
    return refuse(refusal("client_closed", null, null, "send the whole request"));
  }
  return request.complete
    ? ok(Buffer.concat(chunks, length))
    : refuse(refusal("client_closed", null, null, "send the whole request"));
}
