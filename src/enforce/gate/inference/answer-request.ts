// One request of a task: judged, then answered from the grant, refused, or forwarded; one event in every case.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { GrantedModel } from "../../../decide/decision.ts";
import { err, ok, type Result } from "../../../stdx/result.ts";
import type { EgressEvent } from "../../execution.ts";
import type { MeteredRequest } from "../usage/meter.ts";
import { requestBound } from "../usage/request-bound.ts";
import { BODY_MAX, CONCURRENT_MAX } from "./bounds.ts";
import { forward } from "./forward.ts";
import type { GrantState } from "./grant-state.ts";
import { recordedMethod, recordedPath } from "./inference-paths.ts";
import { judgeBody } from "./judge-body.ts";
import { judgeHead } from "./judge-head.ts";
import { readBody } from "./read-body.ts";
import { type Refusal, refusal, refusalBody, retryable } from "./refusal.ts";

/** Handles `request`. Never rejects; reports exactly one event. */
export async function answerRequest(
  request: IncomingMessage,
  answer: ServerResponse,
  state: GrantState,
): Promise<void> {
  // Errors of a connection that goes away are told by the reads and writes that fail.
  request.on("error", ignore);
  answer.on("error", ignore);
  const asked: Asked = { request, answer, state, event: eventOf(request, state.models) };
  const head = judgeHead(request, state.kind);
  if (!head.ok) return refuse(asked, head.error);
  if (head.value.asks === "listing") return list(asked, head.value.path);
  if (!state.counts.enter()) {
    const over = refusal(
      "concurrent_over_limit",
      CONCURRENT_MAX + 1,
      CONCURRENT_MAX,
      "wait for a request to end",
    );
    return refuse(asked, retryable(over));
  }
  try {
    await infer(asked, head.value.path);
  } finally {
    state.counts.leave();
  }
}

/** One request under way; `event` is what is known of it so far. */
interface Asked {
  readonly request: IncomingMessage;
  readonly answer: ServerResponse;
  readonly state: GrantState;
  readonly event: EgressEvent;
}

async function infer(asked: Asked, path: string): Promise<void> {
  const { answer, state, event } = asked;
  const body = await readBody(asked.request, state.budget);
  if (!body.ok) return refuse(asked, body.error);
  try {
    const admitted = admit(body.value, state);
    if (!admitted.ok) return refuse(asked, admitted.error);
    const metered = await reserve(asked, admitted.value, body.value);
    if (!metered.ok) return refuse(asked, metered.error);
    const sent = await forward({ base: state.base, path, body: body.value }, answer, metered.value);
    state.report({ ...event, decision: sent.cause === null ? "allow" : "error", ...sent }, true);
  } finally {
    state.budget.release(body.value.length);
  }
}

/** Judges the body and takes its request from the grant, in one step. */
function admit(body: Uint8Array, state: GrantState): Result<GrantedModel, Refusal> {
  const model = judgeBody(body, state.models);
  if (!model.ok || state.counts.take(model.value)) return model;
  const limit = state.counts.limit(model.value);
  return err(
    refusal("requests_over_limit", limit + 1, limit, "declare more calls of this model in the task"),
  );
}

/** Reserves what the request can use, where that is counted; waits for requests under way, as those of the network do. */
async function reserve(
  { answer, state }: Asked,
  { model }: GrantedModel,
  body: Uint8Array,
): Promise<Result<MeteredRequest | null, Refusal>> {
  const meter = state.meters.get(model);
  if (meter === undefined) return ok(null);
  const bound = requestBound(body);
  for (;;) {
    const taken = meter.take(bound);
    if (!("short" in taken)) return ok(taken);
    const { measured, limit, waits } = taken;
    const instead = "ask for a shorter answer, or declare more `tokens` in the task";
    if (!waits || answer.destroyed) return err(refusal("tokens_over_limit", measured, limit, instead));
    await meter.settled();
  }
}

/** Answers 403 and reads on to the end of the body, within its bound, so that the answer is not lost in a reset. */
function refuse({ request, answer, state, event }: Asked, refused: Refusal): void {
  const { cause } = refused;
  if (cause === "client_closed" || answer.destroyed) {
    state.report({ ...event, decision: "error", cause: "client_closed" }, false);
    return void answer.destroy();
  }
  const body = refusalBody(refused);
  answer.writeHead(403, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    ...(request.complete ? {} : { connection: "close" }),
  });
  state.report({ ...event, decision: "refuse", cause, status: 403 }, false);
  if (request.complete) return void answer.end(body);
  answer.write(body);
  let discarded = 0;
  request.on("data", (chunk: Buffer) => {
    discarded += chunk.length;
    if (discarded > BODY_MAX) answer.destroy();
  });
  request.once("close", () => answer.end());
  request.resume();
}

/** The granted models in the provider's own form; the provider is not asked. */
function list({ answer, state, event }: Asked, path: string): void {
  const names = [...new Set(state.models.map((model) => model.model))];
  const body = JSON.stringify(
    path === "/api/tags"
      ? { models: names.map((name) => ({ name, model: name })) }
      : { object: "list", data: names.map((id) => ({ id, object: "model", created: 0, owned_by: "writ" })) },
  );
  answer.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
  answer.end(body);
  state.report({ ...event, decision: "allow", status: 200 }, false);
}

/** The event of a request of which nothing is known yet. */
function eventOf(request: IncomingMessage, models: readonly GrantedModel[]): EgressEvent {
  return {
    decision: "refuse",
    via: "model",
    provider: models[0]?.provider ?? "",
    host: null,
    port: null,
    method: recordedMethod(request.method ?? ""),
    path: recordedPath(request.url ?? ""),
    cause: null,
    status: null,
    bytes_out: 0,
    bytes_in: 0,
    findings: [],
  };
}

function ignore(): void {
  // The failing read or write reports it.
}
