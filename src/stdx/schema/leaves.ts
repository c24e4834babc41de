// Lists what a schema is made of: every leaf with its path, for documents, comparison and the test that each leaf names
// the room that enforces it.
import type { Field, Schema } from "./schema.ts";

export interface Leaf {
  /** Dotted, with `[]` for the entries of a list: `sovereignty.endpoints[].host`. */
  readonly path: string;
  readonly field: Field<unknown>;
}

/** Every leaf below `schema`, in the order of the language. */
export function leaves(schema: Schema<unknown>, prefix = ""): readonly Leaf[] {
  return (schema.members ?? []).flatMap(({ name, field }) => {
    const path = prefix === "" ? name : `${prefix}.${name}`;
    const isList = field.schema.json["type"] === "array";
    if (field.schema.members === null) return [{ path, field }];
    return leaves(field.schema, isList ? `${path}[]` : path);
  });
}
