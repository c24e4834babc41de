// The files that make a governor a service of systemd, and whether they may be written. The unit says what this version does:
// one process tree under one uid of its own; no task runs as its submitter, as nothing here changes uids.
import { lstatSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { WritError } from "../../stdx/writ-error.ts";
import { PIN_PLACE } from "../pinned-home.ts";

/**
 * Where the service's home is unless another one is named (file-hierarchy(7), /var/lib): in a folder of its uid's, as a home
 * is made beside its place and moved there whole.
 */
export const SERVICE_HOME = "/var/lib/writ/home";
export const SERVICE_UNIT = "writ.service";
const UNIT_FILE: string = `/etc/systemd/system/${SERVICE_UNIT}`;
const USER_FILE = "/etc/sysusers.d/writ.conf";
const MARK = "# Written by `writ service install`.";
const PACKAGE: string = fileURLToPath(new URL("../../..", import.meta.url)).replace(/\/$/, "");

export interface ServiceFile {
  readonly path: string;
  readonly text: string;
}

/** What stands at a file's place: nothing, exactly it, another version of ours, or somebody else's. */
export type FileState = "missing" | "same" | "older" | "foreign";

/**
 * The files for a service with its home at `home`, absolute and in characters that a unit takes as they are. `pinned`: with
 * the one that lets every other home of the machine only play. Throws WRIT_USAGE for another path.
 */
export function serviceFiles(home: string, pinned: boolean): readonly ServiceFile[] {
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
  return [
    { path: USER_FILE, text: `${MARK}\nu writ - "Writ governor" ${dirname(home)}\n` },
    { path: UNIT_FILE, text: unitText(home) },
    ...(pinned ? [{ path: PIN_PLACE.file, text: `${home}\n` }] : []),
  ];
}

/** The program that the unit starts. */
export function serviceProgram(): readonly string[] {
  return [process.execPath, `${PACKAGE}/bin/writ.js`];
}

/**
 * The unit. Left out on purpose: RestrictNamespaces=, ProtectKernelTunables=, ProtectProc= and ProtectHome=, as sandboxes are
 * namespaces with a /proc of their own and may be granted folders of homes (systemd.exec(5)); WatchdogSec=, as nothing here
 * answers a watchdog: a governor that dies is started again, one that hangs is not.
 */
function unitText(home: string): string {
  const [node, program] = serviceProgram();
  return `${MARK}
[Unit]
Description=Writ governor and queue
After=local-fs.target time-sync.target
ConditionPathExists=${home}/node.json

[Service]
User=writ
Group=writ
ExecStart=${node} ${program} serve --home ${home}
WorkingDirectory=${dirname(home)}
UMask=0077
Restart=always
RestartSec=5s
# The first SIGTERM starts no more jobs and waits for what runs; what is left after this is killed.
KillMode=mixed
TimeoutStopSec=15min
# Tasks are held to memory and processes in control groups below the unit's own.
Delegate=yes
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=full
ProtectClock=yes
ProtectKernelModules=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native

[Install]
WantedBy=multi-user.target
`;
}

/** What stands at `file`'s place below `root`. */
export function fileState({ path, text }: ServiceFile, root = "/"): FileState {
  try {
    const full = join(root, path);
    if (!lstatSync(full).isFile()) return "foreign";
    const found = readFileSync(full, "utf8");
    if (found === text) return "same";
    return found.startsWith(MARK) ? "older" : "foreign";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? "missing" : "foreign";
  }
}

/**
 * Writes `files` below `root`, each whole or not at all. Throws WRIT_SERVICE_REFUSED before the first one where a file is not
 * ours to replace, or where somebody other than root could change what the service would run.
 */
export function writeServiceFiles(files: readonly ServiceFile[], root = "/", owner = 0): void {
  if (process.geteuid?.() !== owner)
    throw refused("only root installs a service", "sudo writ service install --apply");
  const foreign = files.find((file) => fileState(file, root) === "foreign");
  if (foreign !== undefined) {
    throw refused(`\`${foreign.path}\` is not of this service`, `move ${foreign.path} away, if you mean it`);
  }
  if (root === "/") {
    for (const program of serviceProgram()) refuseLooseProgram(program);
  }
  for (const { path, text } of files) {
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

/** What is typed as root once the files are there. */
export function serviceSteps(home: string): readonly string[] {
  const [node, program] = serviceProgram();
  return [
    "systemd-sysusers",
    `install -d -o writ -g writ -m 700 ${dirname(home)}`,
    `cd ${dirname(home)} && runuser -u writ -- ${node} ${program} init --home ${home}`,
    "systemctl daemon-reload",
    `systemctl enable --now ${SERVICE_UNIT}`,
  ];
}
