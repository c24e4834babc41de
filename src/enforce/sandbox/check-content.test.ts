// contentDigest on real files: what a large one costs once, and that no change of it passes.
import { createHash } from "node:crypto";
import {
  closeSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { afterAll, expect, test } from "vitest";
import { contentDigest, type KnownContent, PINNED_MAX } from "./check-content.ts";

const base = mkdtempSync("/var/tmp/writ-content-");
afterAll(() => rmSync(base, { recursive: true, force: true }));

/** `later`: ms after the file's last change. */
function digest(path: string, known: KnownContent, pin: string | null = null, later = 0): string | null {
  const fd = openSync(path, "r");
  try {
    return contentDigest(fd, pin, known, () => Math.trunc(fstatSync(fd).ctimeMs) + later);
  } finally {
    closeSync(fd);
  }
}

const sha256 = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex");

test("a large file is read once it has settled, and again when a byte of it was changed in place", () => {
  const path = `${base}/large`;
  writeFileSync(path, "program");
  truncateSync(path, PINNED_MAX + 1);
  utimesSync(path, 1, 1);
  const known: KnownContent = new Map();
  const fresh = digest(path, known, null, 1999);
  expect(fresh).toBe(sha256(path));
  expect(known.size).toBe(0);
  expect(digest(path, known, null, 2002)).toBe(fresh);
  const [key = ""] = known.keys();
  known.set(key, "remembered");
  expect(digest(path, known)).toBe("remembered");
  const fd = openSync(path, "r+");
  writeSync(fd, "P", 0);
  closeSync(fd);
  utimesSync(path, 1, 1);
  expect(digest(path, known)).toBe(sha256(path));
}, 30_000);

test("a small file is read each time, and copied as it was hashed", () => {
  const path = `${base}/small`;
  writeFileSync(path, "program", { mode: 0o755 });
  const known: KnownContent = new Map();
  expect(digest(path, known, `${base}/pin`)).toBe(sha256(`${base}/pin`));
  expect(readFileSync(`${base}/pin`, "utf8")).toBe("program");
  expect(known.size).toBe(0);
});
