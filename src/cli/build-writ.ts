// How every tree of commands becomes the command line: its name, its words and its exit codes.
import { type Application, buildApplication, type RouteMap } from "@stricli/core";
import type { CliContext } from "./context.ts";
import { EXIT } from "./exit-codes.ts";
import { text } from "./text.ts";

export const ROOT_DOCS: { readonly brief: string; readonly fullDescription: string } = {
  brief: "A runtime governor: nothing runs without a writ",
  fullDescription:
    "Writ measures a task against your governance spec before it runs, and holds it to its writ while it runs.\n" +
    "There is no --force: what fails does not run. Another task, other facts or an adopted spec can pass.",
};

/** The command line over `root`. */
export function buildWrit(root: RouteMap<CliContext>, version: string): Application<CliContext> {
  return buildApplication(root, {
    name: "writ",
    versionInfo: { currentVersion: version },
    scanner: { caseStyle: "allow-kebab-for-camel" },
    documentation: { caseStyle: "convert-camel-to-kebab", disableAnsiColor: true },
    localization: { loadText: () => text },
    determineExitCode: () => EXIT.internal,
  });
}
