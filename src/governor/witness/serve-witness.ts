// The HTTP of a witness: POST <prefix>/add-checkpoint, one request at a time for each log. C2SP tlog-witness.
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { http } from "../../enforce/gate/http-module.ts";
import {
  type AddCheckpoint,
  judgeAddCheckpoint,
  logOf,
  parseAddCheckpoint,
  REQUEST_BYTES_MAX,
} from "../../ledger/add-checkpoint.ts";
import type { NoteVerifier } from "../../ledger/checkpoint.ts";
import type { SignedNote } from "../../ledger/signed-note.ts";
import type { WitnessStore } from "./witness-store.ts";

export interface WitnessOptions {
  readonly store: WitnessStore;
  /** The logs it holds, by origin. */
  readonly logs: ReadonlyMap<string, NoteVerifier>;
  readonly wall: () => Date;
  /** Told of each answer, as one line. */
  readonly say: (line: string) => void;
}

/** How long a request may take to arrive, ms. */
const REQUEST_MS = 10_000;
/** At once; more wait to be accepted. */
const CONNECTIONS_MAX = 64;

/** The server, which does not listen yet. */
export function witnessServer(options: WitnessOptions): Server {
  const server = http.createServer(
    { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS },
    (request, response) => {
      void answer(options, request, response).catch(() => response.destroy());
    },
  );
  server.maxConnections = CONNECTIONS_MAX;
  return server;
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly type?: string;
}

async function answer(
  options: WitnessOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { status, body, type = "text/plain; charset=utf-8" } = await answerOf(options, request);
  response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(body) });
  response.end(body);
}

async function answerOf(options: WitnessOptions, request: IncomingMessage): Promise<Answer> {
  if (request.url?.endsWith("/add-checkpoint") !== true) return { status: 404, body: "no such call\n" };
  if (request.method !== "POST") return { status: 405, body: "POST alone\n" };
  const bytes = await readBody(request);
  const parsed = bytes === null ? null : parseAddCheckpoint(bytes);
  const log = parsed === null ? null : logOf(parsed.note);
  if (parsed === null || log === null) return { status: 400, body: "not an add-checkpoint request\n" };
  const known = options.logs.get(log.origin);
  if (known === undefined) return { status: 404, body: "the log is not known here\n" };
  return judged(options, parsed, log.note, known);
}

/** INVARIANT: nothing is awaited between what is held and what is kept, so that no request comes between. */
function judged(
  options: WitnessOptions,
  request: AddCheckpoint,
  note: SignedNote,
  log: NoteVerifier,
): Answer {
  const { store, wall, say } = options;
  const judgement = judgeAddCheckpoint(request, note, store.signerOf(log), store.held(log));
  const { origin } = log;
  if (judgement.status === 200) {
    const { head, text } = judgement;
    // Kept with the log's signature alone: what else stands in the note is nobody's that is known here.
    const own = note.signatures.findIndex(({ name }) => name === origin);
    store.keep(origin, `${text}\n${request.note.slice(text.length + 1).split("\n")[own] ?? ""}\n`);
    say(`${origin}: ${head.size} records, cosigned`);
    if (head.handover !== undefined) say(`${origin}: another key signs from here on`);
    return { status: 200, body: store.cosign(text, Math.floor(wall().getTime() / 1000)) };
  }
  say(`${origin}: refused, ${judgement.status}${WHY[judgement.status]}`);
  if (judgement.status === 409) return { status: 409, body: `${judgement.size}\n`, type: "text/x.tlog.size" };
  return { status: judgement.status, body: `${WHY[judgement.status].slice(2)}\n` };
}

const WHY: Readonly<Record<400 | 403 | 404 | 409 | 422, string>> = {
  400: ": it asks for less than it proves",
  403: ": not signed by the log",
  404: ": the log is not known here",
  409: ": not after what is held here",
  422: ": not a continuation of what is held here",
};

/** Null: too long. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > REQUEST_BYTES_MAX) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
