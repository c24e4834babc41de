// One request of a task from its head to the end of its answer: judged, counted, sent, passed back; one record in every
// case. The order is that of the design: nothing leaves before everything held.
import type { IncomingMessage } from "node:http";
import type { Http2ServerRequest } from "node:http2";
import { err, type Result } from "../../../stdx/result.ts";
import type { Spellings } from "../credentials/mask-answer.ts";
import type { TaskScanner } from "../scan/scan-thread.ts";
import type { Target } from "../target.ts";
import type { TaskState } from "../task-state.ts";
import { type AnswerHead, ASKS_NOTHING, meterAnswer, settled, UNTOLD } from "../usage/metered-answer.ts";
import { type RequestBound, requestBound } from "../usage/request-bound.ts";
import { answerRefusal, statusOf } from "./answer-refusal.ts";
import { isGone, type TaskAnswer } from "./answer-task.ts";
import { authorityOf } from "./authority.ts";
import { CONCURRENT_MAX } from "./bounds.ts";
import { type Field, fieldBytes, valuesOf } from "./fields.ts";
import { type CoveringCall, findCalls, findForBody } from "./find-call.ts";
import { type ContentRules, type JudgedContent, judgeContent } from "./judge-content.ts";
import { type JudgedHead, judgeHead } from "./judge-head.ts";
import { passAnswer } from "./pass-answer.ts";
import { BodyClaim, readBody } from "./read-body.ts";
import { type Refusal, refusal, retryable } from "./refusal.ts";
import type { RequestRecord } from "./request-record.ts";
import { sendOverH1 } from "./send-h1.ts";
import { sendOverH2 } from "./send-h2.ts";
import { takeAnswer, whyNoRoom } from "./take-call.ts";
import { type TakenCall, takeMetered } from "./take-metered.ts";
import type { UpstreamAnswer, UpstreamFailure, UpstreamRequest } from "./upstream.ts";
import type { UpstreamPool } from "./upstream-pool.ts";

/** What the requests of one task share. */
export interface TaskHttp {
  readonly state: TaskState;
  readonly pool: UpstreamPool;
  readonly scanner: Pick<TaskScanner, "judge" | "own">;
  /** Of every credential of the task. */
  readonly spellings: Spellings;
  /** Mutable on purpose: bytes of bodies held, and requests under way. */
  readonly held: { held: number };
  readonly running: { count: number };
}

/** One request, and what is told of it. */
export interface Exchange {
  readonly task: TaskHttp;
  readonly target: Target;
  readonly request: IncomingMessage | Http2ServerRequest;
  readonly answer: TaskAnswer;
  readonly record: RequestRecord;
  /** Aborted when the task or the client goes. */
  readonly signal: AbortSignal;
}

/** Handles one request. Rejects only for what is a fault of ours; then nothing may have been told yet. */
export async function handleRequest(exchange: Exchange): Promise<void> {
  const { task, target, request, answer } = exchange;
  const head = judgeHead(request, target);
  if (!head.ok) return refuse(exchange, head.error);
  exchange.record.path = head.value.url.path;
  const calls = findCalls(task.state, target, head.value);
  if (!calls.ok) return refuse(exchange, calls.error);
  const declared = Number(request.headers["content-length"] ?? 0);
  const over = whyNoRoom(calls.value, declared) ?? tooMany(task);
  if (over !== null) return refuse(exchange, over);
  const claim = new BodyClaim(task.held, task.state.buffers);
  task.running.count += 1;
  try {
    if (head.value.expectsContinue) answer.writeContinue();
    const body = await readBody(request, claim);
    if (!body.ok) return refuse(exchange, body.error);
    const judged = await judgeWhole(exchange, {
      head: head.value,
      calls: calls.value,
      body: body.value,
      claim,
    });
    if (exchange.signal.aborted) return refuse(exchange, goneRefusal(exchange));
    if (!judged.ok) {
      // INVARIANT: no record holds a value that was not to leave, and a path can carry one.
      if (SAID_TOO_MUCH.has(judged.error.cause)) exchange.record.path = "";
      return refuse(exchange, judged.error);
    }
    await exchangeWith(exchange, judged.value);
  } finally {
    task.running.count -= 1;
    claim.releaseAll();
  }
}

const SAID_TOO_MUCH: ReadonlySet<string> = new Set([
  "protected_value",
  "canary_found",
  "credential_found",
  "opaque_content",
  "personal_over_limit",
  "novel_over_limit",
  "scan_over_limit",
  "scan_failed",
  "placeholder_misplaced",
]);

