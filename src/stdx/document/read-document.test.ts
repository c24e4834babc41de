// readDocument: what the tree looks like, and line, column and message of everything that is refused.
import { expect, test } from "vitest";
import type { DocumentNode } from "./document-node.ts";
import type { LanguageError } from "./language-error.ts";
import { languageErrorLine } from "./language-error.ts";
import { readDocument } from "./read-document.ts";

const still = { clock: () => 0 };

test("readDocument gives scalars, lists and maps with the place of each", () => {
  expect(tree("name: a\nlist: [1, {x: y}]\n")).toEqual({
    kind: "map",
    line: 1,
    column: 1,
    entries: new Map([
      ["name", { key: { line: 1, column: 1 }, value: scalar("text", "a", 1, 7) }],
      [
        "list",
        {
          key: { line: 2, column: 1 },
          value: {
            kind: "list",
            line: 2,
            column: 7,
            items: [
              scalar("integer", "1", 2, 8),
              {
                kind: "map",
                line: 2,
                column: 11,
                entries: new Map([
                  ["x", { key: { line: 2, column: 12 }, value: scalar("text", "y", 2, 15) }],
                ]),
              },
            ],
          },
        },
      ],
    ]),
  });
});

const TYPES: readonly (readonly [string, string, string])[] = [
  ["no", "text", "no"],
  ["on", "text", "on"],
  ["off", "text", "off"],
  ["yes", "text", "yes"],
  ["true", "boolean", "true"],
  ["False", "boolean", "False"],
  ["null", "null", "null"],
  ["~", "null", "~"],
  ["", "null", ""],
  ["12", "integer", "12"],
  ["-12", "integer", "-12"],
  ["012", "integer", "012"],
  ["0o14", "integer", "0o14"],
  ["0x1F", "integer", "0x1F"],
  ["1e3", "float", "1e3"],
  ["1.5", "float", "1.5"],
  [".5", "float", ".5"],
  [".inf", "float", ".inf"],
  ["-.INF", "float", "-.INF"],
  [".nan", "float", ".nan"],
  ["0b11", "text", "0b11"],
  ["1_000", "text", "1_000"],
  ["12:30:45", "text", "12:30:45"],
  ["2001-01-01", "text", "2001-01-01"],
  ["512 MiB", "text", "512 MiB"],
  ['"12"', "text", "12"],
  ["'true'", "text", "true"],
  ['"\\u0041\\x42\\n"', "text", "AB\n"],
  ["|\n  two\n  lines\n", "text", "two\nlines\n"],
  [">\n  one\n  line\n", "text", "one line\n"],
];

test.each(TYPES)("readDocument types the scalar `%s` as %s, and never converts it", (source, type, text) => {
  const root = tree(`k: ${source}`);
  const value = root.kind === "map" ? root.entries.get("k")?.value : undefined;
  expect(value).toMatchObject({ kind: "scalar", type, text });
});

test("readDocument reads JSON as the YAML that it is", () => {
  const json = '{"a":1,"b":["x\\ud83d\\ude00",true,null],\n\t"c":{}}';
  const root = tree(json);
  expect(root.kind === "map" && [...root.entries.keys()]).toEqual(["a", "b", "c"]);
  expect(root.kind === "map" && root.entries.get("b")?.value).toMatchObject({
    items: [{ text: "x😀" }, { type: "boolean" }, { type: "null" }],
  });
});

test("readDocument takes a leading `---`, a final `...`, comments and CR LF", () => {
  expect(tree("# c\r\n---\r\na: b # c\r\n...\r\n")).toMatchObject({
    entries: new Map([["a", { value: { text: "b" } }]]),
  });
});

test("readDocument keeps keys apart from what objects inherit", () => {
  const root = tree("__proto__: x\nconstructor: y\n");
  expect(root.kind === "map" && [...root.entries.keys()]).toEqual(["__proto__", "constructor"]);
});

const IS_EMPTY = "the document is empty";
const SYNTAX = "malformed YAML: a quote, bracket, comma, colon or space is missing";

