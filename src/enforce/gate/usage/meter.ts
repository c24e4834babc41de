// Tokens and money of one grant: each request reserves its bound before it leaves and is charged what its answer says; what
// no answer says stays charged as it was reserved. Not the reading of answers (read-usage.ts).
import type { GrantedMeter } from "../../../decide/decision.ts";
import { costMax, costOf } from "../../../spec/price.ts";
import { assert } from "../../../stdx/assert.ts";
import type { ReadUsage } from "./read-usage.ts";
import type { RequestBound } from "./request-bound.ts";

/** What is charged so far; mutable on purpose: the grant's own count. */
export interface MeteredUse {
  tokens: number;
  money: number;
}

/** What one request is charged. */
export interface Charged {
  readonly tokens: number;
  readonly money: number;
}

/** A request under way. */
export interface MeteredRequest {
  /** It is over: it is charged what it used, null: nothing was sent. Once. */
  settle(usage: ReadUsage | null): Charged;
}

/** Why a request has no room: it is over what is left, or what is left is reserved by others, which will settle. */
export type NoRoom = {
  readonly short: "tokens" | "money";
  readonly measured: number;
  readonly limit: number;
  readonly waits: boolean;
};

/** One meter for each grant that is counted, in order, on its own count. */
export function metersOf(
  grants: readonly { readonly meter: GrantedMeter | null }[],
  uses: readonly MeteredUse[],
): readonly (Meter | null)[] {
  return grants.map(({ meter }, at) => {
    const use = uses[at];
    return meter === null || use === undefined ? null : new Meter(meter, use);
  });
}

export class Meter {
  readonly #grant: GrantedMeter;
  readonly #use: MeteredUse;
  readonly #told = { requests: 0, input: 0, output: 0 };
  /** Of requests whose answers did not say. */
  #untold = 0;
  #reserved = { tokens: 0, money: 0 };
  #wake: (() => void)[] = [];

  constructor(grant: GrantedMeter, use: MeteredUse) {
    this.#grant = grant;
    this.#use = use;
  }

  /**
   * Reserves for one request, or says what it lacks. Without a bound it reserves all that is left, so that no other leaves
   * before its answer has said what it used.
   */
  take(bound: RequestBound | null): MeteredRequest | NoRoom {
    const { tokens_max, money_max, price } = this.#grant;
    const free = costMax(price, 1, 1) === 0;
    const left = {
      tokens: tokens_max - this.#use.tokens - this.#reserved.tokens,
      money: money_max - this.#use.money - this.#reserved.money,
    };
    const output = bound?.output ?? 1;
    // A request that asks no model needs nothing to be left.
    const asks = bound === null || bound.total > 0;
    const least = {
      tokens: asks ? Math.max(1, output) : 0,
      money:
        free || !asks ? 0 : Math.max(1, costOf(price, { requests: 1, input: 0, output: bound?.output ?? 0 })),
    };
    for (const short of ["tokens", "money"] as const) {
      if (left[short] >= least[short]) continue;
      const limit = left[short] + this.#reserved[short];
      const waits = this.#reserved[short] > 0 && least[short] <= limit;
      return { short, measured: least[short], limit: Math.max(0, limit), waits };
    }
    const tokens = Math.min(left.tokens, bound?.total ?? left.tokens);
    const money = Math.min(left.money, bound === null ? left.money : costMax(price, 1, tokens));
    return this.#reserve({ tokens, money });
  }

  /** Resolves when a request was settled. */
  settled(): Promise<void> {
    return new Promise((resolve) => this.#wake.push(resolve));
  }

  #reserve(reserved: Charged): MeteredRequest {
    this.#add(reserved, 1);
    let over = false;
    return {
      settle: (usage) => {
        assert(!over, "a request is settled once");
        over = true;
        this.#add(reserved, -1);
        const charged = this.#charge(reserved, usage);
        const waiting = this.#wake;
        this.#wake = [];
        for (const wake of waiting) wake();
        return charged;
      },
    };
  }

  #add({ tokens, money }: Charged, times: 1 | -1): void {
    this.#reserved = {
      tokens: this.#reserved.tokens + times * tokens,
      money: this.#reserved.money + times * money,
    };
  }

  #charge(reserved: Charged, usage: ReadUsage | null): Charged {
    if (usage === null) return { tokens: 0, money: 0 };
    const { price } = this.#grant;
    const { input, output } = usage;
    const before = { ...this.#use };
    if (usage.told) {
      this.#told.requests += 1;
      this.#told.input += input;
      this.#told.output += output;
      this.#use.tokens += input + output;
    } else {
      // What it said until it could not be read counts where it is more.
      this.#use.tokens += Math.max(reserved.tokens, input + output);
      this.#untold += Math.max(reserved.money, costOf(price, { requests: 1, input, output }));
    }
    // Rounded up once for all that was told, as the decision did.
    this.#use.money = costOf(price, this.#told) + this.#untold;
    return { tokens: this.#use.tokens - before.tokens, money: this.#use.money - before.money };
  }
}
