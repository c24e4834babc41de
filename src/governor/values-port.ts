// What a task's gate is given of the values that must stay inside: those of the spec's files, and those that the home has
// enrolled. Not the reading of either.
import { statSync } from "node:fs";
import type { ValuesPort } from "../enforce/network-policy.ts";
import { loadEnrolled } from "./enrolled-index.ts";
import { type HeldFiles, heldValues } from "./held-values.ts";
import type { HomePaths } from "./home.ts";

/**
 * The values that a task needs: of the files that `spec` names at each call, and of the home's index, both read anew. Throws
 * WRIT_SECRET_UNUSABLE and WRIT_HOME_UNSAFE; then nothing that can send starts.
 */
export function valuesPort(paths: HomePaths, spec: () => HeldFiles): ValuesPort {
  const enrolled = enrolledReader(paths);
  return async (needs) => ({
    ...(await heldValues(spec(), needs)),
    enrolled: needs.sends ? enrolled() : null,
  });
}

/** The index and its key in base64, since they cross a process channel; null: nothing is enrolled. */
export type GivenIndex = { readonly index: string; readonly key: string } | null;

/** Reads what is enrolled now, whole files only when they changed. Throws as `loadEnrolled` does, each time. */
export function enrolledReader(paths: HomePaths): () => GivenIndex {
  let last: { readonly state: string; readonly given: GivenIndex } | null = null;
  return () => {
    const state = [paths.protected_index, paths.protect_key].map((path) => stateOf(path)).join(" ");
    if (last?.state === state) return last.given;
    const loaded = loadEnrolled(paths);
    const given = loaded === null ? null : { index: base64(loaded.index), key: base64(loaded.key) };
    last = { state, given };
    return given;
  };
}

/** What changes with every replacement and every write of a file. */
function stateOf(path: string): string {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? "none" : `${stat.ino}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}`;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
