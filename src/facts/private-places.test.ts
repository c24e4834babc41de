// The bounded search for private places: past a bound it says so rather than half an answer.
import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { freshTree } from "../../test/captured-tree.ts";
import { findPrivatePlaces, PRIVATE_NAMES, privatePlacesAround, SEARCH_MAX } from "./private-places.ts";

describe("findPrivatePlaces", () => {
  it("knows every name, at the top and below", async () => {
    const paths = PRIVATE_NAMES.flatMap((name) => [name, `x/${name}`]);
    const root = freshTree(Object.fromEntries(paths.map((path) => [`${path}/inside`, ""])));
    const found = await findPrivatePlaces(root, []);
    // A place inside another is covered by it.
    const outermost = paths.filter((path) => !paths.some((other) => path.startsWith(`${other}/`)));
    expect(found).toEqual({ ok: true, value: outermost.map((path) => join(root, path)).sort() });
  });

  it("is refused one folder, one entry and one level past its bounds", async () => {
    const root = freshTree({ "a/b/c/f": "", "a/g": "" });
    const exact = { folders: 4, entries: 5, depth: 3 };
    expect(await findPrivatePlaces(root, [], exact)).toEqual({ ok: true, value: [] });
    expect(await findPrivatePlaces(root, [], { ...exact, folders: 3 })).toEqual({
      ok: false,
      error: "too_large",
    });
    expect(await findPrivatePlaces(root, [], { ...exact, entries: 4 })).toEqual({
      ok: false,
      error: "too_large",
    });
    expect(await findPrivatePlaces(root, [], { ...exact, depth: 2 })).toEqual({
      ok: false,
      error: "too_deep",
    });
  });

  it("does not count what is inside a private place, unpacked packages and repositories", async () => {
    const root = freshTree({
      ".ssh/a/b": "",
      "node_modules/a/.ssh/b": "",
      ".git/objects/00/x": "",
      "src/f": "",
    });
    const found = await findPrivatePlaces(root, [], { folders: 2, entries: 10, depth: 2 });
    expect(found).toEqual({ ok: true, value: [join(root, ".ssh")] });
  });

  it("is refused for a directory that is gone", async () => {
    expect(await findPrivatePlaces("/nowhere/at/all", [])).toEqual({ ok: false, error: "unreadable" });
  });

  it("masks a folder that it may not list", async () => {
    if (process.getuid?.() === 0) return console.info("skipped: root may list every folder");
    const root = freshTree({ "open/f": "" });
    mkdirSync(join(root, "shut"));
    chmodSync(join(root, "shut"), 0);
    expect(await findPrivatePlaces(root, [])).toEqual({ ok: true, value: [join(root, "shut")] });
  });

  it("searches no tree of the system, where nobody's home is", async () => {
    expect(await findPrivatePlaces("/usr/share", [], { ...SEARCH_MAX, folders: 1 })).toEqual({
      ok: true,
      value: [],
    });
  });

  it("knows the files of a project's secrets, and takes a folder of that name for any other", async () => {
    const root = freshTree({
      ".env": "",
      "a/.env.production": "",
      "b/.env/.ssh/id": "",
      "c/.env.example": "",
    });
    const value = [".env", "a/.env.production", "b/.env/.ssh"].map((path) => join(root, path));
    expect(await findPrivatePlaces(root, [])).toEqual({ ok: true, value });
  });

  it("compares whole names", async () => {
    const root = freshTree({ ".ssh-old/x": "", "a.ssh/x": "", "config/gh/x": "", ".config/ghost/x": "" });
    expect(await findPrivatePlaces(root, [`${root}2`])).toEqual({ ok: true, value: [] });
  });
});

describe("privatePlacesAround", () => {
  it.each([
    ["/home/me/.ssh/id", ["/home/me/.ssh"]],
    ["/home/me/.ssh", ["/home/me/.ssh"]],
    ["/home/me/.config/gh/hosts.yml", ["/home/me/.config/gh"]],
    ["/home/me/.config/other", []],
    ["/home/me/ssh/id", []],
    ["/state/writ/ledger/0", ["/state/writ"]],
    ["/state/writing", []],
    ["/", []],
  ])("of %s are %j", (path, expected) => {
    expect(privatePlacesAround(path, ["/state/writ"])).toEqual(expected);
  });
});
