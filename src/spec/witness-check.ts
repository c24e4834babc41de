// Whether a spec permits a described request: every bound of the language over the request's measured quantities. It
// keeps noLooser from calling something a witness that is none. Not the decision (decide/), which measures real tasks.
import { type AddressClass, addressClass } from "../names/address.ts";
import { matchesPathPrefix } from "../names/path-prefix.ts";
import { certificateSet } from "./certificates.ts";
import {
  buildEndpointIndex,
  CONTROL_ORDER,
  type EffectiveEndpoint,
  type EndpointIndex,
} from "./effective-endpoint.ts";
import { costOf } from "./price.ts";
import type { Budget, Control, Price, Principal, Provider, RefuseWhen, SecretBinding, Spec } from "./spec.ts";
import type { Undeclarable, WitnessCall, WitnessRequest, WitnessSpend } from "./witness.ts";
import { contentPermits } from "./witness-content.ts";
import { labelOfReads, type ReadLabel } from "./witness-labels.ts";

/** A spec prepared to be asked about many requests. */
export interface IndexedSpec {
  readonly spec: Spec;
  readonly endpoints: EndpointIndex;
  /** By name. */
  readonly principals: ReadonlyMap<string, Principal>;
  /** The secrets that are bound to `host:port`. */
  readonly bound: ReadonlyMap<string, readonly SecretBinding[]>;
}

/** Prepares `spec` for `permits`. */
export function indexSpec(spec: Spec): IndexedSpec {
  const { endpoints, secrets } = spec.sovereignty;
  return {
    spec,
    endpoints: buildEndpointIndex(endpoints, spec.privacy.ladder),
    principals: new Map(spec.principals.map((principal) => [principal.name, principal] as const)),
    bound: Map.groupBy(secrets, ({ for: { host, port } }) => `${host}:${port}`),
  };
}

/** Strongest first. */
export const ISOLATION_ORDER: readonly string[] = ["namespaces", "seatbelt"];
/** Strongest first. */
export const LIMITS_ORDER: readonly string[] = ["cgroup", "soft"];

/** Whether `request` passes every bound of the spec. */
export function permits(indexed: IndexedSpec, request: WitnessRequest): boolean {
  const { spec } = indexed;
  const principal = indexed.principals.get(request.principal.name);
  if (principal === undefined || principal.uid !== request.principal.uid) return false;
  const reached = request.calls.map(({ host, port }) => indexed.endpoints.lookup(host, port));
  return (
    nodePermits(spec, request) &&
    amountsPermit(spec, request) &&
    modelsPermit(spec, principal, request) &&
    callsPermit(indexed, { principal, reached }, request) &&
    windowsPermit(spec, reached, request)
  );
}

function nodePermits({ execution, resources }: Spec, { node }: WitnessRequest): boolean {
  const { memory, heat, pressure } = resources;
  if (ISOLATION_ORDER.indexOf(node.isolation) > ISOLATION_ORDER.indexOf(execution.isolation)) return false;
  if (LIMITS_ORDER.indexOf(node.limits) > LIMITS_ORDER.indexOf(execution.limits)) return false;
  if (node.committed > memory.committed_max || node.left < memory.host_reserve) return false;
  const cool = node.heat === null ? heat.unmeasurable === "cap" : node.heat <= heat.max - heat.margin;
  const calm =
    node.pressure === null
      ? pressure.unmeasurable === "pass"
      : node.pressure <= pressure.memory_some_avg10_max;
  return cool && calm;
}

function amountsPermit({ resources, defaults }: Spec, request: WitnessRequest): boolean {
  const within = (quantity: Exclude<Undeclarable, "bytes_out" | "tokens">, max: number) =>
    request[quantity] <=
    Math.min(max, request.undeclared.includes(quantity) ? (defaults[quantity] ?? -1) : max);
  return (
    within("memory", resources.memory.per_task_max) &&
    within("cpu", resources.cpu.per_task_max) &&
    within("processes", resources.processes_max) &&
    within("time", resources.time_max) &&
    request.output <= resources.output_max &&
    request.submits <= resources.children.per_task_max &&
    request.depth <= resources.children.depth_max
  );
}

function modelsPermit(spec: Spec, principal: Principal, request: WitnessRequest): boolean {
  const { provider, models, node } = request;
  if (provider !== null && !spec.sovereignty.providers.some((listed) => isProvider(listed, provider)))
    return false;
  return models.every(({ capability, latency }) => {
    if (!principal.may_need.includes(capability) || node.providers === "down") return false;
    return spec.sovereignty.providers.some(
      (listed) => listed.serves.includes(capability) && answersWithin(listed.latency, latency),
    );
  });
}

function isProvider(listed: Provider, asked: NonNullable<WitnessRequest["provider"]>): boolean {
  return (
    listed.name === asked.name &&
    listed.kind === asked.kind &&
    listed.url === asked.url &&
    listed.folder === asked.folder
  );
}

function answersWithin(stated: number | null, wished: number | null): boolean {
  return wished === null || (stated !== null && stated <= wished);
}

