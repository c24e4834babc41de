// A small world for comparing specs by brute force: every value comes from a short list, so that a fixed list of requests
// (comparison-requests.ts) meets each of them. Random specs from a seed; no clock and no global randomness.
import { type PersonalGroup, UNBOUNDED } from "../src/spec/personal-groups.ts";
import type {
  Budget,
  Control,
  Detectors,
  Endpoint,
  Price,
  Principal,
  ProtectedFile,
  Provider,
  RefuseWhen,
  SecretBinding,
  Source,
  Spec,
} from "../src/spec/spec.ts";

/** Draws integers below a bound. */
export type Draw = (bound: number) => number;

/** A reproducible source of draws: a xorshift generator of 32 bits (Marsaglia 2003), good enough to vary tests. */
export function drawFrom(seed: number): Draw {
  let state = (seed ^ 0x9e37_79b9) | 1;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 8) % bound;
  };
}

const LADDERS = [
  ["public", "internal", "secret"],
  ["public", "internal", "secret"],
  ["internal", "public", "secret"],
];
export const LABELS = ["public", "internal", "secret"];
export const CAPABILITIES = ["chat", "embed"];
const CONTROLS: readonly Control[] = ["owned", "contracted", "uncontrolled"];
export const PATTERNS = [
  "a.example.com",
  "b.a.example.com",
  "c.example.org",
  "*.example.com",
  "*.a.example.com",
];
const SIGNERS: readonly (readonly string[])[] = [[], [], [], ["ed25519:A"], ["ed25519:A", "ed25519:B"]];
const PREFIXES = ["/", "/v1", "/v1/", "/v1/x"];
const PLACES = ["/d/**", "/d/e", "/d/e/**", "/f", "/**"];
export const PROVIDERS: readonly Provider[] = ["one", "two"].flatMap((name) =>
  [1, 2].flatMap((latency) =>
    [["chat"], ["chat", "embed"]].map((serves) => ({
      name,
      kind: "ollama",
      url: name === "one" ? "http://127.0.0.1:1" : "http://127.0.0.1:2",
      folder: null,
      serves,
      latency,
    })),
  ),
);
export const PEOPLE: readonly Omit<Principal, "may_need" | "secrets">[] = [
  { name: "first", uid: 1000 },
  { name: "second", uid: 1001 },
  { name: "second", uid: 1002 },
];

/** What stands for the base64 of two certificates: comparing them reads no further. */
export const AUTHORITIES = ["AAAA", "BBBB"] as const;
const pem = (body: string) => `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`;
const CAS = [null, null, null, null, pem("AAAA"), pem("BBBB"), pem("AAAA") + pem("BBBB")];
/** Nowhere in particular, two public addresses, a private one, this node. */
export const PINS = [null, null, null, null, "8.8.8.8", "9.9.9.9", "10.0.0.5", "127.0.0.1"];
export const TYPES = ["application/json", "text/plain"];
export const FILES = ["/k/one", "/k/two"];
export const FINGERPRINTS = ["0".repeat(32), "f".repeat(32)];
/** Of all groups those that this world bounds. */
export const GROUPS: readonly PersonalGroup[] = ["iban", "email"];
export const SECRETS = ["KEY", "TOKEN"];

/** Members that tables are keyed by, or that stand and fall with them. */
const KEYS: readonly string[] = ["host", "port", "name", "path", "scope", "window", "url", "kind"];

/** A random spec of this world. Most let something through; few are alike. */
export function someSpec(draw: Draw): Spec {
  return withParts(draw, null, 1);
}

/** A spec that differs from `from` in few parts: each is drawn anew with a chance of one in `rarity`. */
export function relatedSpec(draw: Draw, from: Spec, rarity: number): Spec {
  return withParts(draw, from, rarity);
}

