// Prints as fast as it is read: resolves when more may come, or nobody reads any more.
import type { CliContext } from "./context.ts";

/** A printer of whole texts to standard output. */
export function printTo({ process: { stdout, isUnread } }: CliContext): (text: string) => Promise<void> {
  return (text) =>
    new Promise((resolve) => {
      if (isUnread()) return resolve();
      if (stdout.write(text)) return resolve();
      const go = (): void => {
        stdout.off("drain", go);
        stdout.off("close", go);
        stdout.off("error", go);
        resolve();
      };
      stdout.once("drain", go);
      stdout.once("close", go);
      stdout.once("error", go);
    });
}
