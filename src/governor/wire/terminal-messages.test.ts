import { expect, test } from "vitest";
import { readSize, readTerminal, sizePayload, terminalOf } from "./terminal-messages.ts";

const TERMINAL = { rows: 24, columns: 80, name: "xterm-256color", colour: "truecolor" };

test("readSize reads what sizePayload wrote", () => {
  expect(readSize(sizePayload(24, 80))).toEqual({ rows: 24, columns: 80 });
  expect(readSize(sizePayload(1, 10_000))).toEqual({ rows: 1, columns: 10_000 });
});

test.each([
  [0, 80, { rows: 1, columns: 80 }],
  [-5, Number.NaN, { rows: 1, columns: 1 }],
  [70_000, 1.5, { rows: 10_000, columns: 1 }],
])("sizePayload of %d and %d stays in bounds", (rows, columns, size) => {
  expect(readSize(sizePayload(rows, columns))).toEqual(size);
});

test.each([[[]], [[0, 24, 0]], [[0, 0, 0, 80]], [[0, 24, 255, 255]], [[0, 24, 0, 80, 0]]])(
  "readSize refuses %j",
  (bytes) => {
    expect(readSize(Uint8Array.from(bytes))).toBeNull();
  },
);

test("readTerminal takes a terminal, with and without colour", () => {
  expect(readTerminal(TERMINAL)).toEqual(TERMINAL);
  expect(readTerminal({ ...TERMINAL, colour: null })).toEqual({ ...TERMINAL, colour: null });
});

test.each<[string, unknown]>([
  ["nothing", null],
  ["a text", "xterm"],
  ["a list", [24, 80, "xterm", null]],
  ["one member less", { rows: 24, columns: 80, name: "xterm" }],
  ["one member more", { ...TERMINAL, path: "/dev/pts/0" }],
  ["another member", { rows: 24, columns: 80, name: "xterm", path: null }],
  ["a size as text", { ...TERMINAL, rows: "24; id" }],
  ["a size of nothing", { ...TERMINAL, columns: 0 }],
  ["a fraction", { ...TERMINAL, columns: 80.5 }],
  ["a size over the bound", { ...TERMINAL, rows: 10_001 }],
  ["a name with a slash", { ...TERMINAL, name: "x/../../etc" }],
  ["a name with a quote", { ...TERMINAL, name: "x'; id; '" }],
  ["a name with a line break", { ...TERMINAL, name: "xterm\nLD_PRELOAD=/x" }],
  ["an empty name", { ...TERMINAL, name: "" }],
  ["a long name", { ...TERMINAL, name: "x".repeat(65) }],
  ["an unknown colour", { ...TERMINAL, colour: "yes" }],
])("readTerminal refuses %s", (_, value) => {
  expect(readTerminal(value)).toBeNull();
});

test("terminalOf makes of anything a terminal that readTerminal takes", () => {
  const odd = terminalOf({ rows: 0, columns: 1e9, name: "../x", colour: "evil" });
  expect(odd).toEqual({ rows: 1, columns: 10_000, name: "dumb", colour: null });
  expect(readTerminal(odd)).toEqual(odd);
  const plain = terminalOf({ rows: 24, columns: 80, name: undefined, colour: undefined });
  expect(plain).toEqual({ rows: 24, columns: 80, name: "dumb", colour: null });
});
