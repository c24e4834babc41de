// Scene 3: two hard wishes that cannot both hold. Refused with exactly those two, and a request that passes.
import { formatTask } from "../../../src/task/format-task.ts";
import type { Stage } from "../stage.ts";
import { ending, tell } from "../tell.ts";

export async function contradiction(stage: Stage): Promise<void> {
  const input = stage.task("contradiction");
  const asked = stage.causeRemoved("contradiction") ? { ...input, text: input.text.replace(", latency: 1 s", "") } : input;
  const refused = await stage.run(asked, { wait: false });
  tell(stage, refused);
  stage.expect(refused.decision.outcome === "refuse", "the contradiction is refused");
  const { conflict, remedies } = refused.decision;
  stage.expect(
    [...conflict].sort().join() === "requires.latency,requires.residency",
    `the smallest conflicting set is residency and latency (it is ${conflict.join() || "empty"})`,
  );
  const remedy = remedies[0];
  stage.expect(remedy !== undefined, "a request that passes is offered");
  if (remedy === undefined) return;
  const ran = await stage.run({ text: formatTask(remedy.task), source: "remedy", directory: stage.work, format: "yaml" });
  stage.expect(ran.observation?.exit_code === 0, `the offered request runs (${ending(ran)})`);
  stage.say(`  what passes was run: ${remedy.summary}`);
}
