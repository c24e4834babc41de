// Which build of Writ this is, so that a client and a governor of different code never serve each other.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

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
 * The version, with the count, total size and newest change of the code's files behind it: another checkout, an edited
 * clone and a rebuilt package all differ. Not a hash of the code: it keeps processes apart, it proves nothing.
 *
 * @example buildId() === "0.1.0+142.611204.1795335896000"
 */
export function buildId(): string {
  let count = 0;
  let size = 0;
  let newest = 0;
  const folders = [SOURCE];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) folders.push(path);
      if (!entry.isFile() || !isCode(entry.name)) continue;
      const stat = statSync(path);
      count += 1;
      size += stat.size;
      newest = Math.max(newest, Math.floor(stat.mtimeMs));
    }
  }
  return `${packageVersion()}+${count}.${size}.${newest}`;
}

function isCode(name: string): boolean {
  if (name.endsWith(".test.ts") || name.endsWith(".d.ts")) return false;
  return name.endsWith(".ts") || name.endsWith(".js");
}
