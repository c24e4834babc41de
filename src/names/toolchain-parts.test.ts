// toolchainParts: which prefixes have an installation, by their words.
import { expect, test } from "vitest";
import { isSystemPath } from "./system-folders.ts";
import { toolchainParts } from "./toolchain-parts.ts";

test("toolchainParts names parts below the prefix, never the prefix", () => {
  const parts = toolchainParts("/opt/tool/bin/tool");
  expect(parts).toContainEqual({ path: "/opt/tool/lib", kind: "directory" });
  expect(parts).toContainEqual({ path: "/opt/tool/pyvenv.cfg", kind: "file" });
  expect(parts.every(({ path }) => /^\/opt\/tool\/[^/]+$/.test(path))).toBe(true);
});

test.each([
  "/usr/local/bin/tool",
  "/bin/sh",
  "/opt/tool/tool",
  "/opt/tool/sbin/tool",
  "/home/me/.local/bin/tool",
  "/home/me/bin/tool",
  "/home/bin/tool",
  "/root/bin/tool",
  "/tool",
])("toolchainParts of %s are none", (executable) => {
  expect(toolchainParts(executable)).toEqual([]);
});

test("isSystemPath compares whole names", () => {
  expect(["/usr", "/usr/bin/sh", "/lib64/x", "/bin/sh"].every(isSystemPath)).toBe(true);
  expect(["/usrlocal/bin/sh", "/opt/usr/bin/sh", "/", "/libx/y"].some(isSystemPath)).toBe(false);
});
