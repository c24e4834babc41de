// The models in a folder of GGUF files. Nothing serves them: a file is what a task may load itself.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { ModelFact } from "../decide/facts.ts";
import { err, ok, type Result } from "../stdx/result.ts";
import { readGgufHeader } from "./gguf-header.ts";
import { modelNameIn } from "./json-answer.ts";

/** Files of one folder that are read. */
const FILES_MAX = 128;

/** The models of `folder` by file name without `.gguf`, sorted, or one line that says why there are none to see. */
export async function ggufModels(folder: string): Promise<Result<readonly ModelFact[], string>> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch {
    return err("its folder cannot be read");
  }
  const models: ModelFact[] = [];
  const files = names.filter((name) => name.endsWith(".gguf")).sort();
  for (const file of files.slice(0, FILES_MAX)) {
    const header = await readGgufHeader(join(folder, file));
    const name = modelNameIn({ file: file.slice(0, -".gguf".length) }, "file");
    if (header === null || name === null) continue;
    const { context_max, size } = header;
    models.push({ name, digest: null, remote: false, context_max, memory: size, loaded: false });
  }
  return ok(models);
}
