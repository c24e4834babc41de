// Tiles of trees of many sizes against the layout that C2SP tlog-tiles describes, and their verification against every change.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { depth, seed } from "../../test/depth.ts";
import { origin, testKey } from "../../test/ledger/sample-ledger.ts";
import { signCheckpoint } from "./checkpoint.ts";
import { importPublicKey } from "./ledger-key.ts";
import { logOnly } from "./ledger-policy.ts";
import { leafHash, MerkleTree } from "./merkle-tree.ts";
import { encodeRecord } from "./record-codec.ts";
import { EntryBundles, HashTiles, parseBundle, tilePath } from "./tiles.ts";
import { type TilesReport, verifyTiles } from "./verify-tiles.ts";

const key = importPublicKey(testKey().publicKey);
const policy = logOnly({ name: origin, algorithm: "ed25519", key });

/** An export in memory; record 5 is as long as `long` says. */
function exported(size: number, long = 0): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const put = (tile: { path: string; bytes: Uint8Array }): unknown => files.set(tile.path, tile.bytes);
  const [tiles, bundles, tree] = [new HashTiles(put), new EntryBundles(put), new MerkleTree()];
  for (let sequence = 0; sequence < size; sequence += 1) {
    const core = sequence === 5 && long > 0 ? { text: "x".repeat(long) } : {};
    const wall = "2026-01-01T00:00:00.000Z";
    const body = encodeRecord({ core, kind: "check", payload_hash: null, sequence, time: 1, wall });
    tiles.add(leafHash(body));
    bundles.add(body);
    tree.append(leafHash(body));
  }
  tiles.end();
  bundles.end();
  const head = { size, root: tree.root(), closing: false };
  files.set("checkpoint", Buffer.from(signCheckpoint(head, { origin, key }, testKey().sign)));
  return files;
}

function verify(files: ReadonlyMap<string, Uint8Array>): Promise<TilesReport> {
  return verifyTiles({ read: (path) => Promise.resolve(files.get(path) ?? null), policy });
}

test("tilePath writes indexes in groups of three digits", () => {
  expect(tilePath(0, 0)).toBe("tile/0/000");
  expect(tilePath("entries", 1_234_067)).toBe("tile/entries/x001/x234/067");
  expect(tilePath(63, 999, 17)).toBe("tile/63/999.p/17");
  expect(tilePath(1, 1000)).toBe("tile/1/x001/000");
});

test("HashTiles has the tiles that the specification counts for 70,000 leaves, and for 256", () => {
  const made = (size: number): Map<string, number> => {
    const counts = new Map<string, number>();
    const tiles = new HashTiles(({ path }) => {
      const [, level = ""] = path.split("/");
      const kind = `${level}${path.includes(".p/") ? ` of ${path.split("/").at(-1)}` : ""}`;
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
    });
    for (let at = 0; at < size; at += 1) tiles.add(key.raw);
    tiles.end();
    return counts;
  };
  expect(Object.fromEntries(made(70_000))).toEqual({
    0: 273,
    "0 of 112": 1,
    1: 1,
    "1 of 17": 1,
    "2 of 1": 1,
  });
  expect(Object.fromEntries(made(256))).toEqual({ 0: 1, "1 of 1": 1 });
});

test("verifyTiles holds for trees around every edge of a tile", async () => {
  for (const size of [0, 1, 2, 255, 256, 257, 511, 512, 700]) {
    const report = await verify(exported(size));
    expect(report, String(size)).toMatchObject({
      ok: true,
      records: size,
      origin,
      hashes_only: 0,
      witnessed: false,
    });
  }
});

test("verifyTiles detects every file that is missing, cut, longer, changed or another's", async () => {
  const whole = exported(600);
  const names = [...whole.keys()];
  expect(names.length).toBe(8);
  for (const name of names) {
    const bytes = whole.get(name) ?? new Uint8Array();
    const other = whole.get(names.find((one) => one !== name) ?? "") ?? new Uint8Array();
    const changed = Buffer.from(bytes);
    changed[10] = (changed[10] ?? 0) ^ 1;
    for (const [what, put] of [
      ["cut", bytes.subarray(0, -1)],
      ["longer", Buffer.concat([bytes, Buffer.alloc(1)])],
      ["changed", changed],
      ["empty", new Uint8Array()],
      ["another's", other],
    ] as const) {
      const report = await verify(new Map(whole).set(name, put));
      expect(report.ok, `${name} ${what}`).toBe(false);
    }
    const without = new Map(whole);
    without.delete(name);
    // Without its entries a bundle's hashes still stand, and are counted as that.
    const report = await verify(without);
    expect(report.ok ? report.hashes_only > 0 : report.problem?.file === name, name).toBe(true);
  }
});

test("EntryBundles leaves out a bundle that cannot hold its entry, and verifyTiles goes on by the hashes", async () => {
  const files = exported(300, 70_000);
  expect(files.has("tile/entries/000")).toBe(false);
  expect(await verify(files)).toMatchObject({ ok: true, records: 300, hashes_only: 256 });
});

test("parseBundle and verifyTiles throw for no bytes", async () => {
  const whole = exported(3);
  const name = tilePath("entries", 0, 3);
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), fc.nat(300), async (bytes, width) => {
      parseBundle(bytes, width);
      const report = await verify(new Map(whole).set(name, bytes));
      expect(report.ok).toBe(false);
    }),
    { seed, numRuns: depth(200, 50_000) },
  );
});
