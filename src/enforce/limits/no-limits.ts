// The limits of what is held to none here: our own probe, and a task whose limits somebody outside holds. Not a tier.
import type { TaskLimits } from "./limits.ts";

/** Bounds nothing, sees nothing and ends nothing. */
export const NO_LIMITS: TaskLimits = {
  procsFiles: [],
  joinPrefix: [],
  rlimits: [],
  watch: () => undefined,
  outOfMemory: () => false,
  usage: () => ({ memory_peak: null, cpu: null, source: "polled" }),
  freeze: () => Promise.resolve(false),
  thaw: () => Promise.resolve(),
  kill: () => Promise.resolve(),
  remove: () => Promise.resolve(),
};
