// `writ challenge`: fires adversarial and ordinary cases at a live governor in throw-away homes, and tells what was stopped,
// what got through and what was refused. Touches no home of work.
import { resolve } from "node:path";
import { buildCommand, type Command } from "@stricli/core";
import { FAMILIES, type Family, INTENSITIES, type Intensity } from "../../challenge/case.ts";
import type { ChallengeReport } from "../../challenge/challenge.ts";
import { didYouMean } from "../../stdx/did-you-mean.ts";
import { quoteUntrusted } from "../../stdx/escape.ts";
import { WritError } from "../../stdx/writ-error.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { format, optionalText, texts } from "../flags.ts";
import { guarded } from "../guarded.ts";
import { type Format, json } from "../output.ts";
import { readSpecFile } from "../read-spec-file.ts";
import { tellChallenge } from "../tell-challenge.ts";

interface Flags {
  readonly suite: readonly string[] | undefined;
  readonly spec: string | undefined;
  readonly intensity: Intensity;
  readonly seed: string | undefined;
  readonly only: string | undefined;
  readonly baseline: string | undefined;
  readonly writeBaseline: string | undefined;
  readonly format: Format;
}

async function challenge(
  this: CliContext,
  flags: Flags,
  ...names: readonly (string | undefined)[]
): Promise<number> {
  const seed = seedOf(flags.seed);
  const families = names.filter((name) => name !== undefined).map(familyOf);
  const { readBaseline, regressions, writeBaseline } = await import("../../challenge/baseline.ts");
  const baseline =
    flags.baseline === undefined ? null : readBaseline(resolve(this.process.cwd(), flags.baseline));
  const report = await fire(this, flags, families, seed);
  const whole = families.length === 0 && flags.only === undefined;
  const against = regressions(report.cases, baseline, whole);
  if (flags.writeBaseline !== undefined && report.stopped === null)
    writeBaseline(resolve(this.process.cwd(), flags.writeBaseline), report.cases);
  if (flags.format === "json") json(this, "writ.challenge/1", { ...report, regressions: against });
  else tellChallenge(this, report, { against, hasBaseline: baseline !== null });
  return report.stopped === null && report.problems.length === 0 && against.length === 0
    ? EXIT.done
    : EXIT.doesNotHold;
}

async function fire(
  context: CliContext,
  flags: Flags,
  families: readonly Family[],
  seed: number,
): Promise<ChallengeReport> {
  const { challenge: run } = await import("../../challenge/challenge.ts");
  const { shippedSuites } = await import("../../challenge/shipped-suites.ts");
  const { process } = context;
  const abort = new AbortController();
  const end = (): void => abort.abort();
  const shown = process.stderr.isTTY && flags.format === "human";
  for (const name of SIGNALS) process.onSignal(name, end);
  try {
    return await run({
      suites: flags.suite?.map((folder) => resolve(process.cwd(), folder)) ?? shippedSuites(),
      intensity: flags.intensity,
      seed,
      spec: flags.spec === undefined ? null : readSpecFile(flags.spec),
      families,
      only: flags.only ?? "",
      signal: abort.signal,
      ...(shown ? { fired: (_one, done, of) => void process.stderr.write(`\r${done} of ${of} `) } : {}),
    });
  } finally {
    if (shown) process.stderr.write("\r");
    for (const name of SIGNALS) process.offSignal(name, end);
  }
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

function seedOf(text: string | undefined): number {
  if (text === undefined) return Date.now() % 1_000_000_000;
  if (/^[0-9]{1,9}$/u.test(text)) return Number(text);
  throw new WritError(
    "WRIT_USAGE",
    `\`--seed\` is ${quoteUntrusted(text)}: expected a whole number of at most nine digits`,
    {
      hint: "writ challenge --seed 1",
    },
  );
}

function familyOf(name: string): Family {
  const family = FAMILIES.find((one) => one === name);
  if (family !== undefined) return family;
  const near = didYouMean(name, FAMILIES);
  throw new WritError(
    "WRIT_USAGE",
    `there is no family ${quoteUntrusted(name)}: there are ${FAMILIES.join(", ")}`,
    {
      hint: near === null ? "writ challenge --suite DIR for a suite of your own" : `writ challenge ${near}`,
    },
  );
}

export const challengeCommand: Command<CliContext> = buildCommand<Flags, readonly string[], CliContext>({
  func: guarded(challenge),
  parameters: {
    flags: {
      suite: texts("A folder of cases (default: those that ship)", "DIR"),
      spec: optionalText("Your own spec, in a throw-away home", "FILE"),
      intensity: { kind: "enum", values: INTENSITIES, default: "light", brief: "How much is fired" },
      seed: optionalText("What mutations are drawn with (default: another each time)", "N"),
      only: optionalText("Only cases whose id has this part", "PART"),
      baseline: optionalText("What an earlier run came to: only what is worse fails", "FILE"),
      writeBaseline: optionalText("Write what this run comes to", "FILE"),
      format,
    },
    positional: {
      kind: "array",
      parameter: { brief: "A family", parse: (input: string) => input, placeholder: "FAMILY" },
    },
  },
  docs: {
    brief: "Attack a live governor, and check that ordinary work passes",
    fullDescription:
      "Fires cases at throw-away homes with real sandboxes, gates and servers on loopback, and looks at effects.\n" +
      "Exit code: 1 for an attack that got through, ordinary work that was refused, a case that broke, a suite that cannot be\n" +
      "read, an unfit node, or when nothing ran; with --baseline only for what is worse than it. docs/CHALLENGE.md.",
  },
});
