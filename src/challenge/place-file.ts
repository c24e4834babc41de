// What a place is as a suite states it: a spec, the files around it, and the task that lives in it while cases act from
// inside. A place file has no case; place.ts opens one.
import type { Json } from "../stdx/json.ts";
import { optional, required } from "../stdx/schema/field.ts";
import { object } from "../stdx/schema/object.ts";
import { count } from "../stdx/schema/scalars.ts";
import type { Schema } from "../stdx/schema/schema.ts";
import { anyText, anyValue, mapOf, textOrTexts } from "./free-values.ts";

export interface PlaceFile {
  readonly challenge: number;
  /** Names that its texts and those of its cases use. */
  readonly let: Readonly<Record<string, string>>;
  /** Files made before the home; those below `keys/` are closed to tasks. */
  readonly files: Readonly<Record<string, string>>;
  /** Hosts that the servers outside have certificates for. */
  readonly hosts: readonly string[];
  /** Another place whose spec, files, hosts and names this one has beside its own; empty: none. */
  readonly like: string;
  /** The governance spec; null only with `like`. */
  readonly spec: Json;
  /** `needs` of the task that lives there; null: none does. */
  readonly live: Json;
  /** Files that are enrolled once the home is there. */
  readonly enrol: readonly string[];
}

/** A file below `places/`. */
export const placeSchema: Schema<PlaceFile> = object<PlaceFile>(
  {
    challenge: required(count({ min: 1, max: 1 }), null, "the version of the format: 1"),
    let: optional(mapOf(anyText), {}, null, "names that texts use as <NAME>"),
    files: optional(mapOf(anyText), {}, null, "files made before the home"),
    hosts: optional(textOrTexts, [], null, "hosts that have certificates"),
    like: optional(anyText, "", null, "another place that this one is like"),
    spec: optional(anyValue, null, null, "the governance spec"),
    live: optional(anyValue, null, null, "needs of the task that lives there"),
    enrol: optional(textOrTexts, [], null, "files that are enrolled"),
  },
  {
    check: ({ like, spec }) =>
      (like === "") === (spec === null)
        ? [{ member: "spec", message: "is needed, unless there is a `like`" }]
        : [],
  },
);

/** `place` with what `base` has beside it. */
export function placeLike(place: PlaceFile, base: PlaceFile): PlaceFile {
  return {
    ...place,
    let: { ...base.let, ...place.let },
    files: { ...base.files, ...place.files },
    hosts: [...base.hosts, ...place.hosts],
    spec: base.spec,
    enrol: [...base.enrol, ...place.enrol],
  };
}
