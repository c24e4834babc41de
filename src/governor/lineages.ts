// What each live task has left for tasks of its own: its grants, less what its live children hold and its ended ones used.
// Not budgets of the spec (sums.ts), and nothing that outlives this process: no task does.
import type { Grants } from "../decide/decision.ts";
import type { Drawn, DrawnGrants } from "../decide/draw-grants.ts";
import type { RemainingGrant } from "../decide/facts.ts";
import type { LeftUse, Observation } from "../enforce/execution.ts";
import { assert } from "../stdx/assert.ts";

/** A live task as its children see it. */
export interface LineMember {
  readonly id: string;
  /** The task that submitted it. */
  readonly parent: string | null;
  /** The first of its line; its own where it has no parent. */
  readonly root: string;
  readonly grants: Grants;
  readonly untrusted: boolean;
  /** Ledger time, ms: when its time grant ends. */
  readonly ends_at: number;
  /** What it took of its parent's grants, in the order of its own; of a task without a parent nothing. */
  readonly drawn: DrawnGrants;
}

/** How a member ended, for what it used of its parent's grants. */
export interface LineEnd {
  readonly left: LeftUse;
  readonly observation: Pick<Observation, "model_requests">;
}

interface Live extends LineMember {
  readonly children: Set<Live>;
  /** Of each grant, what ended children used. */
  readonly spent: { readonly [list in keyof DrawnGrants]: Use[] };
  /** Submissions it made, and those that its ended children made. */
  submitted: number;
  /** Ledger sequence of its decision, and the fence of its writ: known once it starts. */
  running: { readonly decision: number; readonly fence: number } | null;
}

interface Use {
  requests: number;
  bytes_out: number;
  bytes_in: number;
}

const LISTS = ["calls", "opaque", "models"] as const;

/** Live tasks by their holds. Every method is synchronous: reading, deciding and taking make one transaction. */
export class Lineages {
  readonly #live = new Map<string, Live>();

  /** Adds a task that was admitted. Its parent is live. */
  take(member: LineMember): void {
    const parent = this.#parentOf(member);
    const { calls, opaque, models } = member.grants;
    const spent = { calls: calls.map(unused), opaque: opaque.map(unused), models: models.map(unused) };
    const live: Live = { ...member, children: new Set(), spent, submitted: 0, running: null };
    assert(!this.#live.has(member.id), "a task is taken once");
    this.#live.set(member.id, live);
    parent?.children.add(live);
  }

  /** It is about to start under the writ of this fence. */
  starts(id: string, running: { readonly decision: number; readonly fence: number }): void {
    this.#of(id).running = running;
  }

  /** Counts one submission of the task; false: it may make no more, and none is counted. */
  submits(id: string): boolean {
    const live = this.#of(id);
    if (submissionsLeft(live) < 1) return false;
    live.submitted += 1;
    return true;
  }

  /** Ends a member whose children have all ended. `end` null: nothing of it ran; nobody knows: all that it drew was used. */
  end(id: string, end: LineEnd | null): void {
    const live = this.#of(id);
    assert(live.children.size === 0, "a task ends after its children");
    this.#live.delete(id);
    const parent = this.#parentOf(live);
    if (parent === null) return;
    parent.children.delete(live);
    parent.submitted += live.submitted;
    for (const list of LISTS) {
      const used = end === null ? live.drawn[list].map(unused) : usedOf(live, list, end);
      live.drawn[list].forEach(({ at, requests, bytes_out, bytes_in }, index) => {
        const to = parent.spent[list][at];
        const below = live.spent[list][index];
        const own = used[index];
        assert(
          to !== undefined && below !== undefined && own !== undefined,
          "what is drawn is a grant of both",
        );
        to.requests += Math.min(requests, own.requests + below.requests);
        to.bytes_out += Math.min(bytes_out, own.bytes_out + below.bytes_out);
        to.bytes_in += Math.min(bytes_in ?? 0, own.bytes_in + below.bytes_in);
      });
    }
  }

  /** The fence of a live parent's writ. */
  fence(id: string): number {
    const { running } = this.#of(id);
    assert(running !== null, "only a running task submits");
    return running.fence;
  }

  /** The first of the line of a live task. */
  root(id: string): string {
    return this.#of(id).root;
  }

  /**
   * What the task `id` and each above it have left at ledger time `now`, itself first. A submission that it counted and that
   * is being decided is left to it; what a task on the way took is left to those above it.
   */
  remaining(id: string, now: number): readonly RemainingGrant[] {
    const line: RemainingGrant[] = [];
    let below: Live | null = null;
    for (let live: Live | null = this.#of(id); live !== null; live = this.#parentOf(live)) {
      line.push(remainingOf(live, below, now));
      below = live;
    }
    return line;
  }

  #of(id: string): Live {
    const live = this.#live.get(id);
    assert(live !== undefined, "only a live task has a line");
    return live;
  }

  #parentOf({ parent }: Pick<LineMember, "parent">): Live | null {
    return parent === null ? null : this.#of(parent);
  }
}

function unused(): Use {
  return { requests: 0, bytes_out: 0, bytes_in: 0 };
}

