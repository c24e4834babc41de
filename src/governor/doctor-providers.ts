// What `writ doctor` says of the spec's providers: up or down, who controls each, and what would prove control of a server.
// Observes as a decision does; asks only the providers that the home's spec names.
import { readFileSync } from "node:fs";
import type { ProviderFact } from "../decide/facts.ts";
import { createObserver } from "../facts/observe.ts";
import { MACHINE } from "../facts/observed-roots.ts";
import { doctorDropIn, providerControl } from "../facts/provider-control.ts";
import { runCommand } from "../facts/run-command.ts";
import type { Provider } from "../spec/spec.ts";
import { shellQuote } from "../stdx/shell-quote.ts";
import { WritError } from "../stdx/writ-error.ts";
import type { Check } from "./doctor-check.ts";
import { specOf } from "./parse-input.ts";
import { bootClock } from "./ports.ts";

/** One check for each provider of the spec at `path`: the home's file, which must be the adopted one for anything to run. */
export async function providerChecks(path: string): Promise<readonly Check[]> {
  const providers = providersOf(path);
  const facts = await createObserver({ clock: bootClock }).providers(providers, new Set());
  return await Promise.all(providers.map((provider, index) => checkOf(provider, facts[index])));
}

function providersOf(path: string): readonly Provider[] {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
    return specOf(bytes, path).spec.sovereignty.providers;
  } catch (error) {
    // Missing or edited: nothing runs, and the governor says so.
    if (error instanceof WritError || (error instanceof Error && "code" in error)) return [];
    throw error;
  }
}

async function checkOf({ name, url }: Provider, fact: ProviderFact | undefined): Promise<Check> {
  const { state, control, evidence } = fact ?? {
    state: "down",
    control: "unknown",
    evidence: "not observed",
  };
  return {
    name: `provider ${name}`,
    state: state === "up" && control !== "unknown" ? "holds" : "weak",
    evidence: `${state}, control ${control}: ${evidence}`,
    repair: state === "up" && control === "unknown" && url !== null ? await repairOf(url) : null,
  };
}

/** The drop-in that proves the server's unit, as one command; null when it runs in no unit of the system's. */
async function repairOf(url: string): Promise<string | null> {
  const { unit } = await providerControl(url, MACHINE, runCommand);
  if (unit === null || !unit.endsWith(".service")) return null;
  const { path, text, apply } = doctorDropIn(unit);
  const folder = path.slice(0, path.lastIndexOf("/"));
  const words = `printf ${shellQuote(text.replaceAll("\n", String.raw`\n`))}`;
  return `mkdir -p ${shellQuote(folder)} && ${words} > ${shellQuote(path)} && ${apply}`;
}
