// What is done about what detectors find: field by field, and none at all is the loosest. Owned endpoints are not
// inspected; that their class is sovereign is the endpoints' own matter.
import { PERSONAL_GROUPS, type PersonalGroup } from "./personal-groups.ts";
import type { Detectors } from "./spec.ts";
import { type Looser, NOTHING_FOUND, UNLISTED, type WitnessFound, type WitnessRequest } from "./witness.ts";
import { type Comparison, changeCall } from "./witness-search.ts";

/** The fields of `privacy.detectors` in which the newer spec is looser. */
export function looserDetectors(comparison: Comparison): readonly Looser[] {
  const [newer, older] = [comparison.b.privacy.detectors, comparison.a.privacy.detectors];
  if (older === null) return [];
  if (newer === null)
    return [comparison.looser("privacy.detectors", holding(comparison, refusedFinds(older)))];
  return looserFields(newer, older).map(({ name, found }) =>
    comparison.looser(`privacy.detectors.${name}`, holding(comparison, found)),
  );
}

interface LooserField {
  readonly name: string;
  /** What the older one refuses there. */
  readonly found: readonly WitnessFound[];
}

function looserFields(newer: Detectors, older: Detectors): readonly LooserField[] {
  const fields: LooserField[] = [];
  for (const name of ["credentials", "opaque"] as const) {
    if (newer[name] === "count" && older[name] === "refuse") fields.push({ name, found: [UNREAD[name]] });
  }
  for (const group of PERSONAL_GROUPS) {
    const count = firstOver(newer.personal[group], older.personal[group]);
    if (count !== null) fields.push({ name: `personal.${group}`, found: [rows(group, count)] });
  }
  const novel = firstOver(newer.novel_max, older.novel_max);
  if (novel !== null) fields.push({ name: "novel_max", found: [{ ...NOTHING_FOUND, novel }] });
  const added = newer.known_harmless.filter((fingerprint) => !older.known_harmless.includes(fingerprint));
  return [...fields, ...added.map((fingerprint) => harmless(fingerprint))];
}

const UNREAD: Readonly<Record<"credentials" | "opaque", WitnessFound>> = {
  credentials: { ...NOTHING_FOUND, credential: UNLISTED },
  opaque: { ...NOTHING_FOUND, opaque: UNLISTED },
};

/** The least amount that `older` refuses, where `newer` allows more; null: it allows no more. */
function firstOver(newer: number | null, older: number | null): number | null {
  return older !== null && (newer === null || newer > older) ? older + 1 : null;
}

function rows(group: PersonalGroup, count: number): WitnessFound {
  return { ...NOTHING_FOUND, personal: { group, count } };
}

function harmless(fingerprint: string): LooserField {
  const found = [
    { ...NOTHING_FOUND, credential: fingerprint },
    { ...NOTHING_FOUND, opaque: fingerprint },
  ];
  return { name: `known_harmless[${fingerprint}]`, found };
}

/** One of everything that `detectors` refuses. */
export function refusedFinds(detectors: Detectors): readonly WitnessFound[] {
  const { personal, novel_max } = detectors;
  return [
    ...(["credentials", "opaque"] as const).flatMap((name) =>
      detectors[name] === "refuse" ? [UNREAD[name]] : [],
    ),
    ...PERSONAL_GROUPS.flatMap((group) => {
      const max = personal[group];
      return max === null ? [] : [rows(group, max + 1)];
    }),
    ...(novel_max === null ? [] : [{ ...NOTHING_FOUND, novel: novel_max + 1 }]),
  ];
}

/** Calls that hold each of `found`; what is novel is at least as many bytes. */
function* holding(comparison: Comparison, each: readonly WitnessFound[]): Iterable<WitnessRequest> {
  for (const found of each) {
    for (const request of comparison.callers()) {
      const bytes_out = Math.max(request.calls[0].bytes_out, found.novel);
      yield changeCall(request, { found, bytes_out });
    }
  }
}
