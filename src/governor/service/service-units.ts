// The two units of systemd that make a service: the executor, which alone is root, and the governor under its own account.
// Texts only; where they lie and whether they may be written is service-files.ts.
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { EXECUTOR_CONFIG } from "../../enforce/root/executor-config.ts";

export const SERVICE_UNIT = "writ.service";
export const EXECUTOR_UNIT = "writ-executor.service";
/** The governor's account. */
export const SERVICE_ACCOUNT = "writ";
/** The first line of a file that is ours to replace. */
export const MARK = "# Written by `writ service install`.";
const PACKAGE: string = fileURLToPath(new URL("../../..", import.meta.url)).replace(/\/$/, "");
const DIST: string = import.meta.filename.endsWith(".ts") ? "src" : "dist";
const EXTENSION: string = import.meta.filename.endsWith(".ts") ? "ts" : "js";

/** The programs that the units start, and what runs them. */
export const PROGRAMS: { readonly node: string; readonly writ: string; readonly executor: string } = {
  node: process.execPath,
  writ: `${PACKAGE}/bin/writ.js`,
  executor: `${PACKAGE}/${DIST}/enforce/root/executor-process.${EXTENSION}`,
};

/** s within which a sign of life is wanted: a governor says one twice in that time (tell-supervisor.ts). */
const WATCHDOG = 60;

/**
 * What the executor may do of what root may (capabilities(7)): change to a principal (SETUID, SETGID, and SETPCAP to give up
 * the rest), hand it its folder and pipes (CHOWN, FOWNER), reach the governor's descriptors and control groups (SYS_PTRACE,
 * DAC_OVERRIDE), enter a task's network namespace (SYS_ADMIN) and end what it started (KILL).
 */
export const EXECUTOR_CAPABILITIES: readonly string[] = [
  "CAP_CHOWN",
  "CAP_DAC_OVERRIDE",
  "CAP_FOWNER",
  "CAP_KILL",
  "CAP_SETGID",
  "CAP_SETPCAP",
  "CAP_SETUID",
  "CAP_SYS_ADMIN",
  "CAP_SYS_PTRACE",
];

/**
 * Of both. Left out on purpose, as tasks inherit it from the executor, and the gate from the governor: RestrictNamespaces=,
 * ProtectKernelTunables=, ProtectProc= and ProtectHome=, as sandboxes are namespaces with a /proc of their own and may be
 * granted folders of homes, and PrivateNetwork=, by which the executor tells the node's network from a task's (systemd.exec(5)).
 */
const HARDENED = `NoNewPrivileges=yes
ProtectSystem=full
ProtectClock=yes
ProtectKernelModules=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native`;

/** Started again for as long as it takes; systemd-notify(1) is a process of its own, so every one of the unit's may speak. */
const WATCHED = `Type=notify
NotifyAccess=all
WatchdogSec=${WATCHDOG}s
Restart=always
RestartSec=5s`;

export function executorUnit(): string {
  const { node, executor } = PROGRAMS;
  return `${MARK}
[Unit]
Description=Writ executor, which starts tasks as their principals
After=local-fs.target
ConditionPathExists=${EXECUTOR_CONFIG}
StartLimitIntervalSec=0

[Service]
ExecStart=${node} ${executor} ${EXECUTOR_CONFIG}
WorkingDirectory=/
${WATCHED}
# Runners and their tasks end with it.
KillMode=control-group
CapabilityBoundingSet=${EXECUTOR_CAPABILITIES.join(" ")}
${HARDENED}

[Install]
WantedBy=multi-user.target
`;
}

/** The governor of the home at `home`. */
export function governorUnit(home: string): string {
  const { node, writ } = PROGRAMS;
  return `${MARK}
[Unit]
Description=Writ governor and queue
After=local-fs.target time-sync.target ${EXECUTOR_UNIT}
Requires=${EXECUTOR_UNIT}
ConditionPathExists=${home}/node.json
StartLimitIntervalSec=0

[Service]
User=${SERVICE_ACCOUNT}
Group=${SERVICE_ACCOUNT}
ExecStart=${node} ${writ} serve --home ${home} --service ${EXECUTOR_CONFIG}
WorkingDirectory=${dirname(home)}
UMask=0077
${WATCHED}
# A long ledger is verified before it serves.
TimeoutStartSec=15min
# The first SIGTERM starts no more jobs and waits for what runs; what is left after this is killed.
KillMode=mixed
TimeoutStopSec=15min
# Tasks are held to memory and processes in control groups below the unit's own.
Delegate=yes
CapabilityBoundingSet=
AmbientCapabilities=
${HARDENED}

[Install]
WantedBy=multi-user.target
`;
}
