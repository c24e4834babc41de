// Checks of parsed JSON by closed forms: exact members, exact kinds, bounded sizes. Nothing is filled in and nothing converted.
// Not what a form means (read-claims.ts, root/requests.ts).

/** null: holds; else the place and the reason. */
export type Check = (value: unknown, at: string) => string | null;

/** Entries of one list; the languages bound their own lists far lower. */
const LIST_MAX = 4096;
/** Characters of one text; PATH_MAX of Linux is 4096 bytes (limits.h). */
const TEXT_MAX = 131_072;

export function closed(members: Readonly<Record<string, Check>>): Check {
  return (value, at) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return `${at}: is not an object`;
    const present = new Set(Object.keys(value));
    for (const [name, check] of Object.entries(members)) {
      if (!present.delete(name)) return `${at}.${name}: is missing`;
      const problem = check((value as Readonly<Record<string, unknown>>)[name], `${at}.${name}`);
      if (problem !== null) return problem;
    }
    return present.size === 0 ? null : `${at}: has an unknown member`;
  };
}

export function listOf(check: Check): Check {
  return (value, at) => {
    if (!Array.isArray(value)) return `${at}: is not a list`;
    if (value.length > LIST_MAX) return `${at}: has ${value.length} entries: limit is ${LIST_MAX}`;
    for (const [index, entry] of value.entries()) {
      const problem = check(entry, `${at}.${index}`);
      if (problem !== null) return problem;
    }
    return null;
  };
}

export function matches(pattern: RegExp, kind: string): Check {
  return (value, at) => (typeof value === "string" && pattern.test(value) ? null : `${at}: is not ${kind}`);
}

export function oneOf(...values: readonly (string | number)[]): Check {
  return (value, at) => (values.some((one) => one === value) ? null : `${at}: is not ${values.join(" or ")}`);
}

export function orNull(check: Check): Check {
  return (value, at) => (value === null ? null : check(value, at));
}

export const text: Check = (value, at) =>
  typeof value === "string" && value.length <= TEXT_MAX && value.isWellFormed() && !value.includes("\0")
    ? null
    : `${at}: is not text`;

export const count: Check = (value, at) =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? null : `${at}: is not a whole number`;

export const positive: Check = (value, at) =>
  Number.isSafeInteger(value) && (value as number) > 0 ? null : `${at}: is not a positive whole number`;

/** Absolute, one form: no empty, `.` or `..` segment, no trailing slash, no control character. */
export const path: Check = (value, at) => {
  const problem = text(value, at);
  if (problem !== null) return problem;
  const given = value as string;
  if (given === "/") return null;
  const segments = given.split("/");
  const first = segments.shift();
  const whole =
    first === "" && segments.every((segment) => segment !== "" && segment !== "." && segment !== "..");
  return whole ? null : `${at}: is not an absolute path in its one form`;
};

export const name: Check = matches(/^[!-~]{1,256}$/u, "a printable name");
