// What a scan may take: time and memory of a whole request; a large text in a heap as a worker has it ends in an answer.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { createRequestScanner } from "./create-request-scanner.ts";
import type { RequestParts } from "./request-scanner.ts";
import { ScanBudget } from "./scan-budget.ts";

const scan = createRequestScanner([{ name: "key", value: "sk-real-7c3e9d1f5a" }]);

function parts(text: string): RequestParts {
  const body = Buffer.from(text);
  return { method: "POST", url: "https://a.example:443/", headers: [], body, decoded: body };
}

test("a scan whose time is over refuses, also the next one of the same request", () => {
  const late = new ScanBudget(-1);
  for (const text of ["nothing", "%2541 nothing"]) {
    expect(scan(parts(text), late)).toMatchObject({ cause: "scan_over_limit", name: null });
  }
  expect(scan(parts("nothing"), new ScanBudget())).toBeNull();
});

test("a scan holds no more than its budget, and gives back what it held", () => {
  const text = "words and more words ".repeat(500);
  expect(scan(parts(text), new ScanBudget(60_000, 10_000))).toMatchObject({ cause: "scan_over_limit" });
  const budget = new ScanBudget(60_000, 12 * text.length);
  for (let round = 0; round < 20; round++) expect(scan(parts(text), budget)).toBeNull();
});

/** As start-worker.ts has it. */
const HEAP = "--max-old-space-size=512";
const SIZE = 60 * 1024 * 1024;

test.each([
  ["short runs of digits", "aaaaaaaaaaaaz"],
  ["short readable stretches", "12345678\\u0000"],
  ["short words", "The quick brown fox jumps over the lazy dog. "],
  ["escapes of escapes", "%2525252525252541"],
])(
  "a large body of %s ends in an answer, and not the process",
  async (_name, piece) => {
    const scanner = new URL("create-request-scanner.ts", import.meta.url).href;
    const script = `
      const { createRequestScanner } = await import("${scanner}");
      const body = Buffer.alloc(${SIZE}, "${piece}");
      const scan = createRequestScanner([{ name: "key", value: "sk-real-7c3e9d1f5a" }]);
      const hit = scan({ method: "POST", url: "https://a.example:443/", headers: [], body, decoded: body });
      process.stdout.write(hit === null ? "clean" : hit.cause);`;
    const { stdout } = await promisify(execFile)(process.execPath, [
      HEAP,
      "--input-type=module",
      "--eval",
      script,
    ]);
    expect(stdout).toBe("scan_over_limit");
  },
  120_000,
);
