// The canonical spec: what governance.yaml becomes after parsing, with every default filled in and every quantity an
// integer in its base unit. Member names are the language's own words. Types only; parse-spec.ts makes one.
import type { Amendment } from "./amendment-schema.ts";
import type { SpecMeasurement } from "./measurement-schema.ts";
import type { PersonalLimits } from "./personal-groups.ts";
import type { Probes } from "./probes-schema.ts";

/** Who controls what is called; from the operator, never from a task. */
export type Control = "owned" | "contracted" | "uncontrolled";

export type IsolationTier = "namespaces" | "seatbelt";
export type LimitsTier = "cgroup" | "soft";

export interface Spec {
  /** Language version. */
  readonly writ: 1;
  readonly name: string;
  /** The least this host must prove, else every task is refused. */
  readonly execution: { readonly isolation: IsolationTier; readonly limits: LimitsTier };
  readonly principals: readonly Principal[];
  readonly sovereignty: Sovereignty;
  readonly privacy: Privacy;
  readonly resources: Resources;
  readonly defaults: Defaults;
  readonly amendment: Amendment;
  readonly witnesses: LedgerWitnesses;
  readonly measurement: SpecMeasurement;
  /** null: nobody is told. */
  readonly notify: Notify | null;
  /** null: only by hand. */
  readonly challenge: ScheduledChallenge | null;
  readonly probes: Probes;
  /** null: nobody is sent what is measured. */
  readonly export: MetricsExport | null;
}

/** What a notice is about. */
export type NoticeKind = "alarm" | "challenge" | "coverage" | "digest" | "disk" | "gate" | "narrowed";

/** Whom the node tells: a task like any other, decided like any other. */
export interface Notify {
  /** Absolute path of the task's file. */
  readonly task: string;
  /** Sorted. */
  readonly on: readonly NoticeKind[];
}

/** Who is sent what is measured: by a task like any other, decided like any other. */
export interface MetricsExport {
  /** Absolute path of the task's file. */
  readonly task: string;
  /** ms between two. */
  readonly every: number;
}

/** How often the node attacks itself. */
export interface ScheduledChallenge {
  /** ms between two. */
  readonly every: number;
}

/** Who holds the ledger's heads. */
export interface LedgerWitnesses {
  /** How many have to hold a head, so that what it covers counts as witnessed. */
  readonly quorum: number;
  readonly members: readonly LedgerWitness[];
}

/** Of `url` and `folder` exactly one is set; `key` with `url`. */
export interface LedgerWitness {
  /** The name of its key, C2SP signed-note. */
  readonly name: string;
  /** Ed25519, 32 bytes in base64. */
  readonly key: string | null;
  /** The submission prefix of C2SP tlog-witness, without a slash at its end. */
  readonly url: string | null;
  /** Absolute. */
  readonly folder: string | null;
}

export interface Principal {
  readonly name: string;
  readonly uid: number;
  /** Capabilities this principal may ask for, sorted. */
  readonly may_need: readonly string[];
  /** Names of the secrets that its tasks may ask for, sorted. */
  readonly secrets: readonly string[];
}

export interface Sovereignty {
  /** 0..100. */
  readonly score_min: number;
  readonly external_calls_max: number;
  readonly uncontrolled_calls_max: number;
  readonly local_first: boolean;
  readonly providers: readonly Provider[];
  readonly endpoints: readonly Endpoint[];
  readonly secrets: readonly SecretBinding[];
}

/** What this node can do itself. `url` for servers (loopback only), `folder` for model files. */
export interface Provider {
  readonly name: string;
  readonly kind: "ollama" | "openai" | "gguf";
  readonly url: string | null;
  readonly folder: string | null;
  readonly serves: readonly string[];
  /** The operator's statement of the usual time to a first answer, ms; null: unknown. */
  readonly latency: number | null;
}

export interface Endpoint {
  /** A canonical host, or `*.suffix` (owned only). */
  readonly host: string;
  readonly port: number;
  /** The only address that is dialled, canonical; null: what the name resolves to, if public, or private where `ca` proves it. */
  readonly address: string | null;
  /** Canonical PEM of the only authorities that prove it (certificates.ts); null: those of the system. */
  readonly ca: string | null;
  readonly control: Control;
  /** The highest label that may be sent there. */
  readonly clearance: string;
  readonly serves: readonly string[];
  /** Upper-case, sorted. An empty list allows nothing. */
  readonly methods: readonly string[];
  /** Canonical path prefixes at segment boundaries, sorted. An empty list allows nothing. */
  readonly paths: readonly string[];
  /** Media types that a request body may have, sorted; an empty list allows no body, null any type. */
  readonly content_types: readonly string[] | null;
  /** null: no cap of its own (budgets still hold). */
  readonly requests_per_task_max: number | null;
  /** Bytes; null: no cap of its own. */
  readonly bytes_out_per_task_max: number | null;
  /** Bytes of answers; null: no cap. */
  readonly bytes_in_per_task_max: number | null;
  /** What is charged for what it is asked; null: nothing, and its tokens are not counted. */
  readonly price: Price | null;
  /** ms; null: unknown. */
  readonly latency: number | null;
  /** Set: connections to it are relayed as bytes that nobody inspects, and it takes no requests. null: the reverse. */
  readonly opaque: Opaque | null;
}

