// The part of the spec language that names who cosigns the ledger. Not the witness requests of a comparison (witness.ts).
import { enforcedBy, optional, required } from "../stdx/schema/field.ts";
import { entries } from "../stdx/schema/lists.ts";
import { type MemberProblem, object } from "../stdx/schema/object.ts";
import { count, pattern } from "../stdx/schema/scalars.ts";
import type { Schema } from "../stdx/schema/schema.ts";
import { absolutePath, witnessUrl } from "./name-words.ts";
import type { LedgerWitness, LedgerWitnesses } from "./spec.ts";

/** More than anybody asks; each is a request for each head. */
export const WITNESSES_MAX = 16;

const member: Schema<LedgerWitness> = object<LedgerWitness>(
  {
    name: required(
      // A key name of C2SP signed-note, in visible ASCII.
      pattern("a witness", "^[!-*,-~]{1,100}$", "1 to 100 visible ASCII characters without a space or `+`"),
      enforcedBy("governor", "rules"),
      "the name of its key, as it says it",
    ),
    key: optional(
      pattern("a key", "^[A-Za-z0-9+/]{43}=$", "32 bytes of an Ed25519 public key in base64, 44 characters"),
      null,
      enforcedBy("governor", "frozen"),
      "its Ed25519 public key, for `url`",
    ),
    url: optional(
      witnessUrl(),
      null,
      enforcedBy("governor", "frozen"),
      "where it takes checkpoints (C2SP tlog-witness): on this node, or at an owned endpoint by `https`",
    ),
    folder: optional(
      absolutePath(),
      null,
      enforcedBy("governor", "frozen"),
      "a folder that remembers the last head, on a medium that is taken away or of another user",
    ),
  },
  { check: checkMember },
);

function checkMember({ key, url, folder }: LedgerWitness): readonly MemberProblem[] {
  if (url === null && folder === null)
    return [{ member: "url", message: "is missing, and so is `folder`: one of them says where it is" }];
  if (url !== null && folder !== null)
    return [
      {
        member: "folder",
        message: "is not for a witness with a `url`",
        hint: "make it a witness of its own",
      },
    ];
  if (url !== null && key === null)
    return [{ member: "key", message: "is missing: a cosignature is checked with it" }];
  if (folder !== null && key !== null)
    return [{ member: "key", message: "is not for a folder, which signs nothing", hint: "remove `key`" }];
  return [];
}

/** `witnesses:` of a spec. */
export const witnessesSchema: Schema<LedgerWitnesses> = object<LedgerWitnesses>({
  quorum: optional(
    count({ max: WITNESSES_MAX }),
    0,
    enforcedBy("governor", "min"),
    "how many have to hold a head, so that what it covers counts as witnessed",
  ),
  members: optional(
    entries(member, { key: (entry) => entry.name, order: "key" }),
    [],
    null,
    "who is asked to hold the ledger's heads; nobody else is",
  ),
});

/** What a spec without `witnesses` says. */
export const NO_WITNESSES: LedgerWitnesses = { quorum: 0, members: [] };
