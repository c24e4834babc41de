// writtenPlaces on real folders: what is told apart, and what counts as wholly written.

import { createHash } from "node:crypto";
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { depth, seed } from "../../test/depth.ts";
import { isWithin } from "../names/path.ts";
import { takeStock } from "./stock.ts";
import { PLACES_MAX, writtenPlaces } from "./written-places.ts";

let grant = "";
beforeEach(() => {
  grant = mkdtempSync(join(tmpdir(), "writ-written-"));
});
afterEach(() => rmSync(grant, { recursive: true, force: true }));

const no = (_path: string): boolean => false;

/** Names below the grant that count as written after `work`; `.` for the grant itself. */
async function written(
  work: () => void,
  isLabelled: (path: string) => boolean = no,
): Promise<readonly string[]> {
  const before = await takeStock(grant);
  work();
  const places = await writtenPlaces(grant, before, isLabelled);
  return places.map(({ path }) => (path === grant ? "." : path.slice(grant.length + 1)));
}

function put(name: string, text = name): void {
  writeFileSync(join(grant, name), text);
}

describe("writtenPlaces", () => {
  test("of nothing is nothing, and of reading too", async () => {
    put("a");
    mkdirSync(join(grant, "d"));
    expect(await written(() => readFileSync(join(grant, "a")))).toEqual([]);
  });
  test("names new and changed files, the topmost of new folders, links, and nothing beside them", async () => {
    mkdirSync(join(grant, "d"));
    put("a");
    put("d/b");
    put("d/same");
    const work = (): void => {
      put("d/b", "other");
      put("new");
      mkdirSync(join(grant, "n/m"), { recursive: true });
      put("n/m/x");
      put("n.txt");
      symlinkSync("anything at all", join(grant, "link"));
    };
    expect(await written(work)).toEqual(["d/b", "link", "n", "n.txt", "new"]);
  });
  test("names a file that has the same size and the times it had", async () => {
    put("a", "one");
    const { atime, mtime } = statSync(join(grant, "a"));
    const work = (): void => {
      put("a", "two");
      utimesSync(join(grant, "a"), atime, mtime);
    };
    expect(await written(work)).toEqual(["a"]);
  });
  test("names a file whose mode, length or name was changed or that was replaced by its like", async () => {
    for (const name of ["a", "b", "c"]) put(name);
    expect(await written(() => chmodSync(join(grant, "a"), 0o700))).toEqual(["a"]);
    expect(await written(() => truncateSync(join(grant, "b"), 0))).toEqual(["b"]);
    const replaced = (): void => {
      put("c.tmp", "c");
      renameSync(join(grant, "c.tmp"), join(grant, "c"));
    };
    expect(await written(replaced)).toEqual(["c"]);
    expect(await written(() => linkSync(join(grant, "a"), join(grant, "d")))).toEqual(["a", "d"]);
  });
  test("names the folder that something was removed from, but not for what was labelled before", async () => {
    mkdirSync(join(grant, "d/e"), { recursive: true });
    put("d/x");
    put("d/e/y");
    put("d/e/z");
    const labelled = (path: string): boolean => path.endsWith("/z");
    expect(await written(() => unlinkSync(join(grant, "d/e/z")), labelled)).toEqual([]);
    expect(await written(() => rmSync(join(grant, "d/e"), { recursive: true }))).toEqual(["d"]);
    expect(await written(() => unlinkSync(join(grant, "d/x")))).toEqual(["d"]);
    expect(await written(() => renameSync(join(grant, "d"), join(grant, "e")))).toEqual(["."]);
  });
  test("names a folder whose mode or times were set: they can tell something too", async () => {
    mkdirSync(join(grant, "d"));
    mkdirSync(join(grant, "e"));
    expect(await written(() => chmodSync(join(grant, "d"), 0o711))).toEqual(["d"]);
    expect(await written(() => utimesSync(join(grant, "e"), 1, 2))).toEqual(["e"]);
  });
  test("of one file is that file, or nothing", async () => {
    put("a");
    const file = join(grant, "a");
    const before = await takeStock(file);
    expect(await writtenPlaces(file, before, no)).toEqual([]);
    writeFileSync(file, "other");
    const sha256 = createHash("sha256").update("other").digest("hex");
    expect(await writtenPlaces(file, before, no)).toEqual([{ path: file, sha256 }]);
    unlinkSync(file);
    expect(await writtenPlaces(file, before, no)).toEqual([{ path: file, sha256: null }]);
  });
  test("is the whole grant beyond its bound, and where no stock could be taken before or after", async () => {
    const many = (count: number) => (): void => {
      for (let at = 0; at < count; at += 1) put(`${count}-${at}`);
    };
    expect(await written(many(PLACES_MAX))).toHaveLength(PLACES_MAX);
    expect(await written(many(PLACES_MAX + 1))).toEqual(["."]);
    expect(await writtenPlaces(grant, null, no)).toEqual([{ path: grant, sha256: null }]);
    const before = await takeStock(grant);
    rmSync(grant, { recursive: true });
    expect(await writtenPlaces(grant, before, no)).toEqual([{ path: grant, sha256: null }]);
  });
});

describe("takeStock", () => {
  test("is none beyond its bounds of entries and of bytes read, and of what is not there", async () => {
    for (const name of ["a", "b", "c"]) put(name, "12345678");
    expect((await takeStock(grant, null, { entries: 4, bytes: 24 }))?.size).toBe(4);
    expect(await takeStock(grant, null, { entries: 3, bytes: 24 })).toBeNull();
    expect(await takeStock(grant, null, { entries: 4, bytes: 23 })).toBeNull();
    expect(await takeStock(join(grant, "missing"))).toBeNull();
    expect(await takeStock("/proc/self/fd")).toBeNull();
  });
});

test("writtenPlaces covers whatever a random task did, and names nothing that lies apart from it", async () => {
  const names = ["a", "b", "d/a", "d/b", "d/e/a"] as const;
  const act = fc.record({
    name: fc.constantFrom(...names),
    how: fc.constantFrom("write", "append", "remove", "touch"),
  });
  await fc.assert(
    fc.asyncProperty(fc.subarray([...names]), fc.array(act, { maxLength: 4 }), async (present, acts) => {
      rmSync(grant, { recursive: true, force: true });
      mkdirSync(join(grant, "d/e"), { recursive: true });
      for (const name of present) put(name);
      const before = await takeStock(grant);
      const was = new Map(names.map((name) => [name, contentAt(name)]));
      for (const { name, how } of acts) doAct(name, how);
      const places = (await writtenPlaces(grant, before, no)).map(({ path }) => path);
      for (const name of names) {
        const covered = places.some((path) => isWithin(path, join(grant, name)));
        if (contentAt(name) !== was.get(name)) expect([name, covered]).toEqual([name, true]);
        const untouched = acts.every((one) => one.name !== name && one.how !== "remove");
        if (untouched) expect([name, covered]).toEqual([name, false]);
      }
    }),
    { seed, numRuns: depth(100, 5000) },
  );
});

function contentAt(name: string): string | null {
  try {
    return readFileSync(join(grant, name), "utf8");
  } catch {
    return null;
  }
}

function doAct(name: string, how: string): void {
  const path = join(grant, name);
  if (how === "write") put(name, "xyz");
  else if (how === "append") writeFileSync(path, "+", { flag: "a" });
  else if (how === "remove") rmSync(path, { force: true });
  else if (contentAt(name) !== null) utimesSync(path, 5, 5);
}
