import { expect, test } from "vitest";
import { homeInHint } from "./home-in-hint.ts";

test.each([
  ["writ spec restore", "writ spec restore --home '/my home'"],
  ["writ ledger tail  # lists them", "writ ledger tail --home '/my home'  # lists them"],
  ["writ explain 4", "writ explain --home '/my home' 4"],
  ["writ run -- true", "writ run --home '/my home' -- true"],
  ["writ ledger verify --home /x", "writ ledger verify --home /x"],
  ["writ init --home /x", "writ init --home /x"],
  ["writ spec check a.yaml", "writ spec check a.yaml"],
  ["chmod 700 /x", "chmod 700 /x"],
])("homeInHint of `%s`", (hint, named) => {
  expect(homeInHint(hint, "/my home")).toBe(named);
  expect(homeInHint(hint, undefined)).toBe(hint);
});
