import { expect, test } from "vitest";
import { valuesIn } from "./values-in.ts";

const values = (text: string): readonly string[] => valuesIn(text).map(({ value }) => value);

test.each([
  ["a bare line", "correct horse\n", ["correct horse"]],
  ["an assignment", "KEY=abc-def\n", ["abc-def"]],
  ["an exported one", 'export KEY="abc def" # note\n', ["abc def"]],
  ["a value with a number sign in quotes", "KEY='abc #def'\n", ["abc #def"]],
  ["a trailing comment", "KEY=abc-def   # note\n", ["abc-def"]],
  ["a member of YAML", "api_key: abc-def\n", ["abc-def"]],
  ["an address with a port is no member", "db.example.org:5432\n", ["db.example.org:5432"]],
  ["base64 with padding is no assignment", "QUJDREVGRw==\n", ["QUJDREVGRw=="]],
  ["base64 with one pad", "QUJDREVGR0g=\n", ["QUJDREVGR0g="]],
  ["short values", "PORT=3306\nDEBUG=true\n", []],
  ["comments and empty lines", "# abc def ghi\n\n; abc def ghi\n// abc def ghi\n", []],
  ["a number sign that starts a value", "#abcdef\n", ["#abcdef"]],
  ["Windows line ends", "KEY=abc-def\r\nOTHER=ghi-jkl\r\n", ["abc-def", "ghi-jkl"]],
  ["the same value twice", "A=abc-def\nB=abc-def\n", ["abc-def"]],
  [
    "a PEM block",
    "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2Vw\n-----END PRIVATE KEY-----\n",
    ["MC4CAQAwBQYDK2Vw"],
  ],
  ["JSON", '{"a": {"token": "abc-def"}, "b": ["ghi-jkl", 123456789], "c": null}', ["abc-def", "ghi-jkl"]],
  ["what only begins like JSON", "[section]\nkey = abc-def\n", ["[section]", "abc-def"]],
  ["nothing", "", []],
])("valuesIn finds in %s", (_, text, found) => {
  expect(values(text)).toEqual(found);
});

test("valuesIn names lines from 1", () => {
  expect(valuesIn("# first\nKEY=abc-def\n\nghi-jkl")).toEqual([
    { line: 2, value: "abc-def" },
    { line: 4, value: "ghi-jkl" },
  ]);
});

test("valuesIn takes a mebibyte of one line, of brackets and of a list", () => {
  expect(values(`KEY=a${" ".repeat(1_000_000)}b`)).toHaveLength(1);
  expect(values("[".repeat(1_000_000))).toHaveLength(1);
  expect(values(JSON.stringify(Array.from({ length: 120_000 }, (_, at) => `v${at}`)))).toHaveLength(110_000);
});
