// What jobs write is kept as far as it can be: a write that fails loses the rest of one stream, never a job.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { JobOutputs, OUTPUT_JOBS_MAX } from "./job-outputs.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "writ-outputs-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const bytes = (text: string): Uint8Array => Buffer.from(text);

test("JobOutputs keeps what was written, for its owner alone, and an earlier start's is gone", () => {
  const outputs = new JobOutputs(join(folder, "kept"));
  const first = outputs.open(7);
  first.write("stdout", bytes("one"));
  first.write("stderr", bytes("bad"));
  first.close();
  expect(statSync(join(folder, "kept", "7.stdout")).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, "kept")).mode & 0o777).toBe(0o700);
  const second = outputs.open(7);
  second.write("stdout", bytes("two "));
  second.write("stdout", bytes("more"));
  expect(textOf(outputs, "stdout", 0)).toBe("two more");
  expect(textOf(outputs, "stdout", 4)).toBe("more");
  expect(outputs.read(7, "stderr", 0)).toBeNull();
  second.close();
  second.write("stdout", bytes("late"));
  expect(textOf(outputs, "stdout", 0)).toBe("two more");
  expect(outputs.read(8, "stdout", 0)).toBeNull();
});

test("JobOutputs loses a stream whose file cannot be made, and keeps the other", () => {
  const outputs = new JobOutputs(folder);
  mkdirSync(join(folder, "7.stderr"));
  rmSync(join(folder, "7.stderr"), { recursive: true });
  const sink = outputs.open(7);
  // A folder where the file would be: no write can succeed, for root neither.
  mkdirSync(join(folder, "7.stderr"));
  sink.write("stderr", bytes("lost"));
  sink.write("stderr", bytes("lost too"));
  sink.write("stdout", bytes("kept"));
  sink.close();
  expect(textOf(outputs, "stdout", 0)).toBe("kept");
  expect(readdirSync(join(folder, "7.stderr"))).toEqual([]);
});

test("JobOutputs keeps the latest jobs when there are too many, and touches nothing else", () => {
  chmodSync(folder, 0o700);
  for (let job = 0; job < OUTPUT_JOBS_MAX * 2 + 40; job += 1)
    writeFileSync(join(folder, `${job}.stdout`), "x");
  writeFileSync(join(folder, "notes.txt"), "mine");
  const sink = new JobOutputs(folder).open(5000);
  sink.write("stdout", bytes("x"));
  sink.close();
  const left = readdirSync(folder).filter((name) => name.endsWith(".stdout"));
  expect(left.length).toBeLessThanOrEqual(2 * OUTPUT_JOBS_MAX);
  expect(existsSync(join(folder, "0.stdout"))).toBe(false);
  expect(existsSync(join(folder, `${OUTPUT_JOBS_MAX * 2 + 39}.stdout`))).toBe(true);
  expect(existsSync(join(folder, "notes.txt"))).toBe(true);
});

function textOf(outputs: JobOutputs, stream: "stdout" | "stderr", from: number): string {
  return Buffer.from(outputs.read(7, stream, from)?.bytes ?? []).toString("utf8");
}
