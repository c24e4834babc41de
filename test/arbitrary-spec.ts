// Random canonical specs for property tests, of the words in spec-universe.ts.
import * as fc from "fast-check";
import { boundKey, type SpecMeasurement } from "../src/spec/measurement-schema.ts";
import type {
  Budget,
  Control,
  Defaults,
  Endpoint,
  LedgerWitness,
  LedgerWitnesses,
  Notify,
  Principal,
  Privacy,
  Provider,
  RefuseWhen,
  Resources,
  Source,
  Spec,
} from "../src/spec/spec.ts";
import { NOTICES } from "../src/spec/unattended-schema.ts";
import { arbitraryDetectors } from "./arbitrary-detectors.ts";
import {
  arbitraryOpaque,
  arbitrarySecret,
  CERTIFICATES,
  MEDIA_TYPES,
  opaqueAboveFloor,
  withPlaces,
} from "./arbitrary-network.ts";
import { arbitraryExport, arbitraryProbes } from "./arbitrary-probes.ts";
import {
  arbitraryBytes,
  arbitraryMs,
  CAPABILITIES,
  HOSTS,
  LABELS,
  METHODS,
  MIB,
  orNull,
  PLACES,
  PRINCIPALS,
  PROVIDERS,
  SECRETS,
  SIGNERS,
  someOf,
  URL_PATHS,
  WILDCARDS,
} from "./spec-universe.ts";

/** A canonical spec at or above the floor: formatting and parsing it gives it back. */
export function arbitrarySpec(): fc.Arbitrary<Spec> {
  return fc
    .record(
      {
        writ: fc.constant(1 as const),
        name: fc.constantFrom("home-lab", "node.1"),
        execution: fc.record(
          {
            isolation: fc.constant("namespaces" as const),
            limits: fc.constantFrom("cgroup" as const, "soft" as const),
          },
          PLAIN,
        ),
        principals: keyed(arbitraryPrincipal(), (principal) => principal.name).map(withUids),
        sovereignty: arbitrarySovereignty(),
        privacy: arbitraryPrivacy(),
        resources: arbitraryResources(),
        defaults: arbitraryDefaults(),
        amendment: arbitraryAmendment(),
        witnesses: arbitraryWitnesses(),
        measurement: arbitraryMeasurement(),
        notify: orNull(arbitraryNotify()),
        challenge: orNull(fc.record({ every: fc.integer({ min: 3_600_000, max: 1_000_000_000 }) })),
        probes: arbitraryProbes(),
        export: arbitraryExport(),
      },
      PLAIN,
    )
    .map((spec) => withPlaces(withLabelsOf(spec)));
}

const PLAIN = { noNullPrototype: true } as const;

function keyed<T>(
  entry: fc.Arbitrary<T>,
  key: (entry: T) => string,
  maxLength = 4,
): fc.Arbitrary<readonly T[]> {
  return fc
    .uniqueArray(entry, { selector: key, maxLength })
    .map((entries) => entries.sort((a, b) => (key(a) < key(b) ? -1 : 1)));
}

// A uid is one principal's.
function withUids(principals: readonly Principal[]): readonly Principal[] {
  return principals.filter(({ uid }, at) => principals.findIndex((other) => other.uid === uid) === at);
}

function arbitraryPrincipal(): fc.Arbitrary<Principal> {
  return fc.record(
    {
      name: fc.constantFrom(...PRINCIPALS),
      uid: fc.constantFrom(0, 1000, 1001),
      may_need: someOf(CAPABILITIES),
      secrets: someOf(SECRETS),
    },
    PLAIN,
  );
}

function arbitrarySovereignty(): fc.Arbitrary<Spec["sovereignty"]> {
  return fc.record(
    {
      score_min: fc.constantFrom(0, 40, 60, 70, 85, 100),
      external_calls_max: fc.nat(4),
      uncontrolled_calls_max: fc.nat(2),
      local_first: fc.boolean(),
      providers: keyed(arbitraryProvider(), (provider) => provider.name),
      endpoints: keyed(arbitraryEndpoint(), (endpoint) => `${endpoint.host}:${endpoint.port}`),
      secrets: keyed(arbitrarySecret(), (secret) => secret.name),
    },
    PLAIN,
  );
}

function arbitraryProvider(): fc.Arbitrary<Provider> {
  const common = { serves: someOf(CAPABILITIES), latency: orNull(arbitraryMs()) };
  const server = fc.record(
    {
      name: fc.constantFrom(...PROVIDERS),
      kind: fc.constantFrom("ollama" as const, "openai" as const),
      url: fc.constantFrom("http://127.0.0.1:11434", "http://127.0.0.1:8080", "http://[::1]:8080"),
      folder: fc.constant(null),
      ...common,
    },
    PLAIN,
  );
  return server;
}

