// The one event of one request: what is known of it so far, told exactly once.
import type { IncomingMessage } from "node:http";
import type { Http2ServerRequest } from "node:http2";
import type { EgressEvent } from "../../execution.ts";
import type { FindingCount } from "../scan/scan-messages.ts";
import type { Target } from "../target.ts";
import type { GateCause } from "./refusal.ts";

/** Methods that a record names (RFC 9110 section 9, RFC 5789, RFC 4918); another could carry a payload. */
const METHODS: ReadonlySet<string> = new Set([
  ..."GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH".split(" "),
  ..."PROPFIND PROPPATCH MKCOL COPY MOVE LOCK UNLOCK REPORT SEARCH QUERY".split(" "),
]);

/** Mutable on purpose: filled in as the request is judged and sent. */
export class RequestRecord {
  /** Once judged. */
  path = "";
  status: number | null = null;
  bytes_out = 0;
  bytes_in = 0;
  findings: readonly FindingCount[] = [];
  /** Absent: it is not counted. */
  usage: EgressEvent["usage"];
  readonly #base: Pick<EgressEvent, "via" | "provider" | "host" | "port" | "method">;
  readonly #report: (event: EgressEvent) => void;
  #told = false;

  constructor(
    report: (event: EgressEvent) => void,
    target: Target,
    request: IncomingMessage | Http2ServerRequest,
  ) {
    const { via, host, port } = target;
    const method = METHODS.has(request.method ?? "") ? (request.method ?? "") : "(other)";
    this.#base = { via, provider: null, host, port, method };
    this.#report = report;
  }

  /** Reports the event, the first time it is called. */
  tell(decision: EgressEvent["decision"], cause: GateCause | null): void {
    if (this.#told) return;
    this.#told = true;
    const { path, status, bytes_out, bytes_in, findings, usage } = this;
    const counted = usage === undefined ? {} : { usage };
    this.#report({ ...this.#base, decision, cause, path, status, bytes_out, bytes_in, findings, ...counted });
  }
}
