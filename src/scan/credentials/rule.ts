// What a rule of this room is: words that select it, and a look at what stands around one. Types only.

export interface Found {
  readonly kind: string;
  readonly start: number;
  readonly end: number;
}

export interface Rule {
  /** Lower case, Latin-1. */
  readonly keywords: readonly string[];
  /** What stands at or around the keyword at [start, end) of `text`. Reads a bounded window, in bounded time, whatever is there. */
  readonly find: (text: string, start: number, end: number) => Found | null;
}
