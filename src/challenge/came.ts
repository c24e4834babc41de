// What one step of a case came to, as data: what answers are compared with.

/** What a step came to; null: such a step says nothing of the kind. */
export interface Came {
  readonly outcome: string | null;
  readonly causes: readonly string[];
  readonly exit: number | null;
  readonly status: number | null;
  readonly text: string;
  /** What is wrong whatever was expected: words that moved a verdict, a remedy that did not pass. */
  readonly problems: readonly string[];
}

export const NOTHING: Came = { outcome: null, causes: [], exit: null, status: null, text: "", problems: [] };
