// The bounds of what people write about a change of the spec.

/** Characters of a reason. */
export const WHY_MAX = 2000;
