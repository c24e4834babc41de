// The strict reading of what a client asks of the node's narrowing. Not the other messages (messages.ts).
import type { NarrowingStep } from "../../decide/facts.ts";
import type { SignatureFile } from "../amend/signatures.ts";
import { areFiles } from "./amend-messages.ts";

export type NarrowRequest =
  | { readonly op: "narrow" | "lift_statement"; readonly step: NarrowingStep }
  | { readonly op: "lift"; readonly step: NarrowingStep; readonly signatures: readonly SignatureFile[] };

/** Whether `op` is one of these. */
export function isNarrowOp(op: unknown): op is NarrowRequest["op"] {
  return op === "narrow" || op === "lift_statement" || op === "lift";
}

/** The request with exactly the members of its operation, or null. */
export function readNarrowRequest(value: { readonly [key: string]: unknown }): NarrowRequest | null {
  const { op, step, signatures } = value;
  const members = op === "lift" ? 3 : 2;
  if (!isNarrowOp(op) || !isStep(step) || Object.keys(value).length !== members) return null;
  if (op !== "lift") return { op, step };
  return areFiles(signatures) ? { op, step, signatures } : null;
}

function isStep(value: unknown): value is NarrowingStep {
  return value === "offline" || value === "halted";
}