interface Whole {
  readonly head: JudgedHead;
  readonly calls: readonly CoveringCall[];
  readonly body: Uint8Array;
  readonly claim: BodyClaim;
}

/** A request that may leave: its calls with room for it, what is sent, and how many bytes that is. */
interface Judged {
  readonly head: JudgedHead;
  readonly calls: readonly CoveringCall[];
  readonly content: JudgedContent;
  readonly fields: readonly Field[];
  readonly bytes: number;
}

async function judgeWhole(
  { task, target, record, signal }: Exchange,
  { head, calls, body, claim }: Whole,
): Promise<Result<Judged, Refusal>> {
  const fitting = findForBody(calls, head.fields, body);
  if (!fitting.ok) return fitting;
  const rules: ContentRules = {
    secrets: task.state.policy.secrets,
    // One call of an endpoint that is not owned is enough.
    inspected: calls.some(({ call }) => call.inspected),
    scan: (request) => task.scanner.judge(request, signal),
    found: (findings) => void (record.findings = findings),
    claim: (bytes) => claim.take(bytes),
  };
  const content = await judgeContent(target, head, body, rules);
  if (!content.ok) return content;
  const fields = framed(target, head, content.value);
  const line = `${head.method} ${head.url.path}${head.url.query} HTTP/1.1\r\n\r\n`;
  const bytes = line.length + fieldBytes(fields) + content.value.body.length;
  return { ok: true, value: { head, calls: fitting.value, content: content.value, fields, bytes } };
}

/** Methods of which a request without a body says nothing about one (RFC 9110 section 8.6). */
const BODILESS: ReadonlySet<string> = new Set(["GET", "HEAD", "DELETE", "OPTIONS"]);

/** Our own Host first (RFC 9112 section 3.2), and our own length. */
function framed(target: Target, { method }: JudgedHead, { fields, body }: JudgedContent): readonly Field[] {
  const host: Field = ["Host", authorityOf(target)];
  const length: Field = ["Content-Length", String(body.length)];
  return body.length === 0 && BODILESS.has(method) ? [host, ...fields] : [host, ...fields, length];
}

async function exchangeWith(exchange: Exchange, judged: Judged): Promise<void> {
  const { answer, record, task } = exchange;
  if (exchange.signal.aborted) return refuse(exchange, goneRefusal(exchange));
  const sent = await send(exchange, judged);
  if (!sent.ok) return refuse(exchange, sent.error);
  const { from, call, metered } = sent.value;
  record.status = from.status;
  const counted = metered === null ? null : meterAnswer(metered, answerHead(from));
  // What a host says of itself it may be told again.
  if (call.call.inspected) {
    const said = from.fields.map(([, value]) => value);
    task.scanner.own(exchange.target.host, said);
  }
  const take = (bytes: number): boolean => {
    record.bytes_in += bytes;
    return takeAnswer(call, bytes);
  };
  const { credentialed } = judged.content;
  const watch = counted?.push ?? null;
  const passing = { method: judged.head.method, credentialed, spellings: task.spellings, take, watch };
  const cause = await passAnswer(from, answer, passing);
  if (counted !== null) record.usage = await counted.end(cause === null);
  if (cause === null) return record.tell("allow", null);
  if (task.state.ended.aborted) return record.tell("error", "task_ended");
  if (!answer.headersSent) return refuse(exchange, refusal(cause, null, null, ANSWER_INSTEAD));
  record.tell("error", cause);
}

const ANSWER_INSTEAD = "ask for a shorter answer, or a whole one without a content encoding";

/** Methods that may be sent twice (RFC 9110 section 9.2.2). */
const REPEATABLE: ReadonlySet<string> = new Set(["GET", "HEAD", "PUT", "DELETE", "OPTIONS"]);

