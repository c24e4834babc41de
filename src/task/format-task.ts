// Writes a canonical task as a task file: what a remedy hands to a person. Paths are absolute in it, so it can be run from
// anywhere.
import { writeYaml } from "../stdx/schema/write-yaml.ts";
import type { Task } from "./task.ts";
import { taskSchema } from "./task-schema.ts";

/** YAML that parses to exactly `task`, whatever the folder it is read in. What says nothing is left out. */
export function formatTask(task: Task): string {
  return writeYaml(taskSchema(NO_DIRECTORY).write(task, "omitted"));
}

/** No canonical path is empty, so that the working directory never equals the default and is always written. */
const NO_DIRECTORY = "";
