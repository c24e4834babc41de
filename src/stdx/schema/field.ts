// Members of objects: required, optional with a default, and those that no room enforces yet.
import type { Comparison, Enforcement, Field, Room, Schema } from "./schema.ts";

/** A leaf that `room` holds, ordered by `comparison`. */
export function enforcedBy(room: Room, comparison: Comparison): Enforcement {
  return { enforced_by: room, planned: null, comparison };
}

/** A member that must be written. `enforcement` is null for members that have members. */
export function required<T>(schema: Schema<T>, enforcement: Enforcement | null, about: string): Field<T> {
  return { schema, absent: { required: true }, enforcement, about };
}

/** A member that may be left out: its value is then `absent`. */
export function optional<T, D>(
  schema: Schema<T>,
  absent: D,
  enforcement: Enforcement | null,
  about: string,
): Field<T | D> {
  return {
    schema,
    absent: { required: false, value: absent },
    enforcement,
    about,
  };
}

/** A member of the language that this version refuses, as nothing would hold it. */
export interface NotEnforced {
  readonly planned: Room;
  /** Whether an empty list, which says nothing, passes. */
  readonly empty: "passes" | "refused";
}

/** A member that `planned` will enforce. */
export function notEnforced(planned: Room, empty: NotEnforced["empty"] = "refused"): NotEnforced {
  return { planned, empty };
}
