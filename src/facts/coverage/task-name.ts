// A task's name for a command of a crontab or a unit: the last part of its program, in characters that no shell, cron or
// systemd reads.

const NAME_MAX = 48;

/** @example taskName("/usr/local/bin/back up.sh") === "back-up.sh" */
export function taskName(program: string): string {
  const last = program.split("/").findLast((part) => part !== "") ?? "";
  const plain = last.replaceAll(/[^A-Za-z0-9._-]+/g, "-").replaceAll(/^[-.]+|[-.]+$/g, "");
  return plain.slice(0, NAME_MAX) || "command";
}
