// An environment as an attacker would set it, with programs and modules behind it that leave a trace when anybody runs
// them. Used by the P2 test; tests nothing itself.
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import type { Place } from "./cli-process.ts";
import { VARIABLES } from "./influences.ts";
import { looserSpec } from "./refusals.ts";

/** Where the programs and modules lie. */
export function hostileFolder(place: Place): string {
  return `${place.root}/hostile`;
}

/** The variables `names` as someone would set them, with programs and modules behind them that leave a trace when run. */
export function hostile(place: Place, names: readonly string[]): Record<string, string> {
  const folder = hostileFolder(place);
  mkdirSync(`${folder}/bin`, { recursive: true });
  writeFileSync(
    `${folder}/hostile.mjs`,
    `import { writeFileSync } from "node:fs"; writeFileSync("${folder}/loaded", "");`,
  );
  writeFileSync(`${folder}/profile`, `touch ${folder}/profile-ran\n`);
  writeFileSync(`${folder}/loose.yaml`, looserSpec(place.work));
  writeFileSync(`${folder}/openssl.cnf`, "");
  for (const program of [
    "bwrap",
    "unshare",
    "setpriv",
    "sh",
    "bash",
    "python3",
    "perl",
    "ip",
    "getent",
    "systemctl",
  ])
    writeFileSync(`${folder}/bin/${program}`, `#!/bin/sh\n: > ${folder}/${program}-ran\n`, { mode: 0o755 });
  return Object.fromEntries(
    names.map((name) => {
      const value = (VARIABLES[name]?.value ?? "")
        .replaceAll("HOSTILE", folder)
        .replace("LIBRARY", someLibrary());
      return [name, name === "PATH" ? `${value}:${place.env["PATH"] ?? ""}` : value];
    }),
  );
}

/** What was run or loaded of them. */
export function hostileTraces(place: Place): readonly string[] {
  return readdirSync(hostileFolder(place)).filter((name) => name === "loaded" || name.endsWith("-ran"));
}

/** A library that can be preloaded: one that this process itself is linked with. */
function someLibrary(): string {
  const { sharedObjects } = process.report.getReport() as { readonly sharedObjects: readonly string[] };
  return sharedObjects.find((path) => path.includes("/libm.")) ?? "";
}
