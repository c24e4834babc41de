// Random canonical specs for property tests. Values come from a small universe (few hosts, labels, capabilities and
// paths), so that random specs and random tasks have something to do with each other.
import * as fc from "fast-check";
import type {
  Budget,
  Control,
  Defaults,
  Endpoint,
  Principal,
  Privacy,
  Provider,
  RefuseWhen,
  Resources,
  Source,
  Spec,
} from "../src/spec/spec.ts";

/** The universe that `arbitraryTask` draws from as well. */
export const LABELS = ["public", "internal", "confidential", "secret"] as const;
export const CAPABILITIES = ["chat", "code-frontier", "embed"] as const;
export const PRINCIPALS = ["mail-agent", "nightly", "operator"] as const;
export const PROVIDERS = ["ollama", "spare", "stand-in"] as const;
export const HOSTS = [
  "api.example.com",
  "api.example.net",
  "deep.api.example.com",
  "free-llm.example.org",
  "text.example.net",
] as const;
const WILDCARDS = ["*.api.example.com", "*.example.com"] as const;
export const URL_PATHS = ["/", "/v1", "/v1/", "/v1/chat", "/v2/summarise"] as const;
export const METHODS = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"] as const;
export const PLACES = [
  "/data",
  "/data/clients",
  "/data/mail",
  "/data/mail/today.mbox",
  "/data/out",
  "/data/vault",
  "/data/vault/keys.txt",
  "/srv/site",
] as const;

const MIB = 1024 * 1024;

/** One of few sizes, some of them at the edges that limits have. */
export function arbitraryBytes(): fc.Arbitrary<number> {
  return fc.constantFrom(0, 1, 1000, 4096, 64 * 1024, MIB, 512 * MIB, 8 * 1024 * MIB, 8 * 1024 * MIB + 1);
}

/** One of few durations in ms. */
export function arbitraryMs(): fc.Arbitrary<number> {
  return fc.constantFrom(1, 50, 500, 1000, 30_000, 90_500, 120_000, 1_800_000);
}

/** `null` about as often as a value. */
export function orNull<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.option(arbitrary, { nil: null, freq: 2 });
}

/** A sorted set of some of `words`. */
export function someOf<T extends string>(words: readonly T[]): fc.Arbitrary<readonly T[]> {
  return fc.subarray([...words]).map((chosen) => chosen.sort());
}

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
      },
      PLAIN,
    )
    .map((spec) => withLabelsOf(spec));
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
    requests_per_task_max: orNull(fc.constantFrom(0, 1, 3, 300)),
    bytes_out_per_task_max: orNull(arbitraryBytes()),
    latency: orNull(arbitraryMs()),
  };
  const exact = fc.record(
    {
      host: fc.constantFrom(...HOSTS),
      control: fc.constantFrom<Control[]>("owned", "contracted", "uncontrolled"),
      ...rest,
    },
    PLAIN,
  );
  const wild = fc.record(
    { host: fc.constantFrom(...WILDCARDS), control: fc.constant("owned" as const), ...rest },
    PLAIN,
  );
  return fc.oneof({ arbitrary: exact, weight: 3 }, { arbitrary: wild, weight: 1 });
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
      refuse_when: keyed(rule, refuseWhenKey, 2),
    },
    PLAIN,
  );
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
      })),
    },
    privacy: {
      ladder,
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
      budgets: arbitraryBudgets(),
    },
    PLAIN,
  );
}

// Beside a limit on what one task sends stands a window of its principal: the language asks for it.
function arbitraryBudgets(): fc.Arbitrary<readonly Budget[]> {
  const window = fc.constantFrom(10_000, 3_600_000, 86_400_000);
  const calls = fc.constantFrom(0, 1, 3, 100);
  const principal = fc.record(
    { scope: fc.constant("principal" as const), window, external_calls: calls, bytes_out: arbitraryBytes() },
    PLAIN,
  );
  const other = fc.oneof(
    fc.record({ scope: scopes(), window, external_calls: calls, bytes_out: orNull(arbitraryBytes()) }, PLAIN),
    fc.record(
      { scope: scopes(), window, external_calls: fc.constant(null), bytes_out: arbitraryBytes() },
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

function arbitraryDefaults(): fc.Arbitrary<Defaults> {
  return fc.record(
    {
      memory: orNull(fc.constantFrom(64 * MIB, 512 * MIB)),
      cpu: orNull(fc.constantFrom(500, 1000)),
      time: orNull(arbitraryMs()),
      processes: orNull(fc.constantFrom(1, 16, 64)),
      bytes_out: orNull(arbitraryBytes()),
    },
    PLAIN,
  );
}
