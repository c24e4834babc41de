// Writes a canonical spec as YAML for people, in units. Comments of the file it came from are not part of it.
import { writeYaml } from "../stdx/schema/write-yaml.ts";
import type { Spec } from "./spec.ts";
import { specSchema } from "./spec-schema.ts";

/** YAML that parses to exactly `spec`, every default spelled out. */
export function formatSpec(spec: Spec): string {
  return writeYaml(specSchema.write(spec, "written"));
}
