// Random chains of amendments of random specs, exactly compared: what is in force is never looser than genesis joined with
// what was confirmed and what is on trial, and every prefix of the records says which spec that is.
import { assert as check, integer, property } from "fast-check";
import { expect, test } from "vitest";
import { type Draw, drawFrom, relatedSpec, someSpec } from "../../../model/comparison-universe.ts";
import { depth, seed } from "../../../test/depth.ts";
import { noLooser } from "../../spec/no-looser.ts";
import type { Spec } from "../../spec/spec.ts";
import type { JsonObject } from "../../stdx/json.ts";
import { afterRecord, NO_RATCHET, type Ratchet, type RatchetRecord } from "./ratchet.ts";
import { isOver, judgeAdoption, judgeConfirmation, judgeProposal } from "./ratchet-rules.ts";

const DAY = 86_400_000;
const STEPS = 30;

/** A home whose specs are named by their place in a list. */
class Chain {
  readonly specs: Spec[] = [];
  readonly records: RatchetRecord[] = [];
  /** What was in force after each record, as this chain put it there. */
  readonly inForce: (string | null)[] = [];
  readonly confirmed: Spec[] = [];
  ratchet: Ratchet = NO_RATCHET;
  time = 0;
  #now: string | null = null;

  append(kind: RatchetRecord["kind"], core: JsonObject): void {
    const record = { kind, sequence: this.records.length, time: this.time, core };
    this.records.push(record);
    this.ratchet = afterRecord(this.ratchet, record);
    if (kind === "spec_adopted") this.#now = core["spec_hash"] as string;
    this.inForce.push(this.#now);
  }

  adopt(name: string, core: JsonObject): void {
    this.append("spec_adopted", { spec_hash: name, bytes_hash: name, before: this.#now, ...core });
  }

  spec(name: string | null | undefined): Spec {
    const spec = this.specs[Number(name)];
    if (spec === undefined) throw new Error("a spec is named by its place");
    return spec;
  }

  get current(): Spec {
    return this.spec(this.#now);
  }

  settle(): void {
    const { open } = this.ratchet;
    if (open === null || !isOver(this.ratchet, this.time)) return;
    this.adopt(open.base.spec_hash, { by: "reverted", amendment: open.sequence, cause: "trial_over" });
  }
}

function step(chain: Chain, draw: Draw): void {
  chain.time += [60_000, DAY, 3 * DAY, 11 * DAY][draw(4)] ?? 0;
  chain.settle();
  const { open } = chain.ratchet;
  const name =
    open !== null && draw(2) === 0
      ? open.spec_hash
      : String(chain.specs.push(relatedSpec(draw, chain.current, 30)) - 1);
  const next = chain.spec(name);
  const base = open?.state === "trial" ? chain.spec(open.base.spec_hash) : next;
  const to_base = noLooser(next, base).ok ? "within" : noLooser(base, next).ok ? "between" : "neither";
  const compared = { bytes_hash: name, looser: !noLooser(next, chain.current).ok, to_base } as const;
  const signature = { signer: "k", id: String(chain.records.length) };
  if (draw(3) === 0) {
    const confirmation = judgeConfirmation(chain.ratchet, chain.time, 1);
    if ("refused" in confirmation) return;
    chain.append("amendment_confirmed", {
      amendment: confirmation.amendment.sequence,
      signatures: [signature],
    });
    chain.confirmed.push(chain.spec(confirmation.amendment.spec_hash));
    return;
  }
  const adoption = judgeAdoption(chain.ratchet, chain.time, compared, 1);
  if (!("refused" in adoption)) {
    if (adoption.step === "begin")
      chain.adopt(name, { by: "amendment", amendment: adoption.amendment.sequence });
    else chain.adopt(name, { by: "tightening", ends_trial: adoption.ends_trial });
    return;
  }
  const proposal = judgeProposal(chain.ratchet, chain.time, compared, [signature.id]);
  if ("refused" in proposal || proposal.step === "sign") return;
  chain.append("amendment_proposed", {
    spec_hash: name,
    bytes_hash: name,
    base: chain.ratchet.in_force?.spec_hash ?? "",
    founding: false,
    wait: 3 * DAY,
    trial: 10 * DAY,
    quorum: 1,
    looser: [],
    signatures: [signature],
  });
}

/** Whether each field of `spec` that is looser than in `specs[0]` is no looser than in some other of them. */
function withinJoin(spec: Spec, specs: readonly Spec[]): boolean {
  const looserThan = (than: Spec): ReadonlySet<string> => {
    const compared = noLooser(spec, than);
    return new Set(compared.ok ? [] : compared.looser.map(({ field }) => field));
  };
  const [first, ...others] = specs.map(looserThan);
  return [...(first ?? [])].every((field) => others.some((looser) => !looser.has(field)));
}

test("P9 random chains: never looser than genesis joined with what was confirmed; every prefix says what is in force", () => {
  const counts = { begun: 0, confirmed: 0, reverted: 0, tightened: 0 };
  check(
    property(integer({ min: 0, max: 0x7fff_ffff }), (chainSeed) => {
      const draw = drawFrom(chainSeed);
      const chain = new Chain();
      chain.specs.push(someSpec(draw));
      chain.append("genesis", { operator: "k", founding: 0 });
      chain.adopt("0", { by: "genesis" });
      for (let at = 0; at < STEPS; at += 1) {
        step(chain, draw);
        chain.settle();
        const { open } = chain.ratchet;
        const trial = open?.state === "trial" ? [chain.spec(open.spec_hash)] : [];
        expect(withinJoin(chain.current, [chain.spec("0"), ...chain.confirmed, ...trial])).toBe(true);
      }
      let replayed = NO_RATCHET;
      for (const [at, record] of chain.records.entries()) {
        replayed = afterRecord(replayed, record);
        expect(replayed.in_force?.spec_hash ?? null).toBe(chain.inForce[at]);
        if (record.core["by"] === "amendment") counts.begun += 1;
        if (record.core["by"] === "reverted") counts.reverted += 1;
        if (record.core["by"] === "tightening") counts.tightened += 1;
        if (record.kind === "amendment_confirmed") counts.confirmed += 1;
      }
      expect(replayed).toEqual(chain.ratchet);
    }),
    { seed, numRuns: depth(60, 5000), endOnFailure: true },
  );
  console.log(`random chains of amendments: seed ${seed}`, counts);
  for (const count of Object.values(counts)) expect(count).toBeGreaterThan(5);
}, 3_600_000);
