// Which tasks count as the same work, so that what one used says something of the next. Nothing of a task's words is kept: a class
// is one keyed hash (name-hash.ts).
import type { PathFacts } from "../decide/facts.ts";
import { canonicalJson } from "../stdx/canonical-json.ts";
import type { Task } from "../task/task.ts";
import type { NameHash } from "./name-hash.ts";

/**
 * The class of `task`: who submits it, the program's content, the command with every number in it left open (a date or a batch makes
 * no other work of it), and the kinds of its needs. What it is called and for does not count.
 */
export function taskClass(
  principal: string,
  { run, needs }: Pick<Task, "run" | "needs">,
  { executable }: Pick<PathFacts, "executable">,
  names: NameHash,
): string {
  const program = executable?.sha256 ?? executable?.real ?? null;
  const command = run.command.map((word) => word.replace(/\d+/gu, "0"));
  const capabilities = [...new Set(needs.models.map(({ capability }) => capability))].sort();
  const shape = [capabilities, needs.calls.length > 0, needs.provider, needs.submits > 0];
  return names("class", canonicalJson([principal, program, command, shape]));
}
