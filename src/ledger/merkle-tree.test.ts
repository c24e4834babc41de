// MerkleTree against the values of RFC 6962's own test log and against the definition, leaf by leaf.
import { hash } from "node:crypto";
import { expect, test } from "vitest";
import { emptyRoot, leafHash, MerkleTree, nodeHash } from "./merkle-tree.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** Leaves and roots of the reference log that the certificate-transparency sources publish (Apache-2.0). */
const LEAVES = [
  "",
  "00",
  "10",
  "2021",
  "3031",
  "40414243",
  "5051525354555657",
  "606162636465666768696a6b6c6d6e6f",
];
const ROOTS = [
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

test("MerkleTree.root is that of RFC 6962 for the reference log", () => {
  const tree = new MerkleTree();
  expect(hex(tree.root())).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  LEAVES.forEach((leaf, index) => {
    tree.append(leafHash(Buffer.from(leaf, "hex")));
    expect(hex(tree.root())).toBe(ROOTS[index]);
    expect(tree.size).toBe(index + 1);
  });
});

/** MTH of RFC 6962 section 2.1, as it is written there. */
function definition(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return hash("sha256", new Uint8Array(0), "buffer");
  if (leaves.length === 1) return leaves[0]!;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return nodeHash(definition(leaves.slice(0, split)), definition(leaves.slice(split)));
}

test("MerkleTree.root is the recursive definition for every size up to 130", () => {
  const tree = new MerkleTree();
  const leaves: Uint8Array[] = [];
  expect(hex(emptyRoot())).toBe(hex(definition(leaves)));
  for (let index = 0; index < 130; index += 1) {
    leaves.push(leafHash(Buffer.from(String(index))));
    tree.append(leaves[index]!);
    expect(hex(tree.root())).toBe(hex(definition(leaves)));
  }
});

test("leafHash and nodeHash are prefixed, so that a node is never a leaf", () => {
  const left = Buffer.alloc(32, 1);
  const right = Buffer.alloc(32, 2);
  expect(hex(nodeHash(left, right))).toBe(hash("sha256", Buffer.concat([Buffer.from([1]), left, right])));
  expect(hex(leafHash(Buffer.concat([left, right])))).not.toBe(hex(nodeHash(left, right)));
});

test("MerkleTree.append takes 32 bytes only", () => {
  expect(() => new MerkleTree().append(new Uint8Array(31))).toThrow("32 bytes");
});
