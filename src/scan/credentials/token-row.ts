// How a token's format is written down as data. Types only.

/**
 * kind · the literals that select it, lower case, separated by spaces · what the token looks like, from such a literal on ·
 * an example of it · one that is no such token. Patterns have bounded repetitions only. In examples `{hex:32}` stands for
 * that many random characters (test/example-text.ts tells which), so that no file holds what looks like a secret.
 */
export type TokenRow = readonly [
  kind: string,
  keywords: string,
  pattern: string,
  example: string,
  nearMiss: string,
];
