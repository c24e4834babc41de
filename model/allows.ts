// A naive reading of the spec language: does a spec allow a described request? Written rule by rule from the words of
// docs/SPEC.md, slow and without indexes, so that the comparison of specs can be held against it. Not the decision, and
// it shares no code with src/.
import type { Endpoint, Spec } from "../src/spec/spec.ts";
import type { WitnessCall, WitnessRequest } from "../src/spec/witness.ts";

/** Whether `spec` allows `request`: every rule must. */
export function allows(spec: Spec, request: WitnessRequest): boolean {
  return (
    principalAllows(spec, request) &&
    secretsHaveACall(spec, request) &&
    hostProvesEnough(spec, request) &&
    amountsAreWithin(spec, request) &&
    nodeHasRoom(spec, request) &&
    modelsHaveAPlace(spec, request) &&
    callsAreAllowed(spec, request) &&
    nothingMeets(spec, request) &&
    windowsHold(spec, request)
  );
}

/** A principal is the entry whose uid submits; it asks only for what it may need. */
function principalAllows(spec: Spec, request: WitnessRequest): boolean {
  for (const entry of spec.principals) {
    if (entry.name !== request.principal.name || entry.uid !== request.principal.uid) continue;
    const asked = [
      ...request.models.map((need) => need.capability),
      ...request.calls.flatMap((call) => call.for),
    ];
    if (asked.every((capability) => entry.may_need.includes(capability))) return true;
  }
  return false;
}

/** A secret is asked for by who may have it, for a call to where it may go. */
function secretsHaveACall(spec: Spec, request: WitnessRequest): boolean {
  const own = spec.principals
    .filter((entry) => entry.name === request.principal.name && entry.uid === request.principal.uid)
    .flatMap((entry) => entry.secrets);
  for (const name of request.secrets) {
    const target = spec.sovereignty.secrets.find((entry) => entry.name === name)?.for;
    if (target === undefined || !own.includes(name)) return false;
    const requests = request.calls.filter(({ scheme }) => scheme !== "tcp");
    if (!requests.some(({ host, port }) => host === target.host && port === target.port)) return false;
  }
  return true;
}

/** A host that cannot prove at least the asked tier refuses every task. */
function hostProvesEnough(spec: Spec, { node }: WitnessRequest): boolean {
  const isolation = { seatbelt: 1, namespaces: 2 };
  const limits = { soft: 1, cgroup: 2 };
  return (
    isolation[node.isolation] >= isolation[spec.execution.isolation] &&
    limits[node.limits] >= limits[spec.execution.limits]
  );
}

function amountsAreWithin(spec: Spec, request: WitnessRequest): boolean {
  const { resources, defaults } = spec;
  if (request.memory > resources.memory.per_task_max) return false;
  if (request.cpu > resources.cpu.per_task_max) return false;
  if (request.time > resources.time_max) return false;
  if (request.processes > resources.processes_max) return false;
  if (request.output > resources.output_max) return false;
  if (request.submits > resources.children.per_task_max) return false;
  if (request.depth > resources.children.depth_max) return false;
  // What is undeclared is held to the default; without one it is refused.
  for (const quantity of request.undeclared) {
    const given = defaults[quantity];
    if (quantity === "tokens") {
      const counted = request.calls.filter((call) => priceOf(spec, call) !== null);
      if (counted.some((call) => call.tokens_in + call.tokens_out > (given ?? -1))) return false;
      continue;
    }
    if (given === null) return false;
    if (quantity === "bytes_out") {
      if (request.calls.some((call) => call.bytes_out > given)) return false;
    } else if (request[quantity] > given) return false;
  }
  return true;
}

function nodeHasRoom(spec: Spec, { node }: WitnessRequest): boolean {
  const { memory, heat, pressure } = spec.resources;
  if (node.committed > memory.committed_max) return false;
  if (node.left < memory.host_reserve) return false;
  if (node.heat === null && heat.unmeasurable === "refuse") return false;
  if (node.heat !== null && node.heat + heat.margin > heat.max) return false;
  if (node.pressure === null && pressure.unmeasurable === "refuse") return false;
  if (node.pressure !== null && node.pressure > pressure.memory_some_avg10_max) return false;
  return true;
}

