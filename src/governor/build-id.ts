// Which build of Writ this is, so that a client and a governor of different code never serve each other.
import { readdirSync, readFileSync, type Stats, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const SELF: string = fileURLToPath(import.meta.url);
/** Of the package: a digest of its code, which scripts/bundle.ts writes. */
const BUILT: string = fileURLToPath(new URL("../build.txt", import.meta.url));
const SOURCE: string = fileURLToPath(new URL("..", import.meta.url));
const PACKAGE: string = fileURLToPath(new URL("../../package.json", import.meta.url));

/** The package's version. */
export function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(PACKAGE, "utf8"));
  const version =
    typeof manifest === "object" && manifest !== null && "version" in manifest ? manifest.version : null;
  return typeof version === "string" ? version : "unknown";
}

/**
 * The version, with the digest that the package's build left; in a clone, which is edited file by file, with the count,
 * total size and newest change of the files behind it. It keeps processes apart, it proves nothing.
 *
 * @example buildId() === "0.1.0+142.611204.1795335896000"
 */
export function buildId(): string {
  if (!SELF.endsWith(".ts")) return `${packageVersion()}+${readFileSync(BUILT, "utf8").trim()}`;
  const files = codeFiles();
  const size = files.reduce((sum, file) => sum + file.size, 0);
  const newest = files.reduce((latest, file) => Math.max(latest, Math.floor(file.mtimeMs)), 0);
  return `${packageVersion()}+${files.length}.${size}.${newest}`;
}

function codeFiles(): readonly Stats[] {
  const files: Stats[] = [];
  const folders = [SOURCE];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) folders.push(path);
      else if (entry.name.endsWith(".ts") && !entry.name.endsWith(".test.ts")) files.push(statSync(path));
    }
  }
  return files;
}
