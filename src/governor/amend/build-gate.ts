// Holds a build of Writ back that would admit what was refused, until it is confirmed as a loosening is.
import { Buffer } from "node:buffer";
import { WritError } from "../../stdx/writ-error.ts";
import type { Confirmed } from "../governor.ts";
import type { AmendParts } from "./amend-parts.ts";
import { buildStatement } from "./confirmation-statement.ts";
import type { Ratchet } from "./ratchet.ts";
import { judgeBuild } from "./ratchet-rules.ts";
import { checkSignatures, type SignatureFile, unspent } from "./signatures.ts";

export class BuildGate {
  readonly #parts: Omit<AmendParts, "adopted">;

  constructor(parts: Omit<AmendParts, "adopted">) {
    this.#parts = parts;
  }

  /** Throws WRIT_BUILD_WAITS while this build may decide nothing. */
  check(): void {
    const { waits } = this.#parts.book.ratchet.build;
    if (waits !== null) throw buildWaits(waits);
  }

  /** What its confirmation signs; null: no build waits. */
  statement(): string | null {
    const { waits } = this.#parts.book.ratchet.build;
    return waits === null ? null : buildStatement(this.#parts.node, waits.build);
  }

  /** Confirms it, with a quorum's signatures of the statement, once it has cooled off. */
  async confirm(files: readonly SignatureFile[], signers: readonly string[]): Promise<Confirmed> {
    const { ledger, spec, book, wall } = this.#parts;
    const bytes = Buffer.from(this.statement() ?? "");
    const { signed, problems } = checkSignatures(bytes, files, signers, Math.floor(wall().getTime() / 1000));
    const fresh = unspent(signed, book.ratchet.spent);
    const { amendment } = spec.adopted.parsed.spec;
    const step = judgeBuild(book.ratchet, ledger.now(), amendment, fresh.length);
    if ("refused" in step) return { outcome: "refused", amendment: null, ...step, problems };
    const signatures = fresh.map(({ signer, id }) => ({ signer, id }));
    await ledger.append({ kind: "build_confirmed", core: { build: step.build, signatures } });
    return { outcome: "confirmed", amendment: null, refused: null, hint: null, problems };
  }
}

function buildWaits({ build, admits, answers }: NonNullable<Ratchet["build"]["waits"]>): WritError {
  const what =
    admits.length > 0
      ? `would admit what was refused (${few(admits.map((sequence) => `#${sequence}`))})`
      : `gives known answers otherwise (${few(answers)})`;
  return new WritError(
    "WRIT_BUILD_WAITS",
    `build ${build} ${what}: it decides nothing until that is confirmed as a loosening`,
    { hint: "run the build before it; or, once it has cooled off, writ spec confirm" },
  );
}

function few(names: readonly string[]): string {
  return `${names.slice(0, 3).join(", ")}${names.length > 3 ? " and more" : ""}`;
}
