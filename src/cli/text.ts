// The command line's own words for what it did not understand: one `writ: error:` line and one `writ: hint:` line, as
// everywhere. Not the text of any command.
import {
  type ApplicationText,
  ArgumentScannerError,
  formatMessageForArgumentScannerError,
  text_en,
} from "@stricli/core";
import { escapeUntrusted } from "../stdx/escape.ts";

/** The library's English text with every error put into Writ's form. */
export const text: ApplicationText = {
  ...text_en,
  noCommandRegisteredForInput: ({ input, corrections }) =>
    lines(`unknown command \`${escapeUntrusted(input)}\``, hintOf(corrections)),
  exceptionWhileParsingArguments: (error) => lines(messageOf(error), "writ --help"),
  exceptionWhileRunningCommand: (error) => internal(error),
  exceptionWhileLoadingCommandFunction: (error) => internal(error),
  exceptionWhileLoadingCommandContext: (error) => internal(error),
};

function messageOf(error: unknown): string {
  if (error instanceof ArgumentScannerError) {
    const message = formatMessageForArgumentScannerError(error, {
      FlagNotFoundError: ({ input, corrections }) =>
        `unknown flag \`--${escapeUntrusted(input)}\`${corrections.length > 0 ? `: ${didYouMean(corrections.map((flag) => asTyped(flag)))}` : ""}`,
      UnexpectedPositionalError: ({ input }) => `unexpected argument \`${escapeUntrusted(input)}\``,
      EnumValidationError: ({ externalFlagName, input, values }) =>
        `\`--${externalFlagName}\` is \`${escapeUntrusted(input)}\`: limit is ${values.join(" or ")}`,
      AliasNotFoundError: ({ input }) => `unknown flag \`-${escapeUntrusted(input)}\``,
    });
    return `${message.charAt(0).toLowerCase()}${message.slice(1)}`;
  }
  return escapeUntrusted(error instanceof Error ? error.message : String(error));
}

// The library corrects to the names in the code, `--noWait`; what is typed is `--no-wait`.
function asTyped(flag: string): string {
  const name = flag.replaceAll("`", "").replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return `--${name}`;
}

function hintOf(corrections: readonly string[]): string {
  return corrections.length > 0 ? didYouMean(corrections) : "writ --help";
}

// The library's corrections come quoted already.
function didYouMean(corrections: readonly string[]): string {
  const words = corrections.map((correction) => `\`${correction.replaceAll("`", "")}\``);
  return `did you mean ${words.join(" or ")}?`;
}

function internal(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return lines(
    `internal: ${escapeUntrusted(message)}`,
    "writ ledger tail  # shows what ran, if anything did; please report this line with what you did",
  );
}

function lines(error: string, hint: string): string {
  return `writ: error: ${error}\nwrit: hint: ${hint}`;
}
