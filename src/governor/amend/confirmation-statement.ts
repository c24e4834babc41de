// The few lines that a confirmation signs: this amendment on this node and nothing else.
import type { OpenAmendment } from "./ratchet.ts";

/** The statement, byte for byte. */
export function confirmationStatement(node: string, { sequence, bytes_hash }: OpenAmendment): string {
  return `writ spec confirm\nnode ${node}\namendment ${sequence}\nspec sha256 ${bytes_hash}\n`;
}
