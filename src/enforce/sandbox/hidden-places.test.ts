// maskedPaths and openProtectedPlaces on real folders.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { grantsOf } from "../../../test/enforce/confined-run.ts";
import { maskedPaths, openProtectedPlaces } from "./hidden-places.ts";
import { closePaths } from "./open-grants.ts";

const base = realpathSync(mkdtempSync("/var/tmp/writ-hidden-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));

function folder(name: string): string {
  mkdirSync(`${base}/${name}`, { recursive: true });
  return `${base}/${name}`;
}

function file(name: string): string {
  folder(name.slice(0, name.lastIndexOf("/")));
  writeFileSync(`${base}/${name}`, "");
  return `${base}/${name}`;
}

function protectedIn(...writes: readonly string[]): readonly string[] {
  const opened = openProtectedPlaces(grantsOf({ command: ["true"], directory: base, writes }));
  closePaths(opened);
  expect(opened.some((path) => path.writable)).toBe(false);
  return opened.map((path) => path.target).sort();
}

describe("maskedPaths", () => {
  test("names what exists below a root, once, and what a masked link leads to", () => {
    const secret = file("masks/secret");
    const inner = folder("masks/inner");
    symlinkSync(secret, `${base}/masks/link`);
    const outside = file("elsewhere/secret");
    const masked = [secret, `${base}/masks/link`, inner, outside, `${base}/masks/missing`];
    expect(maskedPaths(masked, [`${base}/masks`])).toEqual([
      { path: secret, kind: "file" },
      { path: inner, kind: "directory" },
    ]);
    expect(maskedPaths([outside], [`${base}/else`])).toEqual([]);
  });
});

describe("openProtectedPlaces", () => {
  test("finds start-up files, editor folders and hooks of repositories, bare ones too", () => {
    for (const repository of ["project/.git", "project/bare.git"]) {
      file(`${repository}/HEAD`);
      folder(`${repository}/objects`);
      folder(`${repository}/hooks`);
    }
    const expected = [
      file("project/.bashrc"),
      file("project/sub/.envrc"),
      folder("project/.vscode"),
      folder("project/.husky"),
    ];
    folder("project/hooks");
    file("project/node_modules/.envrc");
    const hooks = [`${base}/project/.git/hooks`, `${base}/project/bare.git/hooks`];
    expect(protectedIn(`${base}/project`)).toEqual([...expected, ...hooks].sort());
  });

  test("leaves what a write grant names itself", () => {
    const named = [folder("named/.vscode"), file("named/.profile")];
    expect(protectedIn(`${base}/named`)).toEqual([...named].sort());
    expect(protectedIn(`${base}/named`, ...named)).toEqual([]);
  });

  test("does not follow links", () => {
    folder("links");
    const target = file("links-target/.bashrc");
    symlinkSync(target, `${base}/links/.bashrc`);
    symlinkSync(`${base}/links-target`, `${base}/links/sub`);
    expect(protectedIn(`${base}/links`)).toEqual([]);
  });

  test("looks a bounded depth down", () => {
    const near = file("deep/1/2/.envrc");
    file("deep/1/2/3/.envrc");
    expect(protectedIn(`${base}/deep`)).toEqual([near]);
  });
});
