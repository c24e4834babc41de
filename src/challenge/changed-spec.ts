// The spec in force of a place with other values, as a case names them. Adopts nothing.
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { homePaths } from "../governor/home.ts";
import type { Json } from "../stdx/json.ts";
import type { Place } from "./place.ts";

/** `changes` by dotted path; null takes a value away, a number steps into a list, `+` appends. Throws where there is no such place. */
export function changedSpec(
  { home }: Pick<Place, "home">,
  changes: Readonly<Record<string, Json>>,
): Uint8Array {
  const spec = parse(readFileSync(homePaths(home).spec, "utf8")) as Json;
  for (const [path, value] of Object.entries(changes)) change(spec, path.split("."), value);
  return new TextEncoder().encode(JSON.stringify(spec, null, 1));
}

/** Sets, or with null takes away, what stands at `path` of the tree; a number steps into a list, `+` appends. */
function change(tree: Json, path: readonly string[], value: Json): void {
  const [name = "", ...rest] = path;
  if (typeof tree !== "object" || tree === null) throw new Error(`the spec has no \`${path.join(".")}\``);
  const table = tree as Record<string, Json>;
  if (rest.length > 0) return change(table[name] ?? null, rest, value);
  if (Array.isArray(tree)) {
    const list = tree as Json[];
    if (name === "+") list.push(value);
    else if (value === null) list.splice(Number(name), 1);
    else list[Number(name)] = value;
    return;
  }
  if (value === null) delete table[name];
  else table[name] = value;
}
