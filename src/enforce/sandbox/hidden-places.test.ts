// maskedPaths and openProtectedPlaces on real folders.
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
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

async function protectedIn(...writes: readonly string[]): Promise<readonly string[]> {
  const opened = await openProtectedPlaces(grantsOf({ command: ["true"], directory: base, writes }));
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
  test("finds start-up files, editor folders and hooks of repositories, bare ones too", async () => {
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
    expect(await protectedIn(`${base}/project`)).toEqual([...expected, ...hooks].sort());
  });

  test("leaves what a write grant names itself", async () => {
    const named = [folder("named/.vscode"), file("named/.profile")];
    expect(await protectedIn(`${base}/named`)).toEqual([...named].sort());
    expect(await protectedIn(`${base}/named`, ...named)).toEqual([]);
  });

  test("does not follow links", async () => {
    folder("links");
    const target = file("links-target/.bashrc");
    symlinkSync(target, `${base}/links/.bashrc`);
    symlinkSync(`${base}/links-target`, `${base}/links/sub`);
    expect(await protectedIn(`${base}/links`)).toEqual([]);
  });

  test("finds them at any depth, and none in masked places and unpacked packages", async () => {
    const far = file(`deep/${"d/".repeat(40)}.envrc`);
    const masked = file("deep/closed/.envrc");
    file("deep/node_modules/package/.envrc");
    const grants = grantsOf({ command: ["true"], directory: base, writes: [`${base}/deep`] });
    const opened = await openProtectedPlaces({ ...grants, masked: [`${base}/deep/closed`] });
    closePaths(opened);
    expect(opened.map((path) => path.target)).toEqual([far]);
    expect(await protectedIn(`${base}/deep`)).toEqual([masked, far]);
  });

  test("refuses a grant that it cannot search whole, and leaves nothing open", async () => {
    file("large/a/.envrc");
    file("large/a/b/c/file");
    const grants = grantsOf({ command: ["true"], directory: base, writes: [`${base}/large`] });
    const names = 5;
    const open = async (depth: number, entries: number, places = 1): Promise<number> => {
      const opened = await openProtectedPlaces(grants, { depth, entries, places });
      closePaths(opened);
      return opened.length;
    };
    expect(await open(3, names)).toBe(1);
    const before = readdirSync("/proc/self/fd").length;
    for (const refused of [() => open(2, names), () => open(3, names - 1), () => open(3, names, 0)]) {
      await expect(refused()).rejects.toMatchObject({
        code: "WRIT_LAUNCH_FAILED",
        hint: "declare the narrower folder that the task writes",
      });
    }
    expect(readdirSync("/proc/self/fd").length).toBe(before);
  });
});
