// What a dial is asked for and answers. Types only; dial.ts gives them on to the rest of the gate.
import type { Duplex } from "node:stream";

/** One connection that is wanted. */
export interface DialRequest {
  /** Canonical (names/host.ts). */
  readonly host: string;
  readonly port: number;
  readonly scheme: "https" | "http";
  /** The only address that is dialled; null: what the name resolves to. */
  readonly address: string | null;
  /** PEM of the only authorities that prove it; null: those of the system. */
  readonly ca: string | null;
  readonly protocol: "h1" | "h2-or-h1";
  /** Ends the attempt, and the connection that came of it. */
  readonly signal: AbortSignal;
}

/** An open connection; whoever asked for it destroys it. */
export interface Dialled {
  readonly socket: Duplex;
  /** The address that was judged and dialled. */
  readonly address: string;
  readonly protocol: "h1" | "h2";
}

/** Why there is no connection. */
export interface DialFailure {
  readonly cause:
    | "name_not_found"
    | "address_not_permitted"
    | "connection_refused"
    | "connection_failed"
    | "certificate_invalid"
    | "pin_mismatch"
    | "timed_out";
  /** What was seen, in words of our own or an address. */
  readonly measured: string;
  readonly retryable: boolean;
}

/** All addresses of a name; stands for the system's resolver. Rejects where there is none. */
export type Lookup = (host: string) => Promise<readonly string[]>;
