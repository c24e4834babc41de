// The observation of a task of which nothing ran.
import type { Observation } from "./execution.ts";

/** Nothing was used, and nothing exited, because of `cause`. */
export function nothingObserved(cause: Observation["cause"]): Observation {
  return {
    exit_code: null,
    signal: null,
    cause,
    wall: 0,
    cpu: 0,
    memory_peak: 0,
    memory_source: null,
    output: 0,
    model_requests: 0,
    model_bytes_out: 0,
    model_bytes_in: 0,
    external_requests: 0,
    external_bytes_out: 0,
    external_bytes_in: 0,
    tokens: 0,
    money: 0,
  };
}
