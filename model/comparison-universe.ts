// A small world for comparing specs by brute force: every value comes from a short list, so that a fixed list of requests
// meets each of them. Random specs from a seed; no clock and no global randomness.
import type {
  Budget,
  Control,
  Endpoint,
  Principal,
  Provider,
  RefuseWhen,
  SecretBinding,
  Source,
  Spec,
} from "../src/spec/spec.ts";
import { smallestRequest, type WitnessCall, type WitnessRequest } from "../src/spec/witness.ts";

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
const LABELS = ["public", "internal", "secret"];
const CAPABILITIES = ["chat", "embed"];
const CONTROLS: readonly Control[] = ["owned", "contracted", "uncontrolled"];
const PATTERNS = ["a.example.com", "b.a.example.com", "c.example.org", "*.example.com", "*.a.example.com"];
const PREFIXES = ["/", "/v1", "/v1/", "/v1/x"];
const PLACES = ["/d/**", "/d/e", "/d/e/**", "/f", "/**"];
const PROVIDERS: readonly Provider[] = ["one", "two"].flatMap((name) =>
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
const PEOPLE: readonly Omit<Principal, "may_need" | "secrets">[] = [
  { name: "first", uid: 1000 },
  { name: "second", uid: 1001 },
  { name: "second", uid: 1002 },
];

/** What stands for the base64 of two certificates: comparing them reads no further. */
export const AUTHORITIES = ["AAAA", "BBBB"] as const;
const pem = (body: string) => `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`;
const CAS = [null, null, null, null, pem("AAAA"), pem("BBBB"), pem("AAAA") + pem("BBBB")];
/** Nowhere in particular, two public addresses, a private one, this node. */
const PINS = [null, null, null, null, "8.8.8.8", "9.9.9.9", "10.0.0.5", "127.0.0.1"];
const TYPES = ["application/json", "text/plain"];
const FILES = ["/k/one", "/k/two"];
const SECRETS = ["KEY", "TOKEN"];

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
    return draw(rarity) === 0 ? [...make().slice(0, 1), ...old] : old;
  };
  const { sovereignty: s, privacy: p, resources: r, defaults: d } = from ?? {};
  const amount = () => 1 + draw(3);
  const maybe = () => pick([null, null, 1, 2, 3]);
  const rarely = <T>(value: () => T): T | null => (draw(4) === 0 ? value() : null);
  const endpoint = (): Endpoint => {
    const host = pick(PATTERNS);
    const opaque = rarely(() => ({ max_label: pick(LABELS), bytes_out: amount(), bytes_in: amount() }));
    return {
      host,
      port: pick([443, 443, 443, 8443]),
      // The floor: what is opaque has one address, and is one host.
      address: pick(opaque === null ? PINS : PINS.slice(4)),
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
      latency: maybe(),
      opaque: host.startsWith("*") ? null : opaque,
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
        list(s?.endpoints, () => times(1 + draw(4), endpoint)),
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
        list(p?.protected, () => times(Math.max(0, draw(4) - 2), () => ({ file: pick(FILES) }))),
        (one) => one.file,
      ),
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
    },
  };
}

function distinct<T>(list: readonly T[], key: (one: T) => string): readonly T[] {
  return [...new Map(list.map((one) => [key(one), one])).values()];
}

const READS = [
  [],
  ["/"],
  ["/d"],
  ["/d/w0"],
  ["/d/e"],
  ["/d/e/w0"],
  ["/f"],
  ["/f/w0"],
  ["/w0"],
  ["/d/w0", "/f"],
];
const AMOUNTS = [1, 2, 3, 4];

/** Every request of this world that can tell two of its specs apart in one part, and many that can in two. */
export function requestsOfTheWorld(): readonly WitnessRequest[] {
  const tasks = PEOPLE.flatMap((principal) => withoutCalls(smallestRequest(principal)));
  return [...tasks, ...withCalls(smallestRequest(PEOPLE[0]!))];
}

function withoutCalls(task: WitnessRequest): readonly WitnessRequest[] {
  const up = { ...task.node, providers: "up" } as const;
  const node = (change: Partial<WitnessRequest["node"]>) => ({ ...task, node: { ...task.node, ...change } });
  return [
    task,
    ...READS.map((reads) => ({ ...task, reads })),
    ...AMOUNTS.flatMap((n) => [
      { ...task, memory: n },
      { ...task, cpu: n },
      { ...task, time: n },
      { ...task, processes: n },
      { ...task, output: n },
      ...(["memory", "cpu", "time", "processes"] as const).map((quantity) => ({
        ...task,
        [quantity]: n,
        undeclared: [quantity],
      })),
      node({ committed: n }),
      node({ left: n }),
      node({ pressure: n }),
      node({ heat: n }),
      node({ heat: n + 4 }),
    ]),
    node({ heat: null }),
    node({ pressure: null }),
    node({ isolation: "seatbelt" }),
    node({ limits: "soft" }),
    ...CAPABILITIES.flatMap((capability) =>
      [null, 1, 2].map((latency) => ({ ...task, models: [{ capability, latency }], node: up })),
    ),
    ...PROVIDERS.map(({ name, kind, url, folder }) => ({ ...task, provider: { name, kind, url, folder } })),
  ];
}

