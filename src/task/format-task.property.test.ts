// formatTask: what it writes parses to the same task, wherever it is read.
import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { arbitraryTask } from "../../test/arbitrary-task.ts";
import { depth, seed } from "../../test/depth.ts";
import { formatTask } from "./format-task.ts";
import { parseTask } from "./parse-task.ts";
import { canonicalTask, taskDigest } from "./task-digest.ts";

const sha256 = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex");

test("parseTask after formatTask is identity on the canonical form, in any folder", () => {
  fc.assert(
    fc.property(arbitraryTask(), fc.constantFrom("/", "/elsewhere"), (task, directory) => {
      const parsed = parseTask(formatTask(task), { directory, sha256, clock: () => 0 });
      expect(parsed).toMatchObject({ ok: true });
      if (!parsed.ok) return;
      expect(parsed.value.task).toEqual(task);
      expect(parsed.value.canonical).toBe(canonicalTask(task));
      expect(parsed.value.digest).toBe(taskDigest(task, sha256));
    }),
    { seed, numRuns: depth(300, 20_000) },
  );
});
