// `writ drift detect --jsonl FILE`: alarms of the drift detectors over labelled streams, one answer a line. Needs no home.
import { buildCommand, type Command } from "@stricli/core";
import type { BoundSource } from "../../measure/drift/drift-row.ts";
import type { CliContext } from "../context.ts";
import { guarded } from "../guarded.ts";

interface DetectFlags {
  readonly jsonl: string;
  readonly bound: BoundSource;
}

async function driftDetect(this: CliContext, { jsonl, bound }: DetectFlags): Promise<number> {
  const { printDriftAnswers } = await import("../drift-lines.ts");
  return printDriftAnswers(this, jsonl, bound);
}

export const driftDetectCommand: Command<CliContext> = buildCommand<DetectFlags, [], CliContext>({
  func: guarded(driftDetect),
  parameters: {
    flags: {
      jsonl: {
        kind: "parsed",
        parse: (input: string): string => input,
        brief:
          'Streams, a line of {"id","stratum","x","class_bounds","spec_bound"} each; - for standard input',
        placeholder: "FILE",
      },
      bound: {
        kind: "enum",
        values: ["declared", "learned"],
        default: "declared",
        brief: "Bounds of the line, or learned from the stream's own past",
      },
    },
  },
  docs: {
    brief: "Run the drift detectors over labelled streams",
    fullDescription:
      'Answers each line with {"id","alarms","node_alarms"}: the places, from 0, at which the detectors of the classes\n' +
      "and of the node alarmed. A detector starts anew after each alarm.",
    customUsage: ["[--bound declared|learned] --jsonl FILE"],
  },
});
