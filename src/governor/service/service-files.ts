// The files that make a governor a service of systemd, and whether they may be written or taken away. What the units say is
// service-units.ts; what root writes down for the executor, executor-file.ts.
import { lstatSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { EXECUTOR_CONFIG, isExecutorConfig } from "../../enforce/root/executor-config.ts";
import { WritError } from "../../stdx/writ-error.ts";
import { PIN_PLACE } from "../pinned-home.ts";
import { addAccount } from "./executor-file.ts";
import {
  EXECUTOR_UNIT,
  executorUnit,
  governorUnit,
  MARK,
  PROGRAMS,
  SERVICE_ACCOUNT,
  SERVICE_UNIT,
} from "./service-units.ts";

/**
 * Where the service's home is unless another one is named (file-hierarchy(7), /var/lib): in a folder of its uid's, as a home
 * is made beside its place and moved there whole.
 */
export const SERVICE_HOME = "/var/lib/writ/home";

export interface ServiceFile {
  readonly path: string;
  /** null: it cannot be said yet. */
  readonly text: string | null;
  /** Whether what stands there is an older one of ours. */
  readonly isOurs: (found: string) => boolean;
}

/** What stands at a file's place: nothing, exactly it, another version of ours, or somebody else's. */
export type FileState = "missing" | "same" | "older" | "foreign";

/** Beside the units. */
export interface ServiceParts {
  /** With the file that lets every other home of the machine only play. */
  readonly pinned: boolean;
  /** Of the executor (executor-file.ts); null: it cannot be said yet. */
  readonly executor: string | null;
}

/**
 * The files for a service with its home at `home`, absolute and in characters that a unit takes as they are. Throws WRIT_USAGE
 * for another path.
 */
export function serviceFiles(home: string, { pinned, executor }: ServiceParts): readonly ServiceFile[] {
  if (
    !/^\/[A-Za-z0-9_./-]+\/[A-Za-z0-9_.-]*[A-Za-z0-9_-]$/.test(home) ||
    home.includes("//") ||
    home.includes("/..")
  ) {
    throw new WritError(
      "WRIT_USAGE",
      "a service's home is an absolute path, not right below `/`, of letters, digits and `_.-`",
      {
        hint: `writ service install --home ${SERVICE_HOME}`,
      },
    );
  }
  const isOurs = (found: string): boolean => found.startsWith(MARK);
  const user = `${MARK}\nu ${SERVICE_ACCOUNT} - "Writ governor" ${dirname(home)}\n`;
  return [
    { path: `/etc/sysusers.d/${SERVICE_ACCOUNT}.conf`, text: user, isOurs },
    { path: `/etc/systemd/system/${EXECUTOR_UNIT}`, text: executorUnit(), isOurs },
    { path: `/etc/systemd/system/${SERVICE_UNIT}`, text: governorUnit(home), isOurs },
    { path: EXECUTOR_CONFIG, text: executor, isOurs: isExecutorConfig },
    ...(pinned ? [{ path: PIN_PLACE.file, text: `${home}\n`, isOurs: () => false }] : []),
  ];
}

/** What stands at `file`'s place below `root`. */
export function fileState({ path, text, isOurs }: ServiceFile, root = "/"): FileState {
  try {
    const full = join(root, path);
    if (!lstatSync(full).isFile()) return "foreign";
    const found = readFileSync(full, "utf8");
    if (found === text) return "same";
    return isOurs(found) ? "older" : "foreign";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? "missing" : "foreign";
  }
}

/**
 * Writes those of `files` below `root` that can be said, each whole or not at all. Throws WRIT_SERVICE_REFUSED before the
 * first one where a file is not ours to replace, or where somebody other than root could change what the service would run.
 */
export function writeServiceFiles(files: readonly ServiceFile[], root = "/", owner = 0): void {
  if (process.geteuid?.() !== owner)
    throw refused("only root installs a service", "sudo writ service install --apply");
  const foreign = files.find((file) => fileState(file, root) === "foreign");
  if (foreign !== undefined) {
    throw refused(`\`${foreign.path}\` is not of this service`, `move ${foreign.path} away, if you mean it`);
  }
  if (root === "/") {
    for (const program of Object.values(PROGRAMS)) refuseLooseProgram(program);
  }
  for (const { path, text } of files) {
    if (text === null) continue;
    const full = join(root, path);
    mkdirSync(dirname(full), { recursive: true, mode: 0o755 });
    const fresh = `${full}.new-${process.pid}`;
    writeFileSync(fresh, text, { mode: 0o644, flag: "wx", flush: true });
    renameSync(fresh, full);
  }
}

/** Removes those of `files` that are ours; others stay. */
export function removeServiceFiles(files: readonly ServiceFile[], root = "/", owner = 0): void {
  if (process.geteuid?.() !== owner) {
    throw refused("only root uninstalls a service", "sudo writ service uninstall --apply");
  }
  for (const file of files) {
    const state = fileState(file, root);
    if (state === "same" || state === "older") rmSync(join(root, file.path));
  }
}

/** Throws WRIT_SERVICE_REFUSED unless root alone can write `program` and every folder above it. */
export function refuseLooseProgram(program: string): void {
  for (let at = realpathSync(program); ; at = dirname(at)) {
    const { uid, mode } = lstatSync(at);
    // A sticky folder (/tmp) lets others make names there, so it counts as theirs.
    if (uid !== 0 || (mode & 0o022) !== 0) {
      throw refused(
        `the service would run \`${program}\`, and others than root can write \`${at}\``,
        "npm install --global writ, as root, with a Node.js of the system",
      );
    }
    if (at === dirname(at)) return;
  }
}

function refused(message: string, hint: string): WritError {
  return new WritError("WRIT_SERVICE_REFUSED", message, { hint });
}

/**
 * What is typed as root once the files are there. `ready`: the executor's is among them; else what makes the account and the
 * home, from which that one follows, comes first.
 */
export function serviceSteps(home: string, ready: boolean): readonly string[] {
  const { node, writ } = PROGRAMS;
  const folder = dirname(home);
  const again = home === SERVICE_HOME ? "" : ` --home ${home}`;
  return [
    ...(ready
      ? []
      : [
          addAccount(),
          `install -d -o ${SERVICE_ACCOUNT} -g ${SERVICE_ACCOUNT} -m 700 ${folder}`,
          `cd ${folder} && runuser -u ${SERVICE_ACCOUNT} -- ${node} ${writ} init --home ${home} --spec FILE  # with a principal for each user`,
          `${node} ${writ} service install${again} --apply  # again, for ${EXECUTOR_CONFIG}`,
        ]),
    "systemctl daemon-reload",
    `systemctl enable --now ${EXECUTOR_UNIT} ${SERVICE_UNIT}`,
  ];
}
