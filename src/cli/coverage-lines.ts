// Coverage on a screen: what goes around Writ, and the changed lines that would bring it in. Texts come escaped; lines that
// are to be copied come as they are.
import type { ToldCoverage } from "../governor/doctor-coverage.ts";
import type { CliContext } from "./context.ts";
import { copiedLine, line, note } from "./output.ts";

/** Lines of each kind on the doctor's screen; `--format json` has all that is told. */
const SHOWN_MAX = 20;

/** What goes around Writ and what could not be read, below the doctor's line on coverage. */
export function printCoverage(context: CliContext, coverage: ToldCoverage): void {
  const { commands, processes, unread, shipped } = coverage;
  const around = commands.filter((command) => command.around !== null);
  const who = (user: string | null): string => (user === null ? "" : ` (${user})`);
  shown(
    context,
    "around",
    around.map(({ place, user, command, around: why }) => `${place}${who(user)}: ${command}: ${why ?? ""}`),
  );
  shown(
    context,
    "outside",
    (processes?.names ?? []).map(({ uid, name, count }) => `${count} × ${name} (uid ${uid})`),
  );
  shown(
    context,
    "unread",
    unread.map(({ path, why }) => `${path}: ${why}`),
  );
  if (shipped > 0) line(context, `       shipped: ${shipped} commands of timers that came with the system`);
}

function shown(context: CliContext, word: string, lines: readonly string[]): void {
  for (const text of lines.slice(0, SHOWN_MAX)) line(context, `       ${word}: ${text}`);
  const more = lines.length - SHOWN_MAX;
  if (more > 0) line(context, `       ${word}: and ${more} more; --format json has them`);
}

/** The changed lines of every scheduled command that goes around Writ, each with the file that it belongs into. */
export function printAdopted(context: CliContext, { commands, unread }: ToldCoverage): void {
  const around = commands.filter((command) => command.around !== null);
  for (const { place, user, adopted } of around) {
    if (adopted === null) continue;
    if (adopted.none !== null) {
      line(context, `# ${place} stays as it is: ${adopted.none}`);
      continue;
    }
    const where = adopted.replaces === null ? "" : `, in the place of line ${adopted.replaces}`;
    line(context, `# ${adopted.path ?? ""}${where}${user === null ? "" : `  (as ${user})`}`);
    for (const text of adopted.lines) copiedLine(context, text);
  }
  if (unread.length > 0) note(context, "note", `${unread.length} places could not be read: writ doctor`);
  if (around.length === 0)
    note(context, "note", "every scheduled command that can be read goes through writ");
  else {
    note(context, "note", "nothing was changed; such a task gets what any other does: see `writ run --help`");
  }
}
