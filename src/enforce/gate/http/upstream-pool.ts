// The upstream connections of one task: opened by the dialler, kept for a short time, and shared only between requests
// for one destination. Not a judge of requests.
import type { Agent, ClientRequestArgs } from "node:http";
import { type ClientHttp2Session, connect } from "node:http2";
import type { Duplex } from "node:stream";
import { err, ok, type Result } from "../../../stdx/result.ts";
import type { Dial, DialFailure, Dialled } from "../dial/dial.ts";
import { http } from "../http-module.ts";
import {
  DIAL_TIMEOUT,
  FIELDS_MAX,
  POOL_IDLE_MAX,
  POOL_IDLE_TIMEOUT,
  SESSION_WINDOW,
  STREAM_WINDOW,
} from "./bounds.ts";
import type { Destination } from "./upstream.ts";

/** Why a connection was not opened, on its way through Node's own error events. */
export class DialError extends Error {
  readonly failure: DialFailure;

  constructor(failure: DialFailure) {
    super(failure.cause);
    this.failure = failure;
  }
}

/** What a request over HTTP/1.1 tells the pool. */
export interface PooledRequestArgs extends ClientRequestArgs {
  readonly destination: Destination;
}

type Opened = Result<ClientHttp2Session | null, DialFailure>;

/** Mutable on purpose: asked for by the second request while the first still opens it. */
interface SharedSession {
  opening: Promise<Opened>;
}

/** Connections until the task ends; then every one is destroyed. */
export class UpstreamPool {
  /** For requests over HTTP/1.1; each of them is given `PooledRequestArgs`. */
  readonly agent: Agent;
  readonly #dial: Dial;
  readonly #ended: AbortSignal;
  readonly #sessions = new Map<string, SharedSession>();
  readonly #open = new Set<ClientHttp2Session>();
  /** Destinations that negotiated HTTP/1.1 when they could have had HTTP/2. */
  readonly #onlyH1 = new Set<string>();
  /** Dialled for HTTP/2, negotiated HTTP/1.1: the next such request takes them. */
  readonly #ready = new Map<string, Duplex[]>();

  constructor(dial: Dial, ended: AbortSignal) {
    this.#dial = dial;
    this.#ended = ended;
    this.agent = new PoolAgent((destination) => this.#connect(destination));
    ended.addEventListener("abort", () => this.#close(), { once: true });
  }

  /** The HTTP/2 session to `destination`, or null where it speaks HTTP/1.1 only. */
  async session(destination: Destination): Promise<Opened> {
    const id = idOf(destination);
    if (destination.target.scheme === "http" || this.#onlyH1.has(id)) return ok(null);
    const shared = this.#sessions.get(id);
    if (shared !== undefined) return await shared.opening;
    const own: SharedSession = { opening: Promise.resolve(ok(null)) };
    const forget = (): void => {
      // By then another one may stand in its place.
      if (this.#sessions.get(id) === own) this.#sessions.delete(id);
    };
    this.#sessions.set(id, own);
    own.opening = this.#openSession(destination, forget);
    const session = await own.opening;
    // Nothing to share: the next request asks anew.
    if (!session.ok || session.value === null) forget();
    return session;
  }

  async #openSession(destination: Destination, forget: () => void): Promise<Opened> {
    const dialled = await this.#dialOne(destination, "h2-or-h1");
    if (!dialled.ok) return dialled;
    const { socket, protocol } = dialled.value;
    if (protocol === "h1") {
      const id = idOf(destination);
      this.#onlyH1.add(id);
      this.#ready.set(id, [...(this.#ready.get(id) ?? []), socket]);
      return ok(null);
    }
    const session = connect(originOf(destination), {
      createConnection: () => socket,
      settings: { enablePush: false, initialWindowSize: STREAM_WINDOW },
      maxHeaderListPairs: FIELDS_MAX,
    });
    session.once("connect", () => session.setLocalWindowSize(SESSION_WINDOW));
    // Requests under way go on to their own end; the next one gets a new session.
    session.setTimeout(POOL_IDLE_TIMEOUT, () => {
      forget();
      session.close();
    });
    session.on("error", forget);
    session.on("goaway", forget);
    session.on("close", () => {
      this.#open.delete(session);
      forget();
    });
    this.#open.add(session);
    return ok(session);
  }

  async #connect(destination: Destination): Promise<Result<Duplex, DialFailure>> {
    const ready = this.#ready.get(idOf(destination))?.pop();
    if (ready !== undefined && !ready.destroyed) return ok(ready);
    const dialled = await this.#dialOne(destination, "h1");
    return dialled.ok ? ok(dialled.value.socket) : dialled;
  }

  async #dialOne(
    { target, address, ca }: Destination,
    protocol: "h1" | "h2-or-h1",
  ): Promise<Result<Dialled, DialFailure>> {
    // Its own, since it outlives the dialling: it also ends the connection.
    const stop = new AbortController();
    const abort = (): void => stop.abort();
    if (this.#ended.aborted) return err(TIMED_OUT);
    this.#ended.addEventListener("abort", abort, { once: true });
    const timer = setTimeout(abort, DIAL_TIMEOUT);
    const { scheme, host, port } = target;
    const dialled = await this.#dial({ scheme, host, port, address, ca, protocol, signal: stop.signal });
    clearTimeout(timer);
    if (!dialled.ok) {
      this.#ended.removeEventListener("abort", abort);
      return dialled;
    }
    const { socket } = dialled.value;
    socket.on("error", () => socket.destroy());
    socket.once("close", () => this.#ended.removeEventListener("abort", abort));
    return dialled;
  }

  #close(): void {
    this.agent.destroy();
    for (const session of this.#open) session.destroy();
    for (const socket of [...this.#ready.values()].flat()) socket.destroy();
    this.#ready.clear();
  }
}

/** One string for each destination. */
export function idOf(destination: Destination): string {
  const known = ids.get(destination);
  if (known !== undefined) return known;
  const { target, address, ca, secrets } = destination;
  const id = JSON.stringify([target.scheme, target.host, target.port, address, ca, secrets]);
  ids.set(destination, id);
  return id;
}

/** Node's agent asks several times a request, and a certificate is long. */
const ids = new WeakMap<Destination, string>();

const TIMED_OUT: DialFailure = { cause: "timed_out", measured: "the task ended", retryable: false };

type Connect = (destination: Destination) => Promise<Result<Duplex, DialFailure>>;

class PoolAgent extends http.Agent {
  readonly #connect: Connect;

  constructor(connect: Connect) {
    super({ keepAlive: true, maxFreeSockets: POOL_IDLE_MAX, timeout: POOL_IDLE_TIMEOUT });
    this.#connect = connect;
  }

  override getName(options?: object): string {
    return idOf((options as PooledRequestArgs).destination);
  }

  override createConnection(
    options: object,
    callback?: (error: Error | null, socket: Duplex) => void,
  ): Duplex | null | undefined {
    const settle = callback as (error: Error | null, socket?: Duplex) => void;
    void this.#connect((options as PooledRequestArgs).destination).then(
      (dialled) => (dialled.ok ? settle(null, dialled.value) : settle(new DialError(dialled.error))),
      (error: unknown) => settle(error as Error),
    );
    return undefined;
  }
}

function originOf({ target }: Destination): string {
  const host = target.host.includes(":") ? `[${target.host}]` : target.host;
  return `${target.scheme}://${host}:${target.port}`;
}
