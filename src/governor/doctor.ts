// Examines what this machine can hold a task to, by doing, and names the exact repair of what it cannot. Works without a
// home; changes nothing that stays.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SensorLoss } from "../decide/facts.ts";
import { openLimits } from "../enforce/limits/open-limits.ts";
import { probeIsolation } from "../enforce/sandbox/probe.ts";
import { observeHeat } from "../facts/heat/observe-heat.ts";
import { observeMemory } from "../facts/memory.ts";
import { MACHINE } from "../facts/observed-roots.ts";
import { observePressure } from "../facts/pressure.ts";
import { shellQuote } from "../stdx/shell-quote.ts";
import { formatBytes } from "../stdx/units.ts";
import { WritError } from "../stdx/writ-error.ts";
import type { Check } from "./doctor-check.ts";
import { coverageCheck, type ToldCoverage, toldCoverage } from "./doctor-coverage.ts";
import { heldChecks } from "./doctor-held.ts";
import { providerChecks } from "./doctor-providers.ts";
import { homePaths } from "./home.ts";
import { readNodeFile } from "./node-file.ts";
import { verifyHome } from "./verify-home.ts";

export interface Examination {
  readonly ok: boolean;
  readonly checks: readonly Check[];
  readonly coverage: ToldCoverage;
}

/** Whom tasks run as when root probes without a home. */
const NOBODY = 65_534;

/**
 * Every check, in order. Never throws for what the machine lacks. `named`: whoever asks named the home, so what is printed
 * to be typed names it too.
 */
export async function examine({
  home,
  named,
}: {
  readonly home: string;
  readonly named: boolean;
}): Promise<Examination> {
  const folder = folderToTryIn();
  try {
    const coverage = toldCoverage({ home, named });
    const checks = [
      typeof folder === "string" ? await isolation(folder, taskUidOf(home)) : folder,
      await limits(),
      memory(),
      heat(),
      pressure(),
      ...(await homeChecks(home)),
      ...(await providerChecks(homePaths(home).spec)),
      ...(await heldChecks(homePaths(home).spec)),
      coverageCheck(coverage),
    ];
    return { ok: checks.every(({ state }) => state !== "fails"), checks, coverage };
  } finally {
    if (typeof folder === "string") rmSync(folder, { recursive: true, force: true });
  }
}

/** A new folder for the probe, or the check that failed for want of one. */
function folderToTryIn(): string | Check {
  try {
    return mkdtempSync(join(tmpdir(), "writ-doctor-"));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown reason";
    const evidence = `no folder to try it in: ${tmpdir()} cannot be written (${code})`;
    return { name: "isolation", state: "fails", evidence, repair: `chmod 1777 ${shellQuote(tmpdir())}` };
  }
}

async function isolation(folder: string, taskUid: number | null): Promise<Check> {
  const probe = await probeIsolation({
    taskUid,
    runFolder: folder,
  });
  const state = probe.tier === "none" ? "fails" : "holds";
  return {
    name: "isolation",
    state,
    evidence: `${probe.tier}: ${probe.evidence.join("; ")}`,
    repair: probe.repair,
  };
}

/** Whom tasks of this home run as; without a usable home, whom those of a new one would. */
function taskUidOf(home: string): number | null {
  if (process.geteuid?.() !== 0) return null;
  try {
    return readNodeFile(homePaths(home).node, home).task_uid ?? NOBODY;
  } catch (error) {
    if (!(error instanceof WritError)) throw error;
    return NOBODY;
  }
}

async function limits(): Promise<Check> {
  const name = "limits";
  if (process.platform !== "linux") {
    return { name, state: "fails", evidence: `no tier for ${process.platform}`, repair: null };
  }
  try {
    const { tier, evidence } = await openLimits({ tier: "best", root: "/sys/fs/cgroup", name: "doctor" });
    const last = `${tier}: ${evidence.at(-1) ?? ""}`;
    if (tier === "cgroup") return { name, state: "holds", evidence: last, repair: null };
    const repair = "systemd-run --user -p Delegate=yes -t writ doctor";
    return { name, state: "weak", evidence: last, repair };
  } catch (error) {
    if (!(error instanceof WritError)) throw error;
    return { name, state: "fails", evidence: error.message, repair: error.hint };
  }
}

function memory(): Check {
  const { memory_total, memory_available } = observeMemory(MACHINE);
  const MIB = 1024 ** 2;
  const shown = (bytes: number): string => formatBytes(Math.floor(bytes / MIB) * MIB);
  return {
    name: "memory",
    state: memory_total > 0 ? "holds" : "fails",
    evidence: `${shown(memory_available)} available of ${shown(memory_total)}`,
    repair: null,
  };
}

function heat(): Check {
  const fact = observeHeat(MACHINE);
  if (fact.state === "unmeasurable") {
    return {
      name: "heat",
      state: "weak",
      evidence: `unmeasurable: ${fact.cause}; the spec decides`,
      repair: null,
    };
  }
  const evidence =
    fact.state === "level"
      ? `${fact.level} (${fact.source})`
      : `${fact.celsius_milli / 1000} C at ${fact.sensor}${toldLosses(fact.left_out ?? [])}`;
  return { name: "heat", state: "holds", evidence, repair: null };
}

function toldLosses(left: readonly SensorLoss[]): string {
  return left.map(({ sensor, why }) => `; without ${sensor}, which ${why}`).join("");
}

function pressure(): Check {
  const figure = observePressure(MACHINE);
  const evidence =
    figure === null ? "no figures: the spec decides" : `memory ${figure / 100} % over ten seconds`;
  return { name: "pressure", state: figure === null ? "weak" : "holds", evidence, repair: null };
}

async function homeChecks(home: string): Promise<readonly Check[]> {
  try {
    readNodeFile(homePaths(home).node, home);
    const { report } = await verifyHome(home);
    const state = report.ok ? "holds" : "fails";
    return [
      {
        name: "ledger",
        state,
        evidence: report.summary,
        repair: report.ok ? null : `writ ledger verify --home ${shellQuote(home)}`,
      },
    ];
  } catch (error) {
    if (!(error instanceof WritError)) throw error;
    const state = error.code === "WRIT_HOME_MISSING" ? "weak" : "fails";
    return [{ name: "home", state, evidence: error.message, repair: error.hint }];
  }
}
