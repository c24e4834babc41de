// The JSON Schema of the spec language, for editors. The parser does not use it: it is derived from the same schema.
import type { JsonObject } from "../stdx/json.ts";
import { specSchema } from "./spec-schema.ts";

/** Draft 2020-12. It accepts every spec that the parser accepts, and some that it refuses. */
export function specJsonSchema(): JsonObject {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: "urn:writ:spec:1",
    title: "Writ governance spec, language version 1",
    ...specSchema.json,
  };
}
