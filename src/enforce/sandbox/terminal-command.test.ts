import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { terminalLine, terminalVariables } from "./terminal-command.ts";

const TERMINAL = { rows: 33, columns: 99, name: "xterm", colour: null } as const;

test("terminalLine sets the size first, then becomes the task word for word", () => {
  const words = ["/bin/printf", "[%s]", "a b", "'; echo no; '", "$(id)", "`id`", "\\", "", "ü\n"];
  const line = terminalLine(TERMINAL, words);
  expect(line.startsWith("stty rows 33 cols 99; exec ")).toBe(true);
  const said = execFileSync("/bin/sh", ["-c", line.slice(line.indexOf("exec "))], { encoding: "utf8" });
  expect(said).toBe("[a b]['; echo no; '][$(id)][`id`][\\][][ü\n]");
});

test("terminalVariables names the kind, and the colours only where they are known", () => {
  expect(terminalVariables(TERMINAL)).toEqual({ TERM: "xterm" });
  expect(terminalVariables({ ...TERMINAL, colour: "24bit" })).toEqual({ TERM: "xterm", COLORTERM: "24bit" });
});