const REFUSED: readonly (readonly [string, string, string])[] = [
  ["nothing", "", `1:1: ${IS_EMPTY}`],
  ["only a comment", "# c\n", `1:1: ${IS_EMPTY}`],
  ["only a marker", "---\n", `1:1: ${IS_EMPTY}`],
  ["an anchor", "a: &b c", "1:4: anchors are not allowed: `&b`"],
  ["an alias", "a: b\nc: *a", "2:4: aliases are not allowed: `*a`"],
  ["a wildcard that YAML takes for an alias", "- *.home.arpa", "1:3: aliases are not allowed: `*.home.arpa`"],
  ["a tag", "a: !!str b", "1:4: tags are not allowed: `!!str`"],
  ["a local tag", "a: !x b", "1:4: tags are not allowed: `!x`"],
  ["a directive", "%YAML 1.1\n---\na: b", "1:1: directives are not allowed: `%YAML 1.1`"],
  ["a merge key", "a:\n  <<: {b: c}", "2:3: merge keys are not allowed: `<<`"],
  ["a duplicate key", "a: 1\nb: 2\na: 3", "3:1: duplicate key `a`: first on line 1"],
  ["a duplicate key in other spelling", '{"a": 1, a: 2}', "1:10: duplicate key `a`: first on line 1"],
  ["a second document", "a: 1\n---\nb: 2", "2:1: a second document starts here: a file holds one"],
  [
    "a second document after its end",
    "a: 1\n...\nb: 2",
    "3:1: a second document starts here: a file holds one",
  ],
  ["a number as key", "a: 1\n2: b", "2:1: the key `2` is not text: keys are words such as `name`"],
  ["true as key", "true: b", "1:1: the key `true` is not text: keys are words such as `name`"],
  ["an empty key", ": b", "1:1: the key `` is not text: keys are words such as `name`"],
  ["a list as key", "? [a]\n: b", "1:3: a key is not text: keys are words such as `name`"],
  ["ANSI in a key", '"\\e[31m": 1\n"\\e[31m": 2', "2:1: duplicate key `\\x1b[31m`: first on line 1"],
  ["a raw control character", "a: \u001b[31mred", "1:4: the character `\\x1b` is not allowed in a document"],
  ["NUL", "a: b\nc: \0", "2:4: the character `\\x00` is not allowed in a document"],
  ["a bidi control", "# \u202eevil\na: b", "1:3: the character `\\u{202e}` is not allowed in a document"],
  ["a line separator", "a: b\u2028c: d", "1:5: the character `\\u{2028}` is not allowed in a document"],
  ["a lone carriage return", "a: b\rc: d", "1:5: the character `\\r` is not allowed in a document"],
  ["a byte order mark", "\ufeffa: b", "1:1: the document starts with a byte order mark"],
  [
    "a byte order mark later",
    "a: b\n\ufeffc: d",
    "2:1: the character `\\u{feff}` is not allowed in a document",
  ],
  ["half a surrogate pair", 'a: "\\ud800"', "1:4: the text holds half of a surrogate pair"],
  ["an open quote", 'a: "b', `1:6: ${SYNTAX}`],
  ["an open bracket", "a: [b", "1:6: wrong indentation, or a bracket that is not closed"],
  ["an unknown escape", 'a: "\\q"', "1:5: unknown escape in double quotes"],
  ["a tab as indentation", "a:\n\tb: c", "2:1: tabs are not allowed as indentation"],
  ["a wrong indentation", "a:\n    b: 1\n  c: 2", "3:1: wrong indentation, or a bracket that is not closed"],
  ["a reserved character", "a: @b", "1:4: a plain text cannot start with this character: put it in quotes"],
  ["text after a quote", "a: 'b' c", "1:8: malformed YAML: this does not belong here"],
];

test.each(REFUSED)("readDocument refuses %s", (_name, source, line) => {
  expect(firstLine(readErrors(source))).toBe(line);
});

test("readDocument refuses invalid UTF-8 at the byte", () => {
  const bytes = new Uint8Array([...new TextEncoder().encode("a: b\nc: "), 0xc3, 0x28, 0x0a]);
  const read = readDocument(bytes, still);
  expect(read).toEqual({
    ok: false,
    error: [{ line: 2, column: 4, message: "the document is not valid UTF-8", hint: "save it as UTF-8" }],
  });
  const cut = readDocument(new Uint8Array([0x61, 0x3a, 0x20, 0xe2, 0x82]), still);
  expect(cut.ok).toBe(false);
});

test("readDocument gives every syntax error, in the order of the text, with a hint where there is one", () => {
  expect(readErrors("a: 1\na: 2\nb: 3\nb: 4\n").map(languageErrorLine)).toEqual([
    "2:1: duplicate key `a`: first on line 1",
    "4:1: duplicate key `b`: first on line 3",
  ]);
  expect(readErrors("a: *b")[0]?.hint).toBe(
    'put a text that starts with `*` in quotes, such as "*.home.arpa"',
  );
});