/** What holds where each call goes; null: nobody is known there. */
type Reached = readonly (EffectiveEndpoint | null)[];

function callsPermit(
  indexed: IndexedSpec,
  { principal, reached }: { readonly principal: Principal; readonly reached: Reached },
  request: WitnessRequest,
): boolean {
  const { spec } = indexed;
  const read = labelOfReads(spec.privacy, request.reads);
  if (!secretsPermit(spec, principal, request)) return false;
  let declared = 0;
  let uncontrolled = 0;
  for (const [at, call] of request.calls.entries()) {
    const endpoint = reached[at] ?? null;
    if (endpoint === null || !placePermits(spec, endpoint, call, request)) return false;
    if (!authenticated(indexed, call, request)) return false;
    if (!capabilitiesPermit(spec, endpoint, principal, { call, request })) return false;
    if (!labelPermits(spec, endpoint, call, read)) return false;
    declared += call.declared;
    if (endpoint.control === "uncontrolled") uncontrolled += call.declared;
  }
  if (request.calls.length === 0 && meetsForbidden(spec, read, null)) return false;
  return (
    declared <= spec.sovereignty.external_calls_max &&
    uncontrolled <= spec.sovereignty.uncontrolled_calls_max &&
    request.score >= spec.sovereignty.score_min
  );
}

function placePermits(
  spec: Spec,
  endpoint: EffectiveEndpoint,
  call: WitnessCall,
  request: WitnessRequest,
): boolean {
  const undeclared = request.undeclared.includes("bytes_out")
    ? (spec.defaults.bytes_out ?? -1)
    : call.bytes_out;
  const opaque = call.scheme === "tcp" ? endpoint.opaque : UNLIMITED;
  if (opaque === null) return false;
  return (
    (call.scheme === "tcp" || requestPermits(spec, endpoint, call)) &&
    reaches(endpoint, call) &&
    call.bytes_out <= opaque.bytes_out &&
    tokensPermit(spec, endpoint, call, request) &&
    call.bytes_in <= Math.min(opaque.bytes_in, endpoint.bytes_in_per_task_max ?? call.bytes_in) &&
    call.requests <= (endpoint.requests_per_task_max ?? call.requests) &&
    call.bytes_out <= Math.min(undeclared, endpoint.bytes_out_per_task_max ?? call.bytes_out) &&
    answersWithin(endpoint.latency, call.latency)
  );
}

/** Tokens are counted where there is a price; undeclared ones are held to the default. */
function tokensPermit(
  { defaults }: Spec,
  { price }: EffectiveEndpoint,
  { tokens_in, tokens_out }: WitnessCall,
  { undeclared }: WitnessRequest,
): boolean {
  if (price === null || !undeclared.includes("tokens")) return true;
  return tokens_in + tokens_out <= (defaults.tokens ?? -1);
}

const UNLIMITED = { bytes_out: Infinity, bytes_in: Infinity };

/** What looks into a request: nobody looks into a raw connection. */
function requestPermits(spec: Spec, endpoint: EffectiveEndpoint, call: WitnessCall): boolean {
  const { methods, paths, content_types, opaque } = endpoint;
  return (
    opaque === null &&
    methods.includes(call.method) &&
    paths.some((prefix) => matchesPathPrefix(prefix, call.path)) &&
    (call.content_type === null || content_types === null || content_types.includes(call.content_type)) &&
    contentPermits(spec.privacy, endpoint.control, call)
  );
}

/** Whether the address that answers is one to dial, and whoever proves it is one to believe. */
function reaches(endpoint: EffectiveEndpoint, call: WitnessCall): boolean {
  if (!mayDial(endpoint, call.address)) return false;
  if (call.scheme === "tcp") return true;
  if (call.scheme === "http")
    return endpoint.address !== null && addressClass(endpoint.address) === "loopback";
  return endpoint.ca === null
    ? call.authority === null
    : call.authority !== null && certificateSet(endpoint.ca).includes(call.authority);
}

/**
 * Whether `address` is one that the gate dials for `endpoint`; null: a public one that the name resolves to. Without a pin
 * only public ones are, and where authorities of its own prove the server, those of private networks and this node too.
 */
export function mayDial({ address: pin, ca }: EffectiveEndpoint, address: string | null): boolean {
  if (pin !== null) return address === pin;
  return address === null || (ca === null ? PUBLIC : PROVED).includes(addressClass(address));
}

const PUBLIC: readonly AddressClass[] = ["public"];
const PROVED: readonly AddressClass[] = ["public", "private", "cgnat", "loopback"];

/** Each secret is the principal's, and has a call. */
function secretsPermit(spec: Spec, principal: Principal, { secrets, calls }: WitnessRequest): boolean {
  return secrets.every((name) => {
    const binding = spec.sovereignty.secrets.find((secret) => secret.name === name);
    if (binding === undefined || !principal.secrets.includes(name)) return false;
    const { host, port } = binding.for;
    return calls.some((call) => call.scheme !== "tcp" && call.host === host && call.port === port);
  });
}

