// The variables a task starts with: a fixed set, and where its granted model answers. Nothing is inherited.
import type { Grants } from "../../decide/decision.ts";

/**
 * The environment of a task under `grants`, with `searchPath` as PATH. With a granted model: `WRIT_MODEL_URL` and
 * `WRIT_MODEL` for the first one, and the names that common clients read (`OPENAI_BASE_URL`, `OLLAMA_HOST`).
 */
export function taskEnvironment(grants: Grants, searchPath: string): Readonly<Record<string, string>> {
  const model = grants.models[0];
  return {
    PATH: searchPath,
    HOME: "/tmp",
    TMPDIR: "/tmp",
    LANG: "C.UTF-8",
    ...(model === undefined ? {} : modelVariables(model.url, model.model)),
  };
}

function modelVariables(url: string, model: string): Readonly<Record<string, string>> {
  const base = url.replace(/\/+$/u, "");
  return {
    WRIT_MODEL_URL: base,
    WRIT_MODEL: model,
    OPENAI_BASE_URL: base.endsWith("/v1") ? base : `${base}/v1`,
    OLLAMA_HOST: base,
  };
}
