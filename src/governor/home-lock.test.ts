import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { takeHomeLock } from "./home-lock.ts";

const folder = mkdtempSync(join(tmpdir(), "writ-lock-"));
const path = join(folder, "lock.sqlite");
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

test("takeHomeLock gives the lock to one process, and back when that one is killed", async () => {
  const holder = spawn(
    process.execPath,
    [
      "--input-type=module",
      "-e",
      `import { takeHomeLock } from ${JSON.stringify(new URL("./home-lock.ts", import.meta.url).href)};
     const lock = takeHomeLock(${JSON.stringify(path)});
     process.stdout.write(lock === null ? "none" : "held");
     setInterval(() => lock, 1000);`,
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  children.push(holder);
  const [said] = (await once(holder.stdout, "data")) as [Buffer];
  expect(said.toString()).toBe("held");
  expect(takeHomeLock(path)).toBeNull();
  holder.kill("SIGKILL");
  await once(holder, "close");
  const lock = takeHomeLock(path);
  expect(lock).not.toBeNull();
  lock?.release();
});
