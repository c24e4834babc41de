// Gives each running task that may submit tasks somebody who takes them: joins the launcher, which starts it, and the way of a
// submitted task, which needs the launcher. Decides nothing itself.
import type { ChildPort } from "../enforce/execution.ts";
import { assert } from "../stdx/assert.ts";
import { TaskChildren } from "./children.ts";
import type { Admitted } from "./launch.ts";
import type { Lineages } from "./lineages.ts";
import type { SpecInForce } from "./spec-in-force.ts";
import { type SubmitParts, submitRun } from "./submit.ts";

export interface ChildrenFor {
  /** Takes what the task submits. What comes of it is its own to know where its label covers theirs. */
  readonly of: (admitted: Admitted) => ChildPort;
  /** Where submissions go; called once, before any task runs. */
  readonly submitTo: (parts: SubmitParts) => void;
}

/** Children of the tasks of one governor. */
export function childrenFor(lineages: Lineages, spec: Pick<SpecInForce, "adopted">): ChildrenFor {
  let parts: SubmitParts | null = null;
  const covers = (one: string, other: string): boolean => {
    const { ladder } = spec.adopted.parsed.spec.privacy;
    return one === other || (ladder.includes(other) && ladder.indexOf(other) <= ladder.indexOf(one));
  };
  return {
    submitTo: (given) => {
      parts = given;
    },
    of: ({ hold, grants, judged }) => {
      const { untrusted } = judged.decision;
      const { label, directory, submits: granted } = grants;
      const parent = { label, untrusted, directory, granted, submits: () => lineages.submits(hold.id) };
      return new TaskChildren(
        parent,
        (input, wait, client) => {
          assert(parts !== null, "a task runs in a governor that stands");
          const uid = parts.uidOf?.(hold.principal);
          return submitRun(parts, input, { client, wait, parent: hold.id, uid });
        },
        covers,
      );
    },
  };
}
