// Asks a provider on this machine one question and gives up quickly: literal loopback address, one connection, bounded
// answer, no redirect followed, no proxy used. Not the relay: nothing of a task is ever in a question.
import type * as NodeHttp from "node:http";

// An import would make a facade that loads Node's WebSocket client as well, at every start of a governor.
const http: typeof NodeHttp = process.getBuiltinModule("node:http");

/** ms for the whole of one question. */
const ANSWER_TIMEOUT = 500;

/** Bytes of an answer. */
const ANSWER_MAX = 1024 * 1024;

/** Bytes of an answer's head. */
const HEAD_MAX = 16 * 1024;

/** What to ask; a body makes it a POST. */
export interface Question {
  readonly path: string;
  readonly body?: string;
  /** Gives up when aborted. */
  readonly signal?: AbortSignal;
}

/** The parsed JSON of a 200 answer, or one line that says why there is none. */
export type ProviderAnswer =
  | { readonly ok: true; readonly json: unknown }
  | { readonly ok: false; readonly why: string };

/**
 * The answer of the provider at `base` to `question`. Never rejects.
 *
 * @param base A URL whose host is 127.0.0.1 … 127.255.255.255, [::1] or localhost; any other is not asked.
 */
export async function askProvider(base: string, question: Question): Promise<ProviderAnswer> {
  const target = loopbackTarget(base);
  if (target === null) return no("its url is not on this machine");
  const signals = question.signal === undefined ? [] : [question.signal];
  const signal = AbortSignal.any([AbortSignal.timeout(ANSWER_TIMEOUT), ...signals]);
  try {
    const response = await send(target, question, signal);
    if (response.statusCode !== 200) {
      response.destroy();
      return no(`it answers ${question.path} with status ${response.statusCode ?? 0}`);
    }
    return parse(await readAll(response), question.path);
  } catch (error) {
    if (signal.aborted) return no(`it does not answer ${question.path} within ${ANSWER_TIMEOUT} ms`);
    return no(failure(error, question.path));
  }
}

/** Where a loopback URL leads; localhost is 127.0.0.1, since no resolver is asked. */
export interface LoopbackTarget {
  /** A literal address without brackets. */
  readonly address: string;
  readonly port: number;
  /** For the Host header. */
  readonly host: string;
}

/** null: not plain HTTP on this machine. */
export function loopbackTarget(base: string): LoopbackTarget | null {
  if (!URL.canParse(base)) return null;
  const { protocol, hostname, port, host } = new URL(base);
  if (protocol !== "http:") return null;
  const address = hostname === "localhost" ? "127.0.0.1" : hostname.replace(/^\[|\]$/g, "");
  if (!/^127(?:\.\d{1,3}){3}$/.test(address) && address !== "::1") return null;
  return { address, port: port === "" ? 80 : Number(port), host };
}

async function send(
  target: LoopbackTarget,
  question: Question,
  signal: AbortSignal,
): Promise<NodeHttp.IncomingMessage> {
  const { path, body } = question;
  const type =
    body === undefined
      ? {}
      : { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  return await new Promise<NodeHttp.IncomingMessage>((resolve, reject) => {
    const outgoing = http.request({
      host: target.address,
      port: target.port,
      path,
      method: body === undefined ? "GET" : "POST",
      agent: false,
      setHost: false,
      headers: { host: target.host, accept: "application/json", connection: "close", ...type },
      maxHeaderSize: HEAD_MAX,
      signal,
    });
    outgoing.on("response", resolve);
    outgoing.on("error", reject);
    // Also after an upgrade, which Node ends without an error.
    outgoing.on("close", () => reject(new Error("closed")));
    outgoing.end(body);
  });
}

async function readAll(response: NodeHttp.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response) {
    const bytes = chunk as Buffer;
    length += bytes.length;
    if (length > ANSWER_MAX) throw new TooLong();
    chunks.push(bytes);
  }
  return Buffer.concat(chunks, length);
}

class TooLong extends Error {
  override readonly name = "TooLong";
}

function parse(bytes: Buffer, path: string): ProviderAnswer {
  try {
    return { ok: true, json: JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) };
  } catch {
    return no(`it answers ${path} with what is not JSON`);
  }
}

function failure(error: unknown, path: string): string {
  if (error instanceof TooLong) return `it answers ${path} with more than ${ANSWER_MAX} bytes`;
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ECONNREFUSED") return "nothing listens there";
  return `it breaks off at ${path}`;
}

function no(why: string): ProviderAnswer {
  return { ok: false, why };
}
