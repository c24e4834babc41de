// The pin of a machine's home: what it makes of every other home, and that a pin that cannot be trusted stops all of them.
import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { freshTree } from "../../test/captured-tree.ts";
import { BUILD, type MadeHome, makeHome, taskOf } from "./fixtures/made-home.ts";
import { type Governed, govern } from "./govern.ts";
import { homePaths } from "./home.ts";
import { type NodeFile, readNodeFile } from "./node-file.ts";
import { nodeOnMachine, type PinPlace, pinnedHome } from "./pinned-home.ts";

const owner = process.getuid?.() ?? 0;

/** A pin in a fresh folder. */
function pin(text: string | Uint8Array): PinPlace {
  const root = freshTree({});
  mkdirSync(join(root, "writ"), { mode: 0o755 });
  const file = join(root, "writ/home");
  writeFileSync(file, text, { mode: 0o644 });
  return { file, owner };
}

describe("pinnedHome", () => {
  it("is what the file names, and null where there is no file or no folder of it", () => {
    expect(pinnedHome(pin("/var/lib/writ\n"))).toBe("/var/lib/writ");
    expect(pinnedHome(pin("/var/lib/writ"))).toBe("/var/lib/writ");
    expect(pinnedHome({ file: join(freshTree({}), "writ/home"), owner })).toBeNull();
    expect(pinnedHome({ file: join(freshTree({ "writ/other": "" }), "writ/home"), owner })).toBeNull();
  });

  const hostile: readonly (readonly [string, (place: PinPlace) => PinPlace])[] = [
    ["empty", ({ file }) => (writeFileSync(file, ""), { file, owner })],
    ["relative", ({ file }) => (writeFileSync(file, "var/lib/writ\n"), { file, owner })],
    ["two lines", ({ file }) => (writeFileSync(file, "/a\n/b\n"), { file, owner })],
    ["not text", ({ file }) => (writeFileSync(file, Uint8Array.of(0x2f, 0xff)), { file, owner })],
    ["huge", ({ file }) => (writeFileSync(file, `/${"a".repeat(5000)}`), { file, owner })],
    ["somebody else's", ({ file }) => ({ file, owner: owner + 1 })],
    ["writable by its group", ({ file }) => (chmodSync(file, 0o664), { file, owner })],
    ["in a folder that others write", ({ file }) => (chmodSync(join(file, ".."), 0o777), { file, owner })],
    ["a folder", ({ file }) => ({ file: join(file, "../.."), owner })],
    [
      "a link",
      ({ file }) => {
        symlinkSync(file, `${file}-link`);
        return { file: `${file}-link`, owner };
      },
    ],
    [
      "a link that leads nowhere",
      ({ file }) => {
        symlinkSync(`${file}-gone`, `${file}-link`);
        return { file: `${file}-link`, owner };
      },
    ],
    ["below a file", ({ file }) => ({ file: join(file, "home"), owner })],
  ];
  it.each(hostile)("throws WRIT_HOME_UNSAFE for one that is %s", (_, change) => {
    const changed = change(pin("/var/lib/writ\n"));
    expect(() => pinnedHome(changed)).toThrow(expect.objectContaining({ code: "WRIT_HOME_UNSAFE" }));
  });

  it.skipIf(owner !== 0)("throws for one that root does not own (skipped without root: needs chown)", () => {
    const place = pin("/var/lib/writ\n");
    chownSync(place.file, 12_345, 12_345);
    expect(() => pinnedHome(place)).toThrow(/is not uid 0's alone to write/);
  });
});

describe("nodeOnMachine", () => {
  const node: NodeFile = { format: 1, node: "0".repeat(32), task_uid: null, throw_away: null };

  it("leaves the pinned home and a machine without a pin alone, and lets every other home only play below itself", () => {
    expect(nodeOnMachine(node, "/srv/writ", null)).toEqual({ node, played: false });
    expect(nodeOnMachine(node, "/srv/writ", "/srv/writ")).toEqual({ node, played: false });
    const other = nodeOnMachine(node, "/home/me/.local/state/writ", "/srv/writ");
    expect(other).toEqual({
      node: { ...node, throw_away: { root: "/home/me/.local/state/writ" } },
      played: true,
    });
  });

  it.each([
    { root: "/tmp/place", counts: "/tmp/place" },
    { root: "/", counts: "/home/me/w" },
    { root: "/home/me", counts: "/home/me/w" },
    { root: "/tmp/../home/me", counts: "/home/me/w" },
    { root: "/tmp", counts: "/home/me/w" },
  ])("takes a root of its own only below a folder for temporary files: $root", ({ root, counts }) => {
    const own = nodeOnMachine({ ...node, throw_away: { root } }, "/home/me/w", "/srv/writ");
    expect(own.node.throw_away).toEqual({ root: counts });
  });
});

describe("govern", () => {
  let made: MadeHome | null = null;
  let governed: Governed | null = null;
  afterEach(async () => {
    await governed?.close();
    await made?.end();
    governed = null;
    made = null;
  });

  async function checked(place: (home: string) => PinPlace): Promise<string> {
    made = await makeHome();
    const paths = homePaths(made.home);
    const node = readNodeFile(paths.node, made.home);
    governed = await govern({ paths, node, build: BUILD, heads: made.heads, pin: place(made.home) });
    const asked = governed.check(taskOf(made, ["true"]));
    return await asked.then(
      ({ decision }) =>
        [
          decision.outcome,
          ...decision.findings.filter(({ passes }) => !passes).map(({ cause }) => cause),
        ].join(" "),
      (error: { readonly code?: string }) => String(error.code),
    );
  }

  it("works in the pinned home, and in no other", async () => {
    expect(await checked((home) => pin(`${home}\n`))).toBe("admit");
    await governed?.close();
    await made?.end();
    expect(await checked(() => pin("/srv/another\n"))).toBe("WRIT_HOME_UNSAFE");
  });

  it("does not start under a pin that cannot be trusted", async () => {
    await expect(checked(() => pin("nonsense"))).rejects.toThrow(
      expect.objectContaining({ code: "WRIT_HOME_UNSAFE" }),
    );
  });
});
