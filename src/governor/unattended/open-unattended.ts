// Connects what a governor does unattended to the machine: its disk, what is scheduled on it, and a process that fires the
// challenge. Not the doing (unattended.ts).
import { statfsSync } from "node:fs";
import type { Spec } from "../../spec/spec.ts";
import { toldCoverage } from "../doctor-coverage.ts";
import { fireChallenge, LIGHT_CHALLENGE } from "../fire-challenge.ts";
import type { TaskInput } from "../governor.ts";
import type { HomePaths } from "../home.ts";
import type { KeptLedger } from "../keep-ledger.ts";
import type { NodeFile } from "../node-file.ts";
import type { LiveRun, RunClient } from "../server/governing.ts";
import { namedBy } from "../service/named-by.ts";
import { Exporter } from "./exporter.ts";
import { Notifier } from "./notifier.ts";
import { Unattended, type UnattendedParts } from "./unattended.ts";
import type { WatchBook } from "./watch-book.ts";

export interface OpenUnattended {
  readonly paths: Pick<HomePaths, "home" | "ledger">;
  readonly node: NodeFile;
  readonly ledger: KeptLedger;
  readonly book: WatchBook;
  readonly spec: () => Spec;
  readonly uid: number;
  /** In a service: the uid of a principal. */
  readonly uidOf: ((principal: string) => number) | undefined;
  readonly run: (input: TaskInput, client: RunClient, uid?: number) => LiveRun;
  /** What is measured, as an OTLP request; null: measuring broke. */
  readonly request: () => string | null;
}

/** Started: it looks for as long as it is not closed. */
export function openUnattended(parts: OpenUnattended): Unattended {
  const { paths, node, ledger, book, spec, uid } = parts;
  const run = (input: TaskInput, client: RunClient): LiveRun =>
    parts.run(input, client, namedBy(input, parts.uidOf));
  const append = ledger.append.bind(ledger);
  const now = (): number => ledger.now();
  const notify = (): Spec["notify"] => spec().notify;
  const wanted = (): Spec["export"] => spec().export;
  const exporter = new Exporter({ wanted, request: parts.request, run, append, uid, now });
  const notifier = new Notifier({ book, notify, run, append, node: node.node, uid, now });
  const unattended = new Unattended({
    book,
    notifier,
    exporter,
    spec,
    append,
    now,
    free: () => freeOf(paths.ledger),
    coverage: () => coverageOf(paths.home),
    // A challenge opens homes for play: one of those that fired another would never end.
    fire: node.throw_away === null ? (signal) => fireChallenge(LIGHT_CHALLENGE, signal) : null,
  });
  book.watch(() => void unattended.look());
  unattended.start();
  return unattended;
}

function coverageOf(home: string): ReturnType<UnattendedParts["coverage"]> {
  try {
    const { scheduled, through, processes } = toldCoverage({ home, named: true });
    return { scheduled, through, outside: processes === null ? null : processes.outside };
  } catch {
    // Files of others, of which any may be odd: what is measured may break, and what is enforced goes on.
    return null;
  }
}

function freeOf(folder: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    // The ledger's own writes tell what is wrong with its folder.
    return null;
  }
}
