// Answers what clients ask about the spec and its changes: one request, one answer. Decides nothing itself.
import { Buffer } from "node:buffer";
import type { KeptLedger } from "../keep-ledger.ts";
import type { SpecInForce } from "../spec-in-force.ts";
import type { SpecRequest } from "../wire/amend-messages.ts";
import type { Amendments } from "./amendments.ts";
import { recordAppeal } from "./appeal.ts";
import { specLog, specStatus } from "./spec-status.ts";

export interface SpecParts {
  readonly amendments: Amendments;
  readonly ledger: KeptLedger;
  readonly spec: SpecInForce;
}

/** The RESULT of `request` (wire/messages.ts). Throws as the steps do. */
export async function serveSpec(
  { amendments, ledger, spec }: SpecParts,
  request: SpecRequest,
  progress: (decided: number, of: number) => void,
): Promise<unknown> {
  switch (request.op) {
    case "adopt":
      return amendments.adopt({ ...request, bytes: Buffer.from(request.bytes, "base64") });
    case "amend":
      return amendments.amend(
        { ...request, bytes: Buffer.from(request.bytes, "base64") },
        request.why,
        progress,
      );
    case "impact":
      return amendments.impact(
        { bytes: Buffer.from(request.bytes, "base64"), source: request.source },
        progress,
      );
    case "confirm":
      return amendments.confirm(request.signatures);
    case "withdraw":
      return amendments.withdraw();
    case "close_founding":
      return amendments.close();
    case "appeal":
      return recordAppeal(ledger, request.sequence, request.why);
    case "restore":
      return amendments.restore();
    case "spec_status":
      return specStatus({
        ledger,
        ratchet: amendments.ratchet,
        adopted: spec.adopted,
        statement: amendments.statement(),
      });
    case "spec_log":
      return { steps: await specLog(ledger) };
  }
}
