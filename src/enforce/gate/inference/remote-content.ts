// Finds what would make a provider fetch or reach something: addresses where servers load pictures, sound, video and
// files, and tools that the server itself would run. Text that merely mentions a link is not judged.
import { foldKey } from "./fold-key.ts";
import { type Refusal, refusal } from "./refusal.ts";

/** Keys that hold base64 or `data:` content and nothing else. Ollama: `images`; llama.cpp: `multimodal_data`. */
const INLINE_ONLY: ReadonlySet<string> = new Set([
  "image",
  "images",
  "audio",
  "audios",
  "video",
  "videos",
  "multimodal_data",
  "file_data",
]);

/** Standard or URL-safe base64 with padding and line breaks (RFC 4648), or the start of a data: URL (RFC 2397). */
const INLINE = /^(?:data:|[A-Za-z0-9+/_=\r\n-]*$)/;

/** Top-level keys by which a server reaches out: OpenAI's web search, vLLM's transfer of caches between hosts. */
const REACHING_OUT: ReadonlySet<string> = new Set([
  "web_search_options",
  "kv_transfer_params",
  "plugins",
  "search_parameters",
  "data_sources",
]);

type JsonRecord = Readonly<Record<string, unknown>>;

/**
 * The first thing in `body` that would be fetched or reached from the provider, or null. Schemas of tools
 * (`tools[]…parameters`) and arguments of past tool calls are data for the model and are passed over.
 */
export function remoteContent(body: JsonRecord): Refusal | null {
  for (const [key, value] of Object.entries(body)) {
    const folded = foldKey(key);
    if (REACHING_OUT.has(folded) && value !== null) return reaching(key);
    const found = folded === "tools" ? serverTool(value) : walk(folded, value);
    if (found !== null) return found;
  }
  return null;
}

/** Only `function` tools are the client's own; every other type (web_search, mcp, code_interpreter…) is the server's. */
function serverTool(tools: unknown): Refusal | null {
  if (!Array.isArray(tools)) return tools === null ? null : reaching("tools");
  for (const tool of tools as readonly unknown[]) {
    if (!isRecord(tool)) return reaching("tools");
    const named = Object.entries(tool).filter(([key]) => foldKey(key) === "type");
    if (named.some(([, type]) => type !== "function")) return reaching("tools");
    for (const [key, value] of Object.entries(tool)) {
      if (foldKey(key) === "parameters" || foldKey(key) === "function") continue;
      const found = walk(foldKey(key), value);
      if (found !== null) return found;
    }
  }
  return null;
}

/** Judges `value` found under `key`; lists are judged member by member under the same key. */
function walk(key: string, value: unknown): Refusal | null {
  if (typeof value === "string") return judgeString(key, value);
  if (Array.isArray(value)) return first(value as readonly unknown[], (member) => walk(key, member));
  if (!isRecord(value)) return null;
  return first(Object.entries(value), ([inner, member]) => {
    const folded = foldKey(inner);
    return folded === "tool_calls" ? null : walk(folded, member);
  });
}

function judgeString(key: string, value: string): Refusal | null {
  if (isAddressKey(key)) return /^data:/i.test(value) ? null : remote(key, value);
  if (INLINE_ONLY.has(key)) return INLINE.test(value) ? null : remote(key, value);
  return null;
}

/** `url`, `uri`, `image_url`, `video_url`, `file_url`, `server_url`… */
function isAddressKey(key: string): boolean {
  return /(?:^|_)ur[il]$/.test(key);
}

function remote(key: string, value: string): Refusal {
  return refusal(
    "remote_content",
    `${key}: ${value}`,
    "content inside the request",
    "send the content itself, as base64 or a data: URL",
  );
}

function reaching(key: string): Refusal {
  return refusal(
    "server_tool",
    key,
    "function tools only",
    "let the task run its own tools; the provider runs none",
  );
}

function first<T>(items: readonly T[], judge: (item: T) => Refusal | null): Refusal | null {
  for (const item of items) {
    const found = judge(item);
    if (found !== null) return found;
  }
  return null;
}

function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
