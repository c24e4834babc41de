// The key that a value stands under, in the forms of several languages.
import { describe, expect, it } from "vitest";
import { type KeyName, keyBefore } from "./key-before.ts";

function keyOf(text: string): KeyName | null {
  const start = text.indexOf("§");
  return keyBefore(Buffer.from(text, "latin1"), text, start);
}

describe("keyBefore", () => {
  it.each([
    ['{"client_ip":"§"}', "client_ip"],
    ['{"client_ip" : §}', "client_ip"],
    ['{\\"client_ip\\":\\"§', "client_ip"],
    ["a=1&client_ip=§", "client_ip"],
    ["<client_ip>§</client_ip>", "client_ip"],
    ["client_ip => §", "client_ip"],
    ['{"n":[1, 2,§]}', "n"],
    ["{'n': ['a b', '§']}", "n"],
  ])("is firm in %s", (text, name) => {
    expect(keyOf(text)).toEqual({ name, firm: true });
  });

  it("takes up to four words before a colon, which are less than a key", () => {
    expect(keyOf("well, my certificate number: §")).toEqual({ name: "my certificate number", firm: false });
    expect(keyOf("ip: §")).toEqual({ name: "ip", firm: false });
  });

  it.each(["§", "a §", "1:§", '":§', "[§", "x, §", `[${"1,".repeat(200)}§`, "{§", '{"a":{"b":1},§'])(
    "is null in %s",
    (text) => {
      expect(keyOf(text)).toBeNull();
    },
  );
});
