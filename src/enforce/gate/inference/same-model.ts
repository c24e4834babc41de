// When a model named in a request is the granted one. Not a lookup: the provider is never asked.
import type { GrantedModel } from "../../../decide/decision.ts";

/**
 * Whether `asked` names the granted model. One rule beside exact equality, for Ollama only: a name without a tag means
 * the tag `latest` (github.com/ollama/ollama docs/api.md, "Model names"), so `llama3` and `llama3:latest` are one.
 *
 * @example isSameModel("ollama", "llama3", "llama3:latest") === true
 */
export function isSameModel(kind: GrantedModel["kind"], granted: string, asked: string): boolean {
  if (granted === asked) return true;
  return kind === "ollama" && tagged(granted) === tagged(asked);
}

/** A colon before the last slash belongs to a host's port, not to a tag. */
function tagged(name: string): string {
  return name.lastIndexOf(":") > name.lastIndexOf("/") ? name : `${name}:latest`;
}
