// isGone: only what the file system says is not there is gone.
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isGone } from "./is-gone.ts";

test("isGone is true of what is missing alone, not of links that lead nowhere or of what cannot be looked at", async () => {
  const folder = mkdtempSync(join(tmpdir(), "writ-gone-"));
  try {
    const device = String(lstatSync(folder).dev);
    writeFileSync(`${folder}/file`, "");
    symlinkSync("nowhere", `${folder}/link`);
    mkdirSync(`${folder}/shut`);
    const gone = (name: string): Promise<boolean> => isGone(`${folder}/${name}`, device);
    expect(await Promise.all(["file", "link", "shut", "."].map(gone))).toEqual([false, false, false, false]);
    expect(await Promise.all(["none", "none/below", "file/below"].map(gone))).toEqual([true, true, true]);
    // Of a file system that is not there now, or is covered by another, nothing is known.
    expect(await isGone(`${folder}/none`, "1")).toBe(false);
    expect(await isGone("/proc/none", device)).toBe(false);
    expect(await gone("x".repeat(300))).toBe(false);
    expect(await gone("a\0b")).toBe(false);
    chmodSync(`${folder}/shut`, 0);
    // Root may look everywhere; whoever may not does not know.
    expect(await gone("shut/below")).toBe(process.getuid?.() === 0);
    chmodSync(`${folder}/shut`, 0o700);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
