// How the spec changes is ordered like every other field of it, without a witness: it lets nothing through by itself.
import { expect, test } from "vitest";
import { PLAIN_SPEC as S } from "../../model/plain-spec.ts";
import type { Amendment } from "./amendment-schema.ts";
import { noLooser } from "./no-looser.ts";
import type { Spec } from "./spec.ts";

const A = "ed25519:a";
const B = "ed25519:b";
const amended = (change: Partial<Amendment>): Spec => ({ ...S, amendment: { ...S.amendment, ...change } });

test.each<[field: keyof Amendment, older: Partial<Amendment>, newer: Partial<Amendment>]>([
  ["signers", { signers: [A] }, { signers: [A, B] }],
  ["signers", { signers: [A] }, { signers: [B] }],
  ["signers", { signers: [] }, { signers: [A] }],
  ["signers", { signers: [A] }, { signers: [] }],
  ["quorum", { quorum: 2 }, { quorum: 1 }],
  ["cooling_off", { cooling_off: 2 }, { cooling_off: 1 }],
  ["trial", { trial: 1 }, { trial: 2 }],
  ["founding", { founding: 0 }, { founding: 1 }],
])("noLooser calls amendment.%s looser from %j to %j, with no witness", (field, older, newer) => {
  expect(noLooser(amended(newer), amended(older))).toEqual({
    ok: false,
    looser: [{ field: `amendment.${field}`, request: null }],
  });
});

test.each<[older: Partial<Amendment>, newer: Partial<Amendment>]>([
  [{ signers: [A, B] }, { signers: [B] }],
  [{ quorum: 1 }, { quorum: 2 }],
  [{ cooling_off: 1 }, { cooling_off: 2 }],
  [{ trial: 2 }, { trial: 1 }],
  [{ founding: 1 }, { founding: 0 }],
])("noLooser lets amendment go from %j to %j", (older, newer) => {
  expect(noLooser(amended(newer), amended(older))).toEqual({ ok: true });
});
