// How far a spec has come from another one, usually the first: each field in which it is looser, from what to what, and one
// number over all of them. Twenty small steps give the number of one large one.

import { noLooser } from "../../spec/no-looser.ts";
import type { Spec } from "../../spec/spec.ts";
import { canonicalJson } from "../../stdx/canonical-json.ts";
import type { Json } from "../../stdx/json.ts";
import { asJson } from "../records.ts";

/** One field that is looser than it was. */
export interface LooserField {
  readonly field: string;
  /** As it was and is, in canonical form, at most 80 characters; null: it is not one value. */
  readonly from: string | null;
  readonly to: string | null;
  /** 1, and 1 more for each doubling or halving of a number. */
  readonly weight: number;
}

export interface Looseness {
  /** The sum of all weights; 0: no looser in any field. */
  readonly total: number;
  readonly fields: readonly LooserField[];
}

/** Characters of a value that are shown. */
const SHOWN_MAX = 80;

/** How much looser `now` is than `then`. Heaviest field first. */
export function looseness(now: Spec, then: Spec): Looseness {
  const compared = noLooser(now, then);
  if (compared.ok) return { total: 0, fields: [] };
  const fields = compared.looser.map(({ field }): LooserField => {
    const [from, to] = [valueAt(then, field), valueAt(now, field)];
    return { field, from: shown(from), to: shown(to), weight: 1 + doublings(from, to) };
  });
  return {
    total: fields.reduce((sum, { weight }) => sum + weight, 0),
    fields: fields.toSorted((one, two) => two.weight - one.weight),
  };
}

/** The value of a field as noLooser names it: `a.b`, or `a[key].b` for an entry of a table; undefined: there is none. */
function valueAt(spec: Spec, field: string): Json | undefined {
  let value: Json | undefined = asJson(spec);
  for (const [, name = "", key] of field.matchAll(/([a-z_]+)(?:\[([^\]]*)\])?\.?/g)) {
    value = memberOf(value, name);
    if (key !== undefined) value = entryOf(value, key);
  }
  return value;
}

function memberOf(value: Json | undefined, name: string): Json | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as { readonly [name: string]: Json })[name]
    : undefined;
}

/** By what the language calls an entry: its name, host and port, path, file, or place in the list. */
function entryOf(value: Json | undefined, key: string): Json | undefined {
  if (!Array.isArray(value)) return undefined;
  const named = value.find((entry: Json) => {
    const of = (name: string): Json | undefined => memberOf(entry, name);
    return [
      of("name"),
      canonicalJson([of("host") ?? null, of("port") ?? null]).replace(/^\["(.*)",([0-9]+)\]$/, "$1:$2"),
      of("host"),
      of("path"),
      of("file"),
    ].includes(key);
  });
  return named ?? (/^[0-9]+$/.test(key) ? value[Number(key)] : undefined);
}

function doublings(from: Json | undefined, to: Json | undefined): number {
  if (typeof from !== "number" || typeof to !== "number") return 0;
  // From or to nothing there is no ratio: as from or to one.
  return Math.floor(Math.abs(Math.log2(Math.max(to, 1) / Math.max(from, 1))));
}

function shown(value: Json | undefined): string | null {
  if (value === undefined) return null;
  const text = canonicalJson(value);
  return text.length <= SHOWN_MAX ? text : `${text.slice(0, SHOWN_MAX - 1)}…`;
}
