// Connections that a task opened to an address of its own choosing and that its namespace led here instead: the synthetic
// address of a granted name, or any other address.
import type { Socket } from "node:net";
import { canonicalHost } from "../../../names/host.ts";
import { unmapped } from "../dns/synthetic-names.ts";
import { readHostField } from "../first-bytes/authority.ts";
import { readFirstBytes, type Spoken } from "../first-bytes/read-first-bytes.ts";
import { canonicalServerName } from "../first-bytes/server-name.ts";
import { answerRefusal } from "../http/answer-refusal.ts";
import { REFUSAL_STATUS, type Refusal, refusal } from "../http/refusal.ts";
import { type Asked, plainServer } from "./request-server.ts";
import { relayOpaqueTo } from "./serve-opaque.ts";
import { endUnread, notGranted, serveSpoken } from "./serve-spoken.ts";
import type { TaskServing } from "./task-serving.ts";
import { turnAwayTls } from "./turn-away.ts";

export interface CaptureServer {
  /** Takes over a connection that was made to the captured port. */
  readonly serve: (socket: Socket) => void;
  readonly end: () => void;
}

/** Ports on which a client speaks HTTP or TLS first; on every other one that no call names, nothing is waited for. */
const READ_PORTS: ReadonlySet<number> = new Set([80, 443, 8080, 8443]);

/** Serves what comes to `port`, whatever the address. */
export function createCapture(port: number, serving: TaskServing): CaptureServer {
  const unnamed = namedByHost(port, serving);
  return {
    serve: (socket) => serving.track(capture(socket, port, serving, unnamed.serve)),
    end: unnamed.end,
  };
}

async function capture(
  socket: Socket,
  port: number,
  serving: TaskServing,
  serveUnnamed: (socket: Socket) => void,
): Promise<void> {
  const dialled = unmapped(socket.localAddress ?? "");
  const place = { host: hostOf(dialled, serving), port, via: "transparent" } as const;
  const raw = place.host === null ? null : serving.places.opaque(place.host, port);
  if (raw !== null) return await relayOpaqueTo(socket, raw, serving, "transparent");
  if (!READ_PORTS.has(port) && !serving.places.hasCallPort(port)) {
    serving.record({ decision: "refuse", cause: "host_not_granted", ...place });
    return void socket.destroy();
  }
  const spoken = await readFirstBytes(socket);
  if (serving.state.ended.aborted) return void socket.destroy();
  const { host } = place;
  const known = host !== null && isKnown(host, dialled, port, serving);
  if (spoken.kind !== "tls" && spoken.kind !== "http") {
    if (spoken.kind !== "gone" || known) return endUnread(socket, spoken, place, serving);
    socket.destroy();
    // It only wanted to know whether somebody is there: that is an attempt, too.
    return serving.record({ decision: "refuse", cause: "host_not_granted", ...place });
  }
  if (known) return serveSpoken(socket, spoken, { ...place, host }, serving);
  if (spoken.kind === "http") return serveUnnamed(socket);
  serveByServerName(socket, spoken, place, serving);
}

/** The name behind a synthetic address, or the address itself; null: neither has a canonical form. */
function hostOf(address: string, { names }: TaskServing): string | null {
  const name = names.nameOf(address);
  if (name !== null) return name;
  const host = canonicalHost(address);
  return host.ok ? host.value.name : null;
}

/** Whether the address alone says the host: a synthetic one, or an address that a call grants as such. */
function isKnown(host: string, dialled: string, port: number, { names, places }: TaskServing): boolean {
  return names.nameOf(dialled) !== null || places.named(host, port);
}

/** TLS to an address that says nothing: the hello's name is the host, and the record tells it. */
function serveByServerName(
  socket: Socket,
  spoken: Extract<Spoken, { kind: "tls" }>,
  place: { readonly host: string | null; readonly port: number; readonly via: "transparent" },
  serving: TaskServing,
): void {
  const { serverName } = spoken.hello;
  const host = serverName === null ? null : canonicalServerName(serverName);
  if (host !== null) return serveSpoken(socket, spoken, { ...place, host }, serving);
  const cause = serverName === null ? "host_not_granted" : "host_malformed";
  serving.record({ decision: "refuse", cause, ...place });
  turnAwayTls(socket, "access_denied");
}

/** Plain HTTP to an address that says nothing: each request's Host is its host. */
function namedByHost(port: number, serving: TaskServing): CaptureServer {
  let ended = false;
  const via = "transparent";
  const server = plainServer({
    request: (request, answer) => {
      const fields = hostFields(request);
      const [only] = fields;
      const place = fields.length === 1 && only !== undefined ? readHostField(only, port) : null;
      const method = request.method ?? "";
      if (place !== null && place.port === port && serving.places.calls("http", place.host, port)) {
        return serving.judge(request, answer, { scheme: "http", host: place.host, port, via });
      }
      const [cause, host] =
        place === null ? (["host_malformed", null] as const) : (["host_not_granted", place.host] as const);
      serving.record({ decision: "refuse", via, cause, host, port, method, status: REFUSAL_STATUS });
      answerRefusal(
        request,
        answer,
        place === null ? noHost(only) : notGranted(`http://${place.host}:${port}`),
      );
    },
    refused: (cause, method, status) => {
      if (ended) return;
      const at = { via, host: null, port, method } as const;
      serving.record({ decision: "refuse", cause, ...at, ...(status === null ? {} : { status }) });
    },
  });
  return {
    serve: (socket) => void server.emit("connection", socket),
    end: () => {
      ended = true;
      server.close();
    },
  };
}

/** Every Host field: Node's own reading drops all but the first. */
function hostFields(request: Asked): readonly string[] {
  const raw = request.rawHeaders;
  return raw.filter((_, at) => at % 2 === 1 && raw[at - 1]?.toLowerCase() === "host");
}

function noHost(sent: string | undefined): Refusal {
  return refusal("host_malformed", sent ?? null, "one Host field", "name the host in one Host header field");
}
