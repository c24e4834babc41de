// The strict reading of what a client asks about the spec and its changes. Not the other messages (messages.ts).
import { WHY_MAX } from "../amend/amendment-words.ts";
import type { SignatureFile } from "../amend/signatures.ts";

/** What is asked about the spec. `bytes` is base64. */
export type SpecRequest =
  | {
      readonly op: "adopt";
      readonly bytes: string;
      readonly source: string;
      readonly signatures: readonly SignatureFile[];
    }
  | {
      readonly op: "amend";
      readonly bytes: string;
      readonly source: string;
      readonly signatures: readonly SignatureFile[];
      readonly why: string;
    }
  | { readonly op: "impact"; readonly bytes: string; readonly source: string }
  | { readonly op: "confirm"; readonly signatures: readonly SignatureFile[] }
  | { readonly op: "appeal"; readonly sequence: number; readonly why: string }
  | { readonly op: "restore" | "withdraw" | "close_founding" | "spec_status" | "spec_log" };

/** Signature files of one request: more than a quorum can be. */
const FILES_MAX = 32;
/** Characters of one: minisign's comment may have 8 KiB. */
const FILE_MAX = 16_384;
const TEXT_MAX = 4096;

const MEMBERS: Readonly<Record<SpecRequest["op"], readonly string[]>> = {
  adopt: ["op", "bytes", "source", "signatures"],
  amend: ["op", "bytes", "source", "signatures", "why"],
  impact: ["op", "bytes", "source"],
  confirm: ["op", "signatures"],
  appeal: ["op", "sequence", "why"],
  restore: ["op"],
  withdraw: ["op"],
  close_founding: ["op"],
  spec_status: ["op"],
  spec_log: ["op"],
};

/** Whether `op` is one of these. */
export function isSpecOp(op: unknown): op is SpecRequest["op"] {
  return typeof op === "string" && Object.hasOwn(MEMBERS, op);
}

/** The request with exactly the members of its operation, or null. */
export function readSpecRequest(value: { readonly [key: string]: unknown }): SpecRequest | null {
  const { op, bytes, source, signatures, why, sequence } = value;
  if (!isSpecOp(op)) return null;
  const members = MEMBERS[op];
  const keys = Object.keys(value);
  if (keys.length !== members.length || !members.every((name) => Object.hasOwn(value, name))) return null;
  switch (op) {
    case "adopt":
      return isText(bytes, null) && isText(source) && areFiles(signatures)
        ? { op, bytes, source, signatures }
        : null;
    case "amend": {
      if (!isText(bytes, null) || !isText(source) || !areFiles(signatures) || !isWhy(why)) return null;
      return { op, bytes, source, signatures, why };
    }
    case "impact":
      return isText(bytes, null) && isText(source) ? { op, bytes, source } : null;
    case "confirm":
      return areFiles(signatures) ? { op, signatures } : null;
    case "appeal":
      return Number.isSafeInteger(sequence) && isWhy(why) ? { op, sequence: sequence as number, why } : null;
    default:
      return { op };
  }
}

/** Whether `value` is a list of signature files. */
export function areFiles(value: unknown): value is readonly SignatureFile[] {
  return Array.isArray(value) && value.length <= FILES_MAX && value.every(isFile);
}

function isFile(value: unknown): value is SignatureFile {
  if (typeof value !== "object" || value === null || Object.keys(value).length !== 2) return false;
  const { name, text } = value as { readonly name?: unknown; readonly text?: unknown };
  return isText(name) && isText(text, FILE_MAX);
}

function isWhy(value: unknown): value is string {
  return isText(value, WHY_MAX) && value.trim() !== "";
}

function isText(value: unknown, max: number | null = TEXT_MAX): value is string {
  return typeof value === "string" && (max === null || value.length <= max);
}
