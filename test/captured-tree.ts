// Writes a small tree of files into a fresh folder, to stand for another machine's /proc and /sys.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

/** Paths below the folder and what each holds; `-> target` makes a symbolic link. */
export type Tree = Readonly<Record<string, string>>;

/** The `proc` and `sys` folders of a fresh tree. */
export function capturedTree(tree: Tree): { readonly proc: string; readonly sys: string } {
  const root = freshTree(tree);
  return { proc: join(root, "proc"), sys: join(root, "sys") };
}

/** A fresh folder that holds `tree`, and is gone when the test that asks for it has ended. */
export function freshTree(tree: Tree): string {
  const root = mkdtempSync(join(tmpdir(), "writ-tree-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(tree)) {
    const full = join(root, path);
    mkdirSync(dirname(full), { recursive: true });
    if (content.startsWith("-> ")) symlinkSync(content.slice(3), full);
    else writeFileSync(full, content);
  }
  return root;
}
