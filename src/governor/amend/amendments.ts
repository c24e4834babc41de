// The changing of the spec in force: adopts, proposes, confirms, takes back; each step recorded and durable before it counts.
// Whether a step may be taken is ratchet-rules.ts; what the ledger says of it is ratchet.ts.
import { Buffer } from "node:buffer";
import type { RecordInput } from "../../ledger/record.ts";
import { noLooser } from "../../spec/no-looser.ts";
import type { Spec } from "../../spec/spec.ts";
import { assert } from "../../stdx/assert.ts";
import { WritError } from "../../stdx/writ-error.ts";
import { compareSpecs, toldLooser } from "../examine-spec.ts";
import type { Adoption, Confirmed, Proposed, SpecImpact } from "../governor.ts";
import { serial } from "../serial.ts";
import { type AdoptedSpec, adoptedSpec, recordedSpec } from "../spec-in-force.ts";
import type { AmendParts } from "./amend-parts.ts";
import {
  adoptionRecord,
  type Follows,
  proposalRecord,
  type Signatures,
  signedRecord,
  witnessesOf,
} from "./amend-records.ts";
import { amendmentFlags } from "./amendment-flags.ts";
import { BuildGate } from "./build-gate.ts";
import { confirmationStatement } from "./confirmation-statement.ts";
import { GenesisSpec } from "./genesis-spec.ts";
import { type ImpactOptions, type ImpactReport, impactOf } from "./impact.ts";
import { acceptedProposal, impactCore, refusedProposal } from "./proposed.ts";
import { countedTime, type Ratchet } from "./ratchet.ts";
import {
  type Compared,
  FOUNDING_WAIT_MS,
  inFounding,
  isOver,
  judgeAdoption,
  judgeConfirmation,
  judgeProposal,
  type Refused,
} from "./ratchet-rules.ts";
import { type CheckedSignatures, checkSignatures, type SignatureFile, unspent } from "./signatures.ts";

/** A spec as it was handed in. */
export interface GivenSpec {
  readonly bytes: Uint8Array;
  readonly source: string;
  readonly signatures: readonly SignatureFile[];
}

const UNSIGNED: Signatures = { signed: [], files: [] };

export class Amendments {
  readonly #parts: AmendParts;
  readonly #one = serial();
  readonly #build: BuildGate;
  /** What a trial would go back to. */
  #base: AdoptedSpec | null;
  readonly #genesis: GenesisSpec = new GenesisSpec();
  /** A step is being recorded. */
  #busy = false;
  #reverting: Promise<unknown> | null = null;

  private constructor(parts: AmendParts, base: AdoptedSpec | null) {
    this.#parts = parts;
    this.#build = new BuildGate(parts);
    this.#base = base;
  }

