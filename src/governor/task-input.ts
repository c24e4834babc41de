// What a client submits as a task, before anything read it. Types only.

/** A task as its author wrote it, with the folder that its relative paths start from. */
export interface TaskInput {
  /** YAML or JSON text of the task language. */
  readonly text: string;
  /** For messages: the file it came from, or `command line`. */
  readonly source: string;
  /** Absolute. */
  readonly directory: string;
  readonly format: "yaml" | "json";
}
