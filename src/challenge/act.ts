// Does one step of a case at a place and gives what came back, as data. Judges nothing: what was expected is compared in
// run-case.ts, and what happened outside is looked at in effects.ts.

import { cpSync, existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Decided } from "../governor/governor.ts";
import { homePaths, SOCKET_NAME } from "../governor/home.ts";
import type { Json } from "../stdx/json.ts";
import { WritError } from "../stdx/writ-error.ts";
import { type Came, NOTHING } from "./came.ts";
import type { Action, WritCommand } from "./case.ts";
import { changedSpec } from "./changed-spec.ts";
import { compareWords } from "./compare-words.ts";
import { fill, fillText, type Values } from "./fill.ts";
import { gatePids, governorPids, signalAll } from "./governor-processes.ts";
import { sendBytes, sendRequest } from "./live-requests.ts";
import { type Place, taskInput } from "./place.ts";
import { runWrit } from "./run-writ.ts";
import { tryRemedies } from "./try-remedies.ts";

export interface Acting {
  readonly place: Place;
  readonly values: Values;
  readonly signal: AbortSignal;
}

/** Everything but `together`, which run-case.ts takes apart. */
export type SingleAction = Exclude<Action, { readonly kind: "together" }>;

/** Does it. A refusal, an error of the governor and an invalid task are answers; only what the runner lacks is thrown. */
export async function act(action: SingleAction, at: Acting): Promise<Came> {
  const { place, values, signal } = at;
  const task = (json: Json): ReturnType<typeof taskInput> => taskInput(place, fill(json, values));
  switch (action.kind) {
    case "check":
      return answered(async () => decided(await place.governor.check(task(action.task))));
    case "run":
      return answered(() => run(at, task(action.task)));
    case "remedies":
      return answered(() => tryRemedies(place, task(action.task), signal));
    case "words":
      return answered(() => compareWords(place, fill(action.task, values), textsOf(action.texts, values)));
    case "inside":
      return inside(at, fillText(action.script, values));
    case "send":
      return sendRequest(await place.live(), action.request, values);
    case "bytes":
      return sendBytes(await place.live(), action.bytes, values);
    case "write":
      writeFiles(at, action.files);
      return NOTHING;
    case "spoil":
      spoil(place.path(fillText(action.file, values)), action.how);
      return NOTHING;
    case "kill":
      return kill(at, action.what);
    case "copy":
      copyOver(at.place.path(fillText(action.from, values)), at.place.path(fillText(action.to, values)));
      return NOTHING;
    case "variant":
      place.write(
        fillText(action.to, values),
        Buffer.from(changedSpec(place, fill(action.changes, values) as typeof action.changes)).toString(),
      );
      return NOTHING;
    case "adopt":
      return answered(() => adopt(at, action.changes));
    case "writ":
      return writ(at, action);
    case "socket":
      return socket(place, Buffer.from(fillText(action.base64, values), "base64"));
    case "appears":
      return appears(at, place.path(fillText(action.file, values)));
    case "wait":
      await sleep(action.time, undefined, { signal });
      return NOTHING;
  }
}

function textsOf(texts: readonly string[], values: Values): readonly string[] {
  return texts.map((text) => fillText(text, values));
}

/** The answer of the governor, an error of it included. */
async function answered(ask: () => Promise<Came>): Promise<Came> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof WritError)) throw error;
    const isInvalid = error.code === "WRIT_TASK_INVALID" || error.code === "WRIT_SPEC_INVALID";
    return {
      ...NOTHING,
      outcome: isInvalid ? "invalid" : "error",
      causes: [error.code],
      text: error.message,
    };
  }
}

function decided({ decision }: Decided): Came {
  const causes = decision.findings.flatMap(({ cause, passes }) => (passes || cause === null ? [] : [cause]));
  const conflict = decision.conflict.length === 0 ? [] : [`conflict: ${decision.conflict.join(" + ")}`];
  const remedies = decision.remedies.map(({ summary }) => summary);
  return { ...NOTHING, outcome: decision.outcome, causes, text: [...conflict, ...remedies].join("\n") };
}

/** Bytes of a task's output that are kept. */
const OUTPUT_MAX = 1_048_576;

