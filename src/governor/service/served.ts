// What a governor of a service works with in place of its own rights: an executor that starts tasks as their principals, and
// their observers. Not the process (service-process.ts), nor who may say what (as-principal.ts).
import type { PathFacts } from "../../decide/facts.ts";
import { killElsewhere } from "../../enforce/limits/group-files.ts";
import type { ExecutorConfig } from "../../enforce/root/executor-config.ts";
import type { ExecutorLink } from "../../enforce/served/executor-link.ts";
import type { StandElsewhere } from "../../enforce/stand-elsewhere.ts";
import { accountHome } from "../../facts/account-home.ts";
import type { PathObservation } from "../../facts/identity.ts";
import type { WritError } from "../../stdx/writ-error.ts";
import type { Task } from "../../task/task.ts";
import type { ScanWith } from "../scan-task.ts";

export interface Served {
  readonly instance: string;
  /** Who may submit, each at a socket of its own. */
  readonly uids: readonly number[];
  /** The spec in force, set once there is one. */
  readonly spec: { hash: () => string };
  readonly stand: StandElsewhere;
  /** Whether root listed `uid`: else nothing can run as it, and nobody looks with its rights. */
  lists(uid: number): boolean;
  /** Whose rights a task of `uid` has. */
  account(uid: number): Pick<PathObservation, "identity" | "home">;
  /** With the rights of whose task it is. Rejects with a `WritError` when nobody can look. */
  paths(task: Task, who: Omit<PathObservation, "hasher">): Promise<PathFacts>;
  /** At most `max` bytes of a file, with the rights of `uid`; null: it cannot be read. */
  content(uid: number, path: string, max: number): Promise<Uint8Array | null>;
}

/** The overflow uid (Documentation/admin-guide/sysctl/fs.rst), for whom nothing is looked at. */
const NOBODY = 65_534;

/** The service of `config`, whose executor `link` leads to. */
export function servedBy(config: ExecutorConfig, link: ExecutorLink, unseen: () => WritError): Served {
  // Its groups are ours; what is in them is the principals'.
  killElsewhere((group) => link.empty(group));
  const spec = { hash: (): string => "" };
  return {
    instance: link.instance,
    uids: config.principals.map(({ uid }) => uid),
    spec,
    stand: link.stand(() => spec.hash()),
    lists: (uid) => config.principals.some((one) => one.uid === uid),
    account: (uid) => {
      const gid = config.principals.find((one) => one.uid === uid)?.gid ?? NOBODY;
      return { identity: { uid, gid, groups: [] }, home: accountHome(uid, config.passwd) };
    },
    paths: async (task, who) => {
      const seen = await link.look(who.identity.uid, { look: "paths", task, who });
      if (seen === null) throw unseen();
      return seen as PathFacts;
    },
    content: async (uid, path, max) => {
      const seen = await link.look(uid, { look: "content", path, max });
      return typeof seen === "string" ? Buffer.from(seen, "base64") : null;
    },
  };
}

/** How the files of a task are read before it is judged: by its own uid where that is not ours. */
export function readAs(served: Pick<Served, "content"> | null): ScanWith {
  return served === null ? {} : { read: (uid, path, max) => served.content(uid, path, max) };
}
