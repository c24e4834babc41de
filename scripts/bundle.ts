// Bundles src/ into the few files that ship: a start loads one or some forty of them instead of hundreds, which is half of
// its processor time. Not the declarations (build.ts).
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, posix, relative, resolve } from "node:path";
import { type OutputChunk, type Plugin, rolldown } from "rolldown";

/** What is imported, or loads a part of itself for each command. Its packages stay packages. */
const ENTRIES: readonly string[] = ["writ", "ledger/verify-entry", "cli/main"];

/**
 * Each program that a process or thread of ours runs: one file with everything in it that is not Node's. A governor loads
 * 160 files otherwise, a fifth of its start; and a sandbox is given one file.
 */
const PROGRAMS: readonly string[] = [
  "governor/governor-process",
  "governor/scanning/answer-worker",
  "governor/task-scan-worker",
  "enforce/root/executor-process",
  "enforce/served/runner-process",
  "facts/observer-process",
  "enforce/gate/gate-process",
  "enforce/gate/scan/scan-worker",
  "enforce/sandbox/listen-inside",
  "enforce/sandbox/probe-inside",
];

/** ms: longer than any test runs from there. */
const KEPT_FOR = 86_400_000;

/**
 * What every client loads whatever it asks, which would be thirty chunks of a module or two: in the order in which a
 * command comes to need it. The first imports nothing, since the verifier shares it.
 */
const TOGETHER: readonly { readonly name: string; readonly test: RegExp }[] = [
  { name: "base", test: /\/src\/stdx\/[\w-]+\.ts$/ },
  {
    name: "cli",
    test: /\/src\/cli\/(?:exit-codes|text|build-writ|one-command|flags|guarded|home-[\w-]+|output)\.ts$/,
  },
  {
    name: "client",
    test: /\/src\/governor\/(?:(?:client|wire)\/[\w-]+|open-governor|home|build-id|remembered-head)\.ts$|\/src\/task\/plan\.ts$/,
  },
  { name: "words", test: /\/src\/names\/(?:host|url|url-path|tcp-target)\.ts$/ },
  { name: "asking", test: /\/src\/(?:task\/command-task|cli\/(?:task-input|print-decided))\.ts$/ },
];

/** What `governor/build-id.ts` reads. */
const BUILD_FILE = "build.txt";

/**
 * Writes the bundle of `root`'s src/ to the folder `to`: each entry at its own path, what they share in chunks/, and a
 * digest of all of it in build.txt. Files that are the same already are left alone and each other one is replaced at once,
 * so what runs from there goes on. Throws when it does not compile, or when a program would need a second file.
 *
 * `also`: further modules of src/ that can be imported from there.
 *
 * @example await bundle("/repo", "/repo/dist");
 */
export async function bundle(place: string, to: string, also: readonly string[] = []): Promise<void> {
  const root = resolve(place);
  const programs = await Promise.all(PROGRAMS.map((name) => oneFile(root, name, `${root}/src/${name}.ts`)));
  const chunks = [...(await generate(root, inSource(root, [...ENTRIES, ...also]), false)), ...programs];
  for (const { fileName, code } of chunks) replace(`${to}/${fileName}`, code);
  replace(`${to}/${BUILD_FILE}`, `${digestOf(chunks)}\n`);
  removeStale(to, new Set(chunks.map(({ fileName }) => fileName)));
}

/** Writes the program `file` as `to`/NAME.js, one file with everything in it, at whose place the modules of src/ are. */
export async function bundleProgram(root: string, to: string, name: string, file: string): Promise<void> {
  const { code } = await oneFile(resolve(root), name, file);
  replace(`${to}/${name}.js`, code);
}

async function oneFile(root: string, name: string, file: string): Promise<OutputChunk> {
  const [chunk, ...others] = await generate(root, { [name]: file }, true);
  const asked = chunk?.imports.filter((imported) => !imported.startsWith("node:")) ?? [name];
  if (chunk === undefined || others.length + asked.length > 0)
    throw new Error(`bundle: ${name} is one file and imports ${asked.join(", ")}`);
  return chunk;
}

function inSource(root: string, names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, `${root}/src/${name}.ts`]));
}

/** The files of the programs and modules `input`, by name; `alone`: one file, with its packages in it. */
async function generate(
  root: string,
  input: Readonly<Record<string, string>>,
  alone: boolean,
): Promise<readonly OutputChunk[]> {
  const built = await rolldown({
    input: { ...input },
    cwd: root,
    platform: "node",
    external: alone ? /^node:/ : /^[^./]/,
    plugins: [ownPlaces(resolve(root, "src"))],
    onLog: (level, log) => {
      if (level !== "debug" && level !== "info") throw new Error(`bundle: ${log.message}`);
    },
  });
  const { output } = await built.generate({
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "chunks/[name]-[hash].js",
    codeSplitting: alone ? false : { groups: [...TOGETHER] },
  });
  await built.close();
  return output.filter((one) => one.type === "chunk");
}

/** Gives every module its own place back: `import.meta.url` in a bundle would be the chunk's. */
function ownPlaces(source: string): Plugin {
  return {
    name: "own-places",
    transform: (code, id) =>
      code.includes("import.meta")
        ? code.replaceAll("import.meta.url", `OWN_PLACE(${JSON.stringify(placeOf(source, id))})`)
        : null,
    renderChunk: (code, chunk) =>
      code.replaceAll(/OWN_PLACE\("([^"]+)"\)/g, (_all, place: string) => {
        const path = posix.relative(posix.dirname(chunk.fileName), place);
        return `new URL(${JSON.stringify(path)}, import.meta.url).href`;
      }),
  };
}

function placeOf(source: string, id: string): string {
  return relative(source, id).replace(/\.ts$/, ".js");
}

function digestOf(chunks: readonly OutputChunk[]): string {
  const digest = createHash("sha256");
  for (const { fileName, code } of chunks.toSorted((one, other) => (one.fileName < other.fileName ? -1 : 1)))
    digest.update(`${fileName}\0${code}\0`);
  return digest.digest("hex").slice(0, 16);
}

function replace(path: string, text: string): void {
  if (textAt(path) === text) return;
  mkdirSync(dirname(path), { recursive: true });
  const next = `${path}.${process.pid}`;
  writeFileSync(next, text);
  renameSync(next, path);
}

/** Chunks of earlier code, unless something may still run from them. */
function removeStale(to: string, present: ReadonlySet<string>): void {
  for (const name of readdirSync(`${to}/chunks`)) {
    const path = `${to}/chunks/${name}`;
    if (!present.has(`chunks/${name}`) && Date.now() - statSync(path).mtimeMs > KEPT_FOR) rmSync(path);
  }
}

function textAt(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