/** Where a secret is bound, the task asks for one; and what a call carries goes where it may. */
function authenticated(
  { bound: places }: IndexedSpec,
  call: WitnessCall,
  { secrets }: WitnessRequest,
): boolean {
  const bound = places.size === 0 ? [] : (places.get(`${call.host}:${call.port}`) ?? []);
  if (bound.length > 0 && !bound.some(({ name }) => secrets.includes(name))) return false;
  const { carries } = call;
  if (carries === null) return true;
  return bound.some(
    ({ name, file, for: { methods, paths, place } }) =>
      name === carries.name &&
      file === carries.file &&
      place === carries.place &&
      secrets.includes(name) &&
      methods.includes(call.method) &&
      paths.some((prefix) => matchesPathPrefix(prefix, call.path)),
  );
}

function capabilitiesPermit(
  spec: Spec,
  endpoint: EffectiveEndpoint,
  principal: Principal,
  { call, request }: { readonly call: WitnessCall; readonly request: WitnessRequest },
): boolean {
  const asked = call.for;
  if (!asked.every((one) => principal.may_need.includes(one) && endpoint.serves.includes(one))) return false;
  if (!spec.sovereignty.local_first || request.node.providers === "down") return true;
  const local = (capability: string) =>
    spec.sovereignty.providers.some(({ serves }) => serves.includes(capability));
  return asked.length === 0 ? !endpoint.serves_any.some(local) : !asked.every(local);
}

function labelPermits(spec: Spec, endpoint: EffectiveEndpoint, call: WitnessCall, read: ReadLabel): boolean {
  const rank = (label: string) => spec.privacy.ladder.indexOf(label);
  const label = call.label ?? read.label;
  if (rank(label) < rank(read.label) || rank(label) > rank(endpoint.clearance)) return false;
  if (endpoint.opaque !== null && rank(label) > rank(endpoint.opaque.max_label)) return false;
  return !meetsForbidden(spec, { label, untrusted: read.untrusted }, endpoint.control);
}

/** `control` is null when nothing is called: then no rule that names a control class applies. */
function meetsForbidden(
  { privacy }: Spec,
  { label, untrusted }: ReadLabel,
  control: Control | null,
): boolean {
  const rank = (level: string) => privacy.ladder.indexOf(level);
  const applies = (rule: RefuseWhen) =>
    (rule.untrusted === null || untrusted) &&
    (rule.label_min === null || rank(label) >= rank(rule.label_min)) &&
    (rule.control_not === null || (control !== null && isFarther(control, rule.control_not)));
  return privacy.refuse_when.some(applies);
}

/** `control_not: owned` means anything less sovereign than owned. */
function isFarther(control: Control, limit: Control): boolean {
  return CONTROL_ORDER.indexOf(control) > CONTROL_ORDER.indexOf(limit);
}

/** Whether every budget has room for what the calls ask beside what was spent in its window. */
function windowsPermit({ resources }: Spec, reached: Reached, { calls, spent }: WitnessRequest): boolean {
  if (calls.length === 0) return true;
  const asked = calls.map((call, at) => amountsOf(call, reached[at]?.price ?? null));
  const all = sumOf(asked);
  return resources.budgets.every((budget) => {
    const before = spent.length === 0 ? NOTHING : sumOf(spent.filter((one) => countsIn(budget, one)));
    if (budget.scope !== "destination" || calls.length === 1) return hasRoom(budget, before, all);
    // A destination's window is charged with what goes to that host alone.
    const hosts = Map.groupBy(asked.keys(), (at) => calls[at]?.host);
    return [...hosts.values()].every((places) =>
      hasRoom(budget, before, sumOf(places.flatMap((at) => asked[at] ?? []))),
    );
  });
}

function hasRoom(budget: Budget, before: Amounts, asks: Amounts): boolean {
  for (const amount of BUDGETED) {
    if (asks[amount] > 0 && before[amount] + asks[amount] > (budget[amount] ?? Infinity)) return false;
  }
  return true;
}

function countsIn({ scope, window }: Budget, { ago, same }: WitnessSpend): boolean {
  return ago < window && (scope === "node" || scope === "spec" || same.includes(scope));
}

const BUDGETED = ["external_calls", "bytes_out", "tokens", "money"] as const;

type Amounts = Readonly<Record<(typeof BUDGETED)[number], number>>;

const NOTHING: Amounts = { external_calls: 0, bytes_out: 0, tokens: 0, money: 0 };

function sumOf(each: readonly Amounts[]): Amounts {
  const [first = NOTHING] = each;
  if (each.length <= 1) return first;
  const sum = { ...NOTHING };
  for (const one of each) for (const amount of BUDGETED) sum[amount] += one[amount];
  return sum;
}

function amountsOf(call: WitnessCall, price: Price | null): Amounts {
  const { requests, bytes_out, tokens_in: input, tokens_out: output } = call;
  return {
    external_calls: requests,
    bytes_out,
    tokens: price === null ? 0 : input + output,
    money: price === null ? 0 : costOf(price, { requests, input, output }),
  };
}
