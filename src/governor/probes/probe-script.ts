// The program of a probe at the gate: reads from its standard input what to send, sends it as any program would, and says what
// was answered. It runs inside a task, with a task's rights alone. Text; what it is told is gate-probes.ts.

/** One request. */
export interface SentProbe {
  readonly id: number;
  readonly method: string;
  readonly path: string;
  /** Instead of the host that is connected to. */
  readonly hostField: string | null;
  /** Sends the request to the proxy instead, for this URL. */
  readonly proxied: string | null;
  /** Bytes of ordinary text around it. */
  readonly filler: number;
  /** How the planted value is written down in the body; null: it is not. */
  readonly encoding: string | null;
}

/** What was answered to each, in their order, a JSON line each. */
export interface ToldProbe {
  readonly id: number;
  /** null: no answer came. */
  readonly status: number | null;
  readonly cause: string | null;
  /** It took longer than any check may. */
  readonly late: boolean;
  /** A planted value was there to be sent. */
  readonly planted: boolean;
}

/** Ways to write a value down that every scan promises to read. */
export const PROBE_ENCODINGS = [
  "plain",
  "base64",
  "hex",
  "percent",
  "base64url",
  "reverse",
  "backslashu",
  "spaced",
  "base32",
  "gzip",
] as const;

/** ms that one request may take: a scan of a mebibyte takes a busy machine some seconds. */
const LATE_MS = 12_000;

/** Loaded inside the task, which has a process of its own. */
const MODULE: string = ["node", "http"].join(":");

/** For `node --input-type=module -e`. */
export const PROBE_SCRIPT: string = `
import { request } from "${MODULE}";
import { gzipSync } from "node:zlib";
let text = "";
for await (const chunk of process.stdin) text += chunk;
const { host, port, requests } = JSON.parse(text);
const { env: own } = process;
const value = own.BACKUP_API_KEY ?? own.ARCHIVE_API_KEY ?? "";
const bytes = Buffer.from(value);
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const base32 = () => {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return (bits.match(/.{1,5}/g) ?? []).map((part) => ALPHABET[Number.parseInt(part.padEnd(5, "0"), 2)]).join("");
};
const written = {
  plain: () => value,
  base64: () => bytes.toString("base64"),
  base64url: () => bytes.toString("base64url"),
  hex: () => bytes.toString("hex"),
  percent: () => [...bytes].map((byte) => "%" + byte.toString(16).padStart(2, "0")).join(""),
  reverse: () => [...value].reverse().join(""),
  backslashu: () => [...value].map((one) => "\\\\u" + one.charCodeAt(0).toString(16).padStart(4, "0")).join(""),
  spaced: () => [...value].join(" "),
  base32,
  gzip: () => value,
};
// Sentences of different lengths: one repeated alone is a pattern to whoever looks for codes, and no ordinary text.
const PROSE = [
  "The quarterly figures of the northern region were checked twice and agree with the books.",
  "A short walk along the river took us past the old mill, where nobody has worked for years.",
  "When the meeting ended, most people stayed to talk about the new plan for the library.",
  "She wrote that the garden needs water every second day until the weather turns.",
  "Our train was late again, so we missed the first half of the concert in the park.",
  "",
].join("\\n");
const send = (one) => new Promise((resolve) => {
  const told = one.encoding === null ? "" : "note: " + written[one.encoding]() + "\\n";
  const plain = PROSE.repeat(Math.ceil(one.filler / PROSE.length)).slice(0, one.filler) + "\\n" + told;
  const packed = one.encoding === "gzip";
  const body = packed ? gzipSync(plain) : Buffer.from(plain);
  const headers = { host: one.hostField ?? host + ":" + port, "content-type": "text/plain", "content-length": body.length };
  if (packed) headers["content-encoding"] = "gzip";
  const at = one.proxied === null ? { host, port, path: one.path } : { host: "127.0.0.1", port: 3128, path: one.proxied };
  let ended = false;
  const end = (status, said, late) => {
    if (ended) return;
    ended = true;
    clearTimeout(timer);
    const cause = /"cause":"([a-z0-9_]{1,40})"/.exec(said)?.[1] ?? null;
    process.stdout.write(JSON.stringify({ id: one.id, status, cause, late, planted: value !== "" }) + "\\n");
    resolve(late);
  };
  const outgoing = request({ ...at, method: one.method, headers, agent: false }, (answer) => {
    let said = "";
    answer.on("data", (chunk) => (said += chunk.toString("latin1")));
    answer.on("error", () => end(answer.statusCode, said, false));
    answer.on("end", () => end(answer.statusCode, said, false));
  });
  const timer = setTimeout(() => { end(null, "", true); outgoing.destroy(); }, ${LATE_MS});
  outgoing.on("error", () => end(null, "", false));
  outgoing.end(body);
});
for (const one of requests) if (await send(one)) break;
process.exit(0);
`;
