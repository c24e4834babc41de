// Passes an upstream's answer on to the task as it comes: counted, credentials masked, framed anew, and cut where it is
// over the grant or not what it said. Redirects pass like any answer: the task's next request is judged afresh.
import { Http2ServerResponse } from "node:http2";
import { ok } from "../../../stdx/result.ts";
import { createMask, type Mask, maskText, type Spellings } from "../credentials/mask-answer.ts";
import { cut, flushHead, isGone, type TaskAnswer, writeBody, writeHead } from "./answer-task.ts";
import { bodyChunks } from "./body-chunks.ts";
import { endToEnd, type Field, fieldBytes, valuesOf } from "./fields.ts";
import type { GateCause } from "./refusal.ts";
import { onceEach } from "./single-valued.ts";
import { SILENT, type UpstreamAnswer } from "./upstream.ts";

/** How an answer is passed on. */
export interface Passing {
  readonly method: string;
  /** Whether the gate puts credentials in at this endpoint: then what cannot be masked does not pass. */
  readonly credentialed: boolean;
  /** Credentials to mask in any answer. */
  readonly spellings: Spellings;
  /** Counts bytes that came; false: they may not be passed on. */
  readonly take: (bytes: number) => boolean;
  /** Is shown each piece of the body as it came, beside its way; null: nobody is. */
  readonly watch: ((bytes: Uint8Array) => void) | null;
}

/** Resolves when all was passed on (null) or why not; then the answer was cut, unless it had not begun. Never rejects. */
export async function passAnswer(
  from: UpstreamAnswer,
  answer: TaskAnswer,
  passing: Passing,
): Promise<GateCause | null> {
  const endUpstream = (): void => void from.body.destroy();
  const passed = { bytes: 0 };
  answer.once("close", endUpstream);
  // Without it an error after the last read would be an uncaught one.
  from.body.on("error", ignore);
  try {
    const cause = await pass(from, answer, passing, passed);
    if (cause === null) return null;
    if (answer.headersSent) cut(answer);
    from.body.destroy();
    return cause;
  } catch (error) {
    from.body.destroy();
    const gone = isGone(answer);
    if (isWhole(from, passed.bytes)) {
      if (!gone) answer.end();
      return null;
    }
    if (answer.headersSent) cut(answer);
    return gone ? "client_closed" : causeOf(error, from);
  } finally {
    answer.off("close", endUpstream);
  }
}

/**
 * Whether all of an answer that says its length was handed over: then the task may leave before the upstream's end is seen
 * here, and the upstream may break off instead of ending. RFC 9113 section 8.1: over HTTP/2 the end is a frame of its own.
 */
function isWhole({ fields }: UpstreamAnswer, passed: number): boolean {
  return passed > 0 && valuesOf(fields, "content-length")[0] === String(passed);
}

async function pass(
  from: UpstreamAnswer,
  answer: TaskAnswer,
  passing: Passing,
  passed: { bytes: number },
): Promise<GateCause | null> {
  if (!passing.take(from.headBytes)) return "answer_over_limit";
  const encoded = isEncoded(from.fields);
  if (passing.credentialed && encoded) return "answer_encoded";
  // A part may be cut in the midst of a value, whatever was asked for.
  if (passing.credentialed && from.status === PARTIAL) return "answer_partial";
  const mask = encoded || passing.spellings.all.length === 0 ? null : createMask(passing.spellings);
  if (!begin(answer, from.status, fieldsFor(from, passing, mask !== null))) return "upstream_lied";
  // An answer that is already here goes out in one piece.
  const soon = setImmediate(() => flushHead(answer));
  try {
    const { take, watch } = passing;
    const cause = await passBody(from, answer, { mask, take, watch, passed });
    if (cause !== null) return cause;
  } finally {
    clearImmediate(soon);
  }
  if (isGone(answer)) return isWhole(from, passed.bytes) ? null : "client_closed";
  const trailers = masked(endToEnd(from.trailers(), FRAMING), passing.spellings);
  if (!passing.take(fieldBytes(trailers))) return "answer_over_limit";
  if (trailers.length > 0) answer.addTrailers(Object.fromEntries(trailers));
  answer.end();
  return null;
}

/** Whether the answer's head could be sent: one that says two things, or what HTTP/2 has no room for, was not. */
function begin(answer: TaskAnswer, status: number, fields: readonly Field[]): boolean {
  const once = answer instanceof Http2ServerResponse ? onceEach(fields) : ok(fields);
  if (!once.ok) return false;
  try {
    writeHead(answer, status, once.value);
    return true;
  } catch (error) {
    if (answer.headersSent) throw error;
    return false;
  }
}

async function passBody(
  from: UpstreamAnswer,
  answer: TaskAnswer,
  {
    mask,
    take,
    watch,
    passed,
  }: { readonly mask: Mask | null; readonly passed: { bytes: number } } & Pick<Passing, "take" | "watch">,
): Promise<GateCause | null> {
  for await (const bytes of bodyChunks(from.body)) {
    if (!take(bytes.length)) return "answer_over_limit";
    watch?.(bytes);
    const shown = mask === null ? bytes : mask.push(bytes);
    if (shown.length > 0 && !(await writeBody(answer, shown))) return "client_closed";
    // A masked answer goes without a length: its end is what makes it whole.
    if (mask === null) passed.bytes += bytes.length;
  }
  const rest = mask?.end();
  if (rest === undefined || rest.length === 0) return null;
  return (await writeBody(answer, rest)) ? null : "client_closed";
}

/** RFC 9110 section 15.3.7. */
const PARTIAL = 206;

const FRAMING: ReadonlySet<string> = new Set(["alt-svc", "content-length"]);
/** RFC 7838: a way to the upstream that would pass the gate by. */
const OTHER_WAYS: ReadonlySet<string> = new Set(["alt-svc"]);
/** With a credential put in, a session that the upstream opens for it is a credential too. */
const NOT_FOR_TASK: ReadonlySet<string> = new Set([...FRAMING, "set-cookie", "set-cookie2"]);

function fieldsFor(
  from: UpstreamAnswer,
  { credentialed, spellings, method }: Passing,
  isMasked: boolean,
): readonly Field[] {
  const dropped = credentialed ? NOT_FOR_TASK : isMasked ? FRAMING : OTHER_WAYS;
  const kept = masked(endToEnd(from.fields, dropped), spellings);
  if (dropped === OTHER_WAYS) return kept;
  // A masked body has another length; an answer without one keeps what it says.
  const bodiless = method === "HEAD" || from.status === 204 || from.status === 304;
  const length = bodiless ? valuesOf(from.fields, "content-length") : [];
  return length[0] === undefined ? kept : [...kept, ["content-length", length[0]]];
}

function masked(fields: readonly Field[], spellings: Spellings): readonly Field[] {
  return fields.map(([name, value]): Field => [name, maskText(value, spellings)]);
}

/** The gate asked for identity, and looks into nothing else. */
function isEncoded(fields: readonly Field[]): boolean {
  const encodings = valuesOf(fields, "content-encoding").join(",").toLowerCase().split(",");
  return encodings.some((name) => !["", "identity"].includes(name.trim()));
}

/** An answer that ends before its length is a lie; one without a length just ends. */
function causeOf(error: unknown, from: UpstreamAnswer): GateCause {
  const { code = "", message } = error as NodeJS.ErrnoException;
  if (message === SILENT) return "timed_out";
  const promised = valuesOf(from.fields, "content-length").length > 0;
  return promised || code.startsWith("HPE_") ? "upstream_lied" : "upstream_failed";
}

function ignore(): void {
  // The failing read reports it.
}
