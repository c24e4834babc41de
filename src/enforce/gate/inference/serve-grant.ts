// Serves one grant's listener: HTTP/1.1 from the task, inference only, to one provider. Whoever reaches this listener is
// the task: it was opened inside the task's own network namespace, so there is no token to steal.
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Server as Listener, Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { GrantedModel } from "../../../decide/decision.ts";
import { assert } from "../../../stdx/assert.ts";
import { createServiceServer } from "../service-server.ts";
import { Meter } from "../usage/meter.ts";
import { answerRequest } from "./answer-request.ts";
import { BUFFERED_PER_GRANT_MAX, CONNECTIONS_MAX, IDLE_TIMEOUT, UNFORWARDED_MAX } from "./bounds.ts";
import type { GrantState, Report } from "./grant-state.ts";
import { recordedMethod, recordedPath } from "./inference-paths.ts";
import { BufferBudget } from "./read-body.ts";
import { type InferenceCause, type Refusal, refusal, refusalBody } from "./refusal.ts";
import { RequestCounts } from "./request-counts.ts";

/** A grant being served. */
export interface ServedGrant {
  /** Ends every connection; resolves when each request's event was reported and the listener is closed. */
  end(): Promise<void>;
}

/**
 * Starts serving `listener` for `models` (never empty; all of one provider). Throws when the listener cannot be used.
 */
export function serveGrant(
  listener: Listener,
  models: readonly GrantedModel[],
  budget: BufferBudget,
  report: Report,
): ServedGrant {
  const first = models[0];
  assert(first !== undefined, "a grant names at least one model");
  assert(
    models.every((model) => model.url === first.url && model.kind === first.kind),
    "a grant's models are of one provider",
  );
  const running = new Set<Promise<void>>();
  let unforwarded = 0;
  const counted: Report = (event, forwarded) => {
    if (forwarded) return report(event, true);
    unforwarded++;
    if (unforwarded > UNFORWARDED_MAX) return;
    report(unforwarded < UNFORWARDED_MAX ? event : { ...event, cause: "unforwarded_over_limit" }, false);
    // Each request leaves a record, so a task that only knocks would fill the ledger: its grant ends here.
    if (unforwarded === UNFORWARDED_MAX) shut(server);
  };
  const state: GrantState = {
    models,
    kind: first.kind,
    base: new URL(first.url),
    counts: new RequestCounts(models),
    meters: metersOf(models),
    budget: new BufferBudget(BUFFERED_PER_GRANT_MAX, budget),
    report: counted,
  };
  const server = createServiceServer({ connections_max: CONNECTIONS_MAX, idle_ms: IDLE_TIMEOUT });
  const latest = new WeakMap<Duplex, IncomingMessage>();
  server.on("request", (request, answer) => {
    latest.set(request.socket, request);
    const run = answerRequest(request, answer, state).finally(() => running.delete(run));
    running.add(run);
  });
  refuseRaw(server, { provider: first.provider, latest, report: counted });
  server.listen(listener);
  return {
    end: async () => {
      const closed = new Promise<void>((resolve) => void server.once("close", resolve));
      const wasOpen = server.listening;
      shut(server);
      await Promise.all(running);
      if (wasOpen) await closed;
    },
  };
}

/** Two entries of one model add up; a model here costs nothing. */
function metersOf(models: readonly GrantedModel[]): ReadonlyMap<string, Meter> {
  const meters = new Map<string, Meter>();
  for (const [model, same] of Map.groupBy(models, (one) => one.model)) {
    const counted = same.flatMap(({ tokens_max }) => tokens_max ?? []);
    if (counted.length === 0) continue;
    const tokens_max = counted.reduce((sum, one) => sum + one, 0);
    meters.set(model, new Meter({ tokens_max, money_max: 0, price: FREE }, { tokens: 0, money: 0 }));
  }
  return meters;
}

const FREE = { input_per_million: 0, output_per_million: 0, per_request: 0 } as const;

interface Raw {
  readonly provider: string;
  /** The latest request of each connection that had one. */
  readonly latest: WeakMap<Duplex, IncomingMessage>;
  readonly report: Report;
}

/** What never becomes an HTTP request for us: CONNECT, upgrades, odd expectations, and bytes that do not parse. */
function refuseRaw(server: Server, { provider, latest, report }: Raw): void {
  const refuse = (socket: Duplex | null, refused: Refusal, request: IncomingMessage | null): void => {
    const [method, path] = [recordedMethod(request?.method ?? ""), recordedPath(request?.url ?? "")];
    const none = { host: null, port: null, bytes_out: 0, bytes_in: 0, findings: [] };
    report(
      {
        decision: "refuse",
        via: "model",
        provider,
        method,
        path,
        cause: refused.cause,
        status: 403,
        ...none,
      },
      false,
    );
    const body = refusalBody(refused);
    if (socket === null) return;
    // Node took its own listeners off an upgraded socket; without one a reset would end the whole worker.
    socket.on("error", () => socket.destroy());
    if (!socket.writable) return void socket.destroy();
    socket.end(
      `HTTP/1.1 403 Forbidden\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
      () => socket.destroy(),
    );
  };
  server.on("connect", (request: IncomingMessage, socket: Duplex) =>
    refuse(
      socket,
      refusal("connect_refused", "CONNECT", "POST", "this listener is a provider, not a proxy"),
      request,
    ),
  );
  server.on("upgrade", (request: IncomingMessage, socket: Duplex) =>
    refuse(socket, refusal("upgrade_refused", "an Upgrade header", "none", "use plain HTTP/1.1"), request),
  );
  server.on("checkExpectation", (request: IncomingMessage, answer: ServerResponse) => {
    const expected = String(request.headers.expect);
    const refused = refusal("expectation_refused", expected, "100-continue", "send no Expect header");
    if (answer.socket !== null) refuse(answer.socket, refused, request);
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
    const cause = clientErrorCause(error.code ?? "");
    const before = latest.get(socket);
    // Bytes that spoil a request's own body: that request has its answer and its event.
    if (before !== undefined && !before.complete) return socket.destroySoon();
    if (cause === null) return void socket.destroy();
    const refused = refusal(cause, error.code ?? null, null, "send one well-formed HTTP/1.1 request");
    // After an earlier request nothing is written between the bytes of its answer: it is recorded, and the end.
    refuse(before === undefined ? socket : null, refused, null);
    if (before !== undefined) socket.destroySoon();
  });
}

const CLIENT_ERRORS: Readonly<Record<string, InferenceCause>> = {
  HPE_HEADER_OVERFLOW: "head_over_limit",
  ERR_HTTP_REQUEST_TIMEOUT: "too_slow",
  HPE_INVALID_CONTENT_LENGTH: "framing_ambiguous",
  HPE_UNEXPECTED_CONTENT_LENGTH: "framing_ambiguous",
  HPE_INVALID_TRANSFER_ENCODING: "framing_ambiguous",
};

/** The other side hung up: there is no request to tell of. */
const HUNG_UP: ReadonlySet<string> = new Set(["ECONNRESET", "EPIPE", "HPE_INVALID_EOF_STATE"]);

function clientErrorCause(code: string): InferenceCause | null {
  return HUNG_UP.has(code) ? null : (CLIENT_ERRORS[code] ?? "malformed");
}

function shut(server: Server): void {
  server.close();
  server.closeAllConnections();
}