/** What an endpoint costs, in millionths of a dollar: of several kinds of tokens or models the dearest. */
export interface Price {
  /** For a million tokens that are sent, cached ones included. */
  readonly input_per_million: number;
  /** For a million tokens that are answered. */
  readonly output_per_million: number;
  /** For each request beside its tokens. */
  readonly per_request: number;
}

/** What may pass through raw connections of one task. */
export interface Opaque {
  /** The highest label, beside `clearance`. */
  readonly max_label: string;
  /** Bytes. */
  readonly bytes_out: number;
  /** Bytes. */
  readonly bytes_in: number;
}

/** A credential: where its value lives, and the only place it may go. The gate puts it in; no task sees it. */
export interface SecretBinding {
  readonly name: string;
  /** Absolute path of the file that holds the value. */
  readonly file: string;
  readonly for: SecretTarget;
}

export interface SecretTarget {
  /** Canonical and exact. */
  readonly host: string;
  readonly port: number;
  /** Upper-case, sorted. An empty list allows nothing. */
  readonly methods: readonly string[];
  /** Canonical path prefixes at segment boundaries, sorted. An empty list allows nothing. */
  readonly paths: readonly string[];
  /** `bearer`, `basic`, `header NAME` in lower case, or `json KEY` (secret-place.ts). */
  readonly place: string;
}

export interface Privacy {
  /** From the least to the most private. */
  readonly ladder: readonly string[];
  readonly default_label: string;
  readonly sources: readonly Source[];
  /** Files whose values must never leave, whatever their encoding. */
  readonly protected: readonly ProtectedFile[];
  /** null: what detectors find is counted, and refuses nothing. */
  readonly detectors: Detectors | null;
  readonly refuse_when: readonly RefuseWhen[];
}

/** A labelled place: an absolute path, or `path/**` for everything below it. */
export interface Source {
  readonly path: string;
  readonly label: string;
  readonly trust: "trusted" | "untrusted";
}

/** A file that the governor reads, so that what it holds never leaves. */
export interface ProtectedFile {
  /** Absolute path. */
  readonly file: string;
  /** `values`: each non-empty line, or the value of each `KEY=VALUE` line. `document`: any passage of the text. */
  readonly as: "values" | "document";
}

/** What the gate does about what it finds on its way to hosts that are not `owned`. */
export interface Detectors {
  readonly credentials: "refuse" | "count";
  /** Of data that cannot be read and is nothing known. */
  readonly opaque: "refuse" | "count";
  /** What one task may send to one endpoint. */
  readonly personal: PersonalLimits;
  /** Bytes of novel information that one task may send to one endpoint; null: not bounded. */
  readonly novel_max: number | null;
  /** Keyed fingerprints of credentials and unreadable data that are no finding, sorted. */
  readonly known_harmless: readonly string[];
}

/** What may not meet: all named conditions together refuse. At least one is named. */
export interface RefuseWhen {
  /** `true`: only a task that reads untrusted content; a rule for trusted content alone would loosen as trust is lost. */
  readonly untrusted: true | null;
  readonly label_min: string | null;
  readonly control_not: Control | null;
}

export interface Resources {
  readonly memory: {
    /** Bytes. */
    readonly per_task_max: number;
    /** Basis points (1/100 of a percent) of the node's memory. */
    readonly committed_max: number;
    /** Bytes. */
    readonly host_reserve: number;
  };
  /** Thousandths of a core. */
  readonly cpu: { readonly per_task_max: number };
  readonly processes_max: number;
  /** ms. */
  readonly time_max: number;
  /** Bytes a task may write to its standard output and error together. */
  readonly output_max: number;
  /** Thousandths of a degree Celsius. */
  readonly heat: {
    readonly max: number;
    readonly margin: number;
    readonly unmeasurable: "refuse" | "cap";
  };
  /** Basis points. `unmeasurable: pass` is the operator's statement that this host has no pressure figures. */
  readonly pressure: {
    readonly memory_some_avg10_max: number;
    readonly unmeasurable: "refuse" | "pass";
  };
  /** What running tasks may submit themselves. */
  readonly children: {
    /** Submissions of one task, with those of its children. */
    readonly per_task_max: number;
    /** How far below a task that nobody's task submitted. */
    readonly depth_max: number;
  };
  readonly budgets: readonly Budget[];
}

export type BudgetScope = "node" | "spec" | "principal" | "lineage" | "destination";

/** A sliding window; null: this budget does not bound that quantity. */
export interface Budget {
  readonly scope: BudgetScope;
  /** ms. */
  readonly window: number;
  readonly external_calls: number | null;
  /** Bytes. */
  readonly bytes_out: number | null;
  /** Of models on this node and of endpoints with a price. */
  readonly tokens: number | null;
  /** Millionths of a dollar. */
  readonly money: number | null;
}

/** For what a task leaves undeclared; null: no default, undeclared is refused. */
export interface Defaults {
  readonly memory: number | null;
  readonly cpu: number | null;
  readonly time: number | null;
  readonly processes: number | null;
  readonly bytes_out: number | null;
  readonly tokens: number | null;
}
