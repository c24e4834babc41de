// As root: binds what bubblewrap will need below one folder that an unprivileged uid can enter, in a mount namespace
// that nobody else sees. Bubblewrap, which runs with the task's uid, could not reach a grant below a 0700 folder. At once,
// or in two steps: what every task needs before the task is known, and its grants when it is.
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
  const points = makePoints(folder);
  const lines = [bindLine(etc, `${points}/etc`), ...grantLines(points, paths)];
  return stageOf(writeTable(folder, "stage.fstab", lines), paths);
}

/** A folder as `prepareStage` wants it, and what is bound in it before its task is known. */
export interface StageAhead {
  readonly folder: string;
  /** Path of the table for what is bound first. */
  readonly base: string;
}

/** The first step: `etc` lies where the stage will have it, and `inEtc` binds things below that, by their paths in it. */
export function prepareStageAhead(
  folder: string,
  etc: string,
  inEtc: readonly (readonly [source: string, path: string])[],
): StageAhead {
  const points = makePoints(folder);
  const inside = inEtc.map(([source, path]) => bindLine(source, `${points}/etc/${path}`));
  return { folder, base: writeTable(folder, "base.fstab", [bindLine(etc, `${points}/etc`), ...inside]) };
}

/** The second step, once: as `prepareStage`, where the first one was bound already. */
export function completeStage({ folder }: StageAhead, paths: readonly OpenPath[]): Stage {
  return stageOf(writeTable(folder, "stage.fstab", grantLines(`${folder}/stage`, paths)), paths);
}

function makePoints(folder: string): string {
  const points = `${folder}/stage`;
  mkdirSync(points, { mode: 0o711 });
  mkdirSync(`${points}/etc`);
  return points;
}

/** Makes a point for each path; the folder of the points covers `STAGE_MOUNTED` last: a grant may lie below that. */
function grantLines(points: string, paths: readonly OpenPath[]): readonly string[] {
  const lines = paths.map(({ kind, path }, index) => {
    const point = `${points}/g${index}`;
    if (kind === "directory") mkdirSync(point);
    else writeFileSync(point, "");
    return bindLine(path, point);
  });
  return [...lines, bindLine(points, STAGE_MOUNTED)];
}

function writeTable(folder: string, name: string, lines: readonly string[]): string {
  const table = `${folder}/${name}`;
  writeFileSync(table, `${lines.join("\n")}\n`, { mode: 0o600 });
  return table;
}

function stageOf(table: string, paths: readonly OpenPath[]): Stage {
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
