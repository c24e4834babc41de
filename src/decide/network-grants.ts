// What an admitted task may send through the gate: one grant a declared call, one a path of a placed model need, and the
// secrets that may go along. Caps of one endpoint hold over all its grants together, so what is undeclared shares the rest.
import { intersectPathPrefixes } from "../names/path-prefix.ts";
import { PERSONAL_GROUPS } from "../spec/personal-groups.ts";
import { placeParts } from "../spec/secret-place.ts";
import type { Price } from "../spec/spec.ts";
import { assert } from "../stdx/assert.ts";
import { bytesInAllowed, bytesInLimit } from "./bytes-in.ts";
import type {
  GrantedCall,
  GrantedDetectors,
  GrantedMeter,
  GrantedOpaque,
  GrantedSecret,
} from "./decision.ts";
import type { OutwardNeed } from "./outward-needs.ts";
import type { Situation } from "./situation.ts";

/** The grants of a situation in which nothing fails, declared calls first. */
export function grantedCalls({ outward }: Situation): readonly GrantedCall[] {
  return outward.flatMap((need) => {
    if (need.scheme === "tcp") return [];
    return need.path === null
      ? modelCalls(need, outward)
      : [callOf(need, need.path, amountsOf(need, outward))];
  });
}

/** Raw connections, in the order in which they were declared. */
export function grantedOpaque({ outward }: Situation): readonly GrantedOpaque[] {
  return outward.flatMap((need) => {
    const { scheme, endpoint, host, port } = need;
    if (scheme !== "tcp") return [];
    assert(endpoint !== null && endpoint.address !== null, "an admitted raw connection has one address");
    const { requests, bytes_out, bytes_in } = amountsOf(need, outward);
    const limit = bytesInLimit(endpoint);
    assert(limit !== null, "an opaque endpoint bounds what comes back");
    return [
      {
        host,
        port,
        address: endpoint.address,
        connections_max: requests,
        bytes_out_max: bytes_out,
        bytes_in_max: bytes_in ?? limit,
      },
    ];
  });
}

/** The declared secrets that have somewhere to go; one that waits for a model need which was placed here has not. */
export function grantedSecrets({ task, compiled, outward }: Situation): readonly GrantedSecret[] {
  return task.needs.secrets.flatMap((name) => {
    const binding = compiled.secrets.get(name);
    assert(binding !== undefined, "an admitted secret is the spec's");
    const { host, port, methods, paths, place } = binding.for;
    const goes = outward.some((need) => need.host === host && need.port === port);
    return goes ? [{ name, host, port, methods, paths, place: placeParts(place) }] : [];
  });
}

/** What the gate does about what it finds: the spec's word, whatever the task is. */
export function grantedDetectors({ compiled }: Situation): GrantedDetectors | null {
  const { detectors } = compiled.spec.privacy;
  if (detectors === null) return null;
  const { credentials, opaque, personal, novel_max, known_harmless } = detectors;
  const bounded = PERSONAL_GROUPS.flatMap((group) => {
    const max = personal[group];
    return max === null ? [] : [{ group, max }];
  });
  return { credentials, opaque, personal: bounded, novel_max, known_harmless };
}

interface Amounts {
  readonly requests: number;
  readonly bytes_out: number;
  readonly bytes_in: number | null;
  /** null: not counted. */
  readonly meter: GrantedMeter | null;
}

/** Where the task alone asked for counting. */
const FREE: Price = { input_per_million: 0, output_per_million: 0, per_request: 0 };

function amountsOf(need: OutwardNeed, outward: readonly OutwardNeed[]): Amounts {
  assert(need.bytes !== null, "an admitted call has declared its bytes");
  assert(!need.metered || need.tokens !== null, "an admitted call that is counted has declared its tokens");
  const { requests, bytes, tokens, money, endpoint } = need;
  const meter =
    need.metered && tokens !== null
      ? { tokens_max: tokens, money_max: money, price: endpoint?.price ?? FREE }
      : null;
  return { requests, bytes_out: bytes, bytes_in: bytesInAllowed(need, outward), meter };
}

/** A need may use each path of its endpoint; the amounts are shared among them, since each grant is counted by itself. */
function modelCalls(need: OutwardNeed, outward: readonly OutwardNeed[]): readonly GrantedCall[] {
  const paths = need.endpoint?.paths ?? [];
  const { requests, bytes_out, bytes_in, meter } = amountsOf(need, outward);
  const used = intersectPathPrefixes(paths, paths).slice(0, requests);
  return used.map((path, at) =>
    callOf(need, path, {
      requests: Math.floor(requests / used.length) + (at < requests % used.length ? 1 : 0),
      bytes_out: Math.floor(bytes_out / used.length),
      bytes_in: bytes_in === null ? null : Math.floor(bytes_in / used.length),
      meter:
        meter === null
          ? null
          : {
              ...meter,
              tokens_max: Math.floor(meter.tokens_max / used.length),
              money_max: Math.floor(meter.money_max / used.length),
            },
    }),
  );
}

function callOf(need: OutwardNeed, path: string, amounts: Amounts): GrantedCall {
  const { scheme, host, port, methods, endpoint } = need;
  assert(endpoint !== null && scheme !== "tcp", "an admitted call goes to an endpoint of the spec");
  return {
    scheme,
    host,
    port,
    methods,
    path,
    requests_max: amounts.requests,
    bytes_out_max: amounts.bytes_out,
    bytes_in_max: amounts.bytes_in,
    content_types: endpoint.content_types,
    address: endpoint.address,
    ca: endpoint.ca,
    inspected: endpoint.control !== "owned",
    meter: amounts.meter,
  };
}
