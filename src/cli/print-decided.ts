// Prints a decision as the governor told it: headings and indented lines. Decides nothing and adds nothing.
import type { Decided, ToldSection } from "../governor/governor.ts";
import type { CliContext } from "./context.ts";
import { plain, strong } from "./output.ts";

/** The whole decision, with where it stands in the ledger. */
export function printDecided(context: CliContext, stream: "stdout" | "stderr", decided: Decided): void {
  printTold(context, stream, decided.told);
  if (decided.sequence !== null) context.process[stream].write(`ledger: record ${decided.sequence}\n`);
}

/** The sections of a told decision. */
export function printTold(
  context: CliContext,
  stream: "stdout" | "stderr",
  told: readonly ToldSection[],
): void {
  for (const { title, lines } of told) {
    context.process[stream].write(`${strong(context, stream, plain(title))}\n`);
    for (const line of lines) context.process[stream].write(`  ${plain(line)}\n`);
  }
}
