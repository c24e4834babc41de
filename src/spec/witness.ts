// A described request: what a task asks and what the node is like when it asks, in the measured quantities that a spec
// bounds. Written to show why one spec is looser than another; never run. Types and the smallest request, nothing else.
import type { PersonalGroup } from "./personal-groups.ts";
import type { BudgetScope, IsolationTier, LimitsTier, Provider } from "./spec.ts";

/** A field in which one spec is looser than another, with a request that shows it when one was found. */
export interface Looser {
  /** Dotted path into the spec; entries of tables are named in brackets by their key. */
  readonly field: string;
  /** null: no witness (another field masks this one, the order itself changed, or enough were tried). */
  readonly request: WitnessRequest | null;
}

export interface WitnessRequest {
  readonly principal: { readonly name: string; readonly uid: number };
  /** Bytes it uses. */
  readonly memory: number;
  /** Thousandths of a core. */
  readonly cpu: number;
  /** ms. */
  readonly time: number;
  readonly processes: number;
  /** Bytes of standard output and error. */
  readonly output: number;
  /** Tasks that it may submit itself. */
  readonly submits: number;
  /** How many tasks above it submitted one another; 0: none. */
  readonly depth: number;
  /** What it leaves undeclared: then the amount is held to the spec's default. */
  readonly undeclared: readonly Undeclarable[];
  /** Absolute paths. */
  readonly reads: readonly string[];
  /** Model needs that must stay on this node. */
  readonly models: readonly WitnessModel[];
  /** The provider it is to be; null: none. */
  readonly provider: Pick<Provider, "name" | "kind" | "url" | "folder"> | null;
  /** Names of the secrets that it asks for. */
  readonly secrets: readonly string[];
  readonly calls: readonly WitnessCall[];
  /** The sovereignty score that the decision measured: 100 exactly when it makes no call. */
  readonly score: number;
  readonly node: WitnessNode;
  /** What was spent before, newest first. */
  readonly spent: readonly WitnessSpend[];
}

export type Undeclarable = "memory" | "cpu" | "time" | "processes" | "bytes_out" | "tokens";

export interface WitnessModel {
  readonly capability: string;
  /** ms to a first answer; null: no wish. */
  readonly latency: number | null;
}

/** Calls of one kind to one place. */
export interface WitnessCall {
  /** `tcp`: raw connections, without method, path, body type or secret. `http`: not proved by anybody. */
  readonly scheme: "https" | "http" | "tcp";
  readonly host: string;
  readonly port: number;
  /** The address that answers; null: a public one that the name resolves to. */
  readonly address: string | null;
  /** Base64 of the authority that proves it; null: one of the system's. */
  readonly authority: string | null;
  readonly method: string;
  readonly path: string;
  /** The media type of its bodies; null: none has a body. */
  readonly content_type: string | null;
  /** The secret that it carries, with the file of its value and where in the request it stands; null: none. */
  readonly carries: { readonly name: string; readonly file: string; readonly place: string } | null;
  /** Files of which it sends a value. */
  readonly sends: readonly string[];
  /** Files of which it sends a passage of several lines. */
  readonly passages: readonly string[];
  /** What detectors find in all its requests together. */
  readonly found: WitnessFound;
  /** Empty: it declares no capability. */
  readonly for: readonly string[];
  /** How many calls are declared at or below the path. */
  readonly declared: number;
  /** Requests of all of them together; at least `declared`. */
  readonly requests: number;
  /** Bytes of all requests together. */
  readonly bytes_out: number;
  /** Bytes of all answers together. */
  readonly bytes_in: number;
  /** Tokens of all requests together. */
  readonly tokens_in: number;
  /** Tokens of all answers together. */
  readonly tokens_out: number;
  /** The label of what is sent; null: the label of what the task reads. */
  readonly label: string | null;
  /** ms to a first answer; null: no wish. */
  readonly latency: number | null;
}

/** What looks into a request may find there. */
export interface WitnessFound {
  /** The fingerprint of a credential, or `UNLISTED`; null: none. */
  readonly credential: string | null;
  /** The fingerprint of data that cannot be read and is nothing known, or `UNLISTED`; null: none. */
  readonly opaque: string | null;
  /** Personal data of one group; null: none. */
  readonly personal: { readonly group: PersonalGroup; readonly count: number } | null;
  /** Bytes of novel information. */
  readonly novel: number;
}

/** Stands for the fingerprint of what no spec lists: no fingerprint is written so. */
export const UNLISTED = "unlisted";

/** Nothing to be found. */
export const NOTHING_FOUND: WitnessFound = { credential: null, opaque: null, personal: null, novel: 0 };

export interface WitnessNode {
  readonly isolation: IsolationTier;
  readonly limits: LimitsTier;
  /** Basis points of the node's memory that would be committed with this task. */
  readonly committed: number;
  /** Bytes that would be left beside this task. */
  readonly left: number;
  /** Thousandths of a degree; null: no sensor. */
  readonly heat: number | null;
  /** Basis points; null: no pressure figures. */
  readonly pressure: number | null;
  /** Whether the providers of the spec answer. */
  readonly providers: "up" | "down";
}

/** An earlier expense, and in whose windows beside the node's it stands. */
export interface WitnessSpend {
  /** ms before now. */
  readonly ago: number;
  /** Of the same principal, task lineage, destination host as the request. */
  readonly same: readonly Exclude<BudgetScope, "node" | "spec">[];
  readonly external_calls: number;
  readonly bytes_out: number;
  readonly tokens: number;
  /** Millionths of a dollar. */
  readonly money: number;
}

/** The smallest request there is, on the strongest, emptiest and coolest node. */
export function smallestRequest(principal: WitnessRequest["principal"]): WitnessRequest {
  return {
    principal,
    memory: 1,
    cpu: 1,
    time: 1,
    processes: 1,
    output: 0,
    submits: 0,
    depth: 0,
    undeclared: [],
    reads: [],
    models: [],
    provider: null,
    secrets: [],
    calls: [],
    score: 100,
    node: QUIET_NODE,
    spent: [],
  };
}

/** The strongest, emptiest and coolest node, whose providers are down. */
export const QUIET_NODE: WitnessNode = {
  isolation: "namespaces",
  limits: "cgroup",
  committed: 0,
  left: Number.MAX_SAFE_INTEGER,
  heat: 0,
  pressure: 0,
  providers: "down",
};
