// NVIDIA cards, as the driver's own program tells of them. It is asked only where the kernel says that the driver has a
// card, only at fixed system paths, and in bounded time.
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { err, ok, type Result } from "../../stdx/result.ts";
import type { Roots } from "../observed-roots.ts";
import type { RunCommand } from "../run-command.ts";
import { plausible, type SensorReading } from "./sensor-reading.ts";
import type { VideoMemory } from "./video-memory.ts";

/** Where distributions put it; what PATH says moves nothing. */
const PROGRAMS: readonly string[] = [
  "/usr/bin/nvidia-smi",
  "/usr/local/bin/nvidia-smi",
  "/opt/bin/nvidia-smi",
];

/** `nvidia-smi --help-query-gpu`: temperatures in degrees, memory in MiB with `nounits`. */
const QUERY: readonly string[] = [
  "--query-gpu=index,name,temperature.gpu,memory.total,memory.used",
  "--format=csv,noheader,nounits",
];

/** ms: without persistence mode the driver wakes each card first, which takes a second or two. */
const ANSWER_WITHIN = 4000;

const MIB = 1024 ** 2;
const CARDS_MAX = 64;

export interface NvidiaCards {
  readonly readings: readonly SensorReading[];
  readonly memory: readonly Result<VideoMemory, string>[];
}

/** Whether the NVIDIA driver has a card: it makes a folder of each below /proc/driver/nvidia/gpus. */
export function hasNvidiaCards({ proc }: Roots): boolean {
  try {
    return readdirSync(join(proc, "driver/nvidia/gpus")).length > 0;
  } catch {
    // No such folder: no such driver.
    return false;
  }
}

/** The cards, or one that cannot be read when there is a driver and no answer: it is never left out. Never rejects. */
export async function askNvidiaCards(
  run: RunCommand,
  programs: readonly string[] = PROGRAMS,
): Promise<NvidiaCards> {
  const program = programs.find((path) => isTrusted(path));
  if (program === undefined) return unreadable("nvidia-smi is not installed");
  const output = await run(program, QUERY, ANSWER_WITHIN);
  return output === null ? unreadable("nvidia-smi does not answer") : parseNvidiaCards(output);
}

/**
 * What it printed: a line a card, `index, name, temperature, total, used`. A field may say `[N/A]`, `[Not Supported]` or
 * `[Unknown Error]`; then that figure is unreadable. A text that is no such table is one unreadable card.
 */
export function parseNvidiaCards(output: string): NvidiaCards {
  const lines = output.split("\n").filter((line) => line.trim() !== "");
  if (lines.length === 0 || lines.length > CARDS_MAX) return unreadable("nvidia-smi lists no cards");
  const readings: SensorReading[] = [];
  const memory: Result<VideoMemory, string>[] = [];
  for (const line of lines) {
    const fields = line.split(",").map((field) => field.trim());
    const [index = "", name = ""] = fields;
    // A name may hold a comma; the three figures are the last fields.
    const [celsius = "", total = "", used = ""] = fields.slice(-3);
    if (fields.length < 5 || !/^\d{1,3}$/.test(index)) return unreadable("nvidia-smi lists no cards");
    const shown = `nvidia ${name.replace(/[^\x20-\x7e]/g, "?").slice(0, 64)}`;
    readings.push(card(`nvidia${index}`, shown, degrees(celsius)));
    memory.push(memoryOf(shown, total, used));
  }
  return { readings, memory };
}

function degrees(text: string): Result<number, string> {
  return /^-?\d{1,4}$/.test(text)
    ? plausible(Number(text) * 1000)
    : err(`reads ${text === "" ? "empty" : "no number"}`);
}

function memoryOf(card: string, total: string, used: string): Result<VideoMemory, string> {
  if (!/^[1-9]\d{0,8}$/.test(total) || !/^\d{1,9}$/.test(used) || Number(used) > Number(total))
    return err(`${card} does not tell its memory`);
  return ok({ card, total: Number(total) * MIB, used: Number(used) * MIB });
}

function unreadable(why: string): NvidiaCards {
  return { readings: [card("nvidia", "nvidia card", err(`cannot be read: ${why}`))], memory: [err(why)] };
}

function card(key: string, sensor: string, milli: Result<number, string>): SensorReading {
  return { key, sensor, role: "accelerator", group: key, milli, critical: null };
}

/** A file that root alone can change, as is every folder of the fixed paths. */
function isTrusted(path: string): boolean {
  try {
    const file = statSync(path);
    const { uid, mode } = file;
    return file.isFile() && uid === 0 && (mode & 0o022) === 0 && (mode & 0o111) !== 0;
  } catch {
    return false;
  }
}
