import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { WritError } from "../stdx/writ-error.ts";
import { type HeldFiles, heldValues } from "./held-values.ts";

const VALUE = "tok-0123456789";
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "writ-held-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function file(name: string, text: string | Uint8Array, mode = 0o600): string {
  const path = `${folder}/${name}`;
  writeFileSync(path, text, { mode });
  chmodSync(path, mode);
  return path;
}

function spec(
  secrets: readonly string[],
  guarded: readonly string[] = [],
  as: "values" | "document" = "values",
): HeldFiles {
  return {
    sovereignty: { secrets: secrets.map((path, index) => ({ name: `SECRET_${index}`, file: path })) },
    privacy: { protected: guarded.map((path) => ({ file: path, as })) },
  };
}

test("heldValues gives each secret by its name, without the ending line break", async () => {
  const held = await heldValues(spec([file("a", `${VALUE}\n`), file("b", "Basic two words")]));
  expect([...held.secrets]).toEqual([
    ["SECRET_0", VALUE],
    ["SECRET_1", "Basic two words"],
  ]);
});

test("heldValues names protected values by file and place", async () => {
  const path = file(".env", `# keys\nKEY=${VALUE}\n`);
  expect((await heldValues(spec([], [path]))).protected).toEqual([{ name: `${path}: KEY`, value: VALUE }]);
});

test("heldValues reads only what the task needs", async () => {
  const bad = spec([file("a", VALUE), `${folder}/absent`], [`${folder}/absent-too`]);
  const held = await heldValues(bad, { secrets: ["SECRET_0"], sends: false });
  expect([...held.secrets.keys()]).toEqual(["SECRET_0"]);
  expect(held.protected).toEqual([]);
  await expect(heldValues(bad, { secrets: [], sends: true })).rejects.toMatchObject({
    code: "WRIT_SECRET_UNUSABLE",
    message: `\`${folder}/absent-too\` cannot be read: no such file`,
  });
});

test("heldValues sees a changed value at the next call", async () => {
  const path = file("a", VALUE);
  await heldValues(spec([path]));
  writeFileSync(path, `${VALUE}-new`);
  expect((await heldValues(spec([path]))).secrets.get("SECRET_0")).toBe(`${VALUE}-new`);
});

test.each<[string, () => string, string]>([
  ["a missing file", () => `${folder}/absent`, "no such file"],
  ["a folder", () => folder, "is not a regular file"],
  ["a device", () => "/dev/zero", "is not a regular file"],
  ["a link", () => linkTo(file("target", VALUE)), "is a symbolic link"],
  ["a file the group may read", () => file("a", VALUE, 0o640), "has mode 0640: limit is 0600"],
  ["a file others may read", () => file("a", VALUE, 0o604), "has mode 0604: limit is 0600"],
  ["a file the group may write", () => file("a", VALUE, 0o620), "has mode 0620: limit is 0600"],
  ["a file over its bound", () => file("a", "x".repeat(65_537)), "has 65537 bytes: limit is 65536"],
  ["bytes that are no text", () => file("a", Buffer.from(`${VALUE}\u00ff`, "latin1")), "is not UTF-8 text"],
  ["two lines", () => file("a", `${VALUE}\nsecond`), "not one line of visible characters"],
  ["a line break for a header", () => file("a", `${VALUE}\r\nX-Other: 1`), "not one line"],
  ["a NUL byte", () => file("a", `${VALUE}\0`), "not one line"],
  ["a short value", () => file("a", "abcde"), "shorter than 6 characters"],
  ["an empty file", () => file("a", ""), "shorter than 6 characters"],
])("heldValues refuses %s as a secret, and never says its value", async (_, make, said) => {
  const error: unknown = await heldValues(spec([make()])).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(WritError);
  const { code, message, hint, cause } = error as WritError;
  expect(code).toBe("WRIT_SECRET_UNUSABLE");
  expect(message).toContain(said);
  expect(message).not.toContain("\n");
  expect([message, hint, String(cause)].join(" ")).not.toContain("0123456789");
});

