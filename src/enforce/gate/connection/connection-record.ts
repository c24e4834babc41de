// The records of decisions about connections: closed causes, one event each. Not the records of requests, which whoever
// judges them makes.
import type { EgressEvent } from "../../execution.ts";
import type { DialFailure } from "../dial/dial.ts";
import { RECORDED_NAME_MAX } from "./bounds.ts";

/** Every reason that stands in the record of a connection or a look-up. */
export type ConnectionCause =
  /** No grant names this host and port. */
  | "host_not_granted"
  /** What was named is no canonical host, or has no port. */
  | "host_malformed"
  /** Neither TLS nor HTTP, or not on a connection that takes it. */
  | "opaque_bytes"
  | "socks_refused"
  | "cleartext_http2_refused"
  /** The server name in the TLS hello is another than the one asked for, or is missing. */
  | "sni_mismatch"
  /** The task's client does not trust the gate, or pins another certificate. */
  | "client_refused_certificate"
  | "tls_failed"
  | "malformed"
  | "head_over_limit"
  | "too_slow"
  | "connect_refused"
  | "client_closed"
  | "connections_over_limit"
  | "bytes_over_limit"
  | "name_not_granted"
  | "dns_malformed"
  /** So many refusals that the task's listeners were closed. */
  | "refusals_over_limit"
  | DialFailure["cause"];

/** What is recorded of a connection; what is not said is empty. */
export interface ConnectionDecision {
  readonly decision: EgressEvent["decision"];
  readonly via: EgressEvent["via"];
  readonly cause: ConnectionCause | null;
  /** Canonical. */
  readonly host: string | null;
  readonly port: number | null;
  readonly method?: string;
  readonly status?: number;
  readonly bytes_out?: number;
  readonly bytes_in?: number;
}

/** The event of a decision about a connection. A long name that nobody granted is left out. */
export function connectionEvent(decided: ConnectionDecision): EgressEvent {
  const { decision, via, cause, host, port } = decided;
  const recorded = decision === "refuse" && host !== null && host.length > RECORDED_NAME_MAX ? null : host;
  return {
    decision,
    via,
    provider: null,
    host: recorded,
    port,
    method: decided.method ?? "",
    path: "",
    cause,
    status: decided.status ?? null,
    bytes_out: decided.bytes_out ?? 0,
    bytes_in: decided.bytes_in ?? 0,
    findings: [],
  };
}
