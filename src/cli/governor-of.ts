// The governor that a command asks, and one line on the terminal while it reads a long ledger before it answers.
import type { Governor } from "../governor/governor.ts";
import type { OpenOptions } from "../governor/open-governor.ts";
import type { CliContext } from "./context.ts";
import { homePath } from "./home-path.ts";

/** The governor of the home that `--home` names or that is usual. Throws `WritError` WRIT_HOME_MISSING. */
export async function governorOf(context: CliContext, home: string | undefined): Promise<Governor> {
  const { openGovernor } = await import("../governor/open-governor.ts");
  return await openGovernor({ home: homePath(context, home), ...startingLine(context) });
}

/** Nothing where standard error is no terminal. */
function startingLine({ process: { stderr } }: CliContext): Pick<OpenOptions, "starting"> {
  if (!stderr.isTTY) return {};
  return {
    starting: (at) => {
      const text = at === null ? "" : `starting: ${at.doing} ${at.done} of ${at.of} records`;
      stderr.write(`\r\u001b[2K${text}`);
    },
  };
}
