// Where key and value stand in assignments of many languages, and what is none.
import { describe, expect, it } from "vitest";
import { assignmentAt } from "./assignment.ts";

/** A text, and the key, joiner, wrapper and value to be read around its first `pass`. */
const READ: readonly (readonly [
  text: string,
  key: string,
  joiner: string,
  wrapper: string,
  value: string,
])[] = [
  ['password = "a b"', "password", "equals", "", "a b"],
  ["user.password='x1'", "user.password", "equals", "", "x1"],
  ["var dbPassword string = `x1`", "dbPassword", "equals", "", "x1"],
  ['let password: string = "x1"', "password", "equals", "", "x1"],
  ["PASSWORD := x1;", "PASSWORD", "equals", "", "x1"],
  ["password ?= 'x1'", "password", "equals", "", "x1"],
  ["'password' => 'x1'", "password", "arrow", "", "x1"],
  ['{"password":["x1"]}', "password", "colon", "", "x1"],
  ['{\\"password\\": \\"x1\\"}', "password", "colon", "", "x1"],
  ["a\\npassword=x1", "password", "equals", "", "x1"],
  ["cfg['password'] == 'x1'", "password", "compare", "", "x1"],
  ["<password>\n  x1\n</password>", "password", "tag", "", "x1"],
  ['<add key="password" value="x1"/>', "password", "pair", "", "x1"],
  ['setProperty("password", "x1")', "password", "comma", "", "x1"],
  ['withPassword("x1")', "withPassword", "call", "", "x1"],
  ["run --password x1", "--password", "flag", "", "x1"],
  ["?password=x1&y=2", "password", "equals", "", "x1"],
  ['Password: aws.String("x1")', "Password", "colon", "aws.String", "x1"],
  ['password = os.getenv("PASS", "x1")', "password", "equals", "||", "x1"],
  ["password: process.env.P || 'x1'", "password", "colon", "||", "x1"],
  ["password=token=x1", "password", "equals", "", "token"],
  ['password = "it\\"s"', "password", "equals", "", 'it\\"s'],
];

describe("assignmentAt", () => {
  it.each(READ)("reads %j", (text, key, joiner, wrapper, value) => {
    const at = text.toLowerCase().indexOf("pass");
    const read = assignmentAt(text, at, at + 4);
    expect(read).not.toBeNull();
    if (read === null) return;
    expect(text.slice(read.keyStart, read.keyEnd)).toBe(key);
    expect(read.joiner).toBe(joiner);
    expect(read.wrapper).toBe(wrapper);
    expect(text.slice(read.valueStart, read.valueEnd)).toBe(value);
  });

  it.each([
    "the password is sent",
    "password",
    "password =",
    "checkPassword(given)",
    '"PASSWORD=" + value',
    "https://password.test:443/x",
    `pass${"x".repeat(80)} = 1`,
    "a < password > b",
  ])("reads nothing in %j", (text) => {
    const at = text.toLowerCase().indexOf("pass");
    expect(assignmentAt(text, at, at + 4)).toBeNull();
  });

  it("takes the scheme before a token for no part of it", () => {
    const text = "Authorization: Token abc123def";
    const read = assignmentAt(text, 0, 4);
    expect(read === null ? null : text.slice(read.valueStart, read.valueEnd)).toBe("abc123def");
  });
});
