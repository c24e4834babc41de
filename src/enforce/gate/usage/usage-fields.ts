// What one JSON document of an answer says of the tokens that it used, in the words of the common model APIs. Not whether it
// is the last word of a stream, which only the whole answer tells (read-usage.ts).
import { TOKENS_MAX } from "../../../spec/price.ts";

/** What was said; the higher figure wherever two differ. */
export interface SaidUsage {
  /** Tokens asked, cached ones included; null: not said. */
  readonly input: number | null;
  /** Tokens answered; null: not said. */
  readonly output: number | null;
  /** Whether a figure was none: negative, a fraction, no number. */
  readonly odd: boolean;
  /** Whether this may be the answer's last word: the start of a message is not. */
  readonly last: boolean;
}

/**
 * The usage that `document` says, or null: none. Known are `usage` of OpenAI (chat, completions, embeddings, responses),
 * Anthropic (`message_start`, `message_delta`) and Amazon Bedrock (Converse), `usageMetadata` of Gemini, and the counts of
 * Ollama, as their references give them (November 2026).
 */
export function usageOf(document: unknown): SaidUsage | null {
  const whole = fields(document);
  if (whole === null) return null;
  const start = whole["type"] === "message_start";
  const said = [whole, fields(whole["response"]), fields(whole["message"])].flatMap((place) =>
    place === null ? [] : [place["usage"], place["usageMetadata"], ollamaCounts(place)],
  );
  const read = said.flatMap((one) => {
    const usage = fields(one);
    return usage === null ? [] : [readUsage(usage)];
  });
  if (read.length === 0) return null;
  return { ...read.reduce(higherOf), last: !start };
}

/** The higher of each figure; odd if either is. */
export function higherOf<Said extends Omit<SaidUsage, "last">>(one: Said, other: Said): Said {
  return {
    ...one,
    ...other,
    input: higher(one.input, other.input),
    output: higher(one.output, other.output),
    odd: one.odd || other.odd,
  };
}

type Fields = Readonly<Record<string, unknown>>;

/** `input_tokens` of Anthropic leaves the cached ones out; that of OpenAI and all others have them in. */
const INPUT = ["prompt_tokens", "input_tokens", "promptTokenCount", "inputTokens", "prompt_eval_count"];
const INPUT_BESIDE = [
  "cache_creation_input_tokens",
  "cache_read_input_tokens",
  "cacheReadInputTokens",
  "cacheWriteInputTokens",
  "toolUsePromptTokenCount",
];
const OUTPUT = ["completion_tokens", "output_tokens", "candidatesTokenCount", "outputTokens", "eval_count"];
const OUTPUT_BESIDE = ["thoughtsTokenCount"];
const TOTAL = ["total_tokens", "totalTokenCount", "totalTokens"];

function readUsage(usage: Fields): Omit<SaidUsage, "last"> {
  const seen = { odd: false };
  const input = withBeside(highest(usage, INPUT, seen), sumOf(usage, INPUT_BESIDE, seen));
  const output = withBeside(highest(usage, OUTPUT, seen), sumOf(usage, OUTPUT_BESIDE, seen));
  const total = highest(usage, TOTAL, seen);
  // What a total has beyond what was asked was answered, whatever it is called.
  const rest = total === null || input === null ? null : Math.max(0, total - input);
  return { input: input ?? total, output: higher(output, rest), odd: seen.odd };
}

/** Beside figures of its own an answer may have members of these names that mean something else: both have to be there. */
function ollamaCounts(place: Fields): Fields | null {
  return "eval_count" in place || "prompt_eval_count" in place ? place : null;
}

function highest(usage: Fields, names: readonly string[], seen: { odd: boolean }): number | null {
  return names.reduce<number | null>((most, name) => higher(most, figure(usage[name], seen)), null);
}

function sumOf(usage: Fields, names: readonly string[], seen: { odd: boolean }): number | null {
  const known = names.flatMap((name) => figure(usage[name], seen) ?? []);
  return known.length === 0 ? null : known.reduce((sum, one) => sum + one, 0);
}

function withBeside(figure: number | null, beside: number | null): number | null {
  return figure === null && beside === null ? null : Math.min(TOKENS_MAX, (figure ?? 0) + (beside ?? 0));
}

/** A figure no higher than any need may declare; null: absent, or none. */
function figure(value: unknown, seen: { odd: boolean }): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value === "number" && Number.isInteger(value) && value >= 0) return Math.min(value, TOKENS_MAX);
  seen.odd = true;
  return null;
}

function higher(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.max(one, other);
}

function fields(value: unknown): Fields | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}
