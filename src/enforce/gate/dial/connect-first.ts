// A TCP connection to the first of several addresses that answers (RFC 8305 section 5), every one of them judged before.
import { connect, type Socket } from "node:net";
import { err, ok, type Result } from "../../../stdx/result.ts";
import { ABORTED } from "./aborted.ts";
import { ATTEMPT_DELAY, CONNECT_TIMEOUT } from "./bounds.ts";
import type { DialFailure } from "./dial-request.ts";

/** A connected socket that nobody reads yet, and where it leads. */
export interface Connected {
  readonly socket: Socket;
  readonly address: string;
}

/**
 * Tries `addresses` (literals, at least one) in order: the next when one fails or has not answered in 250 ms. Never
 * rejects. What does not win is destroyed.
 */
export function connectFirst(
  addresses: readonly string[],
  port: number,
  signal: AbortSignal,
): Promise<Result<Connected, DialFailure>> {
  return new Promise((resolve) => {
    const attempts = new Set<Socket>();
    const waiting = [...addresses];
    let failure: DialFailure = { cause: "connection_failed", measured: "no address", retryable: false };
    let stagger: NodeJS.Timeout | undefined;

    const settle = (result: Result<Connected, DialFailure>): void => {
      clearTimeout(stagger);
      clearTimeout(deadline);
      signal.removeEventListener("abort", onAbort);
      for (const socket of attempts) {
        if (!result.ok || socket !== result.value.socket) socket.destroy();
      }
      attempts.clear();
      resolve(result);
    };
    const next = (): void => {
      clearTimeout(stagger);
      const address = waiting.shift();
      if (address === undefined) {
        if (attempts.size === 0) settle(err(failure));
        return;
      }
      const socket = connect({ host: address, port, autoSelectFamily: false, lookup: noLookup });
      attempts.add(socket);
      socket.once("connect", () => {
        if (!attempts.has(socket)) return void socket.destroy();
        settle(ok({ socket, address }));
      });
      // Stays for the socket's life: an error after the race must not become an uncaught one.
      socket.on("error", (error: NodeJS.ErrnoException) => {
        if (!attempts.delete(socket)) return;
        failure = failureOf(error, address);
        next();
      });
      stagger = setTimeout(next, ATTEMPT_DELAY);
    };
    const onAbort = (): void => settle(err(ABORTED));
    const deadline = setTimeout(() => settle(err(timedOut(addresses))), CONNECT_TIMEOUT);
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) return onAbort();
    next();
  });
}

/** A literal address is never looked up; were it one, nothing is dialled. */
function noLookup(
  hostname: string,
  _options: unknown,
  done: (error: Error | null, address: string) => void,
): void {
  done(new Error(`no second look-up of ${hostname}`), "");
}

function failureOf(error: NodeJS.ErrnoException, address: string): DialFailure {
  if (error.code === "ECONNREFUSED")
    return { cause: "connection_refused", measured: address, retryable: true };
  if (error.code === "ETIMEDOUT") return { cause: "timed_out", measured: address, retryable: true };
  return {
    cause: "connection_failed",
    measured: `${address}: ${error.code ?? "unknown error"}`,
    retryable: true,
  };
}

function timedOut(addresses: readonly string[]): DialFailure {
  return {
    cause: "timed_out",
    measured: `connecting to ${addresses.length === 1 ? addresses[0] : `${addresses.length} addresses`}`,
    retryable: true,
  };
}
