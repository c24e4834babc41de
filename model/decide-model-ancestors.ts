// What a child may have beside what its parent's others took, for the naive model: every list scanned, one entry at a time.
import type { RemainingGrant } from "../src/decide/facts.ts";
import type { Spec } from "../src/spec/spec.ts";
import type { Task } from "../src/task/task.ts";
import { type Outward, underPrefix } from "./decide-model-places.ts";

type Changing<T> = { -readonly [key in keyof T]: T[key] };

/** A model need that was placed on this node. */
export interface UsedModel {
  readonly provider: string;
  readonly model: string;
  readonly requests: number;
  readonly context: number;
}

/** What is wrong with a task's own wish for children, and with its place below others. */
export function childrenAreTooMany(
  spec: Spec,
  task: Task,
  depth: number,
  node: { readonly limits: string; readonly gate: string },
): boolean {
  const { per_task_max, depth_max } = spec.resources.children;
  if (task.needs.submits > per_task_max || depth > depth_max) return true;
  return task.needs.submits > 0 && (node.limits !== "cgroup" || node.gate === "none");
}

/** Whether a call, raw connection, model or secret of the task is not within what is left of the ancestor's. */
export function lacksNetwork(
  task: Task,
  outward: readonly Outward[],
  used: readonly UsedModel[],
  ancestor: RemainingGrant,
): boolean {
  const unknown = outward.some(({ bytes, endpoint, raw }) => {
    if (bytes === null || endpoint === null) return true;
    return raw && (endpoint.opaque === null || endpoint.address === null);
  });
  if (unknown) return false;
  if (task.needs.secrets.some((name) => !ancestor.secrets.includes(name))) return true;
  return lacksCalls(task, outward, ancestor) || lacksRelays(outward, ancestor) || lacksModels(used, ancestor);
}

function lacksCalls(task: Task, outward: readonly Outward[], ancestor: RemainingGrant): boolean {
  const left = ancestor.calls.map((one): Changing<(typeof ancestor.calls)[number]> => ({ ...one }));
  return outward.some((need, index) => {
    if (need.raw) return false;
    const declared = task.needs.calls[index];
    const paths = declared === undefined ? placedPaths(need) : [new URL(declared.to).pathname];
    const scheme = declared?.to.startsWith("http:") === true ? "http" : "https";
    const methods = declared?.method ?? ["POST"];
    const answers = answersOf(need, outward);
    return paths.some((path, at) => {
      const requests = declared === undefined ? partOf(need.requests, paths.length, at) : need.requests;
      const bytes = Math.floor(need.bytes! / paths.length);
      const back = answers === null ? null : Math.floor(answers / paths.length);
      const found = left.find(
        (one) =>
          one.scheme === scheme &&
          one.host === need.host &&
          one.port === need.port &&
          methods.every((method) => one.methods.includes(method)) &&
          underPrefix(one.path, path) &&
          requests <= one.requests_max &&
          bytes <= one.bytes_out_max &&
          (one.bytes_in_max === null || (back !== null && back <= one.bytes_in_max)),
      );
      if (found === undefined) return true;
      found.requests_max -= requests;
      found.bytes_out_max -= bytes;
      if (found.bytes_in_max !== null) found.bytes_in_max -= back!;
      return false;
    });
  });
}

/** Paths of the endpoint that lie in no other of it, as many as there are requests. */
function placedPaths(need: Outward): readonly string[] {
  const paths = [...new Set(need.endpoint!.paths)].sort();
  const outer = paths.filter((path) => !paths.some((other) => other !== path && underPrefix(other, path)));
  return outer.slice(0, need.requests);
}

function partOf(all: number, parts: number, at: number): number {
  let part = 0;
  for (let one = 0; one < all; one += 1) if (one % parts === at) part += 1;
  return part;
}

/** What answers to one need may have: as it says, or its share of what the endpoint lets in. */
function answersOf(need: Outward, outward: readonly Outward[]): number | null {
  const { bytes_in_per_task_max, opaque } = need.endpoint!;
  const limits = [bytes_in_per_task_max, opaque?.bytes_in ?? null].filter((one) => one !== null);
  if (need.bytes_in !== null) return need.bytes_in;
  if (limits.length === 0) return null;
  const same = outward.filter(({ host, port }) => host === need.host && port === need.port);
  const said = same.reduce((sum, one) => sum + (one.bytes_in ?? 0), 0);
  const silent = same.filter((one) => one.bytes_in === null).length;
  return Math.floor((Math.min(...limits) - said) / silent);
}

function lacksRelays(outward: readonly Outward[], ancestor: RemainingGrant): boolean {
  const left = ancestor.opaque.map((one): Changing<(typeof ancestor.opaque)[number]> => ({ ...one }));
  return outward.some((need) => {
    if (!need.raw) return false;
    const back = answersOf(need, outward)!;
    const found = left.find(
      (one) =>
        one.host === need.host &&
        one.port === need.port &&
        one.address === need.endpoint!.address &&
        need.requests <= one.connections_max &&
        need.bytes! <= one.bytes_out_max &&
        back <= one.bytes_in_max,
    );
    if (found === undefined) return true;
    found.connections_max -= need.requests;
    found.bytes_out_max -= need.bytes!;
    found.bytes_in_max -= back;
    return false;
  });
}

function lacksModels(used: readonly UsedModel[], ancestor: RemainingGrant): boolean {
  const left = ancestor.models.map((one): Changing<(typeof ancestor.models)[number]> => ({ ...one }));
  return used.some(({ provider, model, requests, context }) => {
    const found = left.find(
      (one) =>
        one.provider === provider &&
        one.model === model &&
        context <= one.context &&
        requests <= one.requests_max,
    );
    if (found === undefined) return true;
    found.requests_max -= requests;
    return false;
  });
}
