// Asks one witness over HTTP to cosign a checkpoint, and says what came of it. One request and at most one more, and as many for
// each change of the ledger's key that it does not know, to the address that the spec names and nowhere else; nothing it answers
// is believed but a cosignature under its key.
import { request as requestHttps } from "node:https";
import { http } from "../../enforce/gate/http-module.ts";
import { formatAddCheckpoint } from "../../ledger/add-checkpoint.ts";
import { importRawPublicKey } from "../../ledger/ledger-key.ts";
import { type NoteKey, parseSignedNote, signedBy } from "../../ledger/signed-note.ts";
import type { Endpoint, LedgerWitness } from "../../spec/spec.ts";
import { WritError } from "../../stdx/writ-error.ts";
import type { AskedHead, Held } from "./held.ts";

/** How long a witness may take, ms. */
const ANSWER_MS = 5000;
/** An answer is a line or a few. */
const ANSWER_BYTES_MAX: number = 16 * 1024;

export interface AskOptions {
  readonly witness: LedgerWitness & { readonly url: string; readonly key: string };
  /** The endpoint that the witness is at; null: it is on this node. */
  readonly endpoint: Pick<Endpoint, "address" | "ca"> | null;
  readonly head: AskedHead;
  /** What it held when it was asked last; 0: nothing that is known. */
  readonly old: number;
}

/** Never throws for what the witness does. One that believes an older key is shown how that one handed over. */
export async function askWitness(options: AskOptions): Promise<Held> {
  const held = await askFrom(options);
  if (held.held || held.cause !== "unknown_log") return held;
  const handovers = await options.head.handovers();
  for (const head of handovers) {
    const shown = await askFrom({ ...options, head, old: Math.min(options.old, head.size) });
    if (!shown.held && (shown.cause === "unreachable" || shown.cause === "timeout")) return shown;
  }
  return handovers.length === 0 ? held : await askFrom(options);
}

async function askFrom(options: AskOptions): Promise<Held> {
  const first = await askOnce(options, options.old);
  if (!("ask" in first)) return first;
  const known = first.ask;
  // It holds more than this ledger has: this ledger was put back, or is another one.
  if (known > options.head.size) return { held: false, cause: "rolled_back", known };
  if (known === options.old) return { held: false, cause: "forked", known };
  const second = await askOnce(options, known);
  return "ask" in second ? { held: false, cause: "bad_answer", known: null } : second;
}

async function askOnce(options: AskOptions, old: number): Promise<Held | { readonly ask: number }> {
  const { head, witness } = options;
  const proof = old === 0 ? [] : await head.proof(old);
  const answer = await post(options, formatAddCheckpoint({ old, proof, note: head.note }));
  if (typeof answer === "string") return { held: false, cause: answer, known: null };
  const { status, body } = answer;
  if (status === 409) return knownIn(body);
  if (status === 422) return { held: false, cause: "forked", known: old };
  if (status === 403 || status === 404) return { held: false, cause: "unknown_log", known: null };
  return status === 200 ? cosignatureIn(body, head.note, witness) : badAnswer();
}

function knownIn(body: string): Held | { readonly ask: number } {
  const size = /^(0|[1-9][0-9]{0,15})\n$/.exec(body)?.[1];
  return size === undefined || !Number.isSafeInteger(Number(size)) ? badAnswer() : { ask: Number(size) };
}

function cosignatureIn(body: string, note: string, witness: AskOptions["witness"]): Held {
  const key = keyOf(witness);
  // Under a key that cannot be used nothing is signed.
  if (key === null) return { held: false, cause: "bad_signature", known: null };
  // Lines of other keys say nothing here (C2SP tlog-witness).
  const lines = body.split("\n").filter((line) => line.startsWith(`— ${witness.name} `));
  for (const line of lines) {
    const signed = parseSignedNote(Buffer.from(`${note}${line}\n`, "utf8"));
    const found = signed === null ? null : signedBy(signed, key);
    if (found?.state === "signed" && found.time !== null) return { held: true, line, time: found.time };
  }
  return { held: false, cause: "bad_signature", known: null };
}

function keyOf({ name, key }: AskOptions["witness"]): NoteKey | null {
  try {
    return { name, algorithm: "cosignature", key: importRawPublicKey(Buffer.from(key, "base64")) };
  } catch (error) {
    if (error instanceof WritError) return null;
    throw error;
  }
}

function badAnswer(): Held {
  return { held: false, cause: "bad_answer", known: null };
}

type Posted = { readonly status: number; readonly body: string } | "unreachable" | "timeout" | "bad_answer";

function post({ witness, endpoint }: AskOptions, body: string): Promise<Posted> {
  const url = new URL(`${witness.url}/add-checkpoint`);
  const secure = url.protocol === "https:";
  const { promise, resolve } = Promise.withResolvers<Posted>();
  const asked = (secure ? requestHttps : http.request)(
    {
      // A pinned address is dialled, and the name is still the one that is proved.
      host: endpoint?.address ?? url.hostname.replace(/^\[|\]$/g, ""),
      port: url.port === "" ? (secure ? 443 : 80) : Number(url.port),
      path: url.pathname,
      method: "POST",
      agent: false,
      headers: { host: url.host, "content-type": "text/plain", "content-length": Buffer.byteLength(body) },
      ...(secure ? { servername: url.hostname } : {}),
      ...(secure && typeof endpoint?.ca === "string" ? { ca: endpoint.ca } : {}),
    },
    (answer) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      answer.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes <= ANSWER_BYTES_MAX) chunks.push(chunk);
        else settle("bad_answer");
      });
      answer.on("end", () =>
        settle({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") }),
      );
      answer.on("error", () => settle("unreachable"));
    },
  );
  const timer = setTimeout(() => settle("timeout"), ANSWER_MS);
  function settle(posted: Posted): void {
    clearTimeout(timer);
    resolve(posted);
    asked.destroy();
  }
  asked.on("error", () => settle("unreachable"));
  asked.end(body);
  return promise;
}
