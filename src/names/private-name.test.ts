// Known answers for isPrivateName.
import { expect, test } from "vitest";
import { isInPrivateZone, isPrivateName } from "./private-name.ts";

test.each([
  ..."alt corp example home home.arpa internal intranet invalid lan local localdomain localhost onion private test"
    .split(" ")
    .flatMap((zone) => [[zone, true] as const, [`a.b.${zone}`, true] as const]),
  ["nas", true],
  ["metadata.google.internal", true],
  ["example.com", false],
  ["notlocal.com", false],
  ["mylan.io", false],
  ["xhome.arpa", false],
  ["arpa.net", false],
  ["a.xlan", false],
] as const)("isPrivateName(%j) is %s", (name, expected) => {
  expect(isPrivateName(name)).toBe(expected);
});

test("isInPrivateZone knows zones alone, not single labels", () => {
  expect(isInPrivateZone("lan")).toBe(true);
  expect(isInPrivateZone("a.home.arpa")).toBe(true);
  expect(isInPrivateZone("com")).toBe(false);
  expect(isInPrivateZone("nas")).toBe(false);
});
