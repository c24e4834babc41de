// TLS over a connection to an upstream, proved for the host that was judged. For a plain `http` request: the connection
// as it is.
import type { Socket } from "node:net";
import { isIP } from "node:net";
import { checkServerIdentity, connect, type TLSSocket } from "node:tls";
import { err, ok, type Result } from "../../../stdx/result.ts";
import { ABORTED } from "./aborted.ts";
import { upstreamContext } from "./authorities.ts";
import { HANDSHAKE_TIMEOUT } from "./bounds.ts";
import type { DialFailure, Dialled, DialRequest } from "./dial-request.ts";

/** Finishes a dial over `socket`, which leads to `address`. Never rejects; on a failure the socket is destroyed. */
export function secureUpstream(
  socket: Socket,
  address: string,
  asked: DialRequest,
): Promise<Result<Dialled, DialFailure>> {
  const { signal } = asked;
  if (signal.aborted) {
    socket.destroy();
    return Promise.resolve(err(ABORTED));
  }
  socket.setNoDelay(true);
  destroyOnAbort(socket, signal);
  if (asked.scheme === "http") return Promise.resolve(ok({ socket, address, protocol: "h1" }));
  return handshake(socket, address, asked);
}

function handshake(
  socket: Socket,
  address: string,
  asked: DialRequest,
): Promise<Result<Dialled, DialFailure>> {
  return new Promise((resolve) => {
    const secure = startTls(socket, asked);
    if (secure === null) {
      socket.destroy();
      return resolve(err({ cause: "pin_mismatch", measured: "no usable authority", retryable: false }));
    }
    const settle = (result: Result<Dialled, DialFailure>): void => {
      clearTimeout(deadline);
      if (!result.ok) {
        secure.destroy();
        socket.destroy();
      }
      resolve(result);
    };
    const deadline = setTimeout(
      () => settle(err({ cause: "timed_out", measured: "the TLS handshake", retryable: true })),
      HANDSHAKE_TIMEOUT,
    );
    secure.once("secureConnect", () => {
      // INVARIANT: `rejectUnauthorized` ended what was not proved; asked again because all rests on it.
      if (!secure.authorized) return settle(err(failureOf(secure.authorizationError, asked)));
      destroyOnAbort(secure, asked.signal);
      const protocol = secure.alpnProtocol === "h2" ? "h2" : "h1";
      settle(ok({ socket: secure, address, protocol }));
    });
    // Both stay for the connection's life: a later error must not become an uncaught one.
    secure.on("error", (error) => settle(err(failureOf(error, asked))));
    secure.on("close", () => settle(err(closedEarly(asked.signal))));
  });
}

/** Null when `ca` is not PEM that can be read. */
function startTls(socket: Socket, asked: DialRequest): TLSSocket | null {
  const context = upstreamContext(asked.ca);
  if (context === null) return null;
  return connect({
    socket,
    secureContext: context,
    // RFC 6066 section 3: an address is never sent as a server name.
    ...(isIP(asked.host) === 0 ? { servername: asked.host } : {}),
    checkServerIdentity: (_name, certificate) => checkServerIdentity(asked.host, certificate),
    ALPNProtocols: asked.protocol === "h1" ? ["http/1.1"] : ["h2", "http/1.1"],
    rejectUnauthorized: true,
    minVersion: "TLSv1.2",
  });
}

function destroyOnAbort(socket: Socket, signal: AbortSignal): void {
  const end = (): void => void socket.destroy();
  signal.addEventListener("abort", end, { once: true });
  socket.once("close", () => signal.removeEventListener("abort", end));
}

function closedEarly(signal: AbortSignal): DialFailure {
  if (signal.aborted) return ABORTED;
  return { cause: "connection_failed", measured: "closed during the TLS handshake", retryable: true };
}

function failureOf(error: unknown, asked: DialRequest): DialFailure {
  if (asked.signal.aborted) return ABORTED;
  const code = codeOf(error);
  if (asked.ca !== null && UNPROVED.has(code)) {
    return { cause: "pin_mismatch", measured: code, retryable: false };
  }
  if (UNPROVED.has(code) || BAD_CERTIFICATE.test(code)) {
    return { cause: "certificate_invalid", measured: code, retryable: false };
  }
  return { cause: "connection_failed", measured: code, retryable: !code.startsWith("ERR_SSL_") };
}

function codeOf(error: unknown): string {
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  return typeof error === "string" ? error : "UNKNOWN";
}

/** OpenSSL's verify errors that mean: signed by nobody who is trusted here (openssl-verification-options(1)). */
const UNPROVED: ReadonlySet<string> = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "CERT_SIGNATURE_FAILURE",
  "CERT_UNTRUSTED",
]);

/** Node's and OpenSSL's codes for a certificate that does not hold: expired, not yet valid, another name, revoked. */
const BAD_CERTIFICATE = /^(CERT_|ERR_TLS_CERT_|INVALID_|PATH_LENGTH|HOSTNAME_MISMATCH|CRL_|ERROR_IN_CERT)/;