async function run({ place, signal }: Acting, input: ReturnType<typeof taskInput>): Promise<Came> {
  const kept: Buffer[] = [];
  let size = 0;
  const take = (chunk: Uint8Array): void => {
    size += chunk.length;
    if (size <= OUTPUT_MAX) kept.push(Buffer.from(chunk));
  };
  const outcome = await place.governor.run(input, { wait: false, stdout: take, stderr: take, signal });
  const end = outcome.observation;
  const text = Buffer.concat(kept).toString("utf8");
  const before = decided(outcome);
  if (end === null) return before;
  return { ...before, causes: [...before.causes, end.cause], exit: end.exit_code ?? SIGNALLED, text };
}

/** What stands for the end by a signal. */
const SIGNALLED = 128;

async function inside({ place }: Acting, script: string): Promise<Came> {
  const { code, stdout, stderr } = await (await place.live()).sh(script);
  return { ...NOTHING, exit: code ?? SIGNALLED, text: `${stdout}${stderr}` };
}

/** ms between two looks. */
const LOOK_MS = 20;

async function appears({ signal }: Acting, path: string): Promise<Came> {
  while (!existsSync(path)) await sleep(LOOK_MS, undefined, { signal });
  return NOTHING;
}

function writeFiles({ place, values }: Acting, files: Readonly<Record<string, string | null>>): void {
  for (const [name, text] of Object.entries(files)) {
    if (text === null) rmSync(place.path(fillText(name, values)), { recursive: true, force: true });
    else place.write(fillText(name, values), fillText(text, values));
  }
}

function spoil(start: string, how: "cut" | "flip"): void {
  const name = readdirSync(dirname(start))
    .toSorted()
    .find((one) => one.startsWith(basename(start)));
  if (name === undefined) throw new Error(`there is no file \`${start}…\` to spoil`);
  const path = join(dirname(start), name);
  const bytes = readFileSync(path);
  // Behind what was written may lie room that is kept: the middle of what is there counts.
  const middle = bytes.findLastIndex((byte) => byte !== 0) >> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  if (how === "cut") truncateSync(path, bytes.length - 1);
  else writeFileSync(path, bytes);
}

/** What is at `to` is gone afterwards: nothing of a newer folder stays in an older one. */
function copyOver(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  cpSync(from, to, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
}

function kill({ place }: Acting, what: "governor" | "gate"): Came {
  const pids = what === "governor" ? governorPids(place.home) : gatePids(place.home);
  signalAll(pids, "SIGKILL");
  return pids.length > 0 ? NOTHING : { ...NOTHING, problems: [`there was no ${what} to kill`] };
}

async function adopt(at: Acting, changes: Readonly<Record<string, Json>>): Promise<Came> {
  const bytes = changedSpec(at.place, fill(changes, at.values) as typeof changes);
  const { outcome, looser } = await at.place.governor.adopt({ bytes, source: "case" });
  const text = looser.map(({ field, witness }) => `${field}: ${witness ?? ""}`).join("\n");
  return {
    ...NOTHING,
    outcome: outcome === "refused" ? "refuse" : outcome,
    causes: looser.map(({ field }) => field),
    text,
  };
}

async function writ({ place, values }: Acting, command: WritCommand): Promise<Came> {
  const { words } = command;
  if (words.some((word) => word === "--home" || word.startsWith("--home=")))
    throw new Error("a case names no other home");
  const { code, stdout, stderr } = await runWrit(place, {
    ...command,
    words: words.map((word) => fillText(word, values)),
    environment: fill({ ...command.environment }, values) as Readonly<Record<string, string>>,
  });
  return { ...NOTHING, exit: code ?? SIGNALLED, text: `${stdout}${stderr}` };
}

/** ms for an answer to what is no request. */
const SOCKET_MS = 500;

function socket(place: Place, bytes: Buffer): Promise<Came> {
  return new Promise((resolve) => {
    let text = "";
    const client = connect(join(homePaths(place.home).run, SOCKET_NAME));
    const end = (): void => {
      clearTimeout(late);
      client.destroy();
      resolve({ ...NOTHING, text });
    };
    const late = setTimeout(end, SOCKET_MS);
    client.on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
    });
    client.on("error", end);
    client.on("close", end);
    client.write(bytes);
  });
}
