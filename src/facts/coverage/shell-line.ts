// Reads a shell command line into its simple commands: words, where each stands, and whether it is fixed. Not a shell:
// nothing is expanded or run, and what it does not know it says it cannot read.

/** One word. `start` and `end` are offsets in the line; `fixed`: no expansion changes it, so `text` is what runs. */
export interface ShellWord {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly fixed: boolean;
}

/** A simple command (POSIX XCU 2.9.1) without its redirections: leading assignments, then words. */
export interface SimpleCommand {
  readonly assignments: readonly ShellWord[];
  readonly words: readonly ShellWord[];
}

/** What a line runs; `unread`: why its commands cannot be told, and then `commands` says nothing. */
export interface ShellLine {
  readonly commands: readonly SimpleCommand[];
  readonly unread: string | null;
}

/** POSIX XCU 2.4, and the ones of bash: a line with them is more than a list of simple commands. */
const RESERVED: ReadonlySet<string> = new Set(
  "! { } case do done elif else esac fi for function if in select then until while [[".split(" "),
);

/** Characters that end a word outside quotes. */
const BREAKS = " \t\n;&|()<>";

/**
 * `text` as the simple commands between `;`, `&`, `|`, `&&`, `||`, newlines and parentheses. Substitutions of commands,
 * here-documents, reserved words, functions and unclosed quotes are not read: `unread` names the first.
 *
 * @example shellLine("cd /srv && make 'all of it'").commands.length === 2
 */
export function shellLine(text: string): ShellLine {
  const scan: Scan = { text, at: 0, commands: [], assignments: [], words: [], unread: null };
  while (scan.at < text.length && scan.unread === null) step(scan);
  endCommand(scan);
  return { commands: scan.unread === null ? scan.commands : [], unread: scan.unread };
}

interface Scan {
  readonly text: string;
  at: number;
  readonly commands: SimpleCommand[];
  assignments: ShellWord[];
  words: ShellWord[];
  unread: string | null;
}

function step(scan: Scan): void {
  const character = scan.text[scan.at] ?? "";
  if (character === " " || character === "\t") scan.at++;
  else if (character === "#") skipComment(scan);
  else if (character === "<" || character === ">") redirect(scan);
  else if (character === "(" && scan.words.length > 0) scan.unread = "it defines a function";
  else if (BREAKS.includes(character)) {
    endCommand(scan);
    scan.at++;
  } else addWord(scan);
}

function skipComment(scan: Scan): void {
  const end = scan.text.indexOf("\n", scan.at);
  scan.at = end < 0 ? scan.text.length : end;
}

function redirect(scan: Scan): void {
  const operator = /^(?:<<|<[&>]?|>>|>[&|]?)/.exec(scan.text.slice(scan.at))?.[0] ?? "<";
  if (operator === "<<") {
    scan.unread = "it has a here-document";
    return;
  }
  scan.at += operator.length;
  while (scan.text[scan.at] === " " || scan.text[scan.at] === "\t") scan.at++;
  if (BREAKS.includes(scan.text[scan.at] ?? ";")) scan.unread = "it redirects to nothing that can be read";
  else readWord(scan);
}

function addWord(scan: Scan): void {
  const word = readWord(scan);
  if (word === null) return;
  const next = scan.text[scan.at] ?? "";
  // A number right before a redirection is a descriptor, not a word (XCU 2.7).
  if ((next === "<" || next === ">") && /^\d+$/.test(scan.text.slice(word.start, word.end))) return;
  if (scan.words.length === 0 && RESERVED.has(scan.text.slice(word.start, word.end))) {
    scan.unread = `it has the shell's word ${word.text}`;
  } else if (scan.words.length === 0 && /^[A-Za-z_]\w*=/.test(scan.text.slice(word.start, word.end))) {
    scan.assignments.push(word);
  } else scan.words.push(word);
}

function endCommand(scan: Scan): void {
  const { assignments, words } = scan;
  if (assignments.length + words.length > 0) scan.commands.push({ assignments, words });
  scan.assignments = [];
  scan.words = [];
}

/** The word that starts here, quotes removed; null where it cannot be read. */
function readWord(scan: Scan): ShellWord | null {
  const start = scan.at;
  let text = "";
  let fixed = true;
  for (;;) {
    const character = scan.text[scan.at] ?? "";
    if (character === "" || BREAKS.includes(character)) break;
    if (character === "'" || character === '"') {
      const quoted = readQuoted(scan, character);
      if (quoted === null) return null;
      text += quoted.text;
      fixed &&= quoted.fixed;
    } else if (character === "\\") {
      const next = scan.text[scan.at + 1] ?? "";
      if (next !== "\n") text += next;
      scan.at += 2;
    } else {
      if (substitutes(scan)) return null;
      fixed &&= !"$*?[".includes(character) && !(character === "~" && scan.at === start);
      text += character;
      scan.at++;
    }
  }
  scan.at = Math.min(scan.at, scan.text.length);
  return { text, start, end: scan.at, fixed };
}

function readQuoted(scan: Scan, quote: string): { readonly text: string; readonly fixed: boolean } | null {
  let text = "";
  let fixed = true;
  for (scan.at++; scan.at < scan.text.length; scan.at++) {
    const character = scan.text[scan.at] ?? "";
    if (character === quote) {
      scan.at++;
      return { text, fixed };
    }
    const next = scan.text[scan.at + 1] ?? "";
    if (quote === '"' && character === "\\" && '$`"\\\n'.includes(next) && next !== "") {
      if (next !== "\n") text += next;
      scan.at++;
      continue;
    }
    if (quote === '"' && substitutes(scan)) return null;
    fixed &&= quote === "'" || character !== "$";
    text += character;
  }
  scan.unread = "a quote in it is not closed";
  return null;
}

/** Whether a command is substituted here, which is then what cannot be read. */
function substitutes(scan: Scan): boolean {
  const found =
    scan.text[scan.at] === "`" || /^\$(?:\(|\{[^}]*[$`(]|'|")/.test(scan.text.slice(scan.at, scan.at + 256));
  if (found) scan.unread = "it substitutes a command or a computed text";
  return found;
}
