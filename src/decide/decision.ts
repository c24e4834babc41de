// The decision: what decide() returns. A value, plain JSON, never a boolean. Types only, and the closed set of causes.
import type { Price } from "../spec/spec.ts";
import type { Task } from "../task/task.ts";

export interface Decision {
  readonly outcome: "admit" | "defer" | "refuse";
  readonly spec_hash: string;
  readonly task_digest: string;
  /** Who the task belongs to; null: the submitting uid is no principal's. */
  readonly principal: string | null;
  /** The label of everything the task may read. */
  readonly label: string;
  readonly untrusted: boolean;
  /** 0..100. */
  readonly score: number;
  /** One for each model need that found a place, in order. */
  readonly placements: readonly Placement[];
  /** Failing first; for an admit, the tightest passing one of each constraint. */
  readonly findings: readonly Finding[];
  /** The smallest set of wishes and rules that cannot hold together; empty unless that is the cause. */
  readonly conflict: readonly string[];
  /** For a defer: the binding cause and when it is expected to pass. */
  readonly retry: { readonly cause: Cause; readonly after: number | null } | null;
  /** For an admit: what the writ will allow. */
  readonly grants: Grants | null;
  /** What would pass instead; each was itself decided and passes. Cheapest first. */
  readonly remedies: readonly Remedy[];
}

export type Constraint = "sovereignty" | "privacy" | "resources" | "execution" | "request";

/** Every reason a decision can turn on: a closed set, each with its line in docs/ERRORS.md. */
export type Cause = (typeof CAUSES)[number];
export const CAUSES = [
  "node_halted",
  "node_offline",
  "principal_unlisted",
  "principal_not_yours",
  "capability_not_allowed",
  "isolation_too_weak",
  "limits_too_weak",
  "executable_missing",
  "path_missing",
  "path_not_permitted",
  "path_private",
  "directory_too_wide",
  "host_unknown",
  "method_not_allowed",
  "path_not_allowed",
  "requests_over_limit",
  "bytes_over_limit",
  "bytes_in_over_limit",
  "opaque_only",
  "opaque_not_granted",
  "external_calls_over_limit",
  "uncontrolled_calls_over_limit",
  "score_under_limit",
  "served_locally",
  "no_placement",
  "provider_unknown",
  "provider_running",
  "no_gate_on_this_node",
  "secret_unknown",
  "secret_not_allowed",
  "secret_has_no_call",
  "secret_undeclared",
  "label_unknown",
  "label_under_reads",
  "label_over_clearance",
  "may_not_meet",
  "label_conflict",
  "protected_in_task",
  "credential_in_task",
  "personal_in_task",
  "task_not_scanned",
  "memory_undeclared",
  "cpu_undeclared",
  "time_undeclared",
  "processes_undeclared",
  "bytes_undeclared",
  "tokens_undeclared",
  "memory_over_limit",
  "cpu_over_limit",
  "time_over_limit",
  "processes_over_limit",
  "memory_committed",
  "memory_unavailable",
  "cpu_committed",
  "pressure_high",
  "pressure_unmeasurable",
  "heat_high",
  "heat_forecast",
  "heat_unmeasurable",
  "heat_cap",
  "budget_over_limit",
  "budget_spent",
  "ancestor_over_limit",
  "children_over_limit",
  "requires_conflict",
] as const;

export interface Finding {
  readonly constraint: Constraint;
  /** The spec field or task field that was measured against, as a dotted path. */
  readonly rule: string;
  readonly cause: Cause | null;
  readonly passes: boolean;
  /** A failing finding that other facts could mend without any change of spec or task. */
  readonly transient: boolean;
  readonly measured: number | string | null;
  readonly limit: number | string | null;
  readonly unit: Unit;
  /** (limit − measured) / limit, for a floor (measured − limit) / limit, in basis points where both are numbers and limit > 0, else null. */
  readonly margin: number | null;
  /** Canonical hosts, paths, provider and model names, scopes: what was measured. Untrusted text never. */
  readonly evidence: readonly string[];
}

export type Unit =
  | "bytes"
  | "ms"
  | "count"
  | "score"
  | "cpu_milli"
  | "celsius_milli"
  | "basis_points"
  | "label"
  | "tokens"
  | "money"
  | "none";

export interface Placement {
  readonly capability: string;
  readonly target: "provider" | "endpoint";
  /** Provider name, or endpoint host. */
  readonly name: string;
  readonly model: string | null;
  readonly control: "node" | "owned" | "contracted" | "uncontrolled";
}

