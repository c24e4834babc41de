// Scene 2: three calls to the internet for what the model on this node serves. Refused; the remedy offered is run.
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { formatTask } from "../../../src/task/format-task.ts";
import type { Stage } from "../stage.ts";
import { ending, tell } from "../tell.ts";

const UNCONTROLLED = ["free-llm.example.org", "text.example.net"];

export async function lazy(stage: Stage): Promise<void> {
  const summary = join(stage.work, "out/summary.txt");
  const input = stage.task("summarise-lazy");
  // With the cause removed, nothing is called, so there is nothing lazy to refuse.
  const asked = stage.causeRemoved("lazy") ? { ...input, text: input.text.replace(/ {2}calls:\n(?: {4}- .*\n)+/, "") } : input;
  const refused = await stage.run(asked, { wait: false });
  tell(stage, refused);
  const told = refused.told.flatMap(({ title, lines }) => [title, ...lines]).join("\n");
  stage.expect(refused.decision.outcome === "refuse" && refused.observation === null, "the lazy request is refused");
  stage.expect(!existsSync(summary), "the refused program never ran");
  for (const host of [...UNCONTROLLED, "api.example.com"]) stage.expect(told.includes(host), `the refusal names the call to ${host}`);
  stage.expect(/uncontrolled/.test(told), "the refusal says why two hosts count as uncontrolled");
  const local = refused.decision.findings.find((finding) => finding.cause === "served_locally");
  stage.expect(local?.evidence.some((text) => text.includes("stand-in-1b")) === true, "the refusal names the local model");
  stage.expect(/stand-in-1b/.test(told) && /fits/.test(told), "the refusal says that the local model fits now");

  const remedy = refused.decision.remedies[0];
  stage.expect(remedy !== undefined, "a remedy is offered");
  if (remedy === undefined) return;
  const ran = await stage.run({ text: formatTask(remedy.task), source: "remedy", directory: stage.work, format: "yaml" });
  stage.expect(ran.observation?.exit_code === 0, `the remedy runs (${ending(ran)})`);
  stage.expect(ran.observation?.model_requests === 1, "the remedy asked the local model once, and the relay counted it");
  stage.expect(existsSync(summary) && readFileSync(summary, "utf8").includes("Invoice 1042"), "the summary is written");
  stage.say(`  its remedy was run: ${remedy.summary}`);
  for (const text of ran.output.trim().split("\n")) stage.say(`    ${text}`);
  stage.say(`    granted one local model; used ${ran.observation?.model_requests ?? 0} request, ${ran.observation?.model_bytes_out ?? 0} bytes to it, none off this node`);
  rmSync(summary);
}
