// Writes one evidence file: what was run, on which commit, with which seed, when and on what, beside what came of it.
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";

/** What was run and what came of it. */
export interface Finding {
  /** `docs/evidence/<name>.json`. */
  readonly name: string;
  readonly command: string;
  readonly started: Date;
  readonly results: object;
}

/** The file name and the command line of a run of `command` with these arguments: one file for each choice of them. */
export function evidenceOf(
  name: string,
  command: string,
  rest: readonly string[],
): Pick<Finding, "name" | "command"> {
  if (rest.length === 0) return { name: `${name}-all`, command };
  const chosen = rest
    .join("-")
    .replaceAll(/[^a-z0-9]+/gi, "-")
    .replaceAll(/^-+|-+$/g, "");
  return { name: `${name}-${chosen}`, command: [command, "--", ...rest].join(" ") };
}

/**
 * Call it before anything else is written to the tree: `clean` says that the commit alone was run. What an earlier run
 * wrote down is no part of what is run.
 */
export function writeEvidence({ name, command, started, results }: Finding): void {
  const git = (...args: readonly string[]): string =>
    spawnSync("git", args, { encoding: "utf8" }).stdout.trim();
  const evidence = {
    schema: "writ.evidence/1",
    command,
    commit: git("rev-parse", "HEAD"),
    clean: git("status", "--porcelain", "--", ".", ":(exclude)docs/evidence") === "",
    seed: Number(process.env["WRIT_TEST_SEED"] ?? "20261122"),
    date: started.toISOString(),
    seconds: Math.round((Date.now() - started.getTime()) / 1000),
    node: process.version,
    ...results,
  };
  mkdirSync("docs/evidence", { recursive: true });
  writeFileSync(`docs/evidence/${name}.json`, `${JSON.stringify(evidence, null, 2)}\n`);
}
