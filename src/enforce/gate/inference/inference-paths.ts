// What a `local:` grant lets through: inference paths by provider kind, compared as exact strings. Everything else a
// provider offers (pull, push, create, copy, delete, blobs, show…) sends data out or changes the provider.
import type { GrantedModel } from "../../../decide/decision.ts";

/** Ollama's own paths (docs.ollama.com/api, 2026-11) and its OpenAI-compatible ones. */
const OLLAMA: ReadonlySet<string> = new Set([
  "/api/chat",
  "/api/generate",
  "/api/embed",
  "/api/embeddings",
  "/v1/chat/completions",
  "/v1/completions",
  "/v1/embeddings",
  "/v1/responses",
]);

/** The OpenAI-compatible paths that llama.cpp, vLLM and LM Studio share. */
const OPENAI: ReadonlySet<string> = new Set([
  "/v1/chat/completions",
  "/v1/completions",
  "/v1/embeddings",
  "/v1/responses",
]);

/** Paths answered from the grant, without asking the provider: clients list models before they use one. */
const LISTING: Readonly<Record<GrantedModel["kind"], ReadonlySet<string>>> = {
  ollama: new Set(["/v1/models", "/api/tags"]),
  openai: new Set(["/v1/models"]),
};

/** Other well-known paths, only so that a record can name what was tried. */
const NAMEABLE: ReadonlySet<string> = new Set([
  "/",
  "/api/blobs",
  "/api/copy",
  "/api/create",
  "/api/delete",
  "/api/ps",
  "/api/pull",
  "/api/push",
  "/api/show",
  "/api/tags",
  "/api/version",
  "/v1/files",
  "/v1/models",
]);

const METHODS: ReadonlySet<string> = new Set([
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "DELETE",
  "OPTIONS",
  "PATCH",
  "CONNECT",
]);

/** Whether `path` asks a provider of this kind for inference. Exact strings: no query, no escapes, no case folding. */
export function isInferencePath(kind: GrantedModel["kind"], path: string): boolean {
  return (kind === "ollama" ? OLLAMA : OPENAI).has(path);
}

/** Whether `path` lists models and is answered from the grant. */
export function isListingPath(kind: GrantedModel["kind"], path: string): boolean {
  return LISTING[kind].has(path);
}

/** The path as it may stand in a record: a known one, else `(other)`, since a path can carry a payload. */
export function recordedPath(path: string): string {
  return OLLAMA.has(path) || NAMEABLE.has(path) ? path : "(other)";
}

/** The method as it may stand in a record: a known one, else `(other)`. */
export function recordedMethod(method: string): string {
  return METHODS.has(method) ? method : "(other)";
}
