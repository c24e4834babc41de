// What a detector of personal data is: a bounded shape, a check, and how much context it needs. Types only.

/** What is counted: a spec sets a limit for each. */
export type PersonalGroup =
  | "payment_card"
  | "iban"
  | "bank_account"
  | "national_id"
  | "email"
  | "phone"
  | "ip"
  | "mac"
  | "wallet"
  | "birth_date"
  | "person"
  | "address"
  | "licence_plate"
  | "document";

/**
 * How much must speak for a match besides shape and check, by how often chance makes one:
 * `nothing`: the match suffices, whatever the key; `no_veto`: it suffices unless a key or word near says that it is something
 * else; `alone`: a key or word must name the topic, or the match is all there is; `topic`: a key or word must name the topic;
 * `key`: a key, a column or a tag must name it.
 */
export type Need = "nothing" | "no_veto" | "alone" | "topic" | "key";

export interface Detector {
  /** `us_ssn`, `iban`: what a finding is called. */
  readonly kind: string;
  readonly group: PersonalGroup;
  /**
   * The first runs of letters and digits that a match starts with, by class and length: `d9` nine digits, `l2` two letters,
   * `m4` four mixed ones, `d13..19` a range; with `+` a separator and more must follow. Only such a run is tried.
   */
  readonly heads: string;
  /** Sticky (`y`), tried at a run's start; every quantifier is bounded. No groups are read. */
  readonly shape: RegExp;
  /** Of the match without separators and in capitals: is it one? Absent: the shape says all. */
  readonly check?: (compact: string, raw: string) => boolean;
  readonly need: Need;
  /** Topics (context-words.ts), any of which speaks for it. */
  readonly topics: number;
  /** Matches, found when alone or, of a `topic` detector, after `lead`. */
  readonly examples: readonly string[];
  /** Of the same look, and none. */
  readonly others: readonly string[];
}
