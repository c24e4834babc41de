// What the connections of one served task share. Types only.
import type { Dial } from "../dial/dial.ts";
import type { SyntheticNames } from "../dns/synthetic-names.ts";
import type { Target } from "../target.ts";
import type { TaskState } from "../task-state.ts";
import type { ConnectionDecision } from "./connection-record.ts";
import type { GrantedPlaces } from "./granted-places.ts";
import type { Answer, Asked } from "./request-server.ts";
import type { TargetServers } from "./target-servers.ts";

export interface TaskServing {
  readonly state: TaskState;
  readonly places: GrantedPlaces;
  readonly names: SyntheticNames;
  readonly servers: TargetServers;
  readonly dial: Dial;
  /** Reports one decision about a connection. */
  readonly record: (decided: ConnectionDecision) => void;
  /** Hands a request to whoever judges it, and waits for it at the end of the task. */
  readonly judge: (request: Asked, answer: Answer, target: Target) => void;
  /** Waits for work at the end of the task; it never rejects. */
  readonly track: (work: Promise<void>) => void;
}
