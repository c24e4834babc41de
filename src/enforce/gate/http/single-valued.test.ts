// onceEach: repeats go, contradictions are named, lists are joined, and what may come twice stays.
import { expect, test } from "vitest";
import { onceEach } from "./single-valued.ts";

test("onceEach keeps a repeated field once, where the first stood, whatever its case", () => {
  const fields = [
    ["ETag", "a"],
    ["x", "1"],
    ["etag", "a"],
    ["Set-Cookie", "a=1"],
    ["Set-Cookie", "a=1"],
  ] as const;
  expect(onceEach(fields)).toEqual({
    ok: true,
    value: [
      ["ETag", "a"],
      ["x", "1"],
      ["Set-Cookie", "a=1"],
      ["Set-Cookie", "a=1"],
    ],
  });
});

test("onceEach names a field that says two things, and joins the members of a list", () => {
  expect(
    onceEach([
      ["Location", "/a"],
      ["location", "/b"],
    ]),
  ).toEqual({ ok: false, error: "location" });
  expect(
    onceEach([
      ["age", "1"],
      ["age", "1"],
      ["age", "2"],
    ]),
  ).toEqual({ ok: false, error: "age" });
  const coded = [
    ["content-encoding", "gzip"],
    ["Content-Encoding", "gzip"],
  ] as const;
  expect(onceEach(coded)).toEqual({ ok: true, value: [["content-encoding", "gzip, gzip"]] });
});