/** One endpoint; wildcards only for owned ones, as the floor has it. */
function arbitraryEndpoint(): fc.Arbitrary<Endpoint> {
  const rest = {
    port: fc.constantFrom(443, 443, 8443),
    clearance: fc.constantFrom(...LABELS),
    serves: someOf(CAPABILITIES),
    methods: fc.oneof(fc.constant(METHODS), someOf(METHODS)),
    paths: fc.oneof(fc.constant(["/"]), someOf(URL_PATHS)),
    address: orNull(fc.constantFrom("93.184.215.14", "10.0.0.5", "127.0.0.1", "2606:4700::1", "fd00::5")),
    ca: orNull(fc.constantFrom(...CERTIFICATES)),
    content_types: orNull(someOf(MEDIA_TYPES)),
    requests_per_task_max: orNull(fc.constantFrom(0, 1, 3, 300)),
    bytes_out_per_task_max: orNull(arbitraryBytes()),
    bytes_in_per_task_max: orNull(arbitraryBytes()),
    latency: orNull(arbitraryMs()),
    // The floor asks for one where a budget counts it, and an opaque endpoint has none.
    price: fc.constant({ input_per_million: 3_000_000, output_per_million: 150_000, per_request: 1 }),
  };
  const exact = fc.record(
    {
      host: fc.constantFrom(...HOSTS),
      control: fc.constantFrom<Control[]>("owned", "contracted", "uncontrolled"),
      ...rest,
      opaque: fc.option(arbitraryOpaque(), { nil: null, freq: 3 }),
    },
    PLAIN,
  );
  const wild = fc.record(
    {
      host: fc.constantFrom(...WILDCARDS),
      control: fc.constant("owned" as const),
      ...rest,
      opaque: fc.constant(null),
    },
    PLAIN,
  );
  return fc
    .oneof({ arbitrary: exact, weight: 3 }, { arbitrary: wild, weight: 1 })
    .map((one) => (one.opaque === null ? one : { ...one, price: null, serves: [] }));
}

function arbitraryPrivacy(): fc.Arbitrary<Privacy> {
  const label = fc.constantFrom(...LABELS);
  const source: fc.Arbitrary<Source> = fc.record(
    {
      path: fc
        .tuple(fc.constantFrom(...PLACES), fc.constantFrom("", "/**"))
        .map(([path, deep]) => `${path}${deep}`),
      label,
      trust: fc.constantFrom("trusted" as const, "untrusted" as const),
    },
    PLAIN,
  );
  const rule: fc.Arbitrary<RefuseWhen> = fc
    .record(
      {
        untrusted: orNull(fc.constant<true>(true)),
        label_min: orNull(label),
        control_not: orNull(fc.constantFrom<Control[]>("owned", "contracted", "uncontrolled")),
      },
      PLAIN,
    )
    .filter((rule) => rule.untrusted !== null || rule.label_min !== null || rule.control_not !== null);
  return fc.record(
    {
      ladder: fc.subarray([...LABELS], { minLength: 1 }),
      default_label: label,
      sources: keyed(source, (entry) => entry.path),
      protected: keyed(
        fc.record(
          {
            file: fc.constantFrom("/home/me/.config/keys.env", "/with space/ünïcode"),
            as: fc.constantFrom("values" as const, "document" as const),
          },
          PLAIN,
        ),
        ({ file }) => file,
      ),
      detectors: orNull(arbitraryDetectors()),
      refuse_when: keyed(rule, refuseWhenKey, 2),
    },
    PLAIN,
  );
}

function arbitraryWitnesses(): fc.Arbitrary<LedgerWitnesses> {
  const where = fc.constantFrom<Omit<LedgerWitness, "name">[]>(
    { key: `${"A".repeat(42)}E=`, url: "http://127.0.0.1:8391", folder: null },
    { key: null, url: null, folder: "/media/with space/ünïcode" },
  );
  const member = fc
    .tuple(fc.constantFrom("desk", "stick", "witness.example/w1"), where)
    .map(([name, rest]) => ({ name, ...rest }));
  return keyed(member, ({ name }) => name).map((members) => ({
    quorum: Math.min(members.length, 1),
    members,
  }));
}

function arbitraryMeasurement(): fc.Arbitrary<SpecMeasurement> {
  const bound = fc.record(
    {
      metric: fc.constantFrom("external" as const, "avoidable" as const, "destination" as const),
      of: fc.constantFrom("node", "class", "0123456789abcdef", "f".repeat(64)),
      max: fc.integer({ min: 0, max: 10_000 }),
    },
    PLAIN,
  );
  return fc.record({ bounds: keyed(bound, boundKey), learned: fc.boolean() }, PLAIN);
}

function arbitraryNotify(): fc.Arbitrary<Notify> {
  return fc.record({
    task: fc.constantFrom("/etc/writ/notify.yaml", "/srv/with space/ünïcode.yaml"),
    on: fc.uniqueArray(fc.constantFrom(...NOTICES)).map((kinds) => kinds.toSorted()),
  });
}

function refuseWhenKey(rule: RefuseWhen): string {
  return `untrusted ${rule.untrusted}, label_min ${rule.label_min}, control_not ${rule.control_not}`;
}

