// How many requests a grant has left. Single-threaded and without a pause between look and take, so that fifty requests
// at once get exactly what was granted.
import type { GrantedModel } from "../../../decide/decision.ts";
import { assert } from "../../../stdx/assert.ts";
import { CONCURRENT_MAX } from "./bounds.ts";

/** Counts for one grant. Two entries of one model add up. */
export class RequestCounts {
  readonly #limit = new Map<string, number>();
  readonly #spent = new Map<string, number>();
  #active = 0;

  constructor(models: readonly GrantedModel[]) {
    for (const { model, requests_max } of models) {
      assert(Number.isSafeInteger(requests_max) && requests_max >= 0, "requests_max is a count");
      this.#limit.set(model, (this.#limit.get(model) ?? 0) + requests_max);
    }
  }

  /** Enters a request, unless too many are under way. */
  enter(): boolean {
    if (this.#active >= CONCURRENT_MAX) return false;
    this.#active++;
    return true;
  }

  /** Leaves; once for each `enter` that was granted. */
  leave(): void {
    assert(this.#active > 0, "a request leaves only after it entered");
    this.#active--;
  }

  /** Takes one request of `model`, or nothing. What was taken stays taken, even if the provider then fails. */
  take(model: GrantedModel): boolean {
    const spent = this.#spent.get(model.model) ?? 0;
    if (spent >= this.limit(model)) return false;
    this.#spent.set(model.model, spent + 1);
    return true;
  }

  /** How many requests of `model` were granted in all. */
  limit(model: GrantedModel): number {
    return this.#limit.get(model.model) ?? 0;
  }
}