/** These needs stay on the node: some provider must answer, serve the capability, and be fast enough. */
function modelsHaveAPlace(spec: Spec, request: WitnessRequest): boolean {
  const { providers } = spec.sovereignty;
  const wanted = request.provider;
  if (wanted !== null) {
    const text = JSON.stringify([wanted.name, wanted.kind, wanted.url, wanted.folder]);
    if (
      !providers.some((entry) => JSON.stringify([entry.name, entry.kind, entry.url, entry.folder]) === text)
    )
      return false;
  }
  for (const need of request.models) {
    if (request.node.providers === "down") return false;
    const fit = providers.filter((entry) => {
      if (!entry.serves.includes(need.capability)) return false;
      if (need.latency === null) return true;
      return entry.latency === null ? false : entry.latency <= need.latency;
    });
    if (fit.length === 0) return false;
  }
  return true;
}

/** An entry names a host exactly, or every host that ends in `.suffix`. */
function entriesFor(spec: Spec, call: WitnessCall): readonly Endpoint[] {
  return spec.sovereignty.endpoints.filter((entry) => {
    if (entry.port !== call.port) return false;
    if (!entry.host.startsWith("*")) return entry.host === call.host;
    const labels = call.host.split(".");
    const suffix = entry.host.split(".").slice(1);
    return labels.length > suffix.length && labels.slice(-suffix.length).join(".") === suffix.join(".");
  });
}

/** Of overlapping entries the tightest of each field holds: so every one of them must allow the call. */
function callsAreAllowed(spec: Spec, request: WitnessRequest): boolean {
  const { score_min, external_calls_max, uncontrolled_calls_max } = spec.sovereignty;
  if (request.score < score_min) return false;
  let all = 0;
  let uncontrolled = 0;
  for (const call of request.calls) {
    const entries = entriesFor(spec, call);
    if (entries.length === 0) return false;
    for (const entry of entries) if (!entryAllows(spec, entry, call, request)) return false;
    if (!placeIsProved(entries, call) || !credentialsAllow(spec, call, request)) return false;
    if (!localFirstAllows(spec, entries, call, request)) return false;
    all += call.declared;
    if (entries.some((entry) => entry.control === "uncontrolled")) uncontrolled += call.declared;
  }
  return all <= external_calls_max && uncontrolled <= uncontrolled_calls_max;
}

function entryAllows(spec: Spec, entry: Endpoint, call: WitnessCall, request: WitnessRequest): boolean {
  const level = (label: string) => spec.privacy.ladder.indexOf(label);
  const sent = sentLevel(spec, call, request);
  if (sent === null || sent > level(entry.clearance)) return false;
  if (call.scheme === "tcp") {
    // Raw connections go to what is opaque, within what may pass uninspected.
    if (entry.opaque === null || sent > level(entry.opaque.max_label)) return false;
    if (call.bytes_out > entry.opaque.bytes_out || call.bytes_in > entry.opaque.bytes_in) return false;
  } else {
    if (entry.opaque !== null || !entry.methods.includes(call.method)) return false;
    if (!isUnder(entry.paths, call.path)) return false;
    if (call.content_type !== null && entry.content_types?.includes(call.content_type) === false)
      return false;
    for (const { file, as } of spec.privacy.protected) {
      if (call.passages.includes(file)) return false;
      if (as === "values" && call.sends.includes(file)) return false;
    }
    if (entry.control !== "owned" && !detectorsAllow(spec, call)) return false;
  }
  if (entry.bytes_in_per_task_max !== null && call.bytes_in > entry.bytes_in_per_task_max) return false;
  for (const capability of call.for) if (!entry.serves.includes(capability)) return false;
  if (entry.requests_per_task_max !== null && call.requests > entry.requests_per_task_max) return false;
  if (entry.bytes_out_per_task_max !== null && call.bytes_out > entry.bytes_out_per_task_max) return false;
  return call.latency === null || (entry.latency !== null && entry.latency <= call.latency);
}

