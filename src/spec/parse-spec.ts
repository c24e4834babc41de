// From the bytes of a spec file to the canonical spec and its two hashes. Signatures, adoption and the order of specs are
// not here.

import type { LanguageError } from "../stdx/document/language-error.ts";
import { readDocument } from "../stdx/document/read-document.ts";
import type { BootClock, Sha256 } from "../stdx/ports.ts";
import { ok, type Result } from "../stdx/result.ts";
import { type PathProblem, readValue } from "../stdx/schema/read-value.ts";
import { checkSpec } from "./check-spec.ts";
import { belowFloor } from "./floor.ts";
import type { Spec } from "./spec.ts";
import { canonicalSpec } from "./spec-hash.ts";
import { specSchema } from "./spec-schema.ts";

export interface SpecPorts {
  readonly sha256: Sha256;
  readonly clock: BootClock;
  /** Milliseconds that reading may take; default 5000. */
  readonly deadline?: number;
}

/** An operator's file may hold thousands of endpoints, and a busy machine still has to start with it. */
const SPEC_DEADLINE_MS = 5000;

export interface ParsedSpec {
  readonly spec: Spec;
  /** RFC 8785. */
  readonly canonical: string;
  /** SHA-256 of `canonical`. */
  readonly spec_hash: string;
  /** SHA-256 of the bytes as given: what is signed and adopted. */
  readonly bytes_hash: string;
}

/**
 * The spec that `bytes` say, or every error found, by line and column. Nothing is skipped or guessed: an unknown key, a
 * field that no room enforces, a label that is not on the ladder and a rule below the floor are errors. Never throws for
 * any input.
 *
 * @example parseSpec(readFileSync("governance.yaml"), { sha256, clock })
 */
export function parseSpec(bytes: Uint8Array, ports: SpecPorts): Result<ParsedSpec, readonly LanguageError[]> {
  const document = readDocument(bytes, { deadline: SPEC_DEADLINE_MS, ...ports });
  if (!document.ok) return document;
  const read = readValue(specSchema, document.value, { directory: null, check: checkWhole });
  if (!read.ok) return read;
  const canonical = canonicalSpec(read.value);
  return ok({
    spec: read.value,
    canonical,
    spec_hash: ports.sha256(canonical),
    bytes_hash: ports.sha256(bytes),
  });
}

// The floor judges specs whose labels mean something.
function checkWhole(spec: Spec): readonly PathProblem[] {
  const problems = checkSpec(spec);
  return problems.length > 0 ? problems : belowFloor(spec);
}
