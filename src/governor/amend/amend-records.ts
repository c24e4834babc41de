// The records of the spec's changes: what stands in each, in one place. What they mean is ratchet.ts.
import { Buffer } from "node:buffer";
import type { RecordInput } from "../../ledger/record.ts";
import type { Json, JsonObject } from "../../stdx/json.ts";
import { asJson } from "../records.ts";
import type { AdoptedSpec } from "../spec-in-force.ts";
import type { SignatureFile, Signed } from "./signatures.ts";

/** Who signed, and the files that show it. */
export interface Signatures {
  readonly signed: readonly Signed[];
  readonly files: readonly SignatureFile[];
}

/** How a spec comes into force. */
export type AdoptedBy =
  | { readonly by: "genesis" }
  | { readonly by: "tightening"; readonly ends_trial: boolean }
  | { readonly by: "amendment"; readonly amendment: number }
  | { readonly by: "reverted"; readonly amendment: number; readonly cause: "trial_over" | "withdrawn" };

/** What a spec follows. */
export interface Follows {
  /** The hash of the one in force before; null at genesis. */
  readonly before: string | null;
  /** How far it has come from the first one (looseness.ts); null: the first one was erased. */
  readonly looseness: number | null;
}

/** Of a home's first spec. */
export const AT_GENESIS: Follows = { before: null, looseness: 0 };

/** The record that puts a spec in force. What drift is measured against stands in its core, which is never erased. */
export function adoptionRecord(
  spec: AdoptedSpec,
  { before, looseness }: Follows,
  by: AdoptedBy,
  signatures: Signatures,
): RecordInput {
  const { spec_hash, bytes_hash } = spec.parsed;
  const measurement = asJson(spec.parsed.spec.measurement);
  return {
    kind: "spec_adopted",
    core: {
      spec_hash,
      bytes_hash,
      before,
      ...by,
      looseness,
      measurement,
      signatures: signedCore(signatures),
    },
    payload: { bytes: base64(spec.bytes), signatures: filesOf(signatures) },
  };
}

/** What a proposal says. */
export interface Proposal {
  readonly spec: AdoptedSpec;
  readonly base: string;
  readonly founding: boolean;
  /** ms. */
  readonly wait: number;
  readonly trial: number | null;
  readonly quorum: number;
  readonly looser: readonly { readonly field: string; readonly witness: string | null }[];
  readonly flags: readonly string[];
  readonly why: string;
  /** Of the impact report: what would have run. */
  readonly impact: JsonObject;
}

/** The record of a proposed loosening. */
export function proposalRecord(proposal: Proposal, signatures: Signatures): RecordInput {
  const { spec, base, founding, wait, trial, quorum, looser, flags, why, impact } = proposal;
  const { spec_hash, bytes_hash } = spec.parsed;
  return {
    kind: "amendment_proposed",
    core: {
      spec_hash,
      bytes_hash,
      base,
      founding,
      wait,
      trial,
      quorum,
      looser: looser.map(({ field }) => field),
      flags,
      impact,
      signatures: signedCore(signatures),
    },
    payload: {
      bytes: base64(spec.bytes),
      why,
      witnesses: witnessesOf(looser),
      signatures: filesOf(signatures),
    },
  };
}

/** More signatures to an open amendment, or those that confirm it. */
export function signedRecord(
  kind: "amendment_signed" | "amendment_confirmed",
  amendment: number,
  signatures: Signatures,
): RecordInput {
  return {
    kind,
    core: { amendment, signatures: signedCore(signatures) },
    payload: { signatures: filesOf(signatures) },
  };
}

/** Witnesses that a record has: the fields stand in it all the same, and a record has its limits (ledger/frame.ts). */
const WITNESSES_MAX = 64;

/** Each looser field with what it lets through, the first 64 of them. */
export function witnessesOf(looser: Proposal["looser"]): Json {
  return looser.map(({ field, witness }, at) => ({ field, witness: at < WITNESSES_MAX ? witness : null }));
}

function signedCore({ signed }: Signatures): Json {
  return signed.map(({ signer, id }) => ({ signer, id }));
}

function filesOf({ files }: Signatures): Json {
  return files.map(({ name, text }) => ({ name, text }));
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
