// What one request to a model can use at most, by its own words. Not what is left of a grant (meter.ts).

/** Tokens of one request. */
export interface RequestBound {
  /** That its answer may have. */
  readonly output: number;
  /** Question and answer. */
  readonly total: number;
}

/** Beyond its own bytes: what a server puts around messages and tools (Anthropic documents up to 733 tokens for tools). */
const AROUND = 1024;
/** Bytes of a body that are read for it. */
const READ_MAX: number = 4 * 1024 * 1024;
/** Values looked at. */
const VALUES_MAX = 100_000;

/** Where an answer's bound stands: OpenAI (three of them), Anthropic and most others; Gemini and Ollama inside a member. */
const LIMITS = ["max_tokens", "max_completion_tokens", "max_output_tokens", "maxOutputTokens", "num_predict"];
const INSIDE = ["generationConfig", "options", "inferenceConfig"];
/** Members that bring in what the body does not hold: then its length bounds nothing. */
const BROUGHT_IN: ReadonlySet<string> = new Set(
  "previous_response_id conversation image_url file_url file_id url uri fileUri mcp_servers container cachedContent prompt_id".split(
    " ",
  ),
);

/**
 * The bound of a request with this body, or null: it has none that can be told. A token stands for at least a byte of the
 * body, as tokenizers of bytes have it (Sennrich et al. 2016, and all that followed).
 */
export function requestBound(body: Uint8Array): RequestBound | null {
  if (body.length === 0 || body.length > READ_MAX) return null;
  const whole = parsed(body);
  if (whole === null) return null;
  const places: readonly Fields[] = [
    whole,
    ...INSIDE.flatMap((name): readonly Fields[] => {
      const place = fields(whole[name]);
      return place === null ? [] : [place];
    }),
  ];
  const limits = places.flatMap((place) => LIMITS.flatMap((name) => (name in place ? [place[name]] : [])));
  const several = whole["n"] ?? whole["best_of"] ?? 1;
  if (limits.length === 0 || ![...limits, several].every(isCount) || bringsIn(whole)) return null;
  const output = Math.max(...limits.map(Number)) * Number(several);
  const total = body.length + AROUND + output;
  return Number.isSafeInteger(total) ? { output, total } : null;
}

type Fields = Readonly<Record<string, unknown>>;

/** Tools that a server runs itself have types of their own. */
const OWN_TOOLS: ReadonlySet<unknown> = new Set(["function", "custom", undefined]);

function bringsIn(whole: Fields): boolean {
  const tools = whole["tools"];
  if (Array.isArray(tools) && tools.some((tool) => !OWN_TOOLS.has(fields(tool)?.["type"]))) return true;
  const left: unknown[] = [whole];
  for (let looked = 0; left.length > 0; looked += 1) {
    if (looked > VALUES_MAX) return true;
    const value = left.pop();
    if (typeof value !== "object" || value === null) continue;
    if (!Array.isArray(value) && Object.keys(value).some((name) => BROUGHT_IN.has(name))) return true;
    left.push(...Object.values(value));
  }
  return false;
}

function parsed(body: Uint8Array): Fields | null {
  try {
    return fields(JSON.parse(new TextDecoder().decode(body)));
  } catch {
    return null; // No JSON: it has no bound that can be told.
  }
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function fields(value: unknown): Fields | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}
