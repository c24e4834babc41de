// How much may come back from one endpoint: what calls declare, and an equal share of the rest for those that do not say.
import type { EffectiveEndpoint } from "../spec/effective-endpoint.ts";
import type { OutwardNeed } from "./outward-needs.ts";

/** The bytes that one task may receive from `endpoint` in all; null: not bounded. */
export function bytesInLimit({ bytes_in_per_task_max, opaque }: EffectiveEndpoint): number | null {
  if (opaque === null) return bytes_in_per_task_max;
  return Math.min(opaque.bytes_in, bytes_in_per_task_max ?? opaque.bytes_in);
}

/** What `needs`, all to one place, would receive at least: what is undeclared counts as one byte, as an answer has some. */
export function bytesInAsked(needs: readonly OutwardNeed[]): number {
  return needs.reduce((sum, need) => sum + (need.bytes_in ?? 1), 0);
}

/** What the answers to `need` may have, beside the other needs of its place among `outward`; null: not bounded. */
export function bytesInAllowed(need: OutwardNeed, outward: readonly OutwardNeed[]): number | null {
  const limit = need.endpoint === null ? 0 : bytesInLimit(need.endpoint);
  if (need.bytes_in !== null || limit === null) return need.bytes_in;
  const same = outward.filter(({ host, port }) => host === need.host && port === need.port);
  const undeclared = same.filter(({ bytes_in }) => bytes_in === null).length;
  const declared = bytesInAsked(same) - undeclared;
  return Math.floor((limit - declared) / undeclared);
}
