// What `writ run -- command…` and its flags say, written as a task file: the command line is not a second language, so
// whatever is wrong with a flag is found by the same parser.
import { isTcpTarget } from "../names/tcp-target.ts";
import { CONNECT } from "../spec/methods.ts";
import type { JsonObject } from "../stdx/json.ts";
import { parseQuantity } from "../stdx/units.ts";

/** Flags as given; undefined: not given. Quantities and paths as in a task file. */
export interface CommandTaskFlags {
  /** Default: the last part of the program's name. */
  readonly name?: string | undefined;
  readonly intent?: string | undefined;
  readonly read?: readonly string[] | undefined;
  readonly write?: readonly string[] | undefined;
  /** Each `METHOD URL`, a URL alone for GET, or `CONNECT tcp://host:port`. */
  readonly call?: readonly string[] | undefined;
  /** Names of secrets. */
  readonly secret?: readonly string[] | undefined;
  readonly memory?: string | undefined;
  readonly cpu?: string | undefined;
  readonly time?: string | undefined;
  readonly processes?: string | undefined;
  readonly submits?: string | undefined;
  readonly "record-network"?: boolean | undefined;
}

/**
 * The task as JSON: the command, the working directory readable, and what the flags declare. It is untrusted like any
 * task file.
 *
 * @example commandTaskText(["ls"], { memory: "64 MiB" })
 */
export function commandTaskText(command: readonly string[], flags: CommandTaskFlags): string {
  const needs: JsonObject = {
    calls: (flags.call ?? []).map((call) => callOf(call)),
    reads: flags.read ?? [],
    writes: flags.write ?? [],
    secrets: flags.secret ?? [],
    reads_directory: true,
    records_network: flags["record-network"],
    memory: flags.memory,
    cpu: numberOf("cpu", flags.cpu),
    time: flags.time,
    processes: numberOf("count", flags.processes),
    submits: numberOf("count", flags.submits),
  };
  const task: JsonObject = {
    task: flags.name ?? nameOf(command),
    intent: flags.intent ?? "",
    run: { command },
    needs,
  };
  return escaped(JSON.stringify(task));
}

function callOf(call: string): JsonObject {
  const space = call.indexOf(" ");
  if (space === -1) return isTcpTarget(call) ? { method: CONNECT, to: call } : { to: call };
  const methods = call.slice(0, space).split(",");
  return { method: methods.length === 1 ? methods[0] : methods, to: call.slice(space + 1) };
}

// A flag is always text; what is a number of the language is handed over as one, anything else as it stands, for the
// parser to refuse.
function numberOf(kind: "cpu" | "count", flag: string | undefined): number | string | undefined {
  if (flag === undefined) return undefined;
  return parseQuantity(kind, flag).ok ? Number(flag) : flag;
}

const NAME_SHOWN_MAX = 64;

// The name moves nothing; it only has to be one.
function nameOf(command: readonly string[]): string {
  const program = (command[0] ?? "").split("/").findLast((part) => part !== "") ?? "";
  return (
    program
      .replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, "?")
      .slice(0, NAME_SHOWN_MAX)
      .toWellFormed() || "command"
  );
}

// A document holds these characters only escaped; JSON allows them as they are.
function escaped(json: string): string {
  return json.replaceAll(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
