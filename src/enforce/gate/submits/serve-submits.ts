// Serves one task's submission listener: HTTP/1.1 from the task, and each request put to the governor. Whoever reaches it is
// the task: it was opened inside the task's own network namespace. Decides nothing and sends nothing anywhere.
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Server as Listener, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { assert } from "../../../stdx/assert.ts";
import { err, ok, type Result } from "../../../stdx/result.ts";
import type { ChildAnswer, ChildAsk } from "../../execution.ts";
import { BufferBudget, readBody } from "../inference/read-body.ts";
import { createServiceServer } from "../service-server.ts";
import { CONCURRENT_MAX, CONNECTIONS_MAX, DOCUMENT_MAX, IDLE_TIMEOUT, REFUSED_MAX } from "./bounds.ts";
import { type AskedTask, judgeAsk } from "./judge-ask.ts";
import { laterRefusal, type SubmitRefusal, submitRefusal, submitRefusalBody } from "./refusal.ts";

/** Puts a request to the governor. Never rejects. */
export type AskGovernor = (asked: ChildAsk) => Promise<ChildAnswer>;

/** A listener being served. */
export interface ServedSubmits {
  /** Ends every connection; resolves when the listener is closed. */
  end(): Promise<void>;
}

/** Documents held by one task at once: each concurrent request may bring a whole one, but no more than these together. */
const HELD_MAX = 4 * DOCUMENT_MAX;

/** Starts serving `listener`. Throws when it cannot be used. */
export function serveSubmits(listener: Listener, budget: BufferBudget, ask: AskGovernor): ServedSubmits {
  const server = createServiceServer({ connections_max: CONNECTIONS_MAX, idle_ms: IDLE_TIMEOUT });
  let refused = 0;
  const state: State = {
    ask,
    budget: new BufferBudget(HELD_MAX, budget),
    waiting: 0,
    refused: () => {
      refused += 1;
      if (refused === REFUSED_MAX) shut(server);
    },
  };
  server.on("request", (request, answer) => void answerAsk(request, answer, state));
  refuseRaw(server, state);
  server.listen(listener);
  return {
    end: async () => {
      if (!server.listening) return shut(server);
      const closed = new Promise<void>((resolve) => void server.once("close", resolve));
      shut(server);
      await closed;
    },
  };
}

interface State {
  readonly ask: AskGovernor;
  readonly budget: BufferBudget;
  /** Requests under way. */
  waiting: number;
  /** One was refused here. */
  readonly refused: () => void;
}

/** One request and its one answer. Never rejects. */
async function answerAsk(request: IncomingMessage, answer: ServerResponse, state: State): Promise<void> {
  // Errors of a connection that goes away are told by the reads and writes that fail.
  request.on("error", ignore);
  answer.on("error", ignore);
  const asked = judgeAsk(request);
  if (!asked.ok) return refuse(request, answer, { state, refused: asked.error });
  if (state.waiting >= CONCURRENT_MAX) {
    const over = laterRefusal(
      "concurrent_over_limit",
      CONCURRENT_MAX + 1,
      CONCURRENT_MAX,
      "wait for an answer",
    );
    return refuse(request, answer, { state, refused: over });
  }
  state.waiting += 1;
  try {
    const whole = await wholeAsk(request, asked.value, state.budget);
    if (!whole.ok) return refuse(request, answer, { state, refused: whole.error });
    const { status, body } = await state.ask(whole.value);
    send(answer, status, body);
  } finally {
    state.waiting -= 1;
  }
}

/** What is put to the governor: of a submission, with its document as text. */
async function wholeAsk(
  request: IncomingMessage,
  asked: AskedTask,
  budget: BufferBudget,
): Promise<Result<ChildAsk, SubmitRefusal>> {
  if (asked.op !== "submit") return ok(asked);
  const declared = Number(request.headers["content-length"] ?? 0);
  if (declared > DOCUMENT_MAX) return err(tooLong(declared));
  const body = await readBody(request, budget, DOCUMENT_MAX);
  if (!body.ok) return err(body.error.cause === "body_over_limit" ? tooLong(null) : body.error);
  try {
    return ok({ ...asked, text: new TextDecoder("utf-8", { fatal: true }).decode(body.value) });
  } catch {
    return err(submitRefusal("document_not_text", null, "UTF-8", "send the task as UTF-8 text"));
  } finally {
    budget.release(body.value.length);
  }
}

