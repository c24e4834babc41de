// The library: the whole public surface of `import … from "writ"`.
export type { Decision, Finding, Remedy } from "./decide/decision.ts";
export type { Observation } from "./enforce/execution.ts";
export type {
  Adoption,
  Decided,
  Explained,
  Governor,
  GovernorStatus,
  Outcome,
  RunOptions,
  TaskInput,
} from "./governor/governor.ts";
export { type InitOptions, type InitResult, initHome } from "./governor/init-home.ts";
export { type OpenOptions, openGovernor } from "./governor/open-governor.ts";
export { type ErrorCode, WritError } from "./stdx/writ-error.ts";
