// What `writ doctor` says of the files of values that the spec names: whether each could be read by a task's start. Reads
// them as a start does, and says nothing of what they hold.
import { readFileSync } from "node:fs";
import type { Spec } from "../spec/spec.ts";
import { escapeUntrusted } from "../stdx/escape.ts";
import { WritError } from "../stdx/writ-error.ts";
import type { Check } from "./doctor-check.ts";
import { protectedIn, secretIn } from "./held-values.ts";
import { specOf } from "./parse-input.ts";

/** One check for each file of the spec at `path`: the home's, which must be the adopted one for anything to run. */
export async function heldChecks(path: string): Promise<readonly Check[]> {
  const spec = specAt(path);
  if (spec === null) return [];
  return await Promise.all([
    ...spec.sovereignty.secrets.map(({ name, file }) =>
      checkOf(`secret ${name}`, async () => {
        await secretIn(file);
        return `one value in ${escapeUntrusted(file)}`;
      }),
    ),
    ...spec.privacy.protected.map((named) =>
      checkOf(`protected ${escapeUntrusted(named.file)}`, async () => {
        const { values, document } = await protectedIn(named);
        if (document !== null) return `a document of ${document.text.length} characters`;
        return `${values.length} value${values.length === 1 ? "" : "s"}; shorter ones are not protected`;
      }),
    ),
  ]);
}

function specAt(path: string): Spec | null {
  try {
    return specOf(readFileSync(path), path).spec;
  } catch (error) {
    // Missing or edited: nothing runs, and the governor says so.
    if (error instanceof WritError || (error instanceof Error && "code" in error)) return null;
    throw error;
  }
}

async function checkOf(name: string, read: () => Promise<string>): Promise<Check> {
  try {
    return { name, state: "holds", evidence: await read(), repair: null };
  } catch (error) {
    if (!(error instanceof WritError)) throw error;
    return { name, state: "fails", evidence: error.message, repair: error.hint };
  }
}
