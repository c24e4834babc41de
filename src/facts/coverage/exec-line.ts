// Reads a command line of a unit (systemd.service(5), COMMAND LINES): prefixes, words and quoting. Expands nothing:
// variables and specifiers stay as they are.
import type { ShellWord } from "./shell-line.ts";

/** One command of a line. `start` is where its first word stands in the line, behind its prefixes. */
export interface ExecCommand {
  readonly prefixes: string;
  readonly start: number;
  readonly end: number;
  readonly words: readonly ShellWord[];
}

/** The commands of `text`, which a lone `;` parts; null: its quoting cannot be read. */
export function execLine(text: string): readonly ExecCommand[] | null {
  const commands: ExecCommand[] = [];
  let at = 0;
  while (at < text.length) {
    const prefix = /^\s*((?:[-@:+|]|!!?)*)/.exec(text.slice(at));
    const prefixes = prefix?.[1] ?? "";
    const start = at + (prefix?.[0].length ?? 0);
    const read = readWords(text, start, !prefixes.includes(":"));
    if (read === null) return null;
    if (read.words.length > 0) commands.push({ prefixes, start, end: read.end, words: read.words });
    at = read.next;
  }
  return commands;
}

function readWords(
  text: string,
  from: number,
  expands: boolean,
): { readonly words: readonly ShellWord[]; readonly end: number; readonly next: number } | null {
  const words: ShellWord[] = [];
  let at = from;
  let end = from;
  for (;;) {
    while (/\s/.test(text[at] ?? "")) at++;
    if (at >= text.length) return { words, end, next: at };
    if (text[at] === ";" && /^;(?:\s|$)/.test(text.slice(at, at + 2))) return { words, end, next: at + 1 };
    const word = readWord(text, at, expands);
    if (word === null) return null;
    words.push(word);
    at = word.end;
    end = word.end;
  }
}

function readWord(text: string, start: number, expands: boolean): ShellWord | null {
  let value = "";
  let quote = "";
  let at = start;
  for (; at < text.length; at++) {
    const character = text[at] ?? "";
    if (character === "\\") {
      const escape = readEscape(text.slice(at, at + 10));
      value += escape.text;
      at += escape.length - 1;
    } else if (quote !== "") {
      if (character === quote) quote = "";
      else value += character;
    } else if (/\s/.test(character)) break;
    else if (character === '"' || character === "'") quote = character;
    else value += character;
  }
  if (quote !== "") return null;
  const raw = text.slice(start, at);
  const fixed =
    !raw.replaceAll("%%", "").includes("%") && !(expands && raw.replaceAll("$$", "").includes("$"));
  return { text: value, start, end: at, fixed };
}

const LETTERS: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  s: " ",
};

/** The escapes of C that systemd knows; another backslash stands for what follows it. */
function readEscape(text: string): { readonly text: string; readonly length: number } {
  const [all, hexadecimal, short, long, octal] =
    /^\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3}))/.exec(text) ?? [];
  if (all === undefined) {
    const letter = text[1] ?? "";
    return { text: LETTERS[letter] ?? letter, length: Math.max(1, Math.min(2, text.length)) };
  }
  const code = Number.parseInt(hexadecimal ?? short ?? long ?? octal ?? "0", octal === undefined ? 16 : 8);
  return { text: code <= 0x10_ff_ff ? String.fromCodePoint(code) : "\ufffd", length: all.length };
}