/** What a writ allows; paths are real paths. */
export interface Grants {
  readonly command: readonly string[];
  readonly executable: GrantedFile;
  readonly arguments: readonly GrantedFile[];
  readonly directory: string;
  readonly reads: readonly GrantedPath[];
  readonly writes: readonly GrantedPath[];
  /** Parts of the executable's installation, read-only; nothing beside it is shown that is not named here. */
  readonly toolchain: readonly GrantedPath[];
  /** Paths hidden from the task although a grant covers them. */
  readonly masked: readonly string[];
  readonly label: string;
  /** Bytes. */
  readonly memory: number;
  /** Thousandths of a core. */
  readonly cpu: number;
  readonly processes: number;
  /** ms. */
  readonly time: number;
  /** Bytes. */
  readonly output: number;
  /** Inference on this node, one entry a placed model need. */
  readonly models: readonly GrantedModel[];
  /** The provider this task is; its listening socket is descriptor 3. */
  readonly provider: { readonly name: string; readonly url: string } | null;
  /** What may leave through the gate, one entry a declared call and one a path of a placed model need. */
  readonly calls: readonly GrantedCall[];
  /** Raw connections to what cannot be inspected. */
  readonly opaque: readonly GrantedOpaque[];
  /** Credentials that the gate puts in; never a value. */
  readonly secrets: readonly GrantedSecret[];
  /** What the gate does about what it finds in `inspected` calls; null: it counts, and refuses nothing. */
  readonly detectors: GrantedDetectors | null;
  /** Whether the gate listens although nothing may leave, to record what is tried. */
  readonly records_network: boolean;
  /** Tasks that it may submit through the gate, theirs counted too; 0: nothing listens for any. */
  readonly submits: number;
}

/** The spec's word on what detectors find. */
export interface GrantedDetectors {
  readonly credentials: "refuse" | "count";
  /** Of data that cannot be read and is nothing known. */
  readonly opaque: "refuse" | "count";
  /** The most that the task may send to one endpoint, of each group that has a bound; the others are counted. */
  readonly personal: readonly { readonly group: string; readonly max: number }[];
  /** Bytes of novel information that the task may send to one endpoint; null: not bounded. */
  readonly novel_max: number | null;
  /** Keyed fingerprints of credentials and unreadable data that are no finding. */
  readonly known_harmless: readonly string[];
}

/** Requests of some methods to one host, port and path prefix. */
export interface GrantedCall {
  /** `http` only for an endpoint of this node. */
  readonly scheme: "https" | "http";
  /** Canonical and exact: never a wildcard. */
  readonly host: string;
  readonly port: number;
  /** Sorted, never empty. */
  readonly methods: readonly string[];
  /** A canonical path; it and what lies below it at a segment boundary. */
  readonly path: string;
  readonly requests_max: number;
  /** Bytes of all its requests together, method, URL, headers and body. */
  readonly bytes_out_max: number;
  /** Bytes of all its answers together; null: not bounded. */
  readonly bytes_in_max: number | null;
  /** Media types a request body may have (`application/json`); null: any. */
  readonly content_types: readonly string[] | null;
  /** The only address that is dialled; null: what the name resolves to, if public, or private where `ca` proves it. */
  readonly address: string | null;
  /** PEM of the only authorities that prove it; null: those of the system. */
  readonly ca: string | null;
  /** Whether `detectors` apply: its endpoint is not `owned`. */
  readonly inspected: boolean;
  /** What its answers may use in all; null: it is not counted. */
  readonly meter: GrantedMeter | null;
}

/** Tokens and money of a granted call, questions and answers together. */
export interface GrantedMeter {
  readonly tokens_max: number;
  /** Millionths of a dollar. */
  readonly money_max: number;
  readonly price: Price;
}

/** One address and port, relayed as bytes that nobody inspects. */
export interface GrantedOpaque {
  readonly host: string;
  readonly port: number;
  readonly address: string;
  readonly connections_max: number;
  readonly bytes_out_max: number;
  readonly bytes_in_max: number;
}

/** Where a credential may go, and in which form. */
export interface GrantedSecret {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly methods: readonly string[];
  readonly paths: readonly string[];
  readonly place: SecretPlace;
}

/** `bearer` and `basic` are the whole Authorization value; `header` and `json` name a header and a body key. */
export type SecretPlace =
  | { readonly kind: "bearer" | "basic" }
  | { readonly kind: "header" | "json"; readonly name: string };

export interface GrantedPath {
  readonly path: string;
  readonly kind: "file" | "directory";
  readonly device: string;
  readonly inode: string;
}

export interface GrantedFile extends GrantedPath {
  readonly sha256: string | null;
}

export interface GrantedModel {
  readonly provider: string;
  readonly kind: "ollama" | "openai";
  /** The provider's loopback URL. */
  readonly url: string;
  readonly model: string;
  readonly requests_max: number;
  /** Tokens of all its questions and answers together; null: they are not counted. */
  readonly tokens_max: number | null;
  /** Most tokens of context that a request may ask for; 0: it may choose none, and the provider's own holds. */
  readonly context: number;
}

/** One change of the request, and the request as changed, ready to run. */
export interface Remedy {
  readonly change: RemedyChange;
  /** What changes, as `field: from → to` in the task language's words; generated, never from untrusted text. */
  readonly summary: string;
  /** The changed task, canonical. */
  readonly task: Task;
  readonly outcome: "admit" | "defer";
}

export type RemedyChange =
  | "place_locally"
  | "drop_call"
  | "narrow_call"
  | "lower_memory"
  | "lower_cpu"
  | "lower_time"
  | "lower_processes"
  | "drop_path"
  | "drop_requirement"
  | "drop_secret"
  | "drop_model"
  | "declare";
