// A connection to one named place, once its first bytes are there: TLS for exactly that name, plain HTTP, or the end.
import type { Socket } from "node:net";
import { isIP } from "node:net";
import type { ClientHello } from "../first-bytes/client-hello.ts";
import type { Spoken } from "../first-bytes/read-first-bytes.ts";
import { canonicalServerName } from "../first-bytes/server-name.ts";
import { refusal } from "../http/refusal.ts";
import type { Target } from "../target.ts";
import type { ConnectionCause } from "./connection-record.ts";
import type { TaskServing } from "./task-serving.ts";
import { turnAwayHttp, turnAwayTls } from "./turn-away.ts";

/** Where a connection goes, however it was named. */
export type NamedPlace = Pick<Target, "host" | "port" | "via">;

/** Serves or ends `socket`; at most one record of its own. `place` is canonical and need not be granted. */
export function serveSpoken(socket: Socket, spoken: Spoken, place: NamedPlace, serving: TaskServing): void {
  switch (spoken.kind) {
    case "tls":
      return serveTls(socket, spoken.hello, place, serving);
    case "http":
      return servePlain(socket, place, serving);
    default:
      return endUnread(socket, spoken, place, serving);
  }
}

/** What a connection is ended for whose bytes are not read, wherever it was going. */
export function endUnread(
  socket: Socket,
  spoken: Exclude<Spoken, { kind: "tls" | "http" }>,
  place: { readonly host: string | null; readonly port: number; readonly via: Target["via"] },
  { record }: Pick<TaskServing, "record">,
): void {
  socket.destroy();
  // It came and went without a word: nothing was decided.
  if (spoken.kind === "gone") return;
  record({ decision: "refuse", cause: UNREAD[spoken.kind], ...place });
}

const UNREAD: Readonly<Record<Exclude<Spoken["kind"], "tls" | "http" | "gone">, ConnectionCause>> = {
  silent: "too_slow",
  cleartext_h2: "cleartext_http2_refused",
  socks: "socks_refused",
  opaque: "opaque_bytes",
};

function serveTls(socket: Socket, hello: ClientHello, place: NamedPlace, serving: TaskServing): void {
  const { host, port } = place;
  if (!namesHost(hello, host)) {
    serving.record({ decision: "refuse", cause: "sni_mismatch", ...place });
    return turnAwayTls(socket, "unrecognized_name");
  }
  if (!serving.places.calls("https", host, port)) {
    serving.record({ decision: "refuse", cause: "host_not_granted", ...place });
    return turnAwayTls(socket, "access_denied");
  }
  serving.servers.serve(socket, { scheme: "https", ...place });
}

/** RFC 6066 section 3: a name is sent as such, an address never. */
function namesHost({ serverName }: ClientHello, host: string): boolean {
  if (isIP(host) !== 0) return serverName === null;
  return serverName !== null && canonicalServerName(serverName) === host;
}

function servePlain(socket: Socket, place: NamedPlace, serving: TaskServing): void {
  const { host, port } = place;
  if (serving.places.calls("http", host, port)) {
    return serving.servers.serve(socket, { scheme: "http", ...place });
  }
  serving.record({ decision: "refuse", cause: "host_not_granted", status: 403, ...place });
  turnAwayHttp(socket, notGranted(`http://${host}:${port}`));
}

/** How a task is told that no grant names a place. */
export function notGranted(place: string): ReturnType<typeof refusal> {
  const instead = "declare the call in the task, if the spec permits it, or do the work on this node";
  return refusal("host_not_granted", place, "the writ's granted calls", instead);
}
