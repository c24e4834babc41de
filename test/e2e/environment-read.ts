// Which environment variables the product's code and its runtime packages read, found by scanning their text.
import { globSync, readFileSync } from "node:fs";
import { ROOT } from "./cli-process.ts";

export interface EnvironmentRead {
  /** Sorted. */
  readonly names: readonly string[];
  /** Our files that take the whole environment rather than names of it. */
  readonly whole: readonly string[];
}

/** Throws when it finds so few files that it cannot have looked. */
export function environmentRead(): EnvironmentRead {
  const manifest = JSON.parse(readFileSync(`${ROOT}/package.json`, "utf8")) as {
    readonly dependencies: object;
  };
  const ours = globSync(["src/**/*.ts", "bin/*.js"], { cwd: ROOT }).filter(
    (file) => !/\.test\.ts$|\/fixtures\//.test(file),
  );
  const theirs = Object.keys(manifest.dependencies).flatMap((name) =>
    globSync(`node_modules/${name}/{dist,lib}/**/*.{js,mjs,cjs}`, { cwd: ROOT, exclude: ["**/browser/**"] }),
  );
  if (ours.length < 100 || theirs.length < 50) throw new Error("too little to scan");
  const names = new Set([...ours, ...theirs].flatMap((file) => namesIn(textOf(file))));
  const whole = ours.filter((file) => /process\.env(?!\.[A-Z]|\[")/.test(textOf(file)));
  return { names: [...names].sort(), whole };
}

function textOf(file: string): string {
  return readFileSync(`${ROOT}/${file}`, "utf8");
}

function namesIn(text: string): readonly string[] {
  const read =
    /\benv\??\.?\[["'](\w+)["']\]|\benv\.([A-Z][A-Z0-9_]+)\b|EnvironmentVariable\([\w.]+, ["'](\w+)["']\)/g;
  return [...text.matchAll(read)].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
}
