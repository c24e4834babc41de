// Facts: the observed state of the node when a decision is made, as plain JSON. Everything a decision depends on beside
// spec and task stands here, so that a recorded decision can be replayed. Types only; the room `facts/` observes them.

import type { GrantedCall, GrantedModel, GrantedOpaque } from "./decision.ts";

export interface Facts {
  /** Ledger time, ms. */
  readonly time: number;
  readonly node: NodeFacts;
  /** The spec entry whose uid owns this submission; null: no entry has it. */
  readonly principal: string | null;
  readonly providers: readonly ProviderFact[];
  readonly paths: PathFacts;
  readonly sums: Sums;
  /**
   * What labelled tasks wrote, or may have written, that meets a path of this task: enough of it that no label and no trust
   * is missing for any of the paths. Absent: none was recorded.
   */
  readonly outputs?: readonly OutputFact[];
  /** What was found in the task itself, by place, class and kind; absent: nothing, or nothing was looked for. */
  readonly content?: readonly ContentFact[];
  /** What settled tasks of the same class used; absent: none was settled lately. */
  readonly footprint?: Footprint;
  /** How far the node is narrowed; absent: it is not. */
  readonly narrowed?: NarrowedFact;
}

/** What tasks of one class used: same principal, program, command but for its numbers, and kinds of needs. */
export interface Footprint {
  /** Settled ones, at least 1; the latest 64 of thirty days count. */
  readonly count: number;
  /** Bytes at the peak; null: it was never measurable. */
  readonly memory: Quantiles | null;
  /** ms of processor time; null: it was never measurable. */
  readonly cpu: Quantiles | null;
  /** ms. */
  readonly time: Quantiles | null;
  /** Bytes that left, to models here too. */
  readonly bytes_out: Quantiles | null;
}

