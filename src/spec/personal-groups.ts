// The groups of personal data that a spec can bound, a closed list. The scanner has the same list of what it counts
// (src/scan/personal/detector.ts), which this room may not know: a test holds the two together. Finds nothing itself.

/** Every group, in the order in which a spec is written. */
export const PERSONAL_GROUPS = [
  "payment_card",
  "iban",
  "bank_account",
  "national_id",
  "document",
  "licence_plate",
  "wallet",
  "person",
  "address",
  "birth_date",
  "email",
  "phone",
  "ip",
  "mac",
] as const;

export type PersonalGroup = (typeof PERSONAL_GROUPS)[number];

/** The most of each group; null: counted only. */
export type PersonalLimits = { readonly [group in PersonalGroup]: number | null };

/** Every group is counted, and none refuses. */
export const UNBOUNDED: PersonalLimits = {
  payment_card: null,
  iban: null,
  bank_account: null,
  national_id: null,
  document: null,
  licence_plate: null,
  wallet: null,
  person: null,
  address: null,
  birth_date: null,
  email: null,
  phone: null,
  ip: null,
  mac: null,
};
