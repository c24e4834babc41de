// Secrets by name, and the places they are bound to. A new binding, or one that reaches further, is looser; so is a place
// without any that had one, since a task may then authenticate there as whoever it likes.
import { matchesPathPrefix } from "../names/path-prefix.ts";
import type { Place } from "./host-places.ts";
import type { SecretBinding } from "./spec.ts";
import type { Looser, WitnessRequest } from "./witness.ts";
import { type Comparison, changeCall } from "./witness-search.ts";

/** The fields of `sovereignty.secrets` in which the newer spec is looser. */
export function looserSecrets(comparison: Comparison): readonly Looser[] {
  const newer = comparison.b.sovereignty.secrets;
  const older = comparison.a.sovereignty.secrets;
  if (newer === older) return [];
  return [
    ...newer.flatMap((secret) => widened(comparison, secret, older)),
    ...older.flatMap((secret) => released(comparison, secret)),
  ];
}

function widened(
  comparison: Comparison,
  secret: SecretBinding,
  older: readonly SecretBinding[],
): readonly Looser[] {
  const field = `sovereignty.secrets[${secret.name}]`;
  const { host, port, methods, paths, place } = secret.for;
  const before = older.find(({ name }) => name === secret.name);
  if (before === undefined) return [comparison.looser(field, carrying(comparison, secret))];
  const looser: Looser[] = [];
  const add = (name: string, candidates: Iterable<WitnessRequest>): void =>
    void looser.push(comparison.looser(`${field}.${name}`, candidates));
  if (secret.file !== before.file) add("file", carrying(comparison, secret));
  if (host !== before.for.host) add("for.host", carrying(comparison, secret));
  if (port !== before.for.port) add("for.port", carrying(comparison, secret));
  const addedMethods = methods.filter((method) => !before.for.methods.includes(method));
  if (addedMethods.length > 0) {
    add(
      "for.methods",
      carrying(
        comparison,
        secret,
        addedMethods.map((method) => ({ method })),
      ),
    );
  }
  const addedPaths = paths.filter(
    (path) => !before.for.paths.some((prefix) => matchesPathPrefix(prefix, path)),
  );
  if (addedPaths.length > 0) {
    add(
      "for.paths",
      carrying(
        comparison,
        secret,
        addedPaths.map((path) => ({ path })),
      ),
    );
  }
  if (place !== before.for.place) add("for.place", carrying(comparison, secret));
  return looser;
}

/** A call that carries the secret, with each change of its method and path. */
function* carrying(
  comparison: Comparison,
  secret: SecretBinding,
  changes: readonly Partial<Reached>[] = [{}],
): Iterable<WitnessRequest> {
  const { name, file } = secret;
  const carries = { name, file, place: secret.for.place };
  for (const request of comparison.callersAt(placeOf(secret))) {
    const reached = reachedBy(request.calls[0], secret);
    for (const change of changes) {
      for (const where of reached) {
        yield changeCall({ ...request, secrets: [name] }, { ...where, ...change, carries });
      }
    }
  }
}

interface Reached {
  readonly method: string;
  readonly path: string;
}

/** Methods and paths of the binding and of the call: the endpoint allows the call's, the binding its own. */
function reachedBy(call: Reached, { for: { methods, paths } }: SecretBinding): readonly Reached[] {
  return [call.method, ...methods].flatMap((method) =>
    [call.path, ...paths].map((path) => ({ method, path })),
  );
}

/** A place that had a binding, has none, and may still be called. */
function released(comparison: Comparison, secret: SecretBinding): readonly Looser[] {
  const { host, port } = secret.for;
  const isBound = comparison.b.sovereignty.secrets.some(
    ({ for: bound }) => bound.host === host && bound.port === port,
  );
  if (isBound || comparison.indexed.b.endpoints.lookup(host, port) === null) return [];
  const without = `sovereignty.secrets[${secret.name}]`;
  return [comparison.looser(without, comparison.callersAt(placeOf(secret)))];
}

function placeOf({ for: { host, port } }: SecretBinding): Place {
  return { pattern: host, host, port };
}
