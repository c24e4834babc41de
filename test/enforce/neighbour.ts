// A task that does real work beside attacks, to see that it is not harmed. Not an attack, and nothing of it is measured.
import { hash } from "node:crypto";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { ConfinedRunner } from "./confined-runner.ts";
import { until } from "./start.ts";

/** A task that works beside the attacks, under the same executor. */
export interface Neighbour {
  /** Resolves when it has done more than at the call. */
  works(): Promise<void>;
  /** Tells it to end; all that it did is right, and nothing ended it. */
  ends(): Promise<void>;
}

/** Sums each number in turn, until it finds `stop` in `place`. */
const SUMMING =
  'n=0; until [ -e stop ]; do n=$((n+1)); printf %s "$n" | sha256sum >> sums; sleep 0.1; done; echo "$n"';

/** It works in the folder `place`, which it may write. */
export async function neighbourOf(runner: ConfinedRunner, place: string): Promise<Neighbour> {
  const sums = join(place, "sums");
  const command = ["sh", "-c", SUMMING];
  const ended = runner.run({ asked: { command, directory: place, writes: [place], time: 600_000 } });
  const works = async (): Promise<void> => {
    const before = sizeOf(sums);
    await until(() => sizeOf(sums) > before, "the neighbour goes on");
  };
  await works();
  const ends = async (): Promise<void> => {
    writeFileSync(join(place, "stop"), "");
    const { observation, stdout, stderr, error } = await ended;
    expect({ error, stderr }).toEqual({ error: null, stderr: "" });
    expect(observation).toMatchObject({ cause: "exited", exit_code: 0 });
    const wanted = Array.from({ length: Number(stdout) }, (_, at) => `${hash("sha256", String(at + 1))}  -`);
    expect(readFileSync(sums, "utf8").trim().split("\n")).toEqual(wanted);
  };
  return { works, ends };
}

/** Bytes of the file; 0 where there is none. */
export function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
