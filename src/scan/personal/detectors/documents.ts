// Numbers that only their key or words near make personal: passports, licences, plates, identities of any country.
import { TOPIC } from "../context-words.ts";
import type { Detector } from "../detector.ts";

export const DOCUMENTS: readonly Detector[] = [
  {
    kind: "us_passport",
    group: "document",
    heads: "m9 d9",
    shape: /[A-Za-z]?\d{8,9}/y,
    check: (compact) => compact.length === 9,
    need: "topic",
    topics: TOPIC.passport,
    examples: ["340020013", "A12803456"],
    others: ["34002001"],
  },
  {
    kind: "us_passport",
    group: "document",
    heads: "m9",
    shape: /[AZ]\d{8}/y,
    need: "alone",
    topics: TOPIC.passport,
    examples: ["Z12803456"],
    others: ["B12803456"],
  },
  {
    kind: "passport",
    group: "document",
    heads: "m7..10 d7..9",
    shape: /[A-Za-z]{0,3}\d{5,9}[A-Za-z]?/y,
    need: "key",
    topics: TOPIC.passport,
    examples: ["123456789"],
    others: ["AB12"],
  },
  {
    kind: "driving_licence",
    group: "document",
    heads: "m7..18 d7..13",
    shape: /[0-9A-Za-z]{7,18}/y,
    check: (compact) => (compact.match(/\d/g)?.length ?? 0) >= 5,
    need: "key",
    topics: TOPIC.licence,
    examples: ["F25592150094"],
    others: ["ABCDEFG1"],
  },
  {
    kind: "number_plate",
    group: "licence_plate",
    heads: "m2..4+ m5..8 l1..3+ d1..4+",
    shape: /[A-Za-z0-9]{1,4}(?:[- ][A-Za-z0-9]{1,4}){1,2}|[A-Za-z0-9]{5,8}/y,
    check: (compact) =>
      /[A-Z]/.test(compact) && /\d{2}/.test(compact) && compact.length >= 5 && compact.length <= 9,
    need: "key",
    topics: TOPIC.plate,
    examples: ["AB-123-CD"],
    others: ["AB-CD", "1234-56"],
  },
  {
    kind: "national_id",
    group: "national_id",
    heads: "m5..20 d1..20+ d6..20 m2..20+ l1..3+",
    shape: /[0-9A-Za-z]{1,20}(?:[-. /][0-9A-Za-z]{1,12}){0,5}/y,
    check: (compact) =>
      (compact.match(/\d/g)?.length ?? 0) >= 6 && compact.length <= 22 && !/[A-Z]{8}/.test(compact),
    need: "key",
    topics: TOPIC.id,
    examples: ["K-1234567-A"],
    others: ["ABC-123"],
  },
];
