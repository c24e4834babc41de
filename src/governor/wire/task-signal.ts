// The signals that a client may pass on to its task, and the one byte that each is on the wire.

export type TaskSignal = "SIGHUP" | "SIGINT" | "SIGTERM";

/** What asks a program to end, by the numbers that signal(7) gives them on every architecture. */
export const TASK_SIGNALS: readonly (readonly [TaskSignal, number])[] = [
  ["SIGHUP", 1],
  ["SIGINT", 2],
  ["SIGTERM", 15],
];

/** The payload of a SIGNAL frame. What is none of the three asks as SIGTERM does. */
export function signalPayload(reason: unknown): Uint8Array {
  return Uint8Array.of(TASK_SIGNALS.find(([name]) => name === reason)?.[1] ?? 15);
}

/** The signal that a payload names, or null. */
export function readSignal(payload: Uint8Array): TaskSignal | null {
  if (payload.length !== 1) return null;
  return TASK_SIGNALS.find(([, number]) => number === payload[0])?.[0] ?? null;
}
