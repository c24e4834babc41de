// The record of a change of the log's key: its core, made and read. Who may make one is ledger.ts, what follows from one the scan.
import type { JsonObject } from "../stdx/json.ts";
import type { Handover } from "./checkpoint.ts";
import { PUBLIC_KEY_BYTES } from "./ledger-key.ts";
import type { RecordCore } from "./record-codec.ts";
import { strictBase64 } from "./strict-base64.ts";

/** The core of a `key_rotated` record. */
export function rotationCore({ from, to }: Handover): JsonObject {
  return { from: Buffer.from(from).toString("base64"), to: Buffer.from(to).toString("base64") };
}

/** The change that `record` makes; null: it makes none, as every record of another kind. */
export function rotatedIn({ kind, core }: Pick<RecordCore, "kind" | "core">): Handover | null {
  if (kind !== "key_rotated") return null;
  const [from, to] = [core["from"], core["to"]].map((key) =>
    typeof key === "string" ? strictBase64(key) : null,
  );
  return from?.length === PUBLIC_KEY_BYTES && to?.length === PUBLIC_KEY_BYTES ? { from, to } : null;
}

export function sameHandover(one: Handover, other: Handover | null): boolean {
  return (
    other !== null &&
    Buffer.from(one.from).equals(Buffer.from(other.from)) &&
    Buffer.from(one.to).equals(Buffer.from(other.to))
  );
}
