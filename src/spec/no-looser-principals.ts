// Principals by name: one more, another uid, or one more capability is looser.
import { type Looser, smallestRequest, type WitnessRequest } from "./witness.ts";
import { type Comparison, changeCall } from "./witness-search.ts";

/** The fields of `principals` in which the newer spec is looser. */
export function looserPrincipals(comparison: Comparison): readonly Looser[] {
  const { b, a } = comparison;
  const looser: Looser[] = [];
  for (const { name, uid, may_need, secrets } of b.principals) {
    const task = smallestRequest({ name, uid });
    const older = a.principals.find((principal) => principal.name === name);
    if (older === undefined) {
      looser.push(comparison.looser(`principals[${name}]`, [task]));
      continue;
    }
    if (older.uid !== uid) looser.push(comparison.looser(`principals[${name}].uid`, [task]));
    const added = may_need.filter((capability) => !older.may_need.includes(capability));
    if (added.length > 0) {
      looser.push(comparison.looser(`principals[${name}].may_need`, asking(comparison, task, added)));
    }
    const given = secrets.filter((secret) => !older.secrets.includes(secret));
    if (given.length > 0) {
      looser.push(comparison.looser(`principals[${name}].secrets`, holding(comparison, task, given)));
    }
  }
  return looser;
}

/** A secret is asked for by a call to where it is bound. */
function* holding(
  comparison: Comparison,
  task: WitnessRequest,
  names: readonly string[],
): Iterable<WitnessRequest> {
  for (const secret of comparison.b.sovereignty.secrets) {
    const { host, port } = secret.for;
    if (!names.includes(secret.name)) continue;
    for (const request of comparison.callersAt({ pattern: host, host, port })) {
      yield { ...request, principal: task.principal, secrets: [secret.name] };
    }
  }
}

/** A capability is asked for by a model on this node, or by a call. */
function* asking(
  comparison: Comparison,
  task: WitnessRequest,
  capabilities: readonly string[],
): Iterable<WitnessRequest> {
  for (const capability of capabilities) {
    const models = [{ capability, latency: null }];
    yield { ...task, models, node: { ...task.node, providers: "up" } };
    for (const request of comparison.callers()) {
      yield changeCall({ ...request, principal: task.principal }, { for: [capability] });
    }
  }
}
