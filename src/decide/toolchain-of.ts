// Which parts of its program's installation a task gets to read beside what it declared. Not which there are (facts/).
import { isWithin } from "../names/path.ts";
import type { Task } from "../task/task.ts";
import type { Facts, PathFact } from "./facts.ts";
import { pathFactOf } from "./path-fact.ts";

/**
 * The observed toolchain folders that this task needs: none when what it declared covers its program already, and none
 * of those that a declared path covers, which stay as that grant has them.
 */
export function toolchainOf(task: Task, facts: Facts): readonly PathFact[] {
  const { toolchain = [], executable, directory, reads, writes } = facts.paths;
  if (toolchain.length === 0 || executable === null) return [];
  const declared = [
    ...task.needs.reads.map((asked, at) => pathFactOf(reads, asked, at)?.real ?? asked),
    ...task.needs.writes.map((asked, at) => pathFactOf(writes, asked, at)?.real ?? asked),
    ...(task.needs.reads_directory ? [directory.real ?? task.directory] : []),
  ];
  const covered = (path: string): boolean => declared.some((grant) => isWithin(grant, path));
  if (covered(executable.real ?? executable.asked)) return [];
  return toolchain.filter((part) => !covered(part.real ?? part.asked));
}
