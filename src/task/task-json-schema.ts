// The JSON Schema of the task language, for editors. The parser does not use it: it is derived from the same schema.
import type { JsonObject } from "../stdx/json.ts";
import { taskSchema } from "./task-schema.ts";

/** Draft 2020-12. It accepts every task that the parser accepts, and some that it refuses. */
export function taskJsonSchema(): JsonObject {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: "urn:writ:task:1",
    title: "Writ task, language version 1",
    ...taskSchema("/").json,
  };
}
