// All detectors that are a shape and a check, in the order in which they are tried.
import type { Detector } from "../detector.ts";
import { BANK_ACCOUNTS } from "./bank-accounts.ts";
import { BIRTH_DATES } from "./birth-dates.ts";
import { DOCUMENTS } from "./documents.ts";
import { EAST_ASIA } from "./east-asia.ts";
import { EASTERN_EUROPE } from "./eastern-europe.ts";
import { GERMANY } from "./germany.ts";
import { LATIN_AMERICA } from "./latin-america.ts";
import { NORDICS } from "./nordics.ts";
import { NORTH_AMERICA } from "./north-america.ts";
import { OCEANIA_AFRICA } from "./oceania-africa.ts";
import { PAYMENT_CARDS } from "./payment-cards.ts";
import { SOUTH_ASIA } from "./south-asia.ts";
import { UNITED_KINGDOM } from "./united-kingdom.ts";
import { WALLETS } from "./wallets.ts";
import { WESTERN_EUROPE } from "./western-europe.ts";

const NEEDS: readonly string[] = ["nothing", "no_veto", "alone", "topic", "key"];

/** The surest first: a match of an earlier need hides later ones at the same place. */
export const EVERY_DETECTOR: readonly Detector[] = [
  ...BANK_ACCOUNTS,
  ...WALLETS,
  ...PAYMENT_CARDS,
  ...NORTH_AMERICA,
  ...UNITED_KINGDOM,
  ...GERMANY,
  ...WESTERN_EUROPE,
  ...NORDICS,
  ...EASTERN_EUROPE,
  ...EAST_ASIA,
  ...SOUTH_ASIA,
  ...OCEANIA_AFRICA,
  ...LATIN_AMERICA,
  ...BIRTH_DATES,
  ...DOCUMENTS,
].toSorted((a, b) => NEEDS.indexOf(a.need) - NEEDS.indexOf(b.need));
