// Flags that several commands share, each defined once.
import type { Format } from "./output.ts";

export interface CommonFlags {
  readonly home: string | undefined;
  readonly format: Format;
}

interface TextFlag {
  readonly kind: "parsed";
  readonly parse: (input: string) => string;
  readonly optional: true;
  readonly brief: string;
  readonly placeholder: string;
}

interface BooleanFlag {
  readonly kind: "boolean";
  readonly default: false;
  readonly withNegated: false;
  readonly brief: string;
}

interface TextsFlag extends TextFlag {
  readonly variadic: true;
}

const text = (input: string): string => input;

export const home: TextFlag = {
  kind: "parsed",
  parse: text,
  optional: true,
  brief: "The home folder (default: WRIT_HOME, else the XDG state folder)",
  placeholder: "DIR",
};

export const format = {
  kind: "enum",
  values: ["human", "json"],
  default: "human",
  brief: "How the result is printed",
} as const;

/** A flag that takes a text and may be left out. */
export function optionalText(brief: string, placeholder: string): TextFlag {
  return { kind: "parsed", parse: text, optional: true, brief, placeholder };
}

/** A flag that takes a text and may be given several times. */
export function texts(brief: string, placeholder: string): TextsFlag {
  return { kind: "parsed", parse: text, variadic: true, optional: true, brief, placeholder };
}

/** The reason of a step, which is recorded; it moves nothing. */
export const whyFlag = {
  kind: "parsed",
  parse: text,
  brief: "The reason, in words; recorded, moves nothing",
  placeholder: "REASON",
} as const;

/** A flag that is on or left out. */
export function onFlag(brief: string): BooleanFlag {
  return { kind: "boolean", default: false, withNegated: false, brief };
}

/** Any number of positional arguments, each a file unless `placeholder` says otherwise. */
export function files(
  brief: string,
  placeholder: string = "FILE",
): {
  readonly kind: "array";
  readonly parameter: {
    readonly brief: string;
    readonly parse: (input: string) => string;
    readonly placeholder: string;
  };
} {
  return { kind: "array", parameter: { brief, parse: text, placeholder } };
}

/** One positional argument. */
export function oneArgument(
  brief: string,
  placeholder: string,
): {
  readonly kind: "tuple";
  readonly parameters: readonly [
    { readonly brief: string; readonly parse: (input: string) => string; readonly placeholder: string },
  ];
} {
  return { kind: "tuple", parameters: [{ brief, parse: text, placeholder }] };
}

/** One positional argument that may be left out. */
export function oneOptionalArgument(
  brief: string,
  placeholder: string,
): {
  readonly kind: "tuple";
  readonly parameters: readonly [
    {
      readonly brief: string;
      readonly parse: (input: string) => string;
      readonly placeholder: string;
      readonly optional: true;
    },
  ];
} {
  return { kind: "tuple", parameters: [{ brief, parse: text, placeholder, optional: true }] };
}

/** Flags of the commands that take a task: what a command behind `--` needs. Task content, all of them. */
export interface TaskFlags extends CommonFlags {
  readonly name: string | undefined;
  readonly intent: string | undefined;
  readonly read: readonly string[] | undefined;
  readonly write: readonly string[] | undefined;
  readonly call: readonly string[] | undefined;
  readonly secret: readonly string[] | undefined;
  readonly profile: string | undefined;
  readonly memory: string | undefined;
  readonly cpu: string | undefined;
  readonly time: string | undefined;
  readonly processes: string | undefined;
  readonly submits: string | undefined;
  readonly recordNetwork: boolean;
}

export const taskFlags: Readonly<
  Record<"home" | "name" | "intent" | "memory" | "cpu" | "time" | "processes" | "submits", TextFlag>
> &
  Readonly<Record<"read" | "write" | "call" | "secret", TextsFlag>> & {
    readonly format: typeof format;
    readonly profile: TextFlag & { readonly inferEmpty: true };
    readonly recordNetwork: BooleanFlag;
  } = {
  home,
  format,
  profile: {
    ...optionalText("Start from a shipped declaration; alone, it lists them", "NAME[=HOST]"),
    inferEmpty: true,
  },
  name: optionalText("The task's name", "NAME"),
  intent: optionalText("What it is for, in words; moves nothing", "WORDS"),
  read: texts("A path it may read", "PATH"),
  write: texts("A path it may write", "PATH"),
  call: texts("A call it may make, as METHOD URL or CONNECT tcp://HOST:PORT", "CALL"),
  secret: texts("A credential of the spec that the gate puts in for it", "NAME"),
  memory: optionalText("Memory, as in 512 MiB", "SIZE"),
  cpu: optionalText("Processor cores, as in 1 or 0.5", "CORES"),
  time: optionalText("Wall-clock time, as in 2 m", "TIME"),
  processes: optionalText("Processes at once", "N"),
  submits: optionalText("Tasks that it may submit itself", "N"),
  recordNetwork: {
    kind: "boolean",
    default: false,
    withNegated: false,
    brief: "Refuse and record what it tries on the network, for `task draft`",
  },
};
