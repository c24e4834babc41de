// The canonical task: what a task file or `writ run -- command` becomes after parsing. Member names are the language's
// own words; quantities are integers in base units; paths are absolute. Types only; parse-task.ts makes one.

export interface Task {
  readonly task: string;
  /** Checked against the submitting uid, never believed; null: whoever submits. */
  readonly principal: string | null;
  /** Untrusted words: shown escaped, never an input to anything. */
  readonly intent: string;
  readonly run: { readonly command: readonly string[] };
  /** Absolute working directory. */
  readonly directory: string;
  readonly needs: Needs;
  readonly requires: Requires;
  readonly prefer: { readonly latency: number | null };
}

export interface Needs {
  readonly models: readonly ModelNeed[];
  readonly calls: readonly CallNeed[];
  /** Absolute paths, sorted. */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  /** Names of secrets that the gate is to put in, sorted. */
  readonly secrets: readonly string[];
  /** Grant the working directory read-only, with private places masked (what `writ run -- command` does). */
  readonly reads_directory: boolean;
  /** Have what is tried on the network refused and recorded, though nothing is granted there; grants nothing. */
  readonly records_network: boolean;
  /** Be this provider of the spec: take its listening socket as descriptor 3 and have no other network. */
  readonly provider: string | null;
  /** Tasks that it may submit itself, theirs counted too; 0: it has no way to. */
  readonly submits: number;
  /** Bytes; null: undeclared. */
  readonly memory: number | null;
  /** Thousandths of a core. */
  readonly cpu: number | null;
  /** ms. */
  readonly time: number | null;
  readonly processes: number | null;
  /** Of all its needs together; null: as many as they declare. */
  readonly tokens: number | null;
  /** Millionths of a dollar, of all its needs together; null: what their tokens may cost. */
  readonly money: number | null;
}

/** A model, placed by the governor: local first. */
export interface ModelNeed {
  readonly capability: string;
  /** Tokens. */
  readonly context: number;
  /** One model by name; null: any that serves the capability. */
  readonly model: string | null;
  readonly calls_max: number;
  /** Bytes; null: undeclared. */
  readonly bytes_out_max: number | null;
  /** Of all its requests and answers together; null: undeclared. */
  readonly tokens: number | null;
  /** Millionths of a dollar; null: what its tokens may cost. */
  readonly money: number | null;
  /** A label of the ladder; null: the label of what the task reads. */
  readonly data: string | null;
}

export interface CallNeed {
  /** Canonical: `https://host:port/path`, or `tcp://host:port` for raw connections; port always present. */
  readonly to: string;
  /** Sorted, never empty: its requests may have any of them. `CONNECT` alone, exactly for raw connections. */
  readonly method: readonly string[];
  /** Capabilities the call is for, sorted; empty: judged as the weakest its endpoint serves. */
  readonly for: readonly string[];
  /** Requests, or raw connections. */
  readonly calls_max: number;
  /** Bytes; null: undeclared. */
  readonly bytes_out_max: number | null;
  /** Bytes of all answers; null: undeclared, which is as much as the spec allows. */
  readonly bytes_in_max: number | null;
  /** Of all its requests and answers together; null: undeclared. */
  readonly tokens: number | null;
  /** Millionths of a dollar; null: what its tokens may cost. */
  readonly money: number | null;
  readonly data: string | null;
}

/** Hard wishes of the caller; never traded against the spec. null: no wish. */
export interface Requires {
  /** The farthest any byte may go. */
  readonly residency: "node" | "owned" | "contracted" | null;
  /** ms to a first answer of each model need. */
  readonly latency: number | null;
  /** Bytes the task may send out in all. */
  readonly bytes_out: number | null;
}