/** What is on its way to a host that is not owned: what the spec refuses is not among it, and no amount is over. */
function detectorsAllow(spec: Spec, call: WitnessCall): boolean {
  const { detectors } = spec.privacy;
  if (detectors === null) return true;
  const { credential, opaque, personal, novel } = call.found;
  const unknown = (fingerprint: string) => detectors.known_harmless.every((known) => known !== fingerprint);
  if (detectors.credentials === "refuse" && credential !== null && unknown(credential)) return false;
  if (detectors.opaque === "refuse" && opaque !== null && unknown(opaque)) return false;
  for (const [group, max] of Object.entries(detectors.personal)) {
    if (max !== null && personal?.group === group && personal.count > max) return false;
  }
  return detectors.novel_max === null || novel <= detectors.novel_max;
}

function isUnder(prefixes: readonly string[], path: string): boolean {
  return prefixes.some(
    (prefix) => path === prefix || path.startsWith(prefix.endsWith("/") ? prefix : `${prefix}/`),
  );
}

/** Addresses of this world that are public, and those that are this node. */
const PUBLIC = ["8.8.8.8", "9.9.9.9"];
const LOOPBACK = ["127.0.0.1"];
const PRIVATE = ["10.0.0.5", "10.0.0.6"];

/** Every pin holds, wherever it stands; where none does, what is public and what the system trusts. */
function placeIsProved(entries: readonly Endpoint[], call: WitnessCall): boolean {
  // An address leads to itself.
  const isAddress = (host: string) => host.includes(":") || /^[0-9.]+$/.test(host);
  const pins = new Set(entries.flatMap(({ address, host }) => address ?? (isAddress(host) ? host : [])));
  if (pins.size > 1) return false;
  const lists = entries.flatMap(({ ca }) => (ca === null ? [] : [bodiesOf(ca)]));
  const common =
    lists.length === 0 ? null : lists[0]!.filter((one) => lists.every((list) => list.includes(one)));
  if (common !== null && common.length === 0) return false;
  // Without a pin what is public; with authorities of its own also a private network's, and this node.
  const known = common === null ? PUBLIC : [...PUBLIC, ...PRIVATE, ...LOOPBACK];
  const unpinned = call.address === null || known.includes(call.address);
  const dialled = pins.size === 1 ? call.address !== null && pins.has(call.address) : unpinned;
  if (!dialled) return false;
  if (call.scheme === "tcp") return true;
  if (call.scheme === "http") return pins.size === 1 && LOOPBACK.some((here) => pins.has(here));
  return common === null
    ? call.authority === null
    : call.authority !== null && common.includes(call.authority);
}

/** The base64 between the lines of each certificate. */
function bodiesOf(pem: string): readonly string[] {
  return [...pem.matchAll(/-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----/g)].map(([, body]) =>
    (body ?? "").replaceAll(/\s/g, ""),
  );
}

/** Where a secret is bound only the gate authenticates, by one that the task asks for; it goes nowhere else. */
function credentialsAllow(spec: Spec, call: WitnessCall, request: WitnessRequest): boolean {
  const here = spec.sovereignty.secrets.filter(
    (one) => one.for.host === call.host && one.for.port === call.port,
  );
  if (here.length > 0 && here.every(({ name }) => !request.secrets.includes(name))) return false;
  if (call.carries === null) return true;
  const found = here.find(({ name }) => name === call.carries?.name);
  if (found === undefined || !request.secrets.includes(found.name)) return false;
  if (found.file !== call.carries.file || found.for.place !== call.carries.place) return false;
  return found.for.methods.includes(call.method) && isUnder(found.for.paths, call.path);
}

/** An external call is refused when a local provider serves all that it is for, or anything it may be for unsaid. */
function localFirstAllows(
  spec: Spec,
  entries: readonly Endpoint[],
  call: WitnessCall,
  request: WitnessRequest,
): boolean {
  if (!spec.sovereignty.local_first || request.node.providers === "down") return true;
  const here = new Set(spec.sovereignty.providers.flatMap((entry) => entry.serves));
  if (call.for.length > 0) return call.for.some((capability) => !here.has(capability));
  return entries.every((entry) => entry.serves.every((capability) => !here.has(capability)));
}