const HOSTS = [
  ...PATTERNS.slice(0, 3),
  "w0.example.com",
  "w0.a.example.com",
  "x.b.a.example.com",
  "d.example.net",
];
const PATHS = ["/", "/v1", "/v1/", "/v1/x", "/v1/x/y", "/v2"];

function withCalls(task: WitnessRequest): readonly WitnessRequest[] {
  const places = HOSTS.flatMap((host) =>
    (host === "a.example.com" ? [443, 8443] : [443]).map((port) => ({ host, port })),
  );
  const basics = places.flatMap((place) =>
    ["GET", "POST"].flatMap((method) => PATHS.map((path) => ({ ...SMALLEST, ...place, method, path }))),
  );
  const raw = places.map((place) => ({ ...SMALLEST, ...place, ...RAW }));
  const calling = { ...task, score: 99 };
  return [
    ...basics.flatMap((call) => variations(calling, call)),
    ...basics.flatMap((call) => pinned(calling, call)),
    ...basics.flatMap((call) => authenticated(calling, call)),
    ...raw.flatMap((call) => connections(calling, call)),
  ];
}

const RAW = { scheme: "tcp", method: "CONNECT", path: "" } as const;

/** How the place is proved. */
function pinned(task: WitnessRequest, call: WitnessCall): readonly WitnessRequest[] {
  const changes: Partial<WitnessCall>[] = [];
  for (const address of PINS.slice(3)) {
    for (const authority of [null, ...AUTHORITIES]) changes.push({ address, authority });
    changes.push({ scheme: "http", address });
  }
  return changes.map((change) => ({ ...task, calls: [{ ...call, ...change }] }));
}

/** With the secrets that the task asks for, and what the call carries of them. */
function authenticated(task: WitnessRequest, call: WitnessCall): readonly WitnessRequest[] {
  const carried = SECRETS.flatMap((name) =>
    FILES.flatMap((file) => ["bearer", "json key"].map((place) => ({ name, file, place }))),
  );
  return [...SECRETS.map((name) => [name]), SECRETS].flatMap((secrets) =>
    [null, ...carried].map((carries) => ({ ...task, secrets, calls: [{ ...call, carries }] })),
  );
}

/** Raw connections, and what bounds them. */
function connections(task: WitnessRequest, call: WitnessCall): readonly WitnessRequest[] {
  return PINS.slice(3).flatMap((address) =>
    [
      ...[null, ...LABELS].map((label) => ({ label })),
      ...AMOUNTS.flatMap((n) => [
        { bytes_out: n },
        { bytes_in: n },
        { requests: n },
        { declared: n, requests: n },
      ]),
      { for: ["chat"] },
      { sends: FILES },
    ].map((change) => ({ ...task, calls: [{ ...call, address, ...change }] })),
  );
}

const SMALLEST = {
  scheme: "https",
  address: null,
  authority: null,
  content_type: null,
  carries: null,
  sends: [],
  bytes_in: 1,
  for: [],
  declared: 1,
  requests: 1,
  bytes_out: 1,
  label: null,
  latency: null,
} as const;

function variations(task: WitnessRequest, call: WitnessCall): readonly WitnessRequest[] {
  const calling = (change: Partial<WitnessCall>, more: Partial<WitnessRequest> = {}): WitnessRequest => ({
    ...task,
    ...more,
    calls: [{ ...call, ...change }],
  });
  const up = { ...task.node, providers: "up" } as const;
  const purposes = [[], ["chat"], ["embed"], ["chat", "embed"]];
  const past = [10, 20, 30].flatMap((window) => [
    { ago: window - 1, external_calls: 1, bytes_out: 0 },
    { ago: window - 1, external_calls: 0, bytes_out: 2 },
  ]);
  const owners = [[], ["principal"], ["principal", "lineage"], ["destination"]] as const;
  return [
    ...[null, ...LABELS].flatMap((label) => READS.map((reads) => calling({ label }, { reads }))),
    ...purposes.flatMap((purpose) => [calling({ for: purpose }), calling({ for: purpose }, { node: up })]),
    ...AMOUNTS.flatMap((n) => [
      calling({ requests: n }),
      calling({ declared: n, requests: n }),
      calling({ bytes_out: n }),
      calling({ bytes_out: n }, { undeclared: ["bytes_out"] }),
      calling({ latency: n }),
      calling({ bytes_in: n }),
    ]),
    ...[...TYPES, "application/x.w0"].map((content_type) => calling({ content_type })),
    ...FILES.map((file) => calling({ sends: [file] })),
    ...[0, 50, 69, 70].map((score) => calling({}, { score })),
    ...past.flatMap((spend) => owners.map((same) => calling({}, { spent: [{ ...spend, same }] }))),
  ];
}
