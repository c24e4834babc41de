// Requests and bytes that a case sends from inside its place's live task, by Node's own client, which reads no proxy
// variables, and by bare sockets.
import type { Json } from "../stdx/json.ts";
import { type Came, NOTHING } from "./came.ts";
import type { SentBytes, SentRequest } from "./case.ts";
import { fill, fillText, type Values } from "./fill.ts";
import type { LiveTask } from "./live-task.ts";

const REQUEST = `
  const { request } = await import("node:https");
  return await new Promise((resolve) => {
    const outgoing = request(v.url, { method: v.method, headers: v.headers }, (answer) => {
      let text = "";
      answer.on("data", (chunk) => (text += chunk.toString("latin1")));
      answer.on("error", (error) => resolve({ status: null, text: String(error) }));
      answer.on("end", () => resolve({ status: answer.statusCode, text: answer.rawHeaders.join("\\n") + "\\n\\n" + text }));
    });
    outgoing.on("error", (error) => resolve({ status: null, text: String(error.code ?? error) }));
    outgoing.setTimeout(20000, () => outgoing.destroy(new Error("silence")));
    outgoing.end(Buffer.from(v.body, "base64"));
  });`;

/** One HTTPS request; a connection that ends without an answer has no status. */
export async function sendRequest(live: LiveTask, sent: SentRequest, values: Values): Promise<Came> {
  const host = fillText(sent.to, values);
  const authority = host.includes(":") ? host : `${host}:${values["HTTPS"] ?? ""}`;
  const body =
    sent.body64 === ""
      ? Buffer.from(fillText(sent.body, values))
      : Buffer.from(fillText(sent.body64, values), "base64");
  const method = fillText(sent.method, values);
  const length = method === "GET" && body.length === 0 ? {} : { "content-length": String(body.length) };
  const asked: Json = {
    url: `https://${authority}${fillText(sent.path, values)}`,
    method,
    headers: { ...(fill({ ...sent.headers }, values) as object), ...length },
    body: body.toString("base64"),
  };
  try {
    const { status, text } = (await live.js(REQUEST, asked)) as {
      readonly status: number | null;
      readonly text: string;
    };
    return { outcome: null, causes: causeOf(text), exit: null, status, text, problems: [] };
  } catch (error) {
    // A client that refuses to write such a request sent nothing.
    if (!/ERR_(?:INVALID|UNESCAPED|HTTP)/u.test(String(error))) throw error;
    return { outcome: null, causes: [], exit: null, status: null, text: String(error), problems: [] };
  }
}

/** ms without a byte after which nothing more is expected. */
const PAUSE_MS = 150;
/** ms before the first one: who stops waiting before a busy gate has passed a request on takes it for stopped. */
const FIRST_MS = 15_000;
const HOW = `{ until: '}\\n', pause: ${PAUSE_MS}, first: ${FIRST_MS}, base64: true }`;
const WAYS: Readonly<Record<SentBytes["way"], string>> = {
  proxy: `return h.raw([v.bytes], ${HOW})`,
  tunnel: `return h.said(await h.tunnel(v.to), [v.bytes], ${HOW})`,
  tls: `return h.said(await h.secure(v.to, { servername: v.name }), [v.bytes], ${HOW})`,
};

/** Bytes and what came back until a JSON object ends, the connection does, or nothing more comes. */
export async function sendBytes(live: LiveTask, sent: SentBytes, values: Values): Promise<Came> {
  const [to, text] = [fillText(sent.to, values), fillText(sent.text, values)];
  const encoding = /^[\0-\u00ff]*$/u.test(text) ? "latin1" : "utf8";
  // The name that a client shows in TLS is that of RFC 6066: without a dot at its end.
  const name = (to.split(":")[0] ?? "").toLowerCase().replace(/\.$/u, "");
  const asked = { to, name, bytes: Buffer.from(text, encoding).toString("base64") };
  try {
    const { text: said } = (await live.js(WAYS[sent.way], asked)) as { readonly text: string };
    return answerOf(said);
  } catch (error) {
    // A tunnel that was not opened: what the proxy said is the answer.
    return answerOf(String(error));
  }
}

function answerOf(text: string): Came {
  return { ...NOTHING, causes: causeOf(text), status: statusOf(text), text };
}

/** The last status line. */
function statusOf(text: string): number | null {
  const found = [...text.matchAll(/HTTP\/1\.[01] (\d{3})/gu)].at(-1)?.[1];
  return found === undefined ? null : Number(found);
}

/** The cause that the gate's answer names. */
function causeOf(text: string): readonly string[] {
  return [...text.matchAll(/"cause":"([a-z0-9_]{1,40})"/gu)].map(([, cause = ""]) => cause);
}
