// Builds the package's dist/ from src/: the bundle (bundle.ts) and the declarations of what can be imported. Types are
// checked by scripts/check-types.ts, not here.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { transpileDeclaration } from "typescript";
import { bundle } from "./bundle.ts";

/** The entries of `exports` in package.json. */
const PUBLIC: readonly string[] = ["writ.ts", "ledger/verify-entry.ts"];

const source = resolve("src");
rmSync("dist", { recursive: true, force: true });
await bundle(resolve("."), resolve("dist"));
for (const [file, text] of declarationsOf(PUBLIC)) {
  const path = join("dist", file.replace(/\.ts$/, ".d.ts"));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** The declarations of `files` and of all they name, by path below src/. Each follows from its own file alone. */
function declarationsOf(files: readonly string[]): ReadonlyMap<string, string> {
  const declared = new Map<string, string>();
  const open = [...files];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (declared.has(file)) continue;
    const { outputText, diagnostics } = transpileDeclaration(readFileSync(join(source, file), "utf8"), {
      fileName: file,
      compilerOptions: { isolatedDeclarations: true },
      reportDiagnostics: true,
    });
    const [first] = diagnostics ?? [];
    if (first !== undefined) throw new Error(`build: ${file}: ${JSON.stringify(first.messageText)}`);
    declared.set(file, outputText);
    for (const [, specifier = ""] of outputText.matchAll(/(?:from |import\()"(\.[^"]+)"/g))
      open.push(relative(source, resolve(source, dirname(file), specifier)));
  }
  return declared;
}
