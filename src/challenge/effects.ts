// Looks whether the effects of a case are what it says: at the servers outside, in files, among processes, in the windows of
// the spec and in the ledger. An effect that cannot be looked at is a problem, never an assumption.
import { createHash } from "node:crypto";
import { lstatSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { verifyHome } from "../governor/verify-home.ts";
import { escapeUntrusted } from "../stdx/escape.ts";
import type { Case, Effects, UpstreamEffect } from "./case.ts";
import { fillText, type Values } from "./fill.ts";
import { pidsMarked } from "./governor-processes.ts";
import { type Place, taskInput } from "./place.ts";
import type { Arrived } from "./upstreams.ts";

export interface Looked {
  /** What is not as it should be. */
  readonly problems: readonly string[];
  /** What was measured, one line each. */
  readonly evidence: readonly string[];
}

/** Digests of what must not change; to be taken before the steps. */
export type Before = ReadonlyMap<string, string>;

/** Takes the digests that `lookAtEffects` compares. */
export function digestsOf({ effects }: Case, place: Place, values: Values): Before {
  return new Map(
    effects.unchanged.map((name) => {
      const path = place.path(fillText(name, values));
      return [path, digestOf(path)];
    }),
  );
}

/** All effects of one case, but that its ledger verifies. */
export async function lookAtEffects(
  { effects }: Case,
  at: { readonly place: Place; readonly values: Values; readonly arrived: Arrived; readonly before: Before },
): Promise<Looked> {
  const looks = [
    effects.upstream === null ? NOTHING : upstream(effects.upstream, at.arrived, at.values),
    files(effects, at.place, at.values),
    unchanged(at.before),
    effects.processes ? await processes(String(at.values["MARK"] ?? "")) : NOTHING,
    effects.window_calls_max === null ? NOTHING : await windows(at.place, effects.window_calls_max),
    // That it verifies is looked at once for all cases of a place (run-batch.ts).
    effects.ledger === "broken" ? await lookAtLedger(at.place, "broken") : NOTHING,
  ];
  return {
    problems: looks.flatMap(({ problems }) => problems),
    evidence: looks.flatMap(({ evidence }) => evidence),
  };
}

const NOTHING: Looked = { problems: [], evidence: [] };

function upstream(effect: UpstreamEffect, { requests, bytes, connections }: Arrived, values: Values): Looked {
  const problems: string[] = [];
  const bound = (
    name: string,
    limit: number | null,
    holds: (limit: number) => boolean,
    found: number,
  ): void => {
    if (limit !== null && !holds(limit)) problems.push(`${found} ${name} arrived: expected ${limit}`);
  };
  bound("requests (at least)", effect.requests_min, (limit) => requests.length >= limit, requests.length);
  bound("requests (at most)", effect.requests_max, (limit) => requests.length <= limit, requests.length);
  bound("connections (at most)", effect.connections_max, (limit) => connections <= limit, connections);
  bound("bytes (at most)", effect.bytes_max, (limit) => bytes.length <= limit, bytes.length);
  for (const part of effect.has)
    if (!bytes.includes(Buffer.from(fillText(part, values))))
      problems.push(`what should have arrived did not: ${shown(part)}`);
  for (const part of effect.lacks) {
    const way = wayIn(bytes, fillText(part, values));
    if (way !== null) problems.push(`${shown(part)} arrived ${way}`);
  }
  return {
    problems,
    evidence: [`outside: ${requests.length} requests, ${connections} connections, ${bytes.length} bytes`],
  };
}

/** How `value` stands in what arrived; null: in none of the ways that are looked for. */
function wayIn(bytes: Buffer, value: string): string | null {
  const raw = Buffer.from(value);
  const lower = bytes.toString("latin1").toLowerCase();
  if (bytes.includes(raw)) return "as it is";
  if (lower.includes(raw.toString("hex"))) return "in hexadecimal";
  if (bytes.includes(Buffer.from(Array.from(value).reverse().join("")))) return "backwards";
  if (lower.includes([...raw].map((byte) => `%${byte.toString(16)}`).join(""))) return "in percent";
  const text = bytes
    .toString("latin1")
    .replaceAll(/[\r\n-]/gu, (one) => (one === "-" ? "+" : ""))
    .replaceAll("_", "/");
  for (const offset of [0, 1, 2]) {
    const whole = Buffer.concat([Buffer.alloc(offset), raw]).toString("base64");
    // The first characters hold bits of what is before, the last ones of what is behind.
    const inner = whole.slice(offset === 0 ? 0 : 4, whole.length - 4);
    if (inner.length >= 6 && text.includes(inner)) return "in base64";
  }
  return null;
}

function files({ files: exact, holds }: Effects, place: Place, values: Values): Looked {
  const problems: string[] = [];
  const evidence: string[] = [];
  for (const [name, expected] of Object.entries(exact)) {
    const found = textOf(place.path(fillText(name, values)));
    const wanted = expected === null ? null : fillText(expected, values);
    if (found !== wanted)
      problems.push(`${shown(name)} ${found === null ? "is not there" : `holds ${shown(found)}`}`);
    else evidence.push(`${shown(name)} ${wanted === null ? "is not there" : "holds what it should"}`);
  }
  for (const [name, part] of Object.entries(holds)) {
    const found = textOf(place.path(fillText(name, values)));
    if (found?.includes(fillText(part, values)) === true)
      evidence.push(`${shown(name)} holds what it should`);
    else problems.push(`${shown(name)} ${found === null ? "is not there" : `holds ${shown(found)}`}`);
  }
  return { problems, evidence };
}

/** null: there is no such file. */
function textOf(path: string): string | null {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return null;
  return stat.isFile() ? readFileSync(path, "utf8") : "(no file)";
}

function unchanged(before: Before): Looked {
  const problems = [...before].filter(([path, digest]) => digestOf(path) !== digest);
  return {
    problems: problems.map(([path]) => `${shown(path)} changed`),
    evidence:
      before.size === 0 ? [] : [`${before.size - problems.length} of ${before.size} files are unchanged`],
  };
}

function digestOf(path: string): string {
  const text = textOf(path);
  return text === null ? "none" : createHash("sha256").update(text).digest("hex");
}

/** ms that what was ended may take to be gone from /proc. */
const GONE_MS = 2000;

async function processes(mark: string): Promise<Looked> {
  const end = performance.now() + GONE_MS;
  let left = pidsMarked(mark);
  while (left.length > 0 && performance.now() < end) {
    await sleep(20);
    left = pidsMarked(mark);
  }
  const found = `${left.length} of its processes are left`;
  return left.length === 0 ? { problems: [], evidence: [found] } : { problems: [found], evidence: [] };
}

async function windows(place: Place, limit: number): Promise<Looked> {
  const probe = { task: "window", run: { command: ["true"] } };
  const { sequence } = await place.governor.check(taskInput(place, probe));
  const { facts } = await place.governor.explain(sequence ?? -1);
  const calls = Math.max(0, ...facts.sums.windows.map(({ external_calls }) => external_calls));
  const found = `the fullest window holds ${calls} calls`;
  return calls <= limit
    ? { problems: [], evidence: [found] }
    : { problems: [`${found}: limit is ${limit}`], evidence: [] };
}

/** Whether the ledger of `place` verifies now, or is found broken. Throws what made it impossible to tell. */
export async function lookAtLedger(place: Place, expected: "verifies" | "broken"): Promise<Looked> {
  const { report } = await verifyHome(place.home, place.heads);
  const found = report.ok ? "verifies" : "broken";
  const line = `the ledger ${found === "verifies" ? "verifies" : `is found broken: ${report.summary}`}`;
  return found === expected ? { problems: [], evidence: [line] } : { problems: [line], evidence: [] };
}

function shown(text: string): string {
  return `\`${escapeUntrusted(text, 80)}\``;
}