/** Figures that were seen: half, 19 of 20, and all were at most this. */
export interface Quantiles {
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

/** The narrowest step that is in force on the node until it is lifted. */
export interface NarrowedFact {
  /** `offline`: nothing leaves the node. `halted`: nothing runs. */
  readonly step: NarrowingStep;
  /** Ledger sequence of the record that put it in force. */
  readonly record: number;
  /** Set where an alarm did, as a check went blind; absent: a person did. */
  readonly alarm?: true;
}

export type NarrowingStep = "offline" | "halted";

/** Something found in the task's own words or in a file that its command names. Never what was found itself. */
export interface ContentFact {
  /** `task`, `intent`, `run.command[2]`, `needs.calls[0].to`: a word of the task, or the one that names the file. */
  readonly place: string;
  readonly from: "words" | "file";
  /**
   * `unfinished`: the look was not finished; `kind` is the bound that ended it. `unread`: a secret, called `name`, could not be
   * read, and so was not looked for.
   */
  readonly class: "credential" | "personal" | "protected" | "unfinished" | "unread";
  readonly kind: string;
  /** Of personal data, what the spec counts it as; else null. */
  readonly group: string | null;
  /** Of a protected value or a secret, what the operator calls it; else null. */
  readonly name: string | null;
  /** At least 1. */
  readonly count: number;
}

/** A place that was written under an earlier decision, and what was read under it. */
export interface OutputFact {
  /** Real; where the name was erased, the path of this task that it meets. It and everything below it. */
  readonly path: string;
  /** The label of the task that wrote it. */
  readonly label: string;
  readonly untrusted: boolean;
  /** Ledger sequence of the decision that it was written under. */
  readonly decision: number;
}

export interface NodeFacts {
  /** Bytes. */
  readonly memory_total: number;
  readonly memory_available: number;
  /** Thousandths of a core. */
  readonly cpu: number;
  /** Basis points; null: this kernel has no pressure figures. */
  readonly memory_some_avg10: number | null;
  /** A platform's own word on memory where there are no pressure figures (macOS); absent: none. */
  readonly memory_level?: "normal" | "warning" | "critical";
  readonly heat: HeatFact;
  /** Memory of the graphics cards; absent: not looked at, so unmeasurable. */
  readonly vram?: VramFact;
  /** What was proved by trying to break it. */
  readonly isolation: "namespaces" | "seatbelt" | "none";
  readonly limits: "cgroup" | "soft" | "none";
  /** Whether an egress gate runs here; without one no call leaves the node. */
  readonly gate: "present" | "none";
}

export type HeatFact = MeasuredHeat | HeatLevel | UnmeasurableHeat;

export interface MeasuredHeat {
  readonly state: "measured";
  /** Thousandths of a degree, of the hottest sensor. */
  readonly celsius_milli: number;
  readonly sensor: string;
  /** The sensor closest to what its own maker calls critical; absent: none says. */
  readonly critical?: {
    readonly sensor: string;
    readonly celsius_milli: number;
    readonly limit_milli: number;
  };
  /** A processor was slowed down by its heat, so many ms ago; absent: not of late. */
  readonly throttled?: { readonly by: string; readonly ago: number };
  /** How this node warms; absent: not known to the governor, so only what is measured counts. */
  readonly forecast?: HeatForecast;
  /** The node was over its limit and is not back under it for long enough; absent: it is not. */
  readonly held_back?: true;
  /** Sensors that say nothing sensible and that heat is known without; absent: none. At most 8. */
  readonly left_out?: readonly SensorLoss[];
}

/** Parameters of T(t) = T∞ − (T∞ − T0)·e^(−t/τ), fitted to settled tasks. */
export interface HeatForecast {
  /** Settled tasks that it was fitted to; 0: too few yet, and the assumption of heat-forecast.ts stands for the rest. */
  readonly samples: number;
  /** Thousandths of a degree of an idle node. */
  readonly base_milli: number;
  /** Thousandths of a degree above it for each core in use; at least 0. */
  readonly rise_milli: number;
  /** τ, ms; at least 1. */
  readonly tau: number;
  /** Thousandths of a degree by which the fit is usually off; at least 0. */
  readonly error_milli: number;
}

/** A platform that tells no degrees but how much it must throttle (macOS). */
export interface HeatLevel {
  readonly state: "level";
  readonly level: "nominal" | "moderate" | "heavy" | "trapping" | "sleeping";
  readonly source: string;
}

export interface UnmeasurableHeat {
  readonly state: "unmeasurable";
  readonly cause: string;
  /** The sensors that say nothing sensible; absent: there is none at all. At most 8. */
  readonly left_out?: readonly SensorLoss[];
}

/** A sensor without a sensible reading, and why, in one line. */
export interface SensorLoss {
  readonly sensor: string;
  readonly why: string;
}

/** Bytes, of all cards together. */
export type VramFact =
  | { readonly state: "measured"; readonly total: number; readonly used: number; readonly cards: number }
  | { readonly state: "unmeasurable"; readonly cause: string };

/** A provider of the spec, as found now. */
export interface ProviderFact {
  readonly name: string;
  readonly state: "up" | "down";
  /** `node` only when it provably cannot reach the network; loopback alone proves nothing. */
  readonly control: "node" | "unknown";
  /** Why, in one line. */
  readonly evidence: string;
  readonly models: readonly ModelFact[];
}

export interface ModelFact {
  readonly name: string;
  readonly digest: string | null;
  /** A model its server forwards elsewhere (Ollama `remote_host`). */
  readonly remote: boolean;
  /** Tokens; null: the server does not say. */
  readonly context_max: number | null;
  /** Bytes it occupies, or would; null: the server does not say. */
  readonly memory: number | null;
  readonly loaded: boolean;
}

export interface PathFacts {
  readonly directory: PathFact;
  readonly reads: readonly PathFact[];
  readonly writes: readonly PathFact[];
  /** The resolved program, or null when none was found. */
  readonly executable: FileFact | null;
  /**
   * Parts of the program's installation (`bin`, `lib`, …) beside an executable outside the system's folders; absent: none.
   * A task reads them unless what it declares covers its program.
   */
  readonly toolchain?: readonly PathFact[];
  /** File arguments of the command (at most 64 MiB each), in order. */
  readonly arguments: readonly FileFact[];
  /** Private places inside the grants (the working directory if `reads_directory` is asked, reads, writes, toolchain), or around them. */
  readonly masked: readonly string[];
  /** Files of a project's own secrets (`.env`) inside the working directory, if `reads_directory` is asked; absent: none. */
  readonly secrets?: readonly string[];
  /** The home folder of the submitting user; a working directory at or above it is refused. */
  readonly home: string | null;
}

/** A declared path as the file system has it now. */
export interface PathFact {
  readonly asked: string;
  /** Symlinks resolved; null: it does not exist. */
  readonly real: string | null;
  readonly kind: "file" | "directory" | "other" | "missing";
  /** Decimal strings: device and inode can exceed 2^53. */
  readonly device: string | null;
  readonly inode: string | null;
  /** Whether the task's uid may read (writes: write) it by file permission. */
  readonly permitted: boolean;
  /** Why it is not permitted, where the bits alone do not say. */
  readonly reason?: string;
}

export interface FileFact extends PathFact {
  /** Hexadecimal; null when not a regular file, unreadable, or too large: an argument over 64 MiB, a program over 4 GiB. */
  readonly sha256: string | null;
}

/** What is held and spent, at the scopes that this task falls under. */
export interface Sums {
  readonly holds: readonly HoldFact[];
  /** One row for each budget of the spec and each key of its scope that this task touches. */
  readonly windows: readonly WindowFact[];
  /** Remaining grants of the ancestors of this submission, parent first; empty for a root. */
  readonly ancestors: readonly RemainingGrant[];
}

/** A live hold on this node. */
export interface HoldFact {
  /** Empty, as `principal` is: it stands for several. */
  readonly id: string;
  readonly principal: string;
  readonly memory: number;
  readonly cpu: number;
  /** How many holds this is the sum of: none of them writes, serves or loads a model, or reads where this task writes; absent: one. */
  readonly merged?: number;
  /** ms from now to the end of its time grant; of several, to a time by which all have ended. */
  readonly ends_in: number;
  /** Real paths it reads and writes, with its label. */
  readonly writes: readonly { readonly path: string; readonly label: string }[];
  readonly reads: readonly { readonly path: string; readonly label: string }[];
  /** The provider that this hold's task is; null or absent: it is none. One provider may run beside a heat-capped task. */
  readonly provider?: string | null;
  /** Models of this node that it reserves memory for, which stands in `memory` too; absent: none. */
  readonly models?: readonly HeldModel[];
  /** Bytes that this hold's task uses now, which `memory_available` lacks already; absent: none was observed, so 0. */
  readonly used?: number;
  /** The label of this hold's task; absent: unknown. */
  readonly label?: string;
  /** Whether it may read untrusted content; absent: not recorded. */
  readonly untrusted?: boolean;
}

/** A model that was not loaded when a task was placed on it. All holds on the same one share its memory. */
export interface HeldModel {
  readonly provider: string;
  readonly model: string;
  /** Bytes. */
  readonly memory: number;
}

/** Settled plus held, inside the window, of one key. */
export interface WindowFact {
  readonly scope: "node" | "spec" | "principal" | "lineage" | "destination";
  /** The principal's name, lineage root, or host; empty for node and spec. */
  readonly key: string;
  /** ms, as in the budget. */
  readonly window: number;
  readonly external_calls: number;
  readonly bytes_out: number;
  /** Absent, as in records of before they were counted: not known, so the window counts as full. */
  readonly tokens?: number;
  /** Millionths of a dollar; absent as `tokens`. */
  readonly money?: number;
  /** ms until the oldest part leaves the window; null: nothing in it. */
  readonly frees_in: number | null;
}

export interface RemainingGrant {
  readonly decision: number;
  readonly label: string;
  readonly memory: number;
  readonly cpu: number;
  readonly processes: number;
  /** ms. */
  readonly time: number;
  readonly external_calls: number;
  readonly bytes_out: number;
  /** Absent: none. */
  readonly tokens?: number;
  /** Millionths of a dollar; absent: none. */
  readonly money?: number;
  /** Whether it may read untrusted content. */
  readonly untrusted: boolean;
  /** Submissions, its children's own counted too. */
  readonly submits: number;
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  /** What else it may run: its program, and the parts of that one's installation. */
  readonly runs: readonly string[];
  /** Hidden from it although a grant covers them. */
  readonly masked: readonly string[];
  /** In the order of its writ, each with what is left of its amounts. */
  readonly calls: readonly LeftCall[];
  readonly opaque: readonly LeftOpaque[];
  readonly models: readonly LeftModel[];
  /** Names. */
  readonly secrets: readonly string[];
}

/** What is left of one granted call. */
export type LeftCall = Pick<
  GrantedCall,
  "scheme" | "host" | "port" | "methods" | "path" | "requests_max" | "bytes_out_max" | "bytes_in_max"
>;

/** What is left of one raw connection's grant. */
export type LeftOpaque = GrantedOpaque;

/** What is left of one model's grant. */
export type LeftModel = Pick<GrantedModel, "provider" | "model" | "requests_max" | "context">;
