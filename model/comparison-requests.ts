// Every request of the small world of comparison-universe.ts that can tell two of its specs apart in one part.
import {
  NOTHING_FOUND,
  smallestRequest,
  UNLISTED,
  type WitnessCall,
  type WitnessFound,
  type WitnessRequest,
} from "../src/spec/witness.ts";
import {
  AUTHORITIES,
  CAPABILITIES,
  FILES,
  FINGERPRINTS,
  GROUPS,
  LABELS,
  PATTERNS,
  PEOPLE,
  PINS,
  PROVIDERS,
  SECRETS,
  TYPES,
} from "./comparison-universe.ts";

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
      { ...task, submits: n },
      { ...task, depth: n },
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
      { passages: FILES },
      ...FINDS.map((found) => ({ found, bytes_out: Math.max(1, found.novel) })),
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
  passages: [],
  found: NOTHING_FOUND,
  bytes_in: 1,
  tokens_in: 0,
  tokens_out: 0,
  for: [],
  declared: 1,
  requests: 1,
  bytes_out: 1,
  label: null,
  latency: null,
} as const;

/** One thing that detectors find, or one more than they may. */
const FINDS: readonly WitnessFound[] = [
  ...[UNLISTED, ...FINGERPRINTS].flatMap((fingerprint) => [
    { ...NOTHING_FOUND, credential: fingerprint },
    { ...NOTHING_FOUND, opaque: fingerprint },
  ]),
  ...AMOUNTS.flatMap((count) => [
    ...GROUPS.map((group) => ({ ...NOTHING_FOUND, personal: { group, count } })),
    { ...NOTHING_FOUND, novel: count },
  ]),
];

function variations(task: WitnessRequest, call: WitnessCall): readonly WitnessRequest[] {
  const calling = (change: Partial<WitnessCall>, more: Partial<WitnessRequest> = {}): WitnessRequest => ({
    ...task,
    ...more,
    calls: [{ ...call, ...change }],
  });
  const up = { ...task.node, providers: "up" } as const;
  const purposes = [[], ["chat"], ["embed"], ["chat", "embed"]];
  const past = [10, 20, 30].flatMap((window) => [
    { ago: window - 1, external_calls: 1, bytes_out: 0, tokens: 0, money: 0 },
    { ago: window - 1, external_calls: 0, bytes_out: 2, tokens: 0, money: 0 },
  ]);
  const paid = [10, 20, 30].flatMap((window) =>
    [1, 2].flatMap((n) => [
      { ago: window - 1, external_calls: 0, bytes_out: 0, tokens: n, money: 0 },
      { ago: window - 1, external_calls: 0, bytes_out: 0, tokens: 0, money: n },
    ]),
  );
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
      calling({ tokens_in: n }),
      calling({ tokens_out: n }),
      calling({ tokens_in: n }, { undeclared: ["tokens"] }),
    ]),
    ...[...TYPES, "application/x.w0"].map((content_type) => calling({ content_type })),
    ...FILES.flatMap((file) => [calling({ sends: [file] }), calling({ passages: [file] })]),
    ...FINDS.map((found) => calling({ found, bytes_out: Math.max(1, found.novel) })),
    ...[0, 50, 69, 70].map((score) => calling({}, { score })),
    ...past.flatMap((spend) => owners.map((same) => calling({}, { spent: [{ ...spend, same }] }))),
    ...paid.flatMap((spend) =>
      owners.map((same) => calling({ tokens_in: 1 }, { spent: [{ ...spend, same }] })),
    ),
  ];
}