test("readDocument stops after fifty errors", () => {
  const source = Array.from({ length: 80 }, (_, index) => `k${index}: 1\nk${index}: 2\n`).join("");
  expect(readErrors(source)).toHaveLength(50);
});

const DEEP = "lists and maps are nested 33 deep: limit is 32";
const MANY = "more than 10000 entries in one list or map: that is the limit";

const OVER: readonly (readonly [string, () => string, string])[] = [
  [
    "more than 4 MiB",
    () => "#".repeat(4 * 1024 * 1024 + 1),
    "1:1: the document has 4194305 bytes: limit is 4194304",
  ],
  ["lists 100,000 deep", () => "[".repeat(100_000), `1:33: ${DEEP}`],
  ["block lists 100,000 deep", () => "- ".repeat(100_000), `1:65: ${DEEP}`],
  ["maps 100,000 deep", () => "{a: ".repeat(100_000), `1:129: ${DEEP}`],
  ["keys 100,000 deep", () => "? ".repeat(100_000), `1:65: ${DEEP}`],
  ["10,001 entries of a list", () => `a:\n${"- b\n".repeat(10_001)}`, `10002:3: ${MANY}`],
  ["10,001 entries in brackets", () => `[${"b,".repeat(10_001)}]`, `1:20002: ${MANY}`],
  ["a million entries in brackets", () => `[${"b,".repeat(1_000_000)}]`, `1:20002: ${MANY}`],
  ["10,001 entries of a map", () => numbered(10_001), `10001:1: ${MANY}`],
  [
    "250,000 entries in all",
    () => `- [${"b,".repeat(5000)}]\n`.repeat(51),
    "50:9905: the document has over 250000 entries: that is the limit",
  ],
  [
    "a key of 1025 characters",
    () => `${"k".repeat(1025)}: b`,
    "1:1: a key has more than 1024 characters: that is the limit",
  ],
];

test.each(OVER)("readDocument refuses %s", (_name, source, line) => {
  expect(firstLine(readErrors(source()))).toBe(line);
});

const WITHIN: readonly (readonly [string, () => string])[] = [
  ["4 MiB", () => `a: b\n${"#".repeat(4 * 1024 * 1024 - 5)}`],
  ["lists 32 deep", () => `${"[".repeat(32)}${"]".repeat(32)}`],
  ["10,000 entries of a list", () => "- b\n".repeat(10_000)],
  ["10,000 entries of a list, and comments", () => `${"# c\n- b\n".repeat(10_000)}# c\n`],
  ["10,000 entries of a map", () => numbered(10_000)],
];

test.each(WITHIN)("readDocument takes %s", (_name, source) => {
  expect(readDocument(source(), still)).toMatchObject({ ok: true });
});

test("readDocument gives up at its deadline, between lexemes", () => {
  let now = 0;
  const clock = (): number => {
    now += 10;
    return now;
  };
  const source = "- a\n".repeat(5000);
  expect(readDocument(source, { clock })).toMatchObject({
    ok: false,
    error: [{ column: expect.any(Number), message: "the document takes too long to read" }],
  });
  expect(readDocument(source, { clock, deadline: 100_000 })).toMatchObject({ ok: true });
});

test("readDocument looks at the clock once more when the tree is made", () => {
  const times = [0, 2000];
  expect(readDocument("a: b", { clock: () => times.shift() ?? 2000 })).toEqual({
    ok: false,
    error: [
      {
        line: 1,
        column: 1,
        message: "the document takes too long to read",
        hint: "make it smaller or simpler",
      },
    ],
  });
});

function tree(source: string): DocumentNode {
  const read = readDocument(source, still);
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  return read.value;
}

function readErrors(source: string): readonly LanguageError[] {
  const read = readDocument(source, still);
  if (read.ok) throw new Error("the document was read");
  return read.error;
}

function firstLine(errors: readonly LanguageError[]): string {
  const [first] = errors;
  return first === undefined ? "" : languageErrorLine(first);
}

function scalar(type: string, text: string, line: number, column: number): object {
  return { kind: "scalar", type, text, line, column };
}

function numbered(length: number): string {
  return Array.from({ length }, (_, index) => `k${index}: b\n`).join("");
}
