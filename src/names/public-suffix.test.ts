// Known answers for isAtOrAbovePublicSuffix, from the rules of the public suffix list that stand beside each.
import { expect, test } from "vitest";
import { isAtOrAbovePublicSuffix } from "./public-suffix.ts";

test.each([
  ["com", true, "com"],
  ["co.uk", true, "co.uk"],
  ["uk", true, "uk, and co.uk below"],
  ["github.io", true, "github.io, private section"],
  ["amazonaws.com", true, "s3.amazonaws.com below, private section"],
  ["compute.amazonaws.com", true, "*.compute.amazonaws.com"],
  ["kawasaki.jp", true, "*.kawasaki.jp"],
  ["x.kawasaki.jp", true, "*.kawasaki.jp"],
  ["city.kawasaki.jp", false, "!city.kawasaki.jp"],
  ["ck", true, "*.ck"],
  ["any.ck", true, "*.ck"],
  ["www.ck", false, "!www.ck"],
  ["nosuchtld", true, "the default rule, *"],
  ["a.nosuchtld", false, "the default rule, *"],
  ["example.com", false, "com"],
  ["a.example.co.uk", false, "co.uk"],
  ["me.github.io", false, "github.io"],
  ["example.org", false, "org"],
  ["10.0.0.1", true, "no name at all"],
])("isAtOrAbovePublicSuffix(%j) is %s (%s)", (name, expected) => {
  expect(isAtOrAbovePublicSuffix(name)).toBe(expected);
});
