// `writ report --html FILE`: what `writ measure` shows, as one page that stands for itself.
import { writeFileSync } from "node:fs";
import { buildCommand, type Command } from "@stricli/core";
import { escapeUntrusted } from "../../stdx/escape.ts";
import { WritError } from "../../stdx/writ-error.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { home } from "../flags.ts";
import { guarded } from "../guarded.ts";
import { homePath } from "../home-path.ts";
import { line, note } from "../output.ts";

interface ReportFlags {
  readonly home: string | undefined;
  readonly html: string;
}

async function report(this: CliContext, flags: ReportFlags): Promise<number> {
  const { measureHome } = await import("../../governor/measure-home.ts");
  const { reportHtml } = await import("../../measure/report/report-html.ts");
  const measured = await measureHome(homePath(this, flags.home), (records) =>
    note(this, "note", `${records} records read`),
  );
  const page = reportHtml(measured.node, measured);
  if (flags.html === "-") {
    this.process.stdout.write(page);
    return EXIT.done;
  }
  write(flags.html, page);
  line(this, `\`${escapeUntrusted(flags.html)}\`: ${page.length} bytes, ${measured.records} records`);
  return EXIT.done;
}

/** For its owner's eyes, as the ledger is. */
function write(file: string, page: string): void {
  try {
    writeFileSync(file, page, { mode: 0o600 });
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? "unknown reason";
    throw new WritError("WRIT_USAGE", `\`${escapeUntrusted(file)}\` cannot be written: ${code}`, {
      hint: "writ report --html -  # to standard output, or name a file in a folder that you may write",
      cause,
    });
  }
}

export const reportCommand: Command<CliContext> = buildCommand<ReportFlags, [], CliContext>({
  func: guarded(report),
  parameters: {
    flags: {
      home,
      html: {
        kind: "parsed",
        parse: (input: string): string => input,
        brief: "The page to write; - for standard output",
        placeholder: "FILE",
      },
    },
  },
  docs: { brief: "Write what the ledger measures as one page", customUsage: ["[--home DIR] --html FILE"] },
});
