// The declarations that ship with Writ (profiles/*.yaml): task files for well-known agents and tools. A profile is only a
// declaration: what it asks for is judged like any task, and nothing is granted because it came from here.
import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { canonicalHost, hostInUrl } from "../names/host.ts";
import { didYouMean } from "../stdx/did-you-mean.ts";
import { escapeUntrusted } from "../stdx/escape.ts";
import type { Json, JsonObject } from "../stdx/json.ts";
import { shellQuote } from "../stdx/shell-quote.ts";
import { WritError } from "../stdx/writ-error.ts";
import { type CommandTaskFlags, commandTaskText } from "../task/command-task.ts";

/** Beside `src` in a clone and beside `dist` in the package. */
const FOLDER: string = fileURLToPath(new URL("../../profiles/", import.meta.url));

/** The names of the shipped profiles, sorted. */
export function profileNames(): readonly string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith(".yaml"))
    .map((file) => basename(file, ".yaml"))
    .sort();
}

/**
 * The task that `asked` means, as JSON text: the profile's command with `more` behind it, and its needs with those of
 * `flags`. `asked` is `NAME`, or `NAME=HOST[:PORT]` for a profile that leaves open where it goes. Throws WRIT_USAGE.
 *
 * @example profileTaskText("npm-ci=registry.home.arpa", ["--omit=dev"], { memory: "1 GiB" })
 */
export function profileTaskText(asked: string, more: readonly string[], flags: CommandTaskFlags): string {
  const { name, place } = parted(asked);
  const profile = parse(profileText(name, place)) as Profile;
  const { command } = profile.run;
  const own = JSON.parse(commandTaskText([...command, ...more], flags)) as Profile & { needs: JsonObject };
  const { reads_directory: _, ...given } = own.needs;
  const needs: Record<string, Json | undefined> = { ...profile.needs };
  for (const [key, value] of Object.entries(given)) {
    const known = needs[key];
    needs[key] = isList(value) && isList(known) ? [...known, ...value] : value;
  }
  const task = {
    ...profile,
    ...(flags.name === undefined ? {} : { task: flags.name }),
    ...(flags.intent === undefined ? {} : { intent: flags.intent }),
    run: own.run,
    needs,
  };
  return ascii(JSON.stringify(task));
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** The parts of a task file that a profile has. */
interface Profile {
  readonly task: string;
  readonly intent: string;
  readonly run: { readonly command: readonly string[] };
  readonly needs: JsonObject;
}

interface Place {
  readonly host: string;
  readonly port: string | null;
}

/** The profile file with its placeholders filled in: `{host:DEFAULT}` and `{port:DEFAULT}`. Throws WRIT_USAGE. */
function profileText(name: string, place: Place | null): string {
  if (!profileNames().includes(name)) throw unknown(name);
  const text = readFileSync(`${FOLDER}${name}.yaml`, "utf8");
  if (place !== null && !text.includes("{host")) {
    const hint = `writ run --profile ${name}`;
    throw new WritError("WRIT_USAGE", `profile \`${name}\` goes nowhere: it takes no host`, { hint });
  }
  return text.replaceAll(/\{(?<word>host|port)(?::(?<usual>[^{}]*))?\}/g, (...match) => {
    const { word, usual } = match.at(-1) as { readonly word: "host" | "port"; readonly usual?: string };
    const value = place?.[word] ?? usual;
    if (value !== undefined) return value;
    throw new WritError("WRIT_USAGE", `profile \`${name}\` needs the host that it is to go to`, {
      hint: `writ run --profile ${name}=HOST  # or ${name}=HOST:PORT`,
    });
  });
}

function parted(asked: string): { readonly name: string; readonly place: Place | null } {
  const equals = asked.indexOf("=");
  if (equals === -1) return { name: asked, place: null };
  const name = asked.slice(0, equals);
  const where = /^(?<host>\[[^\]]*\]|[^:]*)(?::(?<port>[1-9][0-9]{0,4}))?$/.exec(asked.slice(equals + 1));
  const host = canonicalHost(where?.groups?.["host"] ?? "");
  if (host.ok && profileNames().includes(name)) {
    return { name, place: { host: hostInUrl(host.value), port: where?.groups?.["port"] ?? null } };
  }
  if (!profileNames().includes(name)) throw unknown(name);
  throw new WritError("WRIT_USAGE", `\`${escapeUntrusted(asked)}\` names no host behind the \`=\``, {
    hint: `writ run --profile ${name}=HOST  # or ${name}=HOST:PORT`,
  });
}

function unknown(name: string): WritError {
  const names = profileNames();
  const near = didYouMean(name, names);
  const what = name === "" ? "no profile named" : `no profile \`${escapeUntrusted(name, 40)}\``;
  const hint =
    near === null
      ? `writ run --profile ${shellQuote(names[0] ?? "")}`
      : `did you mean \`writ run --profile ${near}\`?`;
  return new WritError("WRIT_USAGE", `${what}: there are ${names.join(", ")}`, { hint });
}

// A document holds some characters only escaped; escaping all that are not ASCII needs no list of them.
function ascii(json: string): string {
  return json.replaceAll(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
