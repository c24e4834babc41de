// The few lines that a confirmation signs: this amendment, or this build, on this node and nothing else.
import type { OpenAmendment } from "./ratchet.ts";

/** The statement, byte for byte. */
export function confirmationStatement(node: string, { sequence, bytes_hash }: OpenAmendment): string {
  return `writ spec confirm\nnode ${node}\namendment ${sequence}\nspec sha256 ${bytes_hash}\n`;
}

/** The statement for a build that waits, byte for byte. */
export function buildStatement(node: string, build: string): string {
  return `writ build confirm\nnode ${node}\nbuild ${build}\n`;
}
