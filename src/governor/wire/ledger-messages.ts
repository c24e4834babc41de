// The strict reading of what a client asks of the ledger's payloads. Not the other messages (messages.ts).
import type { EraseRequest } from "../governor.ts";

/** Records that one erasure may name. */
const SEQUENCES_MAX = 1000;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

/** Exactly one way to say which payloads, or null. */
export function readErase(value: unknown): EraseRequest | null {
  if (typeof value !== "object" || value === null || Object.keys(value).length !== 1) return null;
  const { sequences, before, all } = value as { readonly [key: string]: unknown };
  if (all === true) return { all };
  if (typeof before === "string" && INSTANT.test(before)) return { before };
  if (!Array.isArray(sequences) || sequences.length === 0 || sequences.length > SEQUENCES_MAX) return null;
  return sequences.every(isSequence) ? { sequences } : null;
}

function isSequence(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
