// What a task runs: a command with its arguments, as the kernel takes them. No shell reads it.
import type { DocumentNode } from "../stdx/document/document-node.ts";
import { enforcedBy, notEnforced, required } from "../stdx/schema/field.ts";
import { sequence } from "../stdx/schema/lists.ts";
import { type MemberProblem, object } from "../stdx/schema/object.ts";
import { text } from "../stdx/schema/scalars.ts";
import type { Reading, Schema } from "../stdx/schema/schema.ts";
import type { Task } from "./task.ts";

/** Linux binfmts.h MAX_ARG_STRLEN: 32 pages with the ending NUL. Counted in UTF-16 units, so never above it in ASCII. */
const ARGUMENT_MAX = 131_071;

const words: Schema<string> = text({
  noun: "an argument",
  min: 0,
  max: ARGUMENT_MAX,
  characters: "argument",
});

/**
 * One argument: text, or a whole number in its plain decimal form, which stands for its digits. Everything else that YAML
 * reads as something other than text (`true`, `0x10`, `1e3`, `~`) has to be quoted.
 */
const argument: Schema<string> = {
  ...words,
  json: { anyOf: [words.json, { type: "integer" }] },
  read: (node: DocumentNode, reading: Reading) =>
    words.read(isDecimal(node) ? { ...node, type: "text" } : node, reading),
};

function isDecimal(node: DocumentNode): node is DocumentNode & { readonly kind: "scalar" } {
  return node.kind === "scalar" && node.type === "integer" && /^(?:0|-?[1-9][0-9]{0,14})$/u.test(node.text);
}

/** `run:` of a task. */
export const commandSchema: Schema<Task["run"]> = object<Task["run"]>(
  {
    command: required(
      sequence(argument, 1),
      enforcedBy("enforce/sandbox", "need"),
      "the program and its arguments; no shell reads them",
    ),
  },
  {
    notEnforced: {
      module: notEnforced("enforce/sandbox"),
      export: notEnforced("enforce/sandbox"),
      input: notEnforced("enforce/sandbox"),
    },
    check: checkProgram,
  },
);

function checkProgram(run: Task["run"]): readonly MemberProblem[] {
  return run.command[0] === ""
    ? [{ member: "command", message: "starts with an empty word: name a program" }]
    : [];
}