function submissionsLeft(live: Live): number {
  let left = live.grants.submits - live.submitted;
  for (const child of live.children) left -= child.grants.submits;
  return left;
}

function remainingOf(live: Live, below: Live | null, now: number): RemainingGrant {
  const { grants, running } = live;
  assert(running !== null, "only a running task submits");
  const beside = [...live.children].filter((child) => child !== below);
  const held = (of: (grants: Grants) => number): number =>
    beside.reduce((sum, child) => sum + of(child.grants), 0);
  const take = (list: keyof DrawnGrants, at: number): Use => takenOf(live, beside, { list, at });
  const calls = grants.calls.map(({ scheme, host, port, methods, path, ...call }, at) => {
    const taken = take("calls", at);
    return { scheme, host, port, methods, path, ...leftOf(call.requests_max, call, taken) };
  });
  const opaque = grants.opaque.map(({ host, port, address, ...relay }, at) => {
    const taken = take("opaque", at);
    const { requests_max: connections_max, bytes_out_max } = leftOf(relay.connections_max, relay, taken);
    const bytes_in_max = Math.max(0, relay.bytes_in_max - taken.bytes_in);
    return { host, port, address, connections_max, bytes_out_max, bytes_in_max };
  });
  const models = grants.models.map(({ provider, model, requests_max, context }, at) => {
    return {
      provider,
      model,
      requests_max: Math.max(0, requests_max - take("models", at).requests),
      context,
    };
  });
  return {
    decision: running.decision,
    label: grants.label,
    untrusted: live.untrusted,
    memory: Math.max(0, grants.memory - held(({ memory }) => memory)),
    cpu: Math.max(0, grants.cpu - held(({ cpu }) => cpu)),
    processes: Math.max(0, grants.processes - held(({ processes }) => processes)),
    time: Math.max(0, live.ends_at - now),
    submits: Math.max(0, submissionsLeft(live) + 1 + (below === null ? 0 : below.grants.submits)),
    external_calls: sum(calls, "requests_max") + sum(opaque, "connections_max"),
    bytes_out: sum(calls, "bytes_out_max") + sum(opaque, "bytes_out_max"),
    reads: grants.reads.map(({ path }) => path),
    writes: grants.writes.map(({ path }) => path),
    runs: [grants.executable, ...grants.toolchain, ...grants.arguments].map(({ path }) => path),
    masked: grants.masked,
    calls,
    opaque,
    models,
    secrets: [...new Set(grants.secrets.map(({ name }) => name))],
  };
}

/** What live children beside the way hold of one grant, and ended ones used. */
function takenOf(
  live: Live,
  beside: readonly Live[],
  { list, at }: { readonly list: keyof DrawnGrants; readonly at: number },
): Use {
  const taken = { ...(live.spent[list][at] ?? unused()) };
  for (const child of beside) {
    for (const drawn of child.drawn[list]) {
      if (drawn.at !== at) continue;
      taken.requests += drawn.requests;
      taken.bytes_out += drawn.bytes_out;
      taken.bytes_in += drawn.bytes_in ?? 0;
    }
  }
  return taken;
}

function leftOf(
  requests: number,
  granted: { readonly bytes_out_max: number; readonly bytes_in_max: number | null },
  taken: Use,
): { readonly requests_max: number; readonly bytes_out_max: number; readonly bytes_in_max: number | null } {
  const { bytes_out_max, bytes_in_max } = granted;
  return {
    requests_max: Math.max(0, requests - taken.requests),
    bytes_out_max: Math.max(0, bytes_out_max - taken.bytes_out),
    bytes_in_max: bytes_in_max === null ? null : Math.max(0, bytes_in_max - taken.bytes_in),
  };
}

/**
 * What a member itself used of each grant that it drew. What left is known by host alone: a host of several grants, of which
 * anything was used, counts with all of them in full; so do answers, and everything when nobody knows.
 */
function usedOf(live: Live, list: keyof DrawnGrants, { left, observation }: LineEnd): readonly Use[] {
  const drawn = live.drawn[list];
  const all = drawn.map(({ requests, bytes_out, bytes_in }) => ({
    requests,
    bytes_out,
    bytes_in: bytes_in ?? 0,
  }));
  if (list === "models") {
    if (observation.model_requests === 0) return drawn.map(unused);
    return drawn.length === 1 ? [{ ...unused(), requests: observation.model_requests }] : all;
  }
  if (!left.complete) return all;
  const grants: readonly { readonly host: string }[] = live.grants[list];
  return drawn.map((one: Drawn, at) => {
    const host = grants[at]?.host ?? "";
    const used = left.destinations.find((place) => place.host === host);
    if (used === undefined) return unused();
    const places = [...live.grants.calls, ...live.grants.opaque].filter((place) => place.host === host);
    const bytes_in = one.bytes_in ?? 0;
    if (places.length > 1) return { requests: one.requests, bytes_out: one.bytes_out, bytes_in };
    return { requests: used.requests, bytes_out: used.bytes_out, bytes_in };
  });
}

function sum<Key extends string>(list: readonly Readonly<Record<Key, number>>[], of: Key): number {
  return list.reduce((total, one) => total + one[of], 0);
}
