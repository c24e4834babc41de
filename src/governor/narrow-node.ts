// Narrows the node at once, and lifts that again by an operator's signature; what an alarm of a check narrowed, only once that
// check was seen to work again. What is in force, and whom it ends, is narrowing.ts.
import { Buffer } from "node:buffer";
import type { NarrowingStep } from "../decide/facts.ts";
import type { CheckedSignatures, SignatureFile } from "./amend/signatures.ts";
import type { Lifted, Narrowed } from "./governor.ts";
import type { KeptLedger } from "./keep-ledger.ts";
import type { Narrowings } from "./narrowings.ts";
import type { StandingAlarm } from "./probes/probe-book.ts";
import { serial } from "./serial.ts";
import type { NarrowRequest } from "./wire/narrow-messages.ts";

export interface NarrowParts {
  readonly ledger: KeptLedger;
  readonly narrowing: Narrowings;
  /** The alarm that a `narrowed` record came of; null: none. */
  readonly alarmOf: (narrowed: number) => Pick<StandingAlarm, "record" | "check" | "tested"> | null;
  readonly node: string;
  /** Who narrows where nobody else is named. */
  readonly uid: number;
  /** Which signers of the spec in force signed. */
  readonly signed: (bytes: Uint8Array, files: readonly SignatureFile[]) => CheckedSignatures;
  /** More may run again. */
  readonly lifted: () => void;
}

export class NarrowNode {
  readonly #parts: NarrowParts;
  /** INVARIANT: records of narrowing and lifting are made one after the other, so that who narrows last is never lifted. */
  readonly #one = serial();

  constructor(parts: NarrowParts) {
    this.#parts = parts;
  }

  /** The RESULT of `request` (wire/messages.ts). */
  async serve(request: NarrowRequest, uid: number = this.#parts.uid): Promise<unknown> {
    switch (request.op) {
      case "narrow":
        return this.narrow(request.step, uid);
      case "lift":
        return this.lift(request.step, request.signatures);
      case "lift_statement":
        return { statement: this.statement(request.step) };
    }
  }

  /**
   * Ends what `step` forbids and resolves when that has ended and the record is durable. A step in force is not recorded
   * again. Throws WRIT_LEDGER_UNWRITABLE; then too nothing forbidden starts for as long as this governor lives.
   */
  async narrow(step: NarrowingStep, uid: number = this.#parts.uid): Promise<Narrowed> {
    const { ledger } = this.#parts;
    const narrowing = this.#parts.narrowing.byHand;
    const ending = [...narrowing.take(step)];
    const record = await this.#one(async () => {
      const known = narrowing.record(step);
      if (known !== null) return known;
      const core = { step, uid };
      const { sequence } = await ledger.append({ kind: "narrowed", core });
      ending.push(...narrowing.note({ kind: "narrowed", sequence, core }));
      return sequence;
    });
    await Promise.allSettled(ending.map(({ ended }) => ended));
    return { step, record, ended: ending.length };
  }

  /** What lifting `step` signs: good for this narrowing on this node and no other; null: it is not in force. */
  statement(step: NarrowingStep): string | null {
    const record = this.#record(step);
    if (record === null) return null;
    return `writ lift\nnode ${this.#parts.node}\nstep ${step}\nnarrowed ${record}\n`;
  }

  /** What a person said is lifted first; an alarm's narrowing stands by itself. */
  #record(step: NarrowingStep): number | null {
    const { byHand, byAlarm } = this.#parts.narrowing;
    return byHand.record(step) ?? byAlarm.record(step);
  }

  /** Lifts `step`, with a signature of its statement by a signer of the spec in force. Throws WRIT_LEDGER_UNWRITABLE. */
  lift(step: NarrowingStep, files: readonly SignatureFile[]): Promise<Lifted> {
    return this.#one(async () => {
      const { ledger, narrowing, signed, lifted, alarmOf } = this.#parts;
      const [narrowed, statement] = [this.#record(step), this.statement(step)];
      if (narrowed === null || statement === null)
        return refusal(step, `the node is not ${step}: nothing to lift`, "writ status", []);
      const alarm = alarmOf(narrowed);
      if (alarm?.tested === false) return refusal(step, stillBlind(alarm, step), "writ measure", []);
      const { signed: by, problems } = signed(Buffer.from(statement), files);
      const [first] = by;
      if (first === undefined)
        return refusal(
          step,
          "no signer of the spec signed: 1 signature is needed",
          SIGN_HINT(step),
          problems,
        );
      const by_alarm = alarm === null ? {} : { alarm: alarm.record };
      const core = { step, narrowed, ...by_alarm, signer: first.signer, signature: first.id };
      const payload = { signatures: files.map(({ name, text }) => ({ name, text })) };
      const { sequence } = await ledger.append({ kind: "lifted", core, payload });
      narrowing.note({ kind: "lifted", sequence, core });
      lifted();
      return { step, outcome: "lifted", record: sequence, refused: null, hint: null, problems };
    });
  }
}

/** Nobody's word shows that a check sees again. */
function stillBlind({ check, record }: Pick<StandingAlarm, "check" | "record">, step: NarrowingStep): string {
  return `alarm #${record} took the node ${step}: no whole self-test of the ${check} was right since`;
}

const SIGN_HINT = (step: NarrowingStep): string =>
  `writ lift ${step} --statement > lift.txt  # sign it (minisign -S, ssh-keygen -Y sign -n writ-spec), then --signature`;

function refusal(step: NarrowingStep, refused: string, hint: string, problems: readonly string[]): Lifted {
  return { step, outcome: "refused", record: null, refused, hint, problems };
}
