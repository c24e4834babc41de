// Where an executable outside the system's folders may have the rest of its installation. By the words of its path alone:
// what is there is for facts/ to observe.
import { isSystemPath } from "./system-folders.ts";

export interface ToolchainPart {
  readonly path: string;
  readonly kind: "file" | "directory";
}

/**
 * For `<prefix>/bin/<program>` the usual parts of an installation below the prefix, never the prefix itself: a project
 * folder with a `bin` would then be read whole. None for a program of the system, in a folder of another name, or below
 * a person's own prefix: then the file itself is all that it gets.
 *
 * @param executable A real path.
 * @example toolchainParts("/opt/tool/bin/tool")[0] // { path: "/opt/tool/bin", kind: "directory" }
 */
export function toolchainParts(executable: string): readonly ToolchainPart[] {
  const words = executable.split("/");
  const prefix = words.slice(0, -2);
  if (isSystemPath(executable) || words.at(-2) !== "bin" || isPersonal(prefix)) return [];
  const at = prefix.join("/");
  return [
    ...FOLDERS.map((name): ToolchainPart => ({ path: `${at}/${name}`, kind: "directory" })),
    { path: `${at}/${MARKER}`, kind: "file" },
  ];
}

/** Folders that an installation consists of (hier(7), as below /usr/local). */
const FOLDERS: readonly string[] = ["bin", "lib", "lib32", "lib64", "libexec", "include", "share"];
/** How Python finds the libraries of a virtual environment (PEP 405). */
const MARKER = "pyvenv.cfg";
/** Prefixes that are a person's own folders: their `share` and `lib` hold more than programs. */
const PERSONAL: ReadonlySet<string> = new Set([".local", "home", "root"]);

function isPersonal(prefix: readonly string[]): boolean {
  return prefix.length < 2 || PERSONAL.has(prefix.at(-1) ?? "") || prefix.at(-2) === "home";
}