test("heldValues does not wait at a pipe", async () => {
  execFileSync("/usr/bin/mkfifo", ["-m", "600", `${folder}/pipe`]);
  await expect(heldValues(spec([`${folder}/pipe`]))).rejects.toThrow("is not a regular file");
});

test("heldValues gives the command that mends a mode", async () => {
  mkdirSync(`${folder}/my keys`);
  const path = file("my keys/a", VALUE, 0o644);
  await expect(heldValues(spec([path]))).rejects.toMatchObject({ hint: `chmod 600 '${path}'` });
});

test.runIf(process.geteuid?.() === 0)("heldValues refuses a file of another user (needs root)", async () => {
  const path = file("a", VALUE);
  chownSync(path, 65_534, 65_534);
  await expect(heldValues(spec([path]))).rejects.toMatchObject({
    message: `\`${path}\` belongs to uid 65534`,
    hint: `chown 0 ${path}`,
  });
});

test("heldValues refuses a protected file without a value, and more values than it holds", async () => {
  await expect(heldValues(spec([], [file("none", "PORT=3306\n")]))).rejects.toThrow("holds no value");
  const lines = (count: number): string => Array.from({ length: count }, (_, at) => `value-${at}\n`).join("");
  const [many, one] = [file("many", lines(1000)), file("one", "one-more-value")];
  expect((await heldValues(spec([], [many]))).protected).toHaveLength(1000);
  await expect(heldValues(spec([], [many, one]))).rejects.toThrow("1001 values: limit is 1000");
});

test("heldValues refuses a protected file over a mebibyte", async () => {
  const path = file("large", "x".repeat(1_048_577));
  await expect(heldValues(spec([], [path]))).rejects.toThrow("has 1048577 bytes: limit is 1048576");
});

/** Some sentences, never the same twice. */
function report(words: number): string {
  return Array.from({ length: words }, (_, at) => `word${at}${at % 9 === 8 ? ".\n" : " "}`).join("");
}

test("heldValues gives a document whole, beside the values of other files", async () => {
  const [text, keys] = [file("report.txt", report(40)), file(".env", `KEY=${VALUE}`)];
  const named = spec([], [], "values");
  const both: HeldFiles = {
    ...named,
    privacy: {
      protected: [
        { file: text, as: "document" },
        { file: keys, as: "values" },
      ],
    },
  };
  expect(await heldValues(both)).toEqual({
    secrets: new Map(),
    protected: [{ name: `${keys}: KEY`, value: VALUE }],
    documents: [{ name: text, text: report(40) }],
  });
  expect((await heldValues(both, { secrets: [], sends: false })).documents).toEqual([]);
});

test.each<[string, string | Uint8Array, number, string]>([
  ["open to others", report(40), 0o644, "has mode 0644: limit is 0600"],
  ["over a mebibyte", "x".repeat(1_048_577), 0o600, "has 1048577 bytes: limit is 1048576"],
  ["that is no text", Buffer.from("\u00ff".repeat(200), "latin1"), 0o600, "is not UTF-8 text"],
  ["without a passage", ` ${"x,".repeat(119)}\n`, 0o600, "has 119 letters and digits: least is 120"],
  ["that is empty", "", 0o600, "has 0 letters and digits: least is 120"],
])("heldValues refuses a document %s", async (_, text, mode, said) => {
  const path = file("report.txt", text, mode);
  await expect(heldValues(spec([], [path], "document"))).rejects.toMatchObject({
    code: "WRIT_SECRET_UNUSABLE",
    message: expect.stringContaining(said),
  });
});

test("heldValues takes a document of 120 letters, and eight mebibytes of documents, no more", async () => {
  const short = file("short", "é1".repeat(60));
  expect((await heldValues(spec([], [short], "document"))).documents).toHaveLength(1);
  const large = file("large", "x".repeat(1_048_576));
  const eight = Array.from({ length: 8 }, () => large);
  expect((await heldValues(spec([], eight, "document"))).documents).toHaveLength(8);
  await expect(heldValues(spec([], [...eight, short], "document"))).rejects.toThrow(
    "the protected documents have 8388728 characters: limit is 8388608",
  );
});

function linkTo(target: string): string {
  symlinkSync(target, `${folder}/link`);
  return `${folder}/link`;
}
