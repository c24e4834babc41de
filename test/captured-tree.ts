// Writes a small tree of files into a fresh folder, to stand for another machine's /proc and /sys.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "vitest";

/** Paths below the folder and what each holds; `-> target` makes a symbolic link. */
export type Tree = Readonly<Record<string, string>>;

const made: string[] = [];
afterAll(() => {
  for (const root of made.splice(0)) rmSync(root, { recursive: true, force: true });
});

/** The `proc` and `sys` folders of a fresh tree. */
export function capturedTree(tree: Tree): { readonly proc: string; readonly sys: string } {
  const root = freshTree(tree);
  return { proc: join(root, "proc"), sys: join(root, "sys") };
}

/** A fresh folder that holds `tree`. */
export function freshTree(tree: Tree): string {
  const root = mkdtempSync(join(tmpdir(), "writ-tree-"));
  made.push(root);
  for (const [path, content] of Object.entries(tree)) {
    const full = join(root, path);
    mkdirSync(dirname(full), { recursive: true });
    if (content.startsWith("-> ")) symlinkSync(content.slice(3), full);
    else writeFileSync(full, content);
  }
  return root;
}
