// Programs that only start another one: how many words of theirs stand before it. Not a guess: an option that is not
// listed here means that the command cannot be told.
import type { ShellWord } from "./shell-line.ts";

/** How one wrapper's words are read (its manual page, section 1). */
interface Wrapper {
  /** Options with a value of their own, in the next word or attached. */
  readonly valued: readonly string[];
  /** Options without one. */
  readonly plain: readonly string[];
  /** Words before the command that are no options: a duration, a lock file. */
  readonly positional: number;
}

const WRAPPERS: Readonly<Record<string, Wrapper>> = {
  chronic: { valued: [], plain: ["-v", "-e"], positional: 0 },
  env: {
    valued: ["-u", "--unset", "-C", "--chdir"],
    plain: ["-i", "-", "--ignore-environment"],
    positional: 0,
  },
  exec: { valued: ["-a"], plain: ["-c", "-l"], positional: 0 },
  flock: {
    valued: ["-w", "--wait", "--timeout", "-E", "--conflict-exit-code"],
    plain:
      "-s --shared -x -e --exclusive -n --nb --nonblock -u --unlock -o --close -F --no-fork --verbose".split(
        " ",
      ),
    positional: 1,
  },
  ionice: { valued: ["-c", "--class", "-n", "--classdata"], plain: ["-t", "--ignore"], positional: 0 },
  nice: { valued: ["-n", "--adjustment"], plain: [], positional: 0 },
  nohup: { valued: [], plain: [], positional: 0 },
  setsid: { valued: [], plain: ["-c", "--ctty", "-f", "--fork", "-w", "--wait"], positional: 0 },
  stdbuf: { valued: ["-i", "--input", "-o", "--output", "-e", "--error"], plain: [], positional: 0 },
  time: {
    valued: ["-o", "--output", "-f", "--format"],
    plain: ["-p", "-a", "--append", "-v"],
    positional: 0,
  },
  timeout: {
    valued: ["-k", "--kill-after", "-s", "--signal"],
    plain: ["--foreground", "--preserve-status", "-v", "--verbose"],
    positional: 1,
  },
};

/** What stands in a wrapper's words: the command at `index`, a shell line, or neither that can be told (null). */
export type Wrapped = { readonly index: number } | { readonly line: ShellWord } | null;

/** What the wrapper that `words` start with starts; undefined: it is none. `name` is the last part of its path. */
export function wrapped(name: string, words: readonly ShellWord[]): Wrapped | undefined {
  if (SHELLS.has(name)) return shellString(words);
  const wrapper = Object.hasOwn(WRAPPERS, name) ? WRAPPERS[name] : undefined;
  if (wrapper === undefined) return undefined;
  let index = skipOptions(words, 1, wrapper);
  for (let left = wrapper.positional; left > 0 && index !== null; left--) index += 1;
  if (index === null) return null;
  if (name === "flock") {
    const word = words[index]?.text;
    const line = words[index + 1];
    if (word === "-c" || word === "--command") return line === undefined ? null : { line };
  }
  if (name === "env") while (/^[A-Za-z_]\w*=/.test(words[index]?.text ?? "")) index++;
  return index < words.length ? { index } : null;
}

function skipOptions(words: readonly ShellWord[], from: number, wrapper: Wrapper): number | null {
  let at = from;
  for (; at < words.length; at++) {
    const text = words[at]?.text ?? "";
    if (text === "--") return at + 1;
    if (!text.startsWith("-")) return at;
    if (wrapper.valued.includes(text)) at++;
    else if (!wrapper.plain.includes(text) && !attached(text, wrapper)) return null;
  }
  return null;
}

/** `--wait=5`, `-n5`, and the old `nice -5`. */
function attached(text: string, wrapper: Wrapper): boolean {
  const long = /^(--[a-z-]+)=/.exec(text)?.[1];
  if (long !== undefined) return wrapper.valued.includes(long);
  if (wrapper.valued.includes("--adjustment") && /^-\d+$/.test(text)) return true;
  if (text.startsWith("--")) return false;
  if (wrapper.valued.includes(text.slice(0, 2))) return true;
  return Array.from(text.slice(1)).every((letter) => wrapper.plain.includes(`-${letter}`));
}

const SHELLS: ReadonlySet<string> = new Set(["sh", "bash", "dash", "ash", "ksh", "zsh"]);

/** The line of `sh -c LINE`; null: it runs a script, or says more than is read here. */
function shellString(words: readonly ShellWord[]): Wrapped {
  for (let at = 1; at < words.length; at++) {
    const text = words[at]?.text ?? "";
    const line = words[at + 1];
    if (/^-[a-z]*c$/.test(text)) return line === undefined ? null : { line };
    if (text !== "--login" && !/^-[elux]+$/.test(text)) return null;
  }
  return null;
}
