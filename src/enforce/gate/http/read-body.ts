// Reads a request's whole body into memory, within its own bound, the task's and the worker's. Not a stream to the
// upstream: nothing leaves before the whole of it was judged.
import type { IncomingMessage } from "node:http";
import type { Http2ServerRequest } from "node:http2";
import { assert } from "../../../stdx/assert.ts";
import { err, ok, type Result } from "../../../stdx/result.ts";
import type { TaskState } from "../task-state.ts";
import { BODY_IDLE_TIMEOUT, BODY_MAX, BODY_TIMEOUT, BUFFERED_PER_TASK_MAX } from "./bounds.ts";
import { type Refusal, refusal, retryable } from "./refusal.ts";

/** What one request holds of the buffers, within the task's share; `releaseAll` gives back whatever it took. */
export class BodyClaim {
  readonly #task: { held: number };
  readonly #worker: TaskState["buffers"];
  #held = 0;

  constructor(task: { held: number }, worker: TaskState["buffers"]) {
    this.#task = task;
    this.#worker = worker;
  }

  /** Takes `bytes`, or nothing when they do not fit. */
  take(bytes: number): boolean {
    if (this.#task.held + bytes > BUFFERED_PER_TASK_MAX || !this.#worker.claim(bytes)) return false;
    this.#task.held += bytes;
    this.#held += bytes;
    return true;
  }

  /** Gives back `bytes` that were taken. */
  release(bytes: number): void {
    assert(bytes <= this.#held, "no more bytes are released than were taken");
    this.#worker.release(bytes);
    this.#task.held -= bytes;
    this.#held -= bytes;
  }

  /** Idempotent. */
  releaseAll(): void {
    this.#worker.release(this.#held);
    this.#task.held -= this.#held;
    this.#held = 0;
    assert(this.#task.held >= 0, "no more bytes are released than were taken");
  }
}

/** The whole body, held under `claim`. A body that stalls, drips, outgrows its bound or carries trailers is refused. */
export async function readBody(
  request: IncomingMessage | Http2ServerRequest,
  claim: BodyClaim,
): Promise<Result<Buffer, Refusal>> {
  const chunks: Buffer[] = [];
  let length = 0;
  const outcome = await new Promise<Refusal | null>((resolve) => {
    const settle = (outcome: Refusal | null): void => {
      clearTimeout(whole);
      clearTimeout(idle);
      request.off("data", take);
      request.off("end", end);
      request.off("close", gone);
      request.off("error", gone);
      request.off("aborted", gone);
      request.pause();
      resolve(outcome);
    };
    const slow = (): void => settle(refusal("too_slow", length, null, "send the body without pauses"));
    const whole = setTimeout(slow, BODY_TIMEOUT);
    const idle = setTimeout(slow, BODY_IDLE_TIMEOUT);
    const take = (chunk: Buffer): void => {
      idle.refresh();
      length += chunk.length;
      if (length > BODY_MAX) return settle(overLimit());
      if (!claim.take(chunk.length)) return settle(noBuffer());
      chunks.push(chunk);
    };
    const end = (): void => settle(null);
    const gone = (): void => settle(refusal("client_closed", null, null, "send the whole request"));
    request.on("data", take);
    request.on("end", end);
    request.on("close", gone);
    request.on("error", gone);
    request.on("aborted", gone);
    if (request.destroyed && !request.complete) gone();
  });
  if (outcome !== null) return err(outcome);
  if (request.rawTrailers.length > 0) {
    return err(refusal("trailers_refused", request.rawTrailers.length / 2, 0, "send no trailers"));
  }
  if (!request.complete) return err(refusal("client_closed", null, null, "send the whole request"));
  const [only] = chunks;
  if (chunks.length === 1 && only !== undefined) return ok(only);
  // The pieces and the whole are held side by side for a moment.
  if (!claim.take(length)) return err(noBuffer());
  const whole = Buffer.concat(chunks, length);
  claim.release(length);
  return ok(whole);
}

function overLimit(): Refusal {
  return refusal("body_over_limit", `more than ${BODY_MAX}`, BODY_MAX, "send a shorter body, or several");
}

function noBuffer(): Refusal {
  return retryable(
    refusal("buffered_over_limit", null, BUFFERED_PER_TASK_MAX, "wait for other requests to end"),
  );
}
