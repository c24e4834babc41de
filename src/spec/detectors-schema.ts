// What the gate does about what it finds on its way to hosts that are not `owned`. Not what is found (src/scan/), and not
// protected values, which go nowhere.

import { err, ok } from "../stdx/result.ts";
import { enforcedBy, optional } from "../stdx/schema/field.ts";
import { set } from "../stdx/schema/lists.ts";
import { type MemberProblem, object } from "../stdx/schema/object.ts";
import { count, enumeration, quantity, word } from "../stdx/schema/scalars.ts";
import type { Field, Schema } from "../stdx/schema/schema.ts";
import { type PersonalLimits, UNBOUNDED } from "./personal-groups.ts";
import type { Detectors } from "./spec.ts";

/** Fingerprints of one spec: each is told to the gate with every task. */
const KNOWN_HARMLESS_MAX = 1000;

/** Digits of a fingerprint: half of a SHA-256 at least, all of it at most. */
const FINGERPRINT = /^[0-9a-f]{32,64}$/u;

function most(what: string): Field<number | null> {
  const about = `${what} one task may send to one endpoint; without it they are counted`;
  return optional(count(), null, enforcedBy("enforce/gate", "max"), about);
}

const personal: Schema<PersonalLimits> = object<PersonalLimits>({
  payment_card: most("payment card numbers"),
  iban: most("IBANs"),
  bank_account: most("other account and routing numbers"),
  national_id: most("national identity, tax, social security and health numbers"),
  document: most("numbers of passports, licences and other papers"),
  licence_plate: most("licence plates"),
  wallet: most("addresses of crypto wallets"),
  person: most("names of persons"),
  address: most("postal addresses"),
  birth_date: most("dates of birth"),
  email: most("e-mail addresses"),
  phone: most("telephone numbers"),
  ip: most("IP addresses"),
  mac: most("hardware addresses"),
});

/** A keyed fingerprint as `writ explain` prints it: hexadecimal, so that no value is taken for one. */
function fingerprint(): Schema<string> {
  return word({
    noun: "a fingerprint",
    json: { type: "string", pattern: "^[0-9a-fA-F]{32,64}$" },
    parse(text) {
      const lower = text.toLowerCase();
      if (FINGERPRINT.test(lower)) return ok(lower);
      const expected = "a fingerprint is 32 to 64 hexadecimal digits";
      return err({ expected, hint: "copy it from `writ explain`; never write the value itself" });
    },
  });
}

function checkDetectors({ known_harmless }: Detectors): readonly MemberProblem[] {
  if (known_harmless.length <= KNOWN_HARMLESS_MAX) return [];
  const message = `has ${known_harmless.length} fingerprints: limit is ${KNOWN_HARMLESS_MAX}`;
  return [{ member: "known_harmless", message, hint: "remove those that are no longer sent" }];
}

/** `privacy.detectors` of a spec. What is left out of it refuses; where all of it is left out, everything is counted. */
export const detectorsSchema: Schema<Detectors> = object<Detectors>(
  {
    credentials: optional(
      enumeration(["refuse", "count"]),
      "refuse",
      enforcedBy("enforce/gate", "guard"),
      "what is done about credentials: refuse the request, or count them",
    ),
    opaque: optional(
      enumeration(["refuse", "count"]),
      "refuse",
      enforcedBy("enforce/gate", "guard"),
      "what is done about data that cannot be read and is nothing known: refuse the request, or count it",
    ),
    personal: optional(personal, UNBOUNDED, null, "personal data by group; a group not named is counted"),
    novel_max: optional(
      quantity("bytes"),
      null,
      enforcedBy("enforce/gate", "max"),
      "novel information that one task may send to one endpoint, whatever its form",
    ),
    known_harmless: optional(
      set(fingerprint()),
      [],
      enforcedBy("enforce/gate", "allow-set"),
      "keyed fingerprints of credentials and unreadable data that are no finding",
    ),
  },
  { check: checkDetectors },
);
