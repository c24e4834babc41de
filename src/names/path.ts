// File paths in one form, and the patterns that label them. Lexical only: symlinks are for facts/ to resolve.
import { err, ok, type Result } from "../stdx/result.ts";
import type { NameError, NameErrorCode } from "./name-error.ts";

/** The longest path in bytes: Linux limits.h PATH_MAX is 4096 with the ending NUL. */
export const PATH_BYTES_MAX = 4095;
/** The longest component in bytes: Linux limits.h NAME_MAX. */
export const COMPONENT_BYTES_MAX = 255;

/**
 * The absolute form of a file path, `.` and `..` resolved by the words alone against the absolute `directory`; no slash
 * at the end but in `/`. Refuses `~` (a service's home is another's), NUL and control characters, malformed Unicode and
 * what is over the kernel's bounds. Idempotent.
 *
 * @example canonicalPath("../in/./a", "/work/out") // { ok: true, value: "/work/in/a" }
 */
export function canonicalPath(text: string, directory: string): Result<string, NameError> {
  const fault = textFault(text);
  if (fault !== null) return fault;
  return bounded(resolved(text.startsWith("/") ? text : `${directory}/${text}`));
}

/**
 * The canonical form of a source pattern: an absolute path, or one and `/**` for it and everything below it. No other
 * wildcards. Idempotent.
 *
 * @example canonicalPathPattern("/home/me/vault/**") // { ok: true, value: "/home/me/vault/**" }
 */
export function canonicalPathPattern(text: string): Result<string, NameError> {
  const deep = text.endsWith("/**");
  const base = deep ? text.slice(0, -2) : text;
  if (/[*?[\]]/.test(base)) {
    return refuse(
      "bad_glob",
      "a wildcard that is not a final `/**`",
      "write a path, or `path/**` for all below it",
    );
  }
  const fault = textFault(base);
  if (fault !== null) return fault;
  if (!base.startsWith("/"))
    return refuse("not_absolute", "a path that is not absolute", "start it with `/`");
  const path = bounded(resolved(base));
  return path.ok && deep ? ok(`${path.value === "/" ? "" : path.value}/**`) : path;
}

/** Whether the canonical `path` is `folder` itself or below it. */
export function isWithin(folder: string, path: string): boolean {
  return folder === "/" || path === folder || path.startsWith(`${folder}/`);
}

/** The path that a pattern stands on: itself, without `/**`. */
export function patternBase(pattern: string): string {
  if (!isDeepPattern(pattern)) return pattern;
  return pattern.length === 3 ? "/" : pattern.slice(0, -3);
}

/** Whether the pattern names everything below its base as well. */
export function isDeepPattern(pattern: string): boolean {
  return pattern.endsWith("/**");
}

/**
 * Whether everything that a grant of the canonical `path` reveals is named by `pattern`.
 *
 * @example coversPath("/a/**", "/a/b") === true
 * @example coversPath("/a", "/a/b") === false
 */
export function coversPath(pattern: string, path: string): boolean {
  return isDeepPattern(pattern) ? isWithin(patternBase(pattern), path) : pattern === path;
}

/**
 * Whether a grant of the canonical `path` may reveal anything that `pattern` names: either lies within the other. A
 * pattern without `/**` may still turn out to be a folder, so what lies below it overlaps too.
 *
 * @example overlapsPath("/home/me/vault/**", "/home") === true
 */
export function overlapsPath(pattern: string, path: string): boolean {
  const base = patternBase(pattern);
  return isWithin(base, path) || isWithin(path, base);
}

function textFault(text: string): Result<never, NameError> | null {
  if (text.length === 0) return refuse("empty", "no path", "name a path");
  if (/[\u0000-\u001f\u007f-\u009f]/.test(text)) {
    return refuse("control_character", "a control character in the path", "rename the file");
  }
  if (!text.isWellFormed())
    return refuse("bad_character", "malformed Unicode in the path", "rename the file");
  if (text.startsWith("~")) {
    return refuse(
      "home_shorthand",
      "`~` in a path: a service's home is another's",
      "write the absolute path",
    );
  }
  return null;
}

function resolved(path: string): string {
  const kept: string[] = [];
  for (const component of path.split("/")) {
    if (component === "..") kept.pop();
    else if (component !== "" && component !== ".") kept.push(component);
  }
  return `/${kept.join("/")}`;
}

function bounded(path: string): Result<string, NameError> {
  const encoder = new TextEncoder();
  const bytes = encoder.encode(path).length;
  if (bytes > PATH_BYTES_MAX) {
    return refuse("too_long", `a path of ${bytes} bytes: limit is ${PATH_BYTES_MAX}`, "shorten the path");
  }
  const longest = path.split("/").find((part) => encoder.encode(part).length > COMPONENT_BYTES_MAX);
  if (longest !== undefined) {
    return refuse("too_long", `a path component over ${COMPONENT_BYTES_MAX} bytes`, "shorten the component");
  }
  return ok(path);
}

function refuse(code: NameErrorCode, detail: string, hint: string): Result<never, NameError> {
  return err({ code, detail, hint });
}
