// As root: binds what bubblewrap will need below one folder that an unprivileged uid can enter, in a mount namespace
// that nobody else sees. Bubblewrap, which runs with the task's uid, could not reach a grant below a 0700 folder.
import { mkdirSync, writeFileSync } from "node:fs";
import type { OpenPath } from "./open-grants.ts";

/** What the stage script needs, as variables of its environment, and where bubblewrap then finds each thing. */
export interface Stage {
  readonly variables: Readonly<Record<string, string>>;
  /** Path of the table that mount(8) reads. */
  readonly table: string;
  /** `point=descriptor` for each path, by blanks: what the bound point is compared with. */
  readonly held: string;
  /** Where each path is bound, in the order given. */
  readonly places: readonly string[];
  readonly etc: string;
}

/** The stage covers this folder inside the launcher's mount namespace: it exists everywhere and anyone may enter it. */
const STAGE_MOUNTED = "/tmp";

/**
 * Prepares the mount points in `folder` (root's, not yet there) and the table that mount(8) reads. Binding by
 * descriptor is not possible here: the kernel refuses a descriptor of another mount namespace. So each is bound by its
 * path, and what was bound is compared with what our descriptor names, by device and inode, before anything starts.
 */
export function prepareStage(folder: string, etc: string, paths: readonly OpenPath[]): Stage {
  const points = `${folder}/stage`;
  mkdirSync(points, { mode: 0o711 });
  mkdirSync(`${points}/etc`);
  const lines = [bindLine(etc, `${points}/etc`)];
  for (const [index, path] of paths.entries()) {
    const point = `${points}/g${index}`;
    if (path.kind === "directory") mkdirSync(point);
    else writeFileSync(point, "");
    lines.push(bindLine(path.path, point));
  }
  lines.push(bindLine(points, STAGE_MOUNTED));
  const table = `${folder}/stage.fstab`;
  writeFileSync(table, `${lines.join("\n")}\n`, { mode: 0o600 });
  const names = paths.map((_, index) => `g${index}`);
  const held = paths.map(({ fd }, index) => `g${index}=${fd}`).join(" ");
  return {
    variables: { STAGE_TABLE: table, STAGE_HELD: held, STAGE_HOLDER: String(process.pid) },
    table,
    held,
    places: names.map((name) => `${STAGE_MOUNTED}/${name}`),
    etc: `${STAGE_MOUNTED}/etc`,
  };
}

/** One line of fstab(5): blanks and backslashes as octal escapes, a `#` too since it starts a comment. */
function bindLine(source: string, target: string): string {
  return `${escaped(source)} ${escaped(target)} none rbind 0 0`;
}

function escaped(path: string): string {
  return path.replace(
    /[ \t\n\v\f\r\\#]/gu,
    (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`,
  );
}
