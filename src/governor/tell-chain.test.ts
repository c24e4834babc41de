// tellChain: back to what was first read, each decision once, bounded, and honest where a payload was erased.
import { describe, expect, test } from "vitest";
import { factsOf } from "../../test/decision-cases.ts";
import { baseSpec, baseTask } from "../../test/decision-fixtures.ts";
import { compileSpec } from "../decide/compile-spec.ts";
import { decide } from "../decide/decide.ts";
import type { LedgerRecord } from "../ledger/record.ts";
import { asJson, type Judged } from "./records.ts";
import { tellChain } from "./tell-chain.ts";

const compiled = compileSpec(baseSpec(), "s");

/** A task that reads the vault, or what decision `from` wrote. */
function judged(...from: readonly number[]): Judged {
  const reads = from.length === 0 ? ["/data/vault"] : ["/work/out"];
  const outputs = from.map((decision) => ({
    path: `/work/out/${decision}`,
    label: "secret",
    untrusted: false,
    decision,
  }));
  const { task, facts } = factsOf({ task: baseTask({ reads }), facts: { outputs } });
  return { task, facts, decision: decide(compiled, { task, digest: "d" }, facts) };
}

/** What is told of `last`, where `earlier` are the decisions before it; null: erased. */
async function told(last: Judged, earlier: readonly (Judged | null)[]): Promise<readonly string[]> {
  const read = (sequence: number): Promise<LedgerRecord> => {
    const one = earlier[sequence] ?? null;
    const payload = one === null ? null : asJson(one);
    const rest = { time: 0, wall: "", core: {}, payload_hash: "h" };
    return Promise.resolve({ ...rest, sequence, kind: "decision", payload });
  };
  const [section, ...more] = await tellChain(
    { read, specOf: () => Promise.resolve(compiled) },
    last,
    compiled,
  );
  expect(more).toEqual([]);
  expect(section?.title ?? "what it was read from").toBe("what it was read from");
  return section?.lines ?? [];
}

describe("tellChain", () => {
  test("is nothing for a task that meets no output", async () => {
    expect(await told(judged(), [])).toEqual([]);
  });
  test("follows each decision once, back to its source", async () => {
    expect(await told(judged(1, 2), [judged(), judged(0), judged(1, 0)])).toEqual([
      "decision 2: task `t`, labelled `secret`",
      "  `/work/out/1` was written under decision 1, labelled `secret`",
      "  `/work/out/0` was written under decision 0, labelled `secret`",
      "decision 1: task `t`, labelled `secret`",
      "  `/work/out/0` was written under decision 0, labelled `secret`",
      "decision 0: task `t`, labelled `secret`",
      "  reaches `/data/vault`: source `/data/vault/**` is labelled `secret`",
    ]);
  });
  test("says where a payload was erased, and how many decisions it does not tell", async () => {
    expect(await told(judged(0), [null])).toEqual(["decision 0: what it read was erased"]);
    const many = Array.from({ length: 12 }, (_, at) => at);
    const lines = await told(
      judged(...many),
      many.map(() => null),
    );
    expect(lines).toHaveLength(9);
    expect(lines.at(-1)).toBe("and 4 more decisions before");
  });
});