function tooLong(measured: number | null): SubmitRefusal {
  return submitRefusal("document_over_limit", measured, DOCUMENT_MAX, "send a shorter task");
}

function send(answer: ServerResponse, status: number, body: string): void {
  if (answer.destroyed) return;
  answer.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
  });
  answer.end(body);
}

/** Answers 403, and reads no more than one document of what is still coming, so that the answer is not lost in a reset. */
function refuse(
  request: IncomingMessage,
  answer: ServerResponse,
  { state, refused }: { readonly state: State; readonly refused: SubmitRefusal },
): void {
  state.refused();
  if (refused.cause === "client_closed" || answer.destroyed) return void answer.destroy();
  const body = submitRefusalBody(refused);
  answer.writeHead(403, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    ...(request.complete ? {} : { connection: "close" }),
  });
  if (request.complete) return void answer.end(body);
  answer.write(body);
  let discarded = 0;
  request.on("data", (chunk: Buffer) => {
    discarded += chunk.length;
    if (discarded > DOCUMENT_MAX) answer.destroy();
  });
  request.once("close", () => answer.end());
  request.resume();
}

/** What never becomes an HTTP request for us: CONNECT, upgrades, odd expectations, and bytes that do not parse. */
function refuseRaw(server: Server, state: State): void {
  const close = (socket: Duplex, refused: SubmitRefusal): void => {
    state.refused();
    // Node took its own listeners off an upgraded socket; without one a reset would end the whole worker.
    socket.on("error", () => socket.destroy());
    if (!socket.writable) return void socket.destroy();
    const body = submitRefusalBody(refused);
    socket.end(
      `HTTP/1.1 403 Forbidden\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
      () => socket.destroy(),
    );
  };
  server.on("connect", (_request: IncomingMessage, socket: Duplex) =>
    close(socket, submitRefusal("connect_refused", "CONNECT", "POST", "this listener is no proxy")),
  );
  server.on("upgrade", (_request: IncomingMessage, socket: Duplex) =>
    close(socket, submitRefusal("upgrade_refused", "an Upgrade header", "none", "use plain HTTP/1.1")),
  );
  server.on("checkExpectation", (request: IncomingMessage, answer: ServerResponse) => {
    const expected = String(request.headers.expect);
    const refused = submitRefusal("expectation_refused", expected, "100-continue", "send no Expect header");
    if (answer.socket !== null) close(answer.socket, refused);
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === "ECONNRESET" || error.code === "EPIPE") return void socket.destroy();
    const late = error.code === "ERR_HTTP_REQUEST_TIMEOUT";
    const cause = late ? "too_slow" : error.code === "HPE_HEADER_OVERFLOW" ? "head_over_limit" : "malformed";
    close(socket, submitRefusal(cause, error.code ?? null, null, "send one well-formed HTTP/1.1 request"));
  });
}

function shut(server: Server): void {
  server.close();
  server.closeAllConnections();
}

function ignore(): void {
  // The failing read or write reports it.
}

/** The governor's side of the asks of one listener: numbers them, and gives each its one answer. */
export class OpenAsks {
  readonly #open = new Map<number, (answer: ChildAnswer) => void>();
  #last = 0;

  /** Sends an ask under a number of its own; resolves with its answer. */
  put(send: (ask: number) => void): Promise<ChildAnswer> {
    const ask = (this.#last += 1);
    return new Promise((resolve) => {
      this.#open.set(ask, resolve);
      send(ask);
    });
  }

  /** Gives the answer of an ask. One that nobody waits for is nothing. */
  answer(ask: number, answer: ChildAnswer): void {
    const resolve = this.#open.get(ask);
    this.#open.delete(ask);
    assert(resolve !== undefined, "an answer belongs to one ask");
    resolve(answer);
  }
}
