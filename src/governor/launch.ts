// From a durable decision to a settlement: the writ, the execution under it, its records. Not the decision (judge.ts), nor
// the confinement (enforce/).
import type { KeyObject } from "node:crypto";
import { randomUUID } from "node:crypto";
import type { Grants } from "../decide/decision.ts";
import type {
  ChildPort,
  Execution,
  Executor,
  LeftUse,
  Observation,
  StopCause,
} from "../enforce/execution.ts";
import { nothingObserved } from "../enforce/nothing-observed.ts";
import type { Appended, RecordInput } from "../ledger/record.ts";
import { assert, BrokenInvariant } from "../stdx/assert.ts";
import type { BootClock } from "../stdx/ports.ts";
import { WritError } from "../stdx/writ-error.ts";
import type { HoldPaths } from "./gather-sums.ts";
import type { HeatGuard } from "./heat-guard.ts";
import type { KeptLedger } from "./keep-ledger.ts";
import type { Lineages, LineEnd } from "./lineages.ts";
import type { NameHash } from "./name-hash.ts";
import type { Forbidding } from "./narrowing.ts";
import { sha256 } from "./ports.ts";
import { type Projection, projectEnd } from "./project-record.ts";
import {
  egressRecord,
  heatStepRecord,
  type Judged,
  type Settlement,
  settlementRecord,
  writRecord,
} from "./records.ts";
import { type Serial, serial } from "./serial.ts";
import type { TaskClient } from "./server/governing.ts";
import { signWrit, WRIT_LIFE_MS } from "./sign-writ.ts";
import { Slots } from "./slots.ts";
import type { DestinationAmounts, Hold } from "./sums.ts";
import { watchOutputs } from "./watch-outputs.ts";

export interface LaunchParts {
  readonly ledger: Pick<KeptLedger, "append">;
  readonly executor: Executor;
  readonly projection: Projection;
  /** What forbids tasks here. */
  readonly narrowing: Forbidding;
  /** Shared by all who launch on one executor. */
  readonly line: WritLine;
  readonly paths: Map<string, HoldPaths>;
  readonly names: NameHash;
  /** Names of the providers that run under a live writ; kept here. */
  readonly providers: Set<string>;
  readonly key: KeyObject;
  /** Whom a principal's tasks run as. */
  readonly uidOf: (principal: string) => number;
  readonly node: string;
  readonly boot: string;
  readonly instance: string;
  readonly clock: BootClock;
  /** Freezes and ends what runs while the node is too hot. */
  readonly heat: Pick<HeatGuard, "guard">;
  readonly lineages: Lineages;
  /** Takes what a task with submissions submits. */
  readonly childrenOf: (admitted: Admitted) => ChildPort;
  /** A hold ended. */
  readonly freed: () => void;
}

/** An admitted task whose decision is durable. */
export interface Admitted {
  readonly judged: Judged;
  readonly grants: Grants;
  readonly hold: Hold;
  /** Ledger sequence of the decision. */
  readonly sequence: number;
}

/** What its submitter can still do to a task. */
export interface TaskControl {
  /** Set as soon as the task is to end, started or not. */
  readonly stopped: () => StopCause | null;
  /** Called once, when the task has started. */
  readonly started: (execution: Execution) => void;
}

/** The order in which writs reach one executor. */
export interface WritLine {
  /** INVARIANT: writs reach the executor in the order of their fences; it takes none below one it has seen. */
  readonly inOrder: Serial;
  readonly ahead: Slots;
  fence: number;
}

/** Writs that are signed and not yet handed over: of a start that takes a second each, the last still has a fifth of its life. */
const AHEAD_MAX = 8;

/** A line in which no writ stands. */
export function writLine(): WritLine {
  return { inOrder: serial(), ahead: new Slots(AHEAD_MAX), fence: 0 };
}

export class Launcher {
  readonly #parts: LaunchParts;

  constructor(parts: LaunchParts) {
    this.#parts = parts;
  }

