// What one request is charged in the end, from how it ended. Not the counting (meter.ts) and not the reading of an answer
// (read-usage.ts).
import type { EgressEvent } from "../../execution.ts";
import type { MeteredRequest } from "./meter.ts";
import { createUsageReader, type ReadUsage, type UsageReader } from "./read-usage.ts";
import type { RequestBound } from "./request-bound.ts";

/** An answer that is counted while it is passed on. */
export interface MeteredAnswer {
  /** The next bytes of its body, as they came. */
  readonly push: (bytes: Uint8Array) => void;
  /** Charges it; `complete`: it ended as its framing said. Once; never rejects. */
  readonly end: (complete: boolean) => Promise<NonNullable<EgressEvent["usage"]>>;
}

/** The fields of an answer that say how to read it. */
export interface AnswerHead {
  readonly status: number;
  /** The values of `content-type` and `content-encoding`, joined by commas; empty: none. */
  readonly contentType: string;
  readonly contentEncoding: string;
}

/** A request without a body asks no model (RFC 9110 section 9.3.1): it is charged what its answer says, and reserves nothing. */
export const ASKS_NOTHING: RequestBound = { output: 0, total: 0 };

/** An answer of which nothing can be told: what was reserved stays charged. */
export const UNTOLD: ReadUsage = { input: 0, output: 0, told: false };

/** Counts an answer to `request`. */
export function meterAnswer(request: MeteredRequest, head: AnswerHead): MeteredAnswer {
  const reader: UsageReader = createUsageReader(head.contentType, head.contentEncoding);
  return {
    push: (bytes) => reader.push(bytes),
    end: async (complete) => {
      const usage = await reader.end(complete);
      return settled(request, isRefused(head.status) ? { ...usage, told: true } : usage);
    },
  };
}

/** Charges a request that ended without an answer, or, `null`, was never sent. */
export function settled(request: MeteredRequest, usage: ReadUsage | null): NonNullable<EgressEvent["usage"]> {
  const said = usage !== null && usage.told;
  const { tokens, money } = request.settle(usage);
  return { tokens_in: said ? usage.input : null, tokens_out: said ? usage.output : null, tokens, money };
}

/** RFC 9110 section 15.5: the request was at fault, so no model was asked; 408 and 499 may come after one was. */
function isRefused(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 499;
}