function withParts(draw: Draw, from: Spec | null, rarity: number): Spec {
  const pick = <T>(list: readonly T[]): T => list[draw(list.length)]!;
  const some = <T>(list: readonly T[], most: number): readonly T[] =>
    list.filter(() => draw(list.length) < most);
  const part = <T>(old: T | undefined, make: () => T): T =>
    old !== undefined && draw(rarity) !== 0 ? old : make();
  const list = <T>(old: readonly T[] | undefined, make: () => readonly T[]): readonly T[] => {
    if (old === undefined || draw(rarity) === 0) return make();
    if (draw(rarity) === 0) return old.filter(() => draw(3) > 0);
    if (draw(rarity) === 0) return old.map((one) => mixed(one, make()[0]));
    return draw(rarity) === 0 ? [...make().slice(0, 1), ...old] : old;
  };
  // Some members of another entry, none of a table's key: what differs is one entry's fields.
  const mixed = <T>(one: T, other: T | undefined): T => {
    const taken = Object.entries(other ?? {}).filter(([key]) => !KEYS.includes(key) && draw(4) === 0);
    return { ...one, ...(Object.fromEntries(taken) as Partial<T>) };
  };
  const { sovereignty: s, privacy: p, resources: r, defaults: d } = from ?? {};
  const amount = () => 1 + draw(3);
  const maybe = () => pick([null, null, 1, 2, 3]);
  const rarely = <T>(value: () => T): T | null => (draw(4) === 0 ? value() : null);
  const bounds = () => ({ max_label: pick(LABELS), bytes_out: amount(), bytes_in: amount() });
  // Cents and dollars for a million: few tokens tell them apart.
  const price = (): Price => ({
    input_per_million: 1_000_000 * draw(3),
    output_per_million: 1_000_000 * draw(3),
    per_request: draw(2),
  });
  const nudged = (one: Endpoint): Endpoint =>
    one.opaque === null ? one : { ...one, opaque: part(one.opaque, bounds) };
  const endpoint = (): Endpoint => {
    const host = pick(PATTERNS);
    const opaque = rarely(bounds);
    return {
      host,
      port: pick([443, 443, 443, 8443]),
      address: pick(PINS),
      ca: pick(CAS),
      control: host.startsWith("*") ? "owned" : pick(CONTROLS),
      clearance: pick(LABELS),
      serves: some(CAPABILITIES, 1),
      methods: pick([["GET"], ["POST"], ["GET", "POST"], ["GET", "POST"], []]),
      paths: pick([["/"], ["/"], some(PREFIXES, 2)]),
      content_types: rarely(() => some(TYPES, 1)),
      requests_per_task_max: maybe(),
      bytes_out_per_task_max: maybe(),
      bytes_in_per_task_max: rarely(amount),
      price: rarely(() => (draw(2) === 0 ? null : price())),
      latency: maybe(),
      opaque,
    };
  };
  const secret = (): SecretBinding => ({
    name: pick(SECRETS),
    file: pick(FILES),
    for: {
      host: pick(PATTERNS.slice(0, 3)),
      port: pick([443, 443, 443, 8443]),
      methods: pick([["GET"], ["POST"], ["GET", "POST"], ["GET", "POST"], []]),
      paths: pick([["/"], ["/"], some(PREFIXES, 2)]),
      place: pick(["bearer", "bearer", "json key"]),
    },
  });
  const bounded = (old: Detectors | undefined): Detectors => ({
    credentials: part(old?.credentials, () => pick(["refuse", "count"])),
    opaque: part(old?.opaque, () => pick(["refuse", "count"])),
    personal: {
      ...UNBOUNDED,
      iban: part(old?.personal.iban, maybe),
      email: part(old?.personal.email, maybe),
    },
    novel_max: part(old?.novel_max, maybe),
    known_harmless: part(old?.known_harmless, () => some(FINGERPRINTS, 1)),
  });
  const detectors = (): Detectors | null => {
    const old = p?.detectors;
    if (old === undefined || (draw(rarity) === 0 && draw(4) === 0))
      return draw(3) === 0 ? null : bounded(undefined);
    return old === null ? null : bounded(old);
  };
  const source = (): Source => ({
    path: pick(PLACES),
    label: pick(LABELS),
    trust: pick(["trusted", "trusted", "untrusted"]),
  });
  const rule = (): RefuseWhen => ({
    untrusted: pick([null, true]),
    label_min: pick([null, ...LABELS.slice(1)]),
    control_not: pick(CONTROLS),
  });
  const budget = (): Budget => ({
    scope: pick(["node", "spec", "principal", "lineage", "destination"]),
    window: pick([10, 20, 30]),
    external_calls: maybe(),
    bytes_out: maybe(),
    tokens: rarely(amount),
    money: rarely(amount),
  });
  const times = <T>(count: number, make: () => T): readonly T[] => Array.from({ length: count }, make);
  const person = (base: Omit<Principal, "may_need" | "secrets">): Principal => ({
    ...base,
    may_need: some(CAPABILITIES, 2).length > 0 ? CAPABILITIES.slice(0, 1 + draw(2)) : [],
    secrets: some(SECRETS, 1),
  });
  return {
    writ: 1,
    name: pick(["one", "two"]),
    execution: {
      isolation: part(from?.execution.isolation, () => pick(["namespaces", "seatbelt"])),
      limits: part(from?.execution.limits, () => pick(["cgroup", "soft"])),
    },
    principals: part(from?.principals, () =>
      distinct(
        [person(PEOPLE[0]!), ...(draw(2) === 0 ? [person(pick(PEOPLE.slice(1)))] : [])],
        (one) => one.name,
      ),
    ),
    sovereignty: {
      score_min: part(s?.score_min, () => pick([0, 50, 70, 100, 50])),
      external_calls_max: part(s?.external_calls_max, () => pick([0, 1, 2, 3, 3])),
      uncontrolled_calls_max: part(s?.uncontrolled_calls_max, () => pick([0, 1, 2, 3])),
      local_first: part(s?.local_first, () => draw(2) === 0),
      providers: list(s?.providers, () =>
        distinct(
          times(draw(3), () => pick(PROVIDERS)),
          (one) => one.name,
        ),
      ),
      endpoints: distinct(
        list(s?.endpoints, () => times(1 + draw(4), endpoint)).map((one) => aboveFloor(nudged(one))),
        (one) => `${one.host}:${one.port}`,
      ),
      secrets: distinct(
        list(s?.secrets, () => times(Math.max(0, draw(5) - 2), secret)),
        (one) => one.name,
      ),
    },
    privacy: {
      ladder: part(p?.ladder, () => pick(LADDERS)),
      default_label: part(p?.default_label, () => pick(["public", "public", "internal"])),
      sources: distinct(
        list(p?.sources, () => times(draw(3), source)),
        (one) => one.path,
      ),
      protected: distinct(
        list(p?.protected, () =>
          times(
            Math.max(0, draw(4) - 2),
            (): ProtectedFile => ({ file: pick(FILES), as: pick(["values", "values", "document"]) }),
          ),
        ),
        (one) => one.file,
      ),
      detectors: detectors(),
      refuse_when: distinct(
        list(p?.refuse_when, () => times(draw(2), rule)),
        (one) => JSON.stringify(one),
      ),
    },
    resources: {
      memory: {
        per_task_max: part(r?.memory.per_task_max, amount),
        committed_max: part(r?.memory.committed_max, amount),
        host_reserve: part(r?.memory.host_reserve, amount),
      },
      cpu: { per_task_max: part(r?.cpu.per_task_max, amount) },
      processes_max: part(r?.processes_max, amount),
      time_max: part(r?.time_max, amount),
      output_max: part(r?.output_max, amount),
      children: {
        per_task_max: part(r?.children.per_task_max, amount),
        depth_max: part(r?.children.depth_max, amount),
      },
      heat: {
        max: part(r?.heat.max, () => 5 + draw(3)),
        margin: part(r?.heat.margin, () => draw(3)),
        unmeasurable: part(r?.heat.unmeasurable, () => pick(["refuse", "cap"])),
      },
      pressure: {
        memory_some_avg10_max: part(r?.pressure.memory_some_avg10_max, amount),
        unmeasurable: part(r?.pressure.unmeasurable, () => pick(["refuse", "pass"])),
      },
      budgets: distinct(
        list(r?.budgets, () => times(draw(4), budget)),
        (one) => `${one.scope} ${one.window}`,
      ),
    },
    defaults: {
      memory: part(d?.memory, maybe),
      cpu: part(d?.cpu, maybe),
      time: part(d?.time, maybe),
      processes: part(d?.processes, maybe),
      bytes_out: part(d?.bytes_out, maybe),
      tokens: part(d?.tokens, maybe),
    },
    // Moves no request: rarely another one, or most pairs would be looser in what no witness can show.
    amendment: {
      signers: part(from?.amendment.signers, () => pick(SIGNERS)),
      quorum: part(from?.amendment.quorum, () => pick([1, 1, 1, 1, 2])),
      cooling_off: part(from?.amendment.cooling_off, () => pick([3, 3, 3, 3, 2])),
      trial: part(from?.amendment.trial, () => pick([30, 30, 30, 30, 40])),
      founding: part(from?.amendment.founding, () => pick([14, 14, 14, 14, 7])),
    },
    // No request of a task shows who holds the ledger's heads: no-looser-witnesses.test.ts compares them.
    witnesses: { quorum: 0, members: [] },
    // Nor what drift is measured against: no-looser-measurement.test.ts.
    measurement: { bounds: [], learned: true },
    // Nor whom the node tells, and how often it is challenged: no-looser-unattended.test.ts.
    notify: null,
    challenge: null,
    // Nor how often the checks are tested: no-looser-probes.test.ts compares that.
    probes: { share: 0, self_test: null },
    // Nor who is sent what is measured: no-looser-unattended.test.ts.
    export: null,
  };
}

/** What is opaque is one host at one address. */
function aboveFloor(one: Endpoint): Endpoint {
  if (one.opaque === null) return one;
  if (one.price !== null) return aboveFloor({ ...one, price: null });
  return one.host.startsWith("*") ? { ...one, opaque: null } : { ...one, address: one.address ?? "10.0.0.5" };
}

function distinct<T>(list: readonly T[], key: (one: T) => string): readonly T[] {
  return [...new Map(list.map((one) => [key(one), one])).values()];
}