  /**
   * Runs an admitted task to its settlement. Every way out settles the hold, in the ledger first. Throws what the
   * executor failed with (nothing ran; settled as `launch_failed`) and WRIT_LEDGER_UNWRITABLE (the hold stays, and
   * nothing is decided any more).
   */
  async run(admitted: Admitted, client: TaskClient, control: TaskControl): Promise<Observation> {
    /** Records on their way into the ledger. */
    const underWay = new Set<Promise<unknown>>();
    const live: { execution: Execution | null } = { execution: null };
    const append = (record: RecordInput): void => {
      // What cannot be recorded is not to go on.
      const settled: Promise<unknown> = this.#parts.ledger
        .append(record)
        .catch(() => live.execution?.stop("governor_stops"))
        .finally(() => underWay.delete(settled));
      underWay.add(settled);
    };
    const record: RunEvents["egress"] = (event) =>
      append(egressRecord(admitted.sequence, event, this.#parts.names));
    const { narrowing } = this.#parts;
    const stopped = (): StopCause | null => control.stopped() ?? narrowing.forbids(admitted.grants);
    const outputs = await watchOutputs(admitted, this.#parts);
    try {
      live.execution = await this.#permitted(admitted, stopped, (token) =>
        this.#start(admitted, token, { client, record }),
      );
    } catch (error) {
      if (error instanceof BrokenInvariant) throw error;
      await this.#settle(admitted, nothingObserved("launch_failed"), NOTHING_USED);
      throw asLaunchError(error);
    }
    if (live.execution === null) {
      return this.#settle(admitted, nothingObserved(stopped() ?? "cancelled"), NOTHING_USED);
    }
    control.started(live.execution);
    const provider = admitted.grants.provider?.name ?? null;
    if (provider !== null) this.#parts.providers.add(provider);
    const guarded = this.#parts.heat.guard({
      id: admitted.hold.id,
      deferrable: provider === null,
      execution: live.execution,
      recorded: (step) => append(heatStepRecord(admitted.sequence, step)),
    });
    const { execution } = live;
    const unwatch = narrowing.watch({
      grants: admitted.grants,
      ended: execution.ended,
      stop: (cause) => execution.stop(cause),
    });
    const observation = await execution.ended;
    unwatch();
    const { sample } = guarded.release();
    if (provider !== null) this.#parts.providers.delete(provider);
    await Promise.all(underWay);
    const left = live.execution.left();
    const charged = chargedOf(admitted.hold, left, this.#parts.names);
    const used = { charged, written: await outputs(), heat: sample, end: { left, observation } };
    return this.#settle(admitted, observation, used);
  }

  /**
   * Calls `start` under a writ; null: it was stopped before. Few writs are signed and recorded side by side, so that none expires in
   * line; they are handed over one after the other.
   */
  async #permitted(
    admitted: Admitted,
    stopped: TaskControl["stopped"],
    start: (token: string) => Promise<Execution>,
  ): Promise<Execution | null> {
    const { ahead, inOrder } = this.#parts.line;
    await ahead.take();
    try {
      // INVARIANT: nothing awaits between taking the fence and standing in line.
      const permitted = this.#permit(admitted, stopped);
      const started = inOrder(async () => {
        const token = await permitted;
        return token === null || stopped() !== null ? null : start(token);
      });
      return (await Promise.all([started, permitted]))[0];
    } finally {
      ahead.leave();
    }
  }

  /** Signs and records its writ, with the next fence at once; null: it was stopped before. */
  async #permit(admitted: Admitted, stopped: TaskControl["stopped"]): Promise<string | null> {
    const { ledger, key, clock, lineages, node, boot, instance, line } = this.#parts;
    if (stopped() !== null) return null;
    const { decision } = admitted.judged;
    assert(decision.principal !== null, "only a principal's task is admitted");
    const writ = {
      jti: randomUUID(),
      decision: admitted.sequence,
      fence: (line.fence += 1),
      expires_at: Math.floor(clock()) + WRIT_LIFE_MS,
    };
    const { principal, spec_hash, task_digest } = decision;
    const { id, parent = null } = admitted.hold;
    lineages.starts(id, { decision: admitted.sequence, fence: writ.fence });
    const claims = {
      v: 1 as const,
      ...writ,
      node,
      boot,
      instance,
      principal,
      uid: this.#parts.uidOf(principal),
      spec_hash,
      task_digest,
      grants: admitted.grants,
      parent: parent === null ? null : lineages.fence(parent),
    };
    const token = await signWrit(claims, key);
    await ledger.append(writRecord(writ, token, sha256));
    return token;
  }

  async #start(
    admitted: Admitted,
    token: string,
    to: { readonly client: TaskClient; readonly record: RunEvents["egress"] },
  ): Promise<Execution> {
    const { client, record } = to;
    return this.#parts.executor.start(token, admitted.judged.task, {
      stdout: (chunk) => client.stdout(chunk),
      stderr: (chunk) => client.stderr(chunk),
      egress: record,
      terminal: client.terminal ?? null,
      children: admitted.grants.submits > 0 ? this.#parts.childrenOf(admitted) : null,
    });
  }

  async #settle(
    { hold, sequence }: Admitted,
    observation: Observation,
    { end, ...used }: Used,
  ): Promise<Observation> {
    const record = settlementRecord({ decision: sequence, hold: hold.id, observation, ...used });
    const appended: Appended = await this.#parts.ledger.append(record);
    const { core, payload = null } = record;
    projectEnd({ ...appended, core, payload }, this.#parts.projection);
    this.#parts.paths.delete(hold.id);
    this.#parts.lineages.end(hold.id, end);
    this.#parts.freed();
    return observation;
  }
}

type RunEvents = Parameters<Executor["start"]>[2];

interface Used extends Pick<Settlement, "charged" | "written" | "heat"> {
  readonly end: LineEnd | null;
}

/** Of a task that never ran. */
const NOTHING_USED: Used = { charged: [], written: [], end: null };

/** What was really used of each destination held; all of what is held when nobody can say. */
export function chargedOf(
  { destinations }: Pick<Hold, "destinations">,
  left: LeftUse,
  names: NameHash,
): readonly DestinationAmounts[] {
  if (!left.complete) return destinations;
  const held = new Set(destinations.map(({ host }) => host));
  return left.destinations
    .map(({ host, requests, bytes_out, tokens, money }): DestinationAmounts => {
      return { host: names("host", host), external_calls: requests, bytes_out, tokens, money };
    })
    .filter(({ host }) => held.has(host));
}

function asLaunchError(error: unknown): WritError {
  if (error instanceof WritError) return error;
  return new WritError("WRIT_LAUNCH_FAILED", "the task could not be started", {
    hint: "writ doctor",
    cause: error,
  });
}
