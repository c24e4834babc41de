// Takes one request from a grant that may also be counted in tokens and money. Waits where what is left is reserved by
// requests under way; refuses where it is spent.
import { err, ok, type Result } from "../../../stdx/result.ts";
import { formatQuantity } from "../../../stdx/units.ts";
import type { MeteredRequest, NoRoom } from "../usage/meter.ts";
import type { RequestBound } from "../usage/request-bound.ts";
import type { CoveringCall } from "./find-call.ts";
import { type Refusal, refusal } from "./refusal.ts";
import { takeCall, whyNoRoom } from "./take-call.ts";

/** A request that was taken: of which call, and its share of what is counted; null: it is not. */
export interface TakenCall {
  readonly call: CoveringCall;
  readonly metered: MeteredRequest | null;
}

/** One request and what it asks. */
export interface AskedCall {
  /** Bytes that would leave. */
  readonly bytes: number;
  /** null: it has none that can be told. */
  readonly bound: RequestBound | null;
}

/**
 * As `takeCall`, of the first call that also has tokens and money for it. Aborted while it waits: the refusal is that of a
 * grant that is spent, which nobody is left to read.
 */
export async function takeMetered(
  calls: readonly CoveringCall[],
  asked: AskedCall,
  signal: AbortSignal,
): Promise<Result<TakenCall, Refusal>> {
  for (;;) {
    const short: { readonly call: CoveringCall; readonly why: NoRoom }[] = [];
    for (const call of calls) {
      if (whyNoRoom([call], asked.bytes) !== null) continue;
      const metered = call.meter?.take(asked.bound) ?? null;
      if (metered !== null && "short" in metered) {
        short.push({ call, why: metered });
        continue;
      }
      const taken = takeCall([call], asked.bytes);
      if (taken.ok) return ok({ call, metered });
      metered?.settle(null);
    }
    const [first] = short;
    if (first === undefined) return err(takeRefusal(calls, asked.bytes));
    const waiting = short.find(({ why }) => why.waits);
    if (waiting === undefined || signal.aborted) return err(meterRefusal(first.why));
    await settledOrAborted(waiting.call, signal);
  }
}

/** Why a grant that is counted has no room: said to the task. */
export function meterRefusal({ short, measured, limit }: NoRoom): Refusal {
  return short === "tokens"
    ? refusal(
        "tokens_over_limit",
        measured,
        limit,
        "ask for a shorter answer, or declare more `tokens` in the task",
      )
    : refusal(
        "money_over_limit",
        formatQuantity("money", measured),
        formatQuantity("money", limit),
        "ask for a shorter answer, or declare more `tokens` or `money` in the task",
      );
}

function takeRefusal(calls: readonly CoveringCall[], bytes: number): Refusal {
  return (
    whyNoRoom(calls, bytes) ??
    refusal("requests_over_limit", null, null, "declare more requests of this call in the task")
  );
}

async function settledOrAborted({ meter }: CoveringCall, signal: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<void>();
  const abort = (): void => aborted.resolve();
  signal.addEventListener("abort", abort, { once: true });
  await Promise.race([meter?.settled(), aborted.promise]);
  signal.removeEventListener("abort", abort);
}
