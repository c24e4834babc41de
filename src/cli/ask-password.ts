// Asks for a password on the terminal, without showing it. Never reads one from anywhere else.
import { WritError } from "../stdx/writ-error.ts";
import type { CliContext } from "./context.ts";

/** Characters that are kept. */
const LENGTH_MAX = 1024;
const [CTRL_C, CTRL_D, BACKSPACE, DELETE] = ["\u0003", "\u0004", "\b", "\u007f"];

/** What was typed until Enter. Throws WRIT_KEY_UNUSABLE without a terminal, and when the asking is broken off. */
export function askPassword({ process: own }: CliContext, question: string): Promise<string> {
  const { stdin, stderr } = own;
  if (!stdin.isTTY || !stderr.isTTY) {
    throw new WritError(
      "WRIT_KEY_UNUSABLE",
      "the key is under a password, and there is no terminal to ask for it",
      {
        hint: "writ spec sign FILE  # on a terminal",
      },
    );
  }
  stderr.write(`${question}: `);
  stdin.setRawMode(true);
  stdin.setEncoding("utf8");
  return new Promise((resolve, reject) => {
    let typed = "";
    const finish = (settle: () => void): void => {
      stdin.off("data", take);
      stdin.setRawMode(false);
      stdin.pause();
      stderr.write("\n");
      settle();
    };
    const take = (chunk: string): void => {
      for (const key of chunk) {
        if (key === "\r" || key === "\n") return finish(() => resolve(typed));
        if (key === CTRL_C || key === CTRL_D) return finish(() => reject(brokenOff()));
        if (key === BACKSPACE || key === DELETE) typed = typed.slice(0, -1);
        else if (typed.length < LENGTH_MAX) typed += key;
      }
    };
    stdin.on("data", take);
  });
}

function brokenOff(): WritError {
  return new WritError("WRIT_KEY_UNUSABLE", "no password was given: nothing is signed", {
    hint: "writ spec sign FILE",
  });
}
