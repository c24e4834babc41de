// Scene 1: a morning's ordinary work passes, and says what it was granted and what it used.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { formatBytes, formatDuration } from "../../../src/stdx/units.ts";
import type { Ran, Stage } from "../stage.ts";
import { ending } from "../tell.ts";

export async function work(stage: Stage): Promise<void> {
  for (const name of ["analyse-log", "archive", "reconcile", "report", "build"]) {
    const input = stage.task(name);
    // With the cause removed, the declaration is there but the work is not done.
    const ran = await stage.run(stage.causeRemoved("work") ? { ...input, text: input.text.replace(/run: .*/, "run: { command: [\"true\"] }") } : input);
    stage.expect(ran.observation?.exit_code === 0, `${name} ends with 0 (${ending(ran)})`);
    stage.say(`  ${name}: ${ran.output.trim().split("\n").at(-1) ?? ""}`);
    stage.say(`    ${used(ran)}`);
  }
  const read = (file: string): string => (existsSync(join(stage.work, "out", file)) ? readFileSync(join(stage.work, "out", file), "utf8") : "");
  stage.expect(/^requests 240\nserver errors 12$/m.test(read("log-summary.txt")), "the log has 240 requests and 12 server errors");
  stage.expect(Object.keys(JSON.parse(read("totals.json") || "{}")).join() === "ada,bela,cleo,dana", "the orders of four customers are summed");
  stage.expect(read("report.html").includes("<td>dana</td>"), "the report shows the sums");
  stage.expect(read("site/heat.html").includes("<h1>Heat</h1>"), "the site is built");
  stage.expect(read("access-log.tar.gz").length > 0, "the log is archived");
}

function used({ decision, observation }: Ran): string {
  const grants = decision.grants;
  if (grants === null || observation === null) return "nothing was granted";
  const peak = observation.memory_peak === null ? "memory not measurable" : `${formatBytes(Math.ceil(observation.memory_peak / 1024) * 1024)} of ${formatBytes(grants.memory)}`;
  const cpu = observation.cpu === null ? "" : `, ${formatDuration(Math.round(observation.cpu))} of processor time`;
  return `granted ${counted(grants.reads.length, "read")}, ${counted(grants.writes.length, "write")}, no network; used ${peak}, ${formatDuration(Math.round(observation.wall))} of ${formatDuration(grants.time)}${cpu}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
