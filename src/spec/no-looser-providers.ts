// Providers by name. Any difference is looser: with one more, a model need is placed that was not; with one less,
// `local_first` no longer refuses the call that it could have served, and what ran here may be placed farther out.
import type { Provider } from "./spec.ts";
import type { Looser, WitnessRequest } from "./witness.ts";
import { type Comparison, changeCall } from "./witness-search.ts";

/** The entries of `sovereignty.providers` in which the newer spec is looser. */
export function looserProviders(comparison: Comparison): readonly Looser[] {
  const newer = comparison.b.sovereignty.providers;
  const older = comparison.a.sovereignty.providers;
  const looser: Looser[] = [];
  for (const provider of newer) {
    const before = older.find(({ name }) => name === provider.name);
    if (before !== undefined && sameProvider(provider, before)) continue;
    looser.push(comparison.looser(field(provider), changed(comparison, provider, before ?? null)));
  }
  for (const before of older) {
    if (newer.some(({ name }) => name === before.name)) continue;
    looser.push(comparison.looser(field(before), changed(comparison, null, before)));
  }
  return looser;
}

function field({ name }: Provider): string {
  return `sovereignty.providers[${name}]`;
}

function sameProvider(one: Provider, other: Provider): boolean {
  return (
    one.kind === other.kind &&
    one.url === other.url &&
    one.folder === other.folder &&
    one.latency === other.latency &&
    one.serves.length === other.serves.length &&
    one.serves.every((capability) => other.serves.includes(capability))
  );
}

function* changed(
  comparison: Comparison,
  newer: Provider | null,
  older: Provider | null,
): Iterable<WitnessRequest> {
  if (newer !== null) yield* placed(comparison, newer);
  for (const request of older === null ? [] : comparison.callers()) {
    const now = { ...request, node: { ...request.node, providers: "up" } } as const;
    yield now;
    for (const capability of older?.serves ?? []) yield changeCall(now, { for: [capability] });
  }
}

/** A model need that the newer entry serves, and a task that is the newer entry. */
function* placed(comparison: Comparison, newer: Provider): Iterable<WitnessRequest> {
  const { name, kind, url, folder } = newer;
  const needs = newer.serves.flatMap((capability) => [
    { capability, latency: null },
    { capability, latency: newer.latency },
  ]);
  for (const task of comparison.tasks()) {
    const node = { ...task.node, providers: "up" } as const;
    for (const need of needs) yield { ...task, models: [need], node };
    yield { ...task, provider: { name, kind, url, folder } };
  }
}
