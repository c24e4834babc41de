// What a child takes out of its parent's grants: for each call, raw connection and model of its own, which of the parent's
// has room for all of it. Not the amounts that need no choice (check-ancestors.ts).
import { matchesPathPrefix } from "../names/path-prefix.ts";
import type { GrantedCall, GrantedModel } from "./decision.ts";
import type { LeftCall, LeftModel, LeftOpaque, RemainingGrant } from "./facts.ts";

/** A part of one grant of the parent, by its place in the parent's list. */
export interface Drawn {
  readonly at: number;
  /** Requests or connections. */
  readonly requests: number;
  /** Bytes; of a model 0. */
  readonly bytes_out: number;
  /** Bytes; null: the parent's is not bounded. */
  readonly bytes_in: number | null;
}

/** What is drawn of each list, in the order of the child's grants. */
export interface DrawnGrants {
  readonly calls: readonly Drawn[];
  readonly opaque: readonly Drawn[];
  readonly models: readonly Drawn[];
}

/** The grants of a child that draw on its parent's. */
export interface WantedGrants {
  readonly calls: readonly LeftCall[];
  readonly opaque: readonly LeftOpaque[];
  readonly models: readonly GrantedModel[];
}

export type DrawResult =
  | { readonly ok: true; readonly drawn: DrawnGrants }
  | { readonly ok: false; readonly list: keyof DrawnGrants; readonly name: string };

/**
 * What `wanted` takes of `left`: each grant whole from the first of the same place that covers it and has room beside what
 * earlier ones took. Else the first that finds none, by its list and its host or model.
 */
export function drawGrants(
  wanted: WantedGrants,
  left: Pick<RemainingGrant, "calls" | "opaque" | "models">,
): DrawResult {
  const calls = drawList(wanted.calls.map(callAmounts), left.calls.map(callAmounts), coversCall);
  if (!calls.ok) return { ok: false, list: "calls", name: wanted.calls[calls.at]?.host ?? "" };
  const opaque = drawList(wanted.opaque.map(relayAmounts), left.opaque.map(relayAmounts), coversRelay);
  if (!opaque.ok) return { ok: false, list: "opaque", name: wanted.opaque[opaque.at]?.host ?? "" };
  const models = drawList(wanted.models.map(modelAmounts), left.models.map(modelAmounts), coversModel);
  if (!models.ok) return { ok: false, list: "models", name: wanted.models[models.at]?.model ?? "" };
  return { ok: true, drawn: { calls: calls.drawn, opaque: opaque.drawn, models: models.drawn } };
}

interface Amounts<Grant> {
  readonly grant: Grant;
  readonly requests: number;
  readonly bytes_out: number;
  readonly bytes_in: number | null;
}

function callAmounts(grant: LeftCall): Amounts<LeftCall> {
  return {
    grant,
    requests: grant.requests_max,
    bytes_out: grant.bytes_out_max,
    bytes_in: grant.bytes_in_max,
  };
}

function relayAmounts(grant: LeftOpaque): Amounts<LeftOpaque> {
  return {
    grant,
    requests: grant.connections_max,
    bytes_out: grant.bytes_out_max,
    bytes_in: grant.bytes_in_max,
  };
}

function modelAmounts<Grant extends LeftModel>(grant: Grant): Amounts<Grant> {
  return { grant, requests: grant.requests_max, bytes_out: 0, bytes_in: 0 };
}

type Drawing =
  | { readonly ok: true; readonly drawn: readonly Drawn[] }
  | { readonly ok: false; readonly at: number };

function drawList<Wanted, Left>(
  wanted: readonly Amounts<Wanted>[],
  left: readonly Amounts<Left>[],
  covers: (left: Left, wanted: Wanted) => boolean,
): Drawing {
  const drawn: Drawn[] = [];
  const rest = left.map(({ requests, bytes_out, bytes_in }) => ({ requests, bytes_out, bytes_in }));
  for (const [index, want] of wanted.entries()) {
    const at = left.findIndex(({ grant }, place) => {
      const room = rest[place];
      return room !== undefined && covers(grant, want.grant) && hasRoom(room, want);
    });
    const room = rest[at];
    if (room === undefined) return { ok: false, at: index };
    const { requests, bytes_out } = want;
    room.requests -= requests;
    room.bytes_out -= bytes_out;
    const bytes_in = room.bytes_in === null ? null : want.bytes_in;
    if (room.bytes_in !== null) room.bytes_in -= bytes_in ?? 0;
    drawn.push({ at, requests, bytes_out, bytes_in });
  }
  return { ok: true, drawn };
}

type Room = Omit<Drawn, "at">;

/** INVARIANT: what is not bounded fits in nothing that is. */
function hasRoom(room: Room, want: Room): boolean {
  const answers = room.bytes_in === null || (want.bytes_in !== null && want.bytes_in <= room.bytes_in);
  return want.requests <= room.requests && want.bytes_out <= room.bytes_out && answers;
}

function coversCall(left: LeftCall, wanted: LeftCall): boolean {
  return (
    left.scheme === wanted.scheme &&
    left.host === wanted.host &&
    left.port === wanted.port &&
    wanted.methods.every((method) => left.methods.includes(method)) &&
    matchesPathPrefix(left.path, wanted.path)
  );
}

function coversRelay(left: LeftOpaque, wanted: LeftOpaque): boolean {
  return left.host === wanted.host && left.port === wanted.port && left.address === wanted.address;
}

function coversModel(left: LeftModel, wanted: LeftModel): boolean {
  return left.provider === wanted.provider && left.model === wanted.model && wanted.context <= left.context;
}

/** A granted call as what is left of one is written. */
export function asLeftCall(call: GrantedCall): LeftCall {
  const { scheme, host, port, methods, path, requests_max, bytes_out_max, bytes_in_max } = call;
  return { scheme, host, port, methods, path, requests_max, bytes_out_max, bytes_in_max };
}
