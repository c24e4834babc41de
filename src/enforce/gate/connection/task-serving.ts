// What the connections of one served task share. Types only.
import type { Dial } from "../dial/dial.ts";
import type { SyntheticNames } from "../dns/synthetic-names.ts";
import type { TaskState } from "../task-state.ts";
import type { GrantedPlaces } from "./granted-places.ts";
import type { TargetEvents, TargetServers } from "./target-servers.ts";

export interface TaskServing extends TargetEvents {
  readonly state: TaskState;
  readonly places: GrantedPlaces;
  readonly names: SyntheticNames;
  readonly servers: TargetServers;
  readonly dial: Dial;
  /** Waits for work at the end of the task; it never rejects. */
  readonly track: (work: Promise<void>) => void;
}
