// Scene 4: two tasks, each fine alone, together over what the node may commit. The second waits for the first.
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Decided } from "../../../src/governor/governor.ts";
import type { Stage } from "../stage.ts";
import { memoryPerTask, tell } from "../tell.ts";

export async function sum(stage: Stage): Promise<void> {
  const memory = await memoryPerTask(stage);
  const go = join(stage.work, "signals/go");
  const input = stage.task("batch", { MEMORY: memory });
  const alone = await stage.governor.check(input);
  stage.expect(alone.decision.outcome === "admit", `the request is fine alone (${alone.decision.outcome})`);
  stage.say(`  one task of ${memory} is fine alone`);

  let holding = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    holding = resolve;
  });
  // With the cause removed, the first task is absent.
  const first = stage.causeRemoved("sum")
    ? null
    : stage.run(input, {
        onOutput: (text) => {
          if (text.includes("holding")) holding();
        },
      });
  if (first !== null) await Promise.race([held, first]);
  const second = await deferred(stage, input, () => writeFileSync(go, ""));
  stage.expect(second.deferred !== null, "the second request is deferred by the sum");
  if (second.deferred !== null) tell(stage, second.deferred);
  const ended = await first;
  stage.expect(ended?.observation?.exit_code === 0, "the first task ends by itself");
  stage.expect(second.exit === 0, "the second request passes when the first ends");
  await order(stage, ended?.sequence ?? -1, second.sequence);
  stage.say("  the first ended, its hold was released, and the second ran");
  rmSync(go);
}

async function deferred(
  stage: Stage,
  input: Parameters<Stage["run"]>[0],
  release: () => void,
): Promise<{ readonly deferred: Decided | null; readonly exit: number | null; readonly sequence: number }> {
  let seen: Decided | null = null;
  const outcome = await stage.governor.run(input, {
    wait: true,
    stdout: () => undefined,
    stderr: () => undefined,
    decided: (decided) => {
      if (decided.decision.outcome === "defer") seen ??= decided;
      release();
    },
  });
  return { deferred: seen, exit: outcome.observation?.exit_code ?? null, sequence: outcome.sequence ?? -1 };
}

// The ledger says the same: the first settlement stands before the second admission.
async function order(stage: Stage, first: number, second: number): Promise<void> {
  const records = await stage.records();
  const settled = records.find(({ kind, core }) => kind === "settlement" && core["decision"] === first);
  stage.expect(settled !== undefined && settled.sequence < second, "the ledger shows the first settled before the second was admitted");
}