/** The level of the task: at least the default, and of every source that a read overlaps. */
function taskLevel(
  spec: Spec,
  request: WitnessRequest,
): { readonly level: number; readonly untrusted: boolean } {
  const { ladder, default_label, sources } = spec.privacy;
  let level = ladder.indexOf(default_label);
  let untrusted = false;
  for (const read of request.reads) {
    for (const source of sources) {
      const place = source.path.replace(/\/?\*\*$/, "");
      const overlaps =
        read === place ||
        `${read}/`.startsWith(`${place}/`) ||
        `${place}/`.startsWith(read === "/" ? "/" : `${read}/`);
      if (!overlaps) continue;
      level = Math.max(level, ladder.indexOf(source.label));
      untrusted = untrusted || source.trust === "untrusted";
    }
  }
  return { level, untrusted };
}

/** The level of what is sent: what the call says, never under the task's; null: it says too little or nothing known. */
function sentLevel(spec: Spec, call: WitnessCall, request: WitnessRequest): number | null {
  const { level } = taskLevel(spec, request);
  if (call.label === null) return level;
  const said = spec.privacy.ladder.indexOf(call.label);
  return said === -1 || said < level ? null : said;
}

/** All named conditions of a rule together refuse. */
function nothingMeets(spec: Spec, request: WitnessRequest): boolean {
  const far = { owned: 0, contracted: 1, uncontrolled: 2 };
  const task = taskLevel(spec, request);
  for (const rule of spec.privacy.refuse_when) {
    if (rule.untrusted !== null && !task.untrusted) continue;
    const least = rule.label_min === null ? 0 : spec.privacy.ladder.indexOf(rule.label_min);
    const sent = request.calls.map((call) => ({
      level: sentLevel(spec, call, request) ?? task.level,
      control: Math.max(...entriesFor(spec, call).map((entry) => far[entry.control])),
    }));
    const { control_not } = rule;
    if (control_not === null) {
      if ([task, ...sent].some(({ level }) => level >= least)) return false;
    } else if (sent.some(({ level, control }) => control > far[control_not] && level >= least)) return false;
  }
  return true;
}

/** What was spent inside the window and what is asked now together stay within the amount. */
function windowsHold(spec: Spec, request: WitnessRequest): boolean {
  for (const budget of spec.resources.budgets) {
    const { scope, window } = budget;
    const earlier = request.spent.filter(({ ago, same }) => {
      const counts = scope === "node" || scope === "spec" || same.includes(scope);
      return counts && ago < window;
    });
    const hosts = scope === "destination" ? request.calls.map((call) => call.host) : [null];
    for (const host of hosts) {
      const asked = request.calls.filter((call) => host === null || call.host === host);
      const calls = total(asked.map((call) => call.requests));
      const bytes = total(asked.map((call) => call.bytes_out));
      if (over(budget.external_calls, total(earlier.map((spend) => spend.external_calls)), calls))
        return false;
      if (over(budget.bytes_out, total(earlier.map((spend) => spend.bytes_out)), bytes)) return false;
      const priced = asked.filter((call) => priceOf(spec, call) !== null);
      const tokens = total(priced.map((call) => call.tokens_in + call.tokens_out));
      const money = total(priced.map((call) => costOf(call, priceOf(spec, call)!)));
      if (over(budget.tokens, total(earlier.map((spend) => spend.tokens)), tokens)) return false;
      if (over(budget.money, total(earlier.map((spend) => spend.money)), money)) return false;
    }
  }
  return true;
}

/** Of the entries that name the host, the dearest of each part; null: none has a price. */
function priceOf(spec: Spec, call: WitnessCall): Endpoint["price"] {
  const prices = entriesFor(spec, call).flatMap(({ price }) => price ?? []);
  if (prices.length === 0) return null;
  return {
    input_per_million: Math.max(...prices.map((price) => price.input_per_million)),
    output_per_million: Math.max(...prices.map((price) => price.output_per_million)),
    per_request: Math.max(...prices.map((price) => price.per_request)),
  };
}

/** Millionths of a dollar, each request and each token at its price, what is left of one counted as a whole one. */
function costOf(call: WitnessCall, price: NonNullable<Endpoint["price"]>): number {
  const tokens = call.tokens_in * price.input_per_million + call.tokens_out * price.output_per_million;
  return call.requests * price.per_request + Math.ceil(tokens / 1_000_000);
}

function over(limit: number | null, before: number, now: number): boolean {
  return limit !== null && now > 0 && before + now > limit;
}

function total(amounts: readonly number[]): number {
  return amounts.reduce((sum, amount) => sum + amount, 0);
}
