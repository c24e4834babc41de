import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openRoot } from "./open-root.ts";

const folder = mkdtempSync(join(tmpdir(), "writ-open-root-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("openRoot makes one root however many ask at once, with the files that a task is shown", async () => {
  const root = openRoot(folder);
  const [one, other] = await Promise.all([root(), root()]);
  expect(other).toBe(one);
  expect(await root()).toBe(one);
  expect(readFileSync(`${folder}/ca-bundle.crt`, "utf8").endsWith(one.certificate)).toBe(true);
  expect(readFileSync(`${folder}/resolv.gate`, "utf8")).toContain("nameserver 127.0.0.1\n");
});

test("openRoot rejects where its files cannot be written, each time anew, and recovers", async () => {
  const gone = join(folder, "gone");
  const root = openRoot(gone);
  await expect(root()).rejects.toMatchObject({ code: "ENOENT" });
  await expect(root()).rejects.toMatchObject({ code: "ENOENT" });
  mkdirSync(gone);
  expect((await root()).certificate).toContain("BEGIN CERTIFICATE");
});