  /** Takes up an open trial, and ends it at once if its time is over. Throws WRIT_SPEC_MISSING when what it followed was erased. */
  static async open(parts: AmendParts): Promise<Amendments> {
    const { open } = parts.book.ratchet;
    const base = open?.state === "trial" ? recordedSpec(await parts.ledger.read(open.base.sequence)) : null;
    const amendments = new Amendments(parts, base);
    // A trial is taken back at once, which leaves no time to read it then.
    if (base !== null) await amendments.#genesis.load(parts.ledger, parts.book.ratchet);
    if (amendments.#isOver()) await amendments.#revert("trial_over");
    return amendments;
  }

  get ratchet(): Ratchet {
    return this.#parts.book.ratchet;
  }

  /** The spec to decide with now. A trial whose time is over ends here, before anything is decided. Throws as SpecInForce.current. */
  current(): AdoptedSpec {
    this.#build.check();
    if (this.#isOver()) {
      if (this.#busy)
        throw new WritError(
          "WRIT_SPEC_EDITED",
          "the trial of the spec in force is over, and another step is being recorded",
          {
            hint: "try again in a moment",
          },
        );
      void this.#revert("trial_over");
    }
    return this.#parts.spec.current();
  }

  /**
   * Adopts a spec that is no looser and signed by one signer, or begins the open amendment that it is; anything else is
   * refused, and recorded. Throws WRIT_SPEC_INVALID, WRIT_LEDGER_UNWRITABLE and WRIT_HOME_UNWRITABLE; after the last one
   * the new spec is in force and the file is to be restored.
   */
  adopt(given: GivenSpec): Promise<Adoption> {
    return this.#step(async () => {
      const { spec, ledger } = this.#parts;
      const next = adoptedSpec(given.bytes, given.source);
      const { spec_hash, bytes_hash } = next.parsed;
      if (bytes_hash === spec.adopted.parsed.bytes_hash) {
        spec.restore();
        return {
          outcome: "unchanged",
          spec_hash,
          sequence: null,
          looser: [],
          refused: null,
          hint: null,
          problems: [],
        };
      }
      const { compared, looser } = this.#compare(next);
      const checked = this.#check(given.bytes, given.signatures, this.#signers());
      const step = judgeAdoption(this.ratchet, ledger.now(), compared, checked.signed.length);
      const problems = checked.problems;
      if ("refused" in step) {
        const sequence = await this.#recordRefusal(next, looser, step);
        return {
          outcome: "refused",
          spec_hash,
          sequence,
          looser,
          refused: step.refused,
          hint: step.hint,
          problems,
        };
      }
      await this.#genesis.load(ledger, this.ratchet);
      const follows = this.#follows(next);
      const record =
        step.step === "begin"
          ? adoptionRecord(next, follows, { by: "amendment", amendment: step.amendment.sequence }, UNSIGNED)
          : adoptionRecord(
              next,
              follows,
              { by: "tightening", ends_trial: step.ends_trial },
              { signed: checked.signed, files: given.signatures },
            );
      const base = step.step === "begin" ? spec.adopted : this.#base;
      const sequence = await this.#adopt(next, record);
      this.#base = this.ratchet.open?.state === "trial" ? base : null;
      return { outcome: "adopted", spec_hash, sequence, looser, refused: null, hint: null, problems };
    });
  }

  /** Proposes a looser spec, or adds signatures to the open proposal of the same bytes. */
  amend(given: GivenSpec, why: string, progress?: ImpactOptions["progress"]): Promise<Proposed> {
    return this.#step(async () => {
      const { ledger, spec, wall } = this.#parts;
      const next = adoptedSpec(given.bytes, given.source);
      const { compared, looser } = this.#compare(next);
      const checked = this.#check(given.bytes, given.signatures, this.#signers());
      const ids = checked.signed.map(({ id }) => id);
      const findings = { looser, problems: checked.problems };
      // Judged before the report, which takes its time, and again after it.
      const early = judgeProposal(this.ratchet, ledger.now(), compared, ids);
      if ("refused" in early) return refusedProposal(early, findings);
      const impact = await this.#impact(next, progress);
      const step = judgeProposal(this.ratchet, ledger.now(), compared, ids);
      if ("refused" in step) return refusedProposal(step, findings);
      const signatures = { signed: unspent(checked.signed, this.ratchet.spent), files: given.signatures };
      const { amendment } = spec.adopted.parsed.spec;
      const flags = amendmentFlags(
        this.ratchet,
        countedTime(this.ratchet, ledger.now()),
        wall().getHours(),
        looser.map(({ field }) => field),
      );
      const founding = step.step === "propose" && step.founding;
      const record =
        step.step === "sign"
          ? signedRecord("amendment_signed", step.amendment.sequence, signatures)
          : proposalRecord(
              {
                spec: next,
                base: spec.adopted.parsed.spec_hash,
                founding,
                wait: founding ? FOUNDING_WAIT_MS : amendment.cooling_off,
                trial: founding ? null : amendment.trial,
                quorum: founding ? 1 : amendment.quorum,
                looser,
                flags,
                why,
                impact: impactCore(impact),
              },
              signatures,
            );
      await ledger.append(record);
      const { open } = this.ratchet;
      assert(open !== null, "what was proposed is open");
      return acceptedProposal(open, findings, { left_ms: this.#left(open.due), flags, impact });
    });
  }

