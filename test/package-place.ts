// Where the package is that build-package.ts builds before any test, and what its processes know each other by.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Its folder, without a slash at its end; below it are bin/, dist/ and what they read. */
export const PACKAGE: string = fileURLToPath(new URL("../reports/package", import.meta.url));

/** The build of its processes: a client in a test's own process that says so is one of them. */
export function packageBuild(): string {
  const { version } = JSON.parse(readFileSync(`${PACKAGE}/package.json`, "utf8")) as {
    readonly version: string;
  };
  return `${version}+${readFileSync(`${PACKAGE}/dist/build.txt`, "utf8").trim()}`;
}
