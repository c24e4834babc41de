// One request to an upstream and the answer that comes, whichever HTTP carries them.
import type { Readable } from "node:stream";
import type { Target } from "../target.ts";
import type { Field } from "./fields.ts";
import type { GateCause } from "./refusal.ts";

/** The message of the error that ends an exchange in which the upstream fell silent. */
export const SILENT = "the upstream fell silent";

/** The message of the error that ends an exchange in which the upstream never came to its answer. */
export const HINTS_ONLY = "the upstream sent too many informational answers";

/** Where a connection leads and for whom: connections are shared only where all of it is the same. */
export interface Destination {
  readonly target: Target;
  /** As `GrantedCall.address` and `ca`. */
  readonly address: string | null;
  readonly ca: string | null;
  /** Names of the credentials that go over it. */
  readonly secrets: readonly string[];
}

/** A whole request with the gate's own framing. */
export interface UpstreamRequest {
  readonly destination: Destination;
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Host and length included. */
  readonly fields: readonly Field[];
  readonly body: Uint8Array;
  readonly takesTrailers: boolean;
}

/** The head of an answer, and its body to read. */
export interface UpstreamAnswer {
  readonly status: number;
  readonly fields: readonly Field[];
  /** Fails when the body does not end as its framing said. */
  readonly body: Readable;
  /** After the body's end. */
  trailers(): readonly Field[];
  /** Bytes of the head and of the informational ones before it, as HTTP/1.1 writes them. */
  readonly headBytes: number;
}

export interface UpstreamFailure {
  readonly cause: GateCause;
  readonly measured: string;
  readonly retryable: boolean;
  /** The connection had been used before and ended without a byte of answer: the upstream may just have hung up. */
  readonly stale: boolean;
}