  /** Confirms the amendment on trial, with a signature of its statement by a signer of what it followed. */
  confirm(files: readonly SignatureFile[]): Promise<Confirmed> {
    return this.#step(async () => {
      const { ledger } = this.#parts;
      if (this.#build.statement() !== null) return this.#build.confirm(files, this.#signers());
      const statement = this.statement();
      const signers = this.#base === null ? [] : this.#signers(this.#base.parsed.spec);
      const checked = this.#check(Buffer.from(statement ?? ""), files, signers);
      const signed = unspent(checked.signed, this.ratchet.spent);
      const step = judgeConfirmation(this.ratchet, ledger.now(), signed.length);
      if ("refused" in step)
        return {
          outcome: "refused",
          amendment: null,
          refused: step.refused,
          hint: step.hint,
          problems: checked.problems,
        };
      const { sequence } = step.amendment;
      await ledger.append(signedRecord("amendment_confirmed", sequence, { signed, files }));
      this.#base = null;
      return {
        outcome: "confirmed",
        amendment: sequence,
        refused: null,
        hint: null,
        problems: checked.problems,
      };
    });
  }

  /** Which signers of the spec in force signed `bytes`. */
  signed(bytes: Uint8Array, files: readonly SignatureFile[]): CheckedSignatures {
    return this.#check(bytes, files, this.#signers());
  }

  /** What a confirmation signs; null: neither an amendment is on trial, nor a build waits. */
  statement(): string | null {
    const { open } = this.ratchet;
    const { node } = this.#parts;
    const build = this.#build.statement();
    if (build !== null) return build;
    return open?.state === "trial" ? confirmationStatement(node, open) : null;
  }

  /** Ends the open amendment: what is only proposed is dropped, what is on trial is taken back. */
  withdraw(): Promise<{ readonly amendment: number | null }> {
    return this.#step(async () => {
      const { open } = this.ratchet;
      if (open === null) return { amendment: null };
      if (open.state === "trial") await this.#revert("withdrawn");
      else
        await this.#parts.ledger.append({ kind: "amendment_withdrawn", core: { amendment: open.sequence } });
      return { amendment: open.sequence };
    });
  }

  /** Ends the founding period for ever. `closed`: it was open until now. */
  close(): Promise<{ readonly closed: boolean }> {
    return this.#step(async () => {
      const closed = inFounding(this.ratchet, this.#parts.ledger.now());
      if (closed) await this.#parts.ledger.append({ kind: "founding_closed", core: {} });
      return { closed };
    });
  }

  /** How the spec compares with what is in force, and what it would have let through. Records nothing. */
  async impact(
    given: Pick<GivenSpec, "bytes" | "source">,
    progress?: ImpactOptions["progress"],
  ): Promise<SpecImpact> {
    const { bytes } = this.#parts.spec.adopted;
    const comparison = compareSpecs({ bytes, source: "the spec in force" }, given);
    return { comparison, report: await this.#impact(adoptedSpec(given.bytes, given.source), progress) };
  }

  /** Hashes of the specs that cannot be done without: in force, genesis, charter, and what a trial would give way to. */
  neededSpecs(): readonly string[] {
    const { in_force, genesis, charter, open } = this.ratchet;
    return [in_force, genesis, charter, open?.base ?? null].flatMap((as) =>
      as === null ? [] : [as.spec_hash],
    );
  }

  restore(): Promise<{ readonly spec_hash: string }> {
    return this.#step(() => Promise.resolve(this.#parts.spec.restore()));
  }

  #impact(next: AdoptedSpec, progress: ImpactOptions["progress"]): Promise<ImpactReport> {
    const { ledger } = this.#parts;
    const { decisions } = this.ratchet;
    return impactOf(ledger.records(), next.compiled, {
      decisions,
      ...(progress === undefined ? {} : { progress }),
    });
  }

  #compare(next: AdoptedSpec): { readonly compared: Compared; readonly looser: Adoption["looser"] } {
    const { bytes_hash, spec } = next.parsed;
    const compared = noLooser(spec, this.#parts.spec.adopted.parsed.spec);
    return {
      compared: { bytes_hash, looser: !compared.ok, to_base: this.#toBase(spec) },
      looser: toldLooser(compared),
    };
  }

  #toBase(spec: Spec): Compared["to_base"] {
    const base = this.#base?.parsed.spec;
    if (base === undefined || noLooser(spec, base).ok) return "within";
    return noLooser(base, spec).ok ? "between" : "neither";
  }

  #signers(spec: Spec = this.#parts.spec.adopted.parsed.spec): readonly string[] {
    const { signers } = spec.amendment;
    if (signers.length > 0) return signers;
    const { operator } = this.ratchet;
    return operator === null ? [] : [operator];
  }

  #check(bytes: Uint8Array, files: readonly SignatureFile[], signers: readonly string[]): CheckedSignatures {
    return checkSignatures(bytes, files, signers, Math.floor(this.#parts.wall().getTime() / 1000));
  }

  #follows(next: AdoptedSpec): Follows {
    const before = this.#parts.spec.adopted.parsed.spec_hash;
    return { before, looseness: this.#genesis.looseness(next.parsed.spec) };
  }

  async #recordRefusal(next: AdoptedSpec, looser: Adoption["looser"], { refused }: Refused): Promise<number> {
    const { spec_hash, bytes_hash } = next.parsed;
    const before = this.#parts.spec.adopted.parsed.spec_hash;
    const core = { spec_hash, bytes_hash, before, looser: looser.map(({ field }) => field) };
    const payload = { looser: witnessesOf(looser), refused };
    const { sequence } = await this.#parts.ledger.append({ kind: "spec_refused", core, payload });
    return sequence;
  }

  async #adopt(next: AdoptedSpec, record: RecordInput): Promise<number> {
    const { sequence } = await this.#parts.ledger.append(record);
    this.#parts.adopted(next.parsed.spec_hash, sequence);
    this.#parts.spec.put(next);
    return sequence;
  }

  /** Puts what the trial followed in force at once, and records that before any later decision. */
  #revert(cause: "trial_over" | "withdrawn"): Promise<unknown> {
    const { open } = this.ratchet;
    const base = this.#base;
    assert(open !== null && base !== null, "what is taken back is on trial");
    if (this.#reverting !== null) return this.#reverting;
    const { spec } = this.#parts;
    const by = { by: "reverted", amendment: open.sequence, cause } as const;
    this.#reverting = this.#recordRevert(base, adoptionRecord(base, this.#follows(base), by, UNSIGNED));
    const done = this.#reverting;
    spec.put(base);
    return done;
  }

  /** Appended at once, so that every later record stands behind it. A ledger that cannot take it takes nothing any more. */
  async #recordRevert(base: AdoptedSpec, record: RecordInput): Promise<void> {
    const { ledger, adopted } = this.#parts;
    const { sequence } = await ledger.append(record).catch(() => ({ sequence: null }));
    if (sequence === null) return;
    adopted(base.parsed.spec_hash, sequence);
    this.#base = null;
    this.#reverting = null;
  }

  #isOver(): boolean {
    return this.#reverting === null && isOver(this.ratchet, this.#parts.ledger.now());
  }

  #left(at: number): number {
    return Math.max(0, at - countedTime(this.ratchet, this.#parts.ledger.now()));
  }

  #step<T>(work: () => Promise<T>): Promise<T> {
    return this.#one(async () => {
      if (this.#isOver()) void this.#revert("trial_over");
      await this.#reverting;
      this.#parts.ledger.check();
      this.#busy = true;
      try {
        return await work();
      } finally {
        this.#busy = false;
      }
    });
  }
}
