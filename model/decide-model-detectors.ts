// What the gate is told to look for, naively: the spec's own word on detectors, and which hosts they apply to. Shares nothing
// with src/decide/.
import type { GrantedDetectors } from "../src/decide/decision.ts";
import type { Spec } from "../src/spec/spec.ts";

/** Nothing where the spec says nothing; else its word, with the bounded groups alone. */
export function modelDetectors({ privacy }: Spec): GrantedDetectors | null {
  if (privacy.detectors === null) return null;
  const personal: { readonly group: string; readonly max: number }[] = [];
  for (const [group, max] of Object.entries(privacy.detectors.personal)) {
    if (max !== null) personal.push({ group, max });
  }
  return { ...privacy.detectors, personal };
}

/** A host is inspected when any entry of the spec that names it, exactly or by a wildcard, is not owned. */
export function modelInspected({ sovereignty }: Spec, host: string, port: number): boolean {
  for (const entry of sovereignty.endpoints) {
    const named = entry.host.startsWith("*.") ? host.endsWith(entry.host.slice(1)) : host === entry.host;
    if (named && entry.port === port && entry.control !== "owned") return true;
  }
  return false;
}