// Labels were drawn before the ladder was known: those that it lacks become its lowest.
function withLabelsOf(spec: Spec): Spec {
  const { ladder, sources, refuse_when } = spec.privacy;
  const known = (label: string): string => (ladder.includes(label) ? label : (ladder[0] ?? label));
  const rules = refuse_when.map((rule) => ({
    ...rule,
    label_min: rule.label_min === null ? null : known(rule.label_min),
  }));
  const distinct = new Map(rules.map((rule) => [refuseWhenKey(rule), rule]));
  return {
    ...spec,
    sovereignty: {
      ...spec.sovereignty,
      endpoints: spec.sovereignty.endpoints.map((endpoint) => ({
        ...endpoint,
        clearance: known(endpoint.clearance),
        opaque: opaqueAboveFloor(endpoint, known, ladder[0] ?? ""),
      })),
    },
    privacy: {
      ladder,
      protected: spec.privacy.protected,
      detectors: spec.privacy.detectors,
      default_label: known(spec.privacy.default_label),
      sources: sources.map((source) => ({ ...source, label: known(source.label) })),
      refuse_when: [...distinct].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, rule]) => rule),
    },
  };
}

function arbitraryResources(): fc.Arbitrary<Resources> {
  return fc.record(
    {
      memory: fc.record(
        {
          per_task_max: fc.constantFrom(1, 64 * MIB, 512 * MIB, 8 * 1024 * MIB),
          committed_max: fc.constantFrom(0, 5000, 8000, 8050, 10_000),
          host_reserve: arbitraryBytes(),
        },
        PLAIN,
      ),
      cpu: fc.record({ per_task_max: fc.constantFrom(1, 500, 1000, 2000, 4000) }, PLAIN),
      processes_max: fc.constantFrom(1, 16, 256),
      time_max: arbitraryMs(),
      output_max: arbitraryBytes(),
      heat: fc.record(
        {
          max: fc.constantFrom(60_000, 85_000, 85_500),
          margin: fc.constantFrom(0, 5000, 10_000),
          unmeasurable: fc.constantFrom("refuse" as const, "cap" as const),
        },
        PLAIN,
      ),
      pressure: fc.record(
        {
          memory_some_avg10_max: fc.constantFrom(0, 2000, 10_000),
          unmeasurable: fc.constantFrom("refuse" as const, "pass" as const),
        },
        PLAIN,
      ),
      children: fc.record(
        { per_task_max: fc.constantFrom(0, 1, 8), depth_max: fc.constantFrom(0, 1, 3) },
        PLAIN,
      ),
      budgets: arbitraryBudgets(),
    },
    PLAIN,
  );
}

// Beside a limit on what one task sends stands a window of its principal: the language asks for it.
function arbitraryBudgets(): fc.Arbitrary<readonly Budget[]> {
  const window = fc.constantFrom(10_000, 3_600_000, 86_400_000);
  const calls = fc.constantFrom(0, 1, 3, 100);
  const spent = {
    tokens: orNull(fc.constantFrom(0, 1000)),
    money: orNull(fc.constantFrom(0, 5_000_000)),
  };
  const principal = fc.record(
    {
      scope: fc.constant("principal" as const),
      window,
      external_calls: calls,
      bytes_out: arbitraryBytes(),
      ...spent,
    },
    PLAIN,
  );
  const other = fc.oneof(
    fc.record(
      { scope: scopes(), window, external_calls: calls, bytes_out: orNull(arbitraryBytes()), ...spent },
      PLAIN,
    ),
    fc.record(
      { scope: scopes(), window, external_calls: fc.constant(null), bytes_out: arbitraryBytes(), ...spent },
      PLAIN,
    ),
  );
  const key = (budget: Budget): string => `${budget.scope} ${budget.window}`;
  return fc.tuple(principal, keyed<Budget>(other, key, 3)).map(([first, more]) => {
    const rest = more.filter((budget) => key(budget) !== key(first));
    return [first, ...rest].sort((a, b) => (key(a) < key(b) ? -1 : 1));
  });
}

function scopes(): fc.Arbitrary<Budget["scope"]> {
  return fc.constantFrom<Budget["scope"][]>("node", "spec", "principal", "lineage", "destination");
}

function arbitraryAmendment(): fc.Arbitrary<Spec["amendment"]> {
  return fc
    .record(
      {
        signers: someOf(SIGNERS),
        quorum: fc.constantFrom(1, 2),
        cooling_off: fc.constantFrom(86_400_000, 259_200_000),
        trial: fc.constantFrom(3_600_000, 2_592_000_000),
        founding: fc.constantFrom(0, 600_000, 1_209_600_000),
      },
      PLAIN,
    )
    .map((one) => ({ ...one, quorum: Math.min(one.quorum, Math.max(1, one.signers.length)) }));
}

function arbitraryDefaults(): fc.Arbitrary<Defaults> {
  return fc.record(
    {
      memory: orNull(fc.constantFrom(64 * MIB, 512 * MIB)),
      cpu: orNull(fc.constantFrom(500, 1000)),
      time: orNull(arbitraryMs()),
      processes: orNull(fc.constantFrom(1, 16, 64)),
      bytes_out: orNull(arbitraryBytes()),
      tokens: orNull(fc.constantFrom(0, 1000)),
    },
    PLAIN,
  );
}
