// Gives a standing sandbox its way to submit tasks: one gate grant on the listener opened inside the task's network
// namespace. Not the gate (gate/), nor who decides (the port that is handed in).
import type { Server } from "node:net";
import { assert } from "../stdx/assert.ts";
import type { TaskStreams } from "./execution.ts";
import type { Gate } from "./gate/gate.ts";

/** Where a task's submissions are taken. */
export interface SubmitPlace {
  /** None: the task may not submit. */
  readonly listeners: readonly Server[];
  readonly gate: Gate;
  readonly principal: string;
  readonly streams: TaskStreams;
}

/**
 * Hands the listener to the gate for the task `task`. Throws what the gate throws; then no grant is left. The returned
 * function ends the grant and then every child, and resolves when the last is settled; it never rejects.
 */
export async function serveSubmits(
  task: string,
  { listeners, gate, principal, streams }: SubmitPlace,
): Promise<() => Promise<void>> {
  const [listener] = listeners;
  if (listener === undefined) return () => Promise.resolve();
  const { children = null } = streams;
  assert(children !== null, "a writ that lets a task submit comes with somebody who decides");
  const id = `${task}-submits`;
  const onEvent: TaskStreams["egress"] = (event) => streams.egress(event);
  await gate.grantSubmits({ id, task, principal, onEvent }, listener, (asked) => children.ask(asked));
  return async () => {
    await gate.revoke(id);
    await children.end();
  };
}
