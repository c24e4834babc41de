// Examines spec files without a home: whether one is valid, and whether one is looser than another. Adopts nothing.
import { type NoLooser, noLooser } from "../spec/no-looser.ts";
import { parseSpec } from "../spec/parse-spec.ts";
import { formatWitness } from "../spec/witness-text.ts";
import type { LanguageError } from "../stdx/document/language-error.ts";
import { ok, type Result } from "../stdx/result.ts";
import { specOf } from "./parse-input.ts";
import { PORTS } from "./ports.ts";

export interface ExaminedSpec {
  readonly name: string;
  /** SHA-256 of the canonical form. */
  readonly spec_hash: string;
  /** SHA-256 of the file. */
  readonly bytes_hash: string;
}

export interface SpecComparison {
  readonly verdict: "equal" | "tighter" | "looser";
  readonly looser: readonly { readonly field: string; readonly witness: string | null }[];
}

/** The name and hashes of the spec that `bytes` say, or every error found. Never throws for any input. */
export function examineSpec(bytes: Uint8Array): Result<ExaminedSpec, readonly LanguageError[]> {
  const parsed = parseSpec(bytes, PORTS);
  if (!parsed.ok) return parsed;
  const { spec, spec_hash, bytes_hash } = parsed.value;
  return ok({ name: spec.name, spec_hash, bytes_hash });
}

/** How `newer` stands to `older`. Throws WRIT_SPEC_INVALID when either is none. */
export function compareSpecs(older: SpecBytes, newer: SpecBytes): SpecComparison {
  const before = specOf(older.bytes, older.source);
  const after = specOf(newer.bytes, newer.source);
  const forward = noLooser(after.spec, before.spec);
  if (!forward.ok) return { verdict: "looser", looser: toldLooser(forward) };
  return { verdict: noLooser(before.spec, after.spec).ok ? "equal" : "tighter", looser: [] };
}

/** The looser fields as people are told them. */
export function toldLooser(compared: NoLooser): SpecComparison["looser"] {
  if (compared.ok) return [];
  return compared.looser.map(({ field, request }) => ({
    field,
    witness: request === null ? null : formatWitness(request),
  }));
}

interface SpecBytes {
  readonly bytes: Uint8Array;
  readonly source: string;
}