/** Takes the request from its grant and sends it; once more where a kept connection turned out to be over. */
async function send(
  exchange: Exchange,
  judged: Judged,
): Promise<Result<TakenCall & { readonly from: UpstreamAnswer }, Refusal>> {
  const { bytes } = judged;
  const bound = boundOf(judged);
  for (let attempt = 1; ; attempt++) {
    const taken = await takeMetered(judged.calls, { bytes, bound }, exchange.signal);
    if (!taken.ok) return taken;
    const { call, metered } = taken.value;
    const sent = await sendOnce(exchange, judged, call);
    if (sent.ok) return { ok: true, value: { from: sent.value, call, metered } };
    if (metered !== null) {
      exchange.record.usage = settled(metered, NOTHING_SENT.has(sent.error.cause) ? null : UNTOLD);
    }
    const again = sent.error.stale && attempt === 1 && REPEATABLE.has(judged.head.method);
    if (!again || exchange.signal.aborted) return err(upstreamRefusal(exchange, sent.error));
  }
}

/** What the request can use, where that is counted. */
function boundOf({ calls, head, content }: Judged): RequestBound | null {
  if (calls.every(({ meter }) => meter === null)) return null;
  return content.body.length === 0 && BODILESS.has(head.method) ? ASKS_NOTHING : requestBound(content.body);
}

function answerHead({ status, fields }: UpstreamAnswer): AnswerHead {
  return {
    status,
    contentType: valuesOf(fields, "content-type").join(","),
    contentEncoding: valuesOf(fields, "content-encoding").join(","),
  };
}

async function sendOnce(
  { task, target, request, record, signal }: Exchange,
  { head, content, fields, bytes }: Judged,
  { call }: CoveringCall,
): Promise<Result<UpstreamAnswer, UpstreamFailure>> {
  const { address, ca } = call;
  const secrets = content.secrets.map(({ name }) => name).toSorted();
  const asked: UpstreamRequest = {
    destination: { target, address, ca, secrets },
    method: head.method,
    path: `${head.url.path}${head.url.query}`,
    fields,
    body: content.body,
    takesTrailers: head.takesTrailers,
  };
  // The upstream is spoken to as the task speaks, where it can be.
  const session = request.httpVersionMajor >= 2 ? await task.pool.session(asked.destination) : null;
  if (session?.ok === false) return err({ ...session.error, stale: false });
  const sent =
    session === null || session.value === null
      ? await sendOverH1(asked, task.pool, signal)
      : await sendOverH2(asked, session.value, signal);
  if (sent.ok || !NOTHING_SENT.has(sent.error.cause)) record.bytes_out += bytes;
  return sent;
}

/** Causes with which no connection was ever open. */
const NOTHING_SENT: ReadonlySet<string> = new Set([
  "name_not_found",
  "address_not_permitted",
  "connection_refused",
  "connection_failed",
  "certificate_invalid",
  "pin_mismatch",
]);

function upstreamRefusal(
  exchange: Exchange,
  { cause, measured, retryable: again }: UpstreamFailure,
): Refusal {
  if (exchange.signal.aborted) return goneRefusal(exchange);
  const refused = refusal(cause, measured, null, UPSTREAM_INSTEAD);
  return again ? retryable(refused) : refused;
}

const UPSTREAM_INSTEAD = "nothing here: the way to the upstream is what failed";

function goneRefusal({ task }: Exchange): Refusal {
  return task.state.ended.aborted
    ? refusal("task_ended", null, null, "nothing: the task is over")
    : refusal("client_closed", null, null, "wait for the answer");
}

function tooMany({ running }: TaskHttp): Refusal | null {
  return running.count < CONCURRENT_MAX
    ? null
    : retryable(
        refusal("concurrent_over_limit", running.count + 1, CONCURRENT_MAX, "wait for requests to end"),
      );
}

/** Causes that are no judgement of ours: something else went wrong. */
const ERRORS: ReadonlySet<string> = new Set([
  "name_not_found",
  "connection_refused",
  "connection_failed",
  "certificate_invalid",
  "timed_out",
  "upstream_failed",
  "upstream_lied",
  "answer_encoded",
  "answer_partial",
  "answer_over_limit",
  "client_closed",
  "task_ended",
  "gate_failed",
]);

/** Answers with the refusal where somebody is left to hear it, and tells the record. */
export function refuse(exchange: Exchange, refused: Refusal): void {
  const { request, answer, record, task } = exchange;
  const ended = task.state.ended.aborted && refused.cause === "client_closed";
  const cause = ended ? "task_ended" : refused.cause;
  const heard = !isGone(answer) && cause !== "client_closed" && cause !== "task_ended";
  if (heard) {
    record.status ??= statusOf(refused, request);
    answerRefusal(request, answer, refused);
  } else if (!isGone(answer)) answer.destroy();
  record.tell(ERRORS.has(cause) ? "error" : "refuse", cause);
}
