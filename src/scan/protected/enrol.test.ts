import { expect, test } from "vitest";
import { enrolledIn, FILE_LENGTH_MAX } from "./enrol.ts";

const valuesOf = (text: string, layout: Parameters<typeof enrolledIn>[1] = "auto"): readonly string[] =>
  enrolledIn(text, layout).values.map(({ value }) => value);

test("enrolledIn takes the right sides of assignments, without quotes, export and comments", () => {
  const text = [
    "# comment of the file",
    "export KEY_A='one-two-three'",
    'KEY_B = "four five six" # why',
    "KEY_C=seven-eight # nine",
    "key.d: ten-eleven",
    "- item: twelve-thirteen",
    "[section]",
    "",
  ].join("\n");
  const { values } = enrolledIn(text, "auto");
  expect(values).toEqual([
    { place: "KEY_A", value: "one-two-three" },
    { place: "KEY_B", value: "four five six" },
    { place: "KEY_C", value: "seven-eight" },
    { place: "key.d", value: "ten-eleven" },
    { place: "item", value: "twelve-thirteen" },
  ]);
});

test("enrolledIn takes a quoted value over lines as one, and an unclosed quote as its line", () => {
  expect(valuesOf('A="first line\nsecond line"\nB=other-value')).toEqual([
    "first line\nsecond line",
    "other-value",
  ]);
  expect(valuesOf('A="never closed\nB=other-value')).toEqual(['"never closed', "other-value"]);
});

test("enrolledIn takes the body of a key block without its header lines", () => {
  const body = ["Q0RFRkdISUpLTE1OT1BR", "UlNUVVZXWFlaYWJjZGVm"];
  const pem = [
    "-----BEGIN",
    " PRIVATE KEY-----\nProc-Type: 4,X\n",
    body.join("\n"),
    "\n-----END",
    " PRIVATE KEY-----",
  ].join("");
  expect(enrolledIn(pem, "auto").values).toEqual([{ place: "private key", value: body.join("") }]);
  expect(valuesOf(`KEY="${pem.replaceAll("\n", "\\n")}"`)).toEqual([body.join("")]);
  expect(valuesOf(JSON.stringify({ key: pem }))).toEqual([body.join("")]);
});

test("enrolledIn takes the leaves of JSON with their paths, and lines of what is no JSON", () => {
  const { values } = enrolledIn(
    '{"db":{"password":"abc-def-1"},"list":["ghi-jkl-2",12345678901234]}',
    "auto",
  );
  expect(values).toEqual([
    { place: "db.password", value: "abc-def-1" },
    { place: "list.0", value: "ghi-jkl-2" },
    { place: "list.1", value: "12345678901234" },
  ]);
  expect(valuesOf('{"broken": abcdefgh')).toEqual(['{"broken": abcdefgh']);
  expect(valuesOf("YWJjZGVmZ2g==")).toEqual(["YWJjZGVmZ2g=="]);
});

test("enrolledIn takes every cell of a table below its first row", () => {
  const { values } = enrolledIn('name,iban\n"Miller, Ann",XX00 1234 5678\nshort,\n', "table");
  expect(values).toEqual([
    { place: "column 1 row 2", value: "Miller, Ann" },
    { place: "column 2 row 2", value: "XX00 1234 5678" },
  ]);
});

test("enrolledIn counts what it leaves out and never lists it", () => {
  const { values, placeholders, short } = enrolledIn(
    [
      "A=<your key>",
      "B=changeme",
      "C=${SECRET}",
      "D=xxxxxxxxxx",
      "E=true",
      "F=abc",
      "G=localhost",
      "H=real-value-1",
      "I=real-value-1",
    ].join("\n"),
    "auto",
  );
  expect(values.map(({ place }) => place)).toEqual(["H"]);
  expect(placeholders).toBe(4);
  expect(short).toBe(3);
});

test("enrolledIn is bounded on hostile files", () => {
  expect(() => enrolledIn("a".repeat(FILE_LENGTH_MAX + 1), "auto")).toThrow(RangeError);
  const many = Array.from({ length: 100_010 }, (_, at) => `value-${String(at)}-x`).join("\n");
  expect(enrolledIn(many, "lines")).toMatchObject({ surplus: 10 });
  expect(valuesOf("-----BEGIN".repeat(10_000))).toHaveLength(1);
  expect(valuesOf(`A="${"b".repeat(100_000)}`)).toHaveLength(1);
});
