// The prober of one governor, out of what that opened. Sends nothing itself.
import type { KeptLedger, NoteRecord } from "../keep-ledger.ts";
import type { LaunchParts } from "../launch.ts";
import type { NodeFile } from "../node-file.ts";
import type { Projection } from "../project-record.ts";
import type { SpecInForce } from "../spec-in-force.ts";
import type { SubmitParts } from "../submit.ts";
import type { ProbeBook } from "./probe-book.ts";
import { Prober } from "./prober.ts";

/** What a governor opened, as far as probes need it. */
export interface ProbedGovernor {
  readonly ledger: KeptLedger;
  readonly probes: ProbeBook;
  readonly key: { readonly names_key: Uint8Array };
  readonly instance: string;
  readonly projection: Projection;
  /** Set here: told of each record behind whoever was told before. */
  readonly noted: { last: NoteRecord };
}

/** Sends probes from here on, as the spec in force says. */
export function openProber(
  { ledger, probes: book, key, instance, projection, noted }: ProbedGovernor,
  of: {
    readonly submit: SubmitParts;
    readonly launch: LaunchParts;
    readonly spec: SpecInForce;
    readonly node: NodeFile;
    readonly lifted: () => void;
  },
): Prober {
  const { node, ...parts } = of;
  const own = { names_key: key.names_key, root: node.throw_away?.root ?? null };
  const prober = new Prober({ ...parts, ...own, ledger, book, instance, narrowings: projection.narrowing });
  const before = noted.last;
  noted.last = (record) => {
    before(record);
    prober.note(record);
  };
  return prober;
}
