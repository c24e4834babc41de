// The gate's handler for requests: whatever connection they come over, once its target is known. Not a server: listeners,
// TLS and first bytes are connection/'s.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import { spellingsOf } from "../credentials/mask-answer.ts";
import type { Dial } from "../dial/dial.ts";
import type { Target } from "../target.ts";
import type { TaskState } from "../task-state.ts";
import { cut } from "./answer-task.ts";
import { type Exchange, handleRequest, refuse, type TaskHttp } from "./handle-request.ts";
import { refusal } from "./refusal.ts";
import { RequestRecord } from "./request-record.ts";
import { UpstreamPool } from "./upstream-pool.ts";

/**
 * The handler for every request (HTTP/1.1 and, through Node's compatibility API, HTTP/2) on a connection whose target is
 * known. Never throws, never rejects; resolves after the one report that each request has. It is to be called for a server's `request` and its
 * `checkContinue` event: it answers `Expect: 100-continue` itself, once the head holds.
 */
export type RequestHandler = (
  target: Target,
  request: IncomingMessage | Http2ServerRequest,
  answer: ServerResponse | Http2ServerResponse,
) => Promise<void>;

/**
 * A handler for one task, of which `scanner` knows what may not leave. Upstream connections are kept between its requests,
 * until the task ends.
 */
export function createRequestHandler(
  state: TaskState,
  dial: Dial,
  scanner: TaskHttp["scanner"],
): RequestHandler {
  const { secrets } = state.policy;
  const task: TaskHttp = {
    state,
    scanner,
    spellings: spellingsOf(secrets),
    pool: new UpstreamPool(dial, state.ended),
    held: { held: 0 },
    running: { count: 0 },
  };
  /** How each request under way is ended: one listener for all, since they cost more than the rest of a request's state. */
  const running = new Set<() => void>();
  const endAll = (): void => {
    for (const end of running) end();
  };
  state.ended.addEventListener("abort", endAll, { once: true });
  return (target, request, answer) => {
    const gone = new AbortController();
    const leave = (): void => gone.abort();
    const end = (): void => {
      leave();
      answer.destroy();
    };
    // Errors of a connection that goes away are told by the reads and writes that fail.
    request.on("error", ignore);
    answer.on("error", ignore);
    answer.once("close", leave);
    const record = new RequestRecord(state.report, target, request);
    const exchange: Exchange = { task, target, request, answer, record, signal: gone.signal };
    running.add(end);
    return run(exchange).finally(() => {
      answer.off("close", leave);
      running.delete(end);
    });
  };
}

async function run(exchange: Exchange): Promise<void> {
  const { task, record } = exchange;
  try {
    if (task.state.ended.aborted) {
      refuse(exchange, refusal("task_ended", null, null, "nothing: the task is over"));
      return;
    }
    await handleRequest(exchange);
  } catch {
    // INVARIANT: a fault of ours lets nothing more through, and leaves its record.
    giveUp(exchange);
  } finally {
    record.tell("error", "gate_failed");
  }
}

/** Ends what a fault of ours left behind; never throws. */
function giveUp(exchange: Exchange): void {
  const { answer } = exchange;
  try {
    if (!answer.headersSent) {
      return refuse(exchange, refusal("gate_failed", null, null, "ask again; this is a fault of the gate"));
    }
  } catch {
    // Not even the refusal can be sent.
  }
  cut(answer);
}

function ignore(): void {
  // The failing read or write reports it.
}
