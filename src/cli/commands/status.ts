// `writ status`: what the home's governor is doing now; with `--short` one line for a glance, which starts no governor.
import { buildCommand, type Command } from "@stricli/core";
import type { GovernorStatus } from "../../governor/governor.ts";
import { escapeUntrusted } from "../../stdx/escape.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { type CommonFlags, format, home, onFlag } from "../flags.ts";
import { governorOf } from "../governor-of.ts";
import { guarded } from "../guarded.ts";
import { homePath } from "../home-path.ts";
import { json, line, note } from "../output.ts";

interface Flags extends CommonFlags {
  readonly short: boolean;
}

async function status(this: CliContext, flags: Flags): Promise<number> {
  if (flags.short) return await short(this, flags);
  const governor = await governorOf(this, flags.home);
  try {
    const now = await governor.status();
    if (flags.format === "json") json(this, "writ.status/1", { ...now });
    else {
      line(this, `spec       ${now.spec_name}  (sha256 ${now.spec_hash})`);
      line(this, `tasks      ${now.running} running, ${now.waiting} waiting`);
      const { narrowed } = now;
      if (narrowed !== null)
        line(this, `narrowed   ${narrowed.step} since record #${narrowed.record}${byAlarm(narrowed)}`);
      line(this, `ledger     ${now.records} records`);
      for (const text of witnessLines(now)) line(this, `witnesses  ${text}`);
      for (const text of watchedLines(now)) line(this, text);
      line(this, `isolation  ${now.isolation}, limits by ${now.limits}`);
      line(this, `governor   ${now.version}, pid ${now.pid}, node ${now.node}`);
    }
    return EXIT.done;
  } finally {
    await governor.close();
  }
}

function byAlarm({ alarm }: NonNullable<GovernorStatus["narrowed"]>): string {
  return alarm === true ? ", by the alarm of a check (writ ledger tail)" : "";
}

/** One line, healthy or not: a governor that does not answer, or a witness that fails, is not. */
async function short(context: CliContext, flags: Flags): Promise<number> {
  if (flags.format === "json") {
    note(context, "error", "--short is one line for people; --format json is the whole status");
    note(context, "hint", "writ status --format json");
    return EXIT.usage;
  }
  const { glance } = await import("../../governor/glance.ts");
  const seen = await glance(homePath(context, flags.home));
  if (seen.state === "absent") line(context, "writ idle");
  else if (seen.state === "silent") line(context, "writ does not answer");
  else line(context, `writ ${inShort(seen.status)}`);
  if (seen.state === "silent") return EXIT.doesNotHold;
  return seen.state === "serving" && isUnwell(seen.status) ? EXIT.doesNotHold : EXIT.done;
}

function isUnwell({ witnesses, alarms, challenge, untold }: GovernorStatus): boolean {
  const fails = challenge !== null && !challenge.held;
  return witnesses.some(({ cause }) => cause !== null) || alarms > 0 || fails || untold !== null;
}

function inShort(status: GovernorStatus): string {
  const { running, waiting, jobs, narrowed, witnesses, unwitnessed, alarms, challenge, untold } = status;
  const queued = waiting + jobs.waiting + jobs.ready + jobs.deferred;
  const failing = witnesses.filter(({ cause }) => cause !== null).length;
  return [
    ...(narrowed === null ? [] : [narrowed.step]),
    `${running} running`,
    ...(queued > 0 ? [`${queued} waiting`] : []),
    ...(witnesses.length > 0 && unwitnessed.records > 0 ? [`${unwitnessed.records} unwitnessed`] : []),
    ...(failing > 0 ? [`${failing} of ${witnesses.length} witnesses fail`] : []),
    ...(alarms > 0 ? [`${alarms} drift ${alarms === 1 ? "alarm" : "alarms"}`] : []),
    ...(challenge === null || challenge.held ? [] : ["the challenge failed"]),
    ...(untold === null ? [] : ["nobody was told"]),
  ].join(", ");
}

/** The window that nobody but this node vouches for, and each witness that fails. */
function witnessLines({ witnesses, unwitnessed, records }: GovernorStatus): readonly string[] {
  if (witnesses.length === 0) return [`none: whoever has this node's key can rewrite all ${records} records`];
  const { seconds } = unwitnessed;
  const since = seconds === null ? "none was ever held" : `${seconds} s since one was held`;
  const failing = witnesses.flatMap(({ name, size, cause }) =>
    cause === null ? [] : [escapeUntrusted(`${name} holds ${size} records: ${cause}`)],
  );
  return [`${unwitnessed.records} records unwitnessed, ${since}`, ...failing];
}

/** What was noticed while nobody looked. */
function watchedLines({ alarms, challenge, coverage, untold }: GovernorStatus): readonly string[] {
  const lines: string[] = [];
  if (alarms > 0) lines.push(`drift      ${alarms} alarms in seven days: writ measure`);
  if (challenge !== null) {
    const { held, fired, stopped, failed, seconds, record } = challenge;
    const shown = failed.slice(0, FAILED_SHOWN).join(", ");
    const more = failed.length > FAILED_SHOWN ? ", …" : "";
    const said = held ? `all ${fired} cases held` : (stopped ?? `did not hold: ${shown}${more}`);
    lines.push(escapeUntrusted(`challenge  #${record}, ${timeOf(seconds)} ago: ${said}`));
  }
  if (coverage !== null) {
    const { scheduled, through, outside, before } = coverage;
    const was = before === null ? "" : `, before ${before.through} of ${before.scheduled}`;
    const beside = outside === null ? "" : `; ${outside} processes of governed uids outside`;
    lines.push(`coverage   ${through} of ${scheduled} scheduled commands go through writ${was}${beside}`);
  }
  if (untold !== null) lines.push(escapeUntrusted(`notify     the last notice reached nobody: ${untold}`));
  return lines;
}

/** Cases that are named. */
const FAILED_SHOWN = 3;

function timeOf(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} d`;
}

export const statusCommand: Command<CliContext> = buildCommand<Flags, [], CliContext>({
  func: guarded(status),
  parameters: { flags: { home, format, short: onFlag("One line for a prompt; starts no governor") } },
  docs: { brief: "Show what the governor is doing now" },
});
