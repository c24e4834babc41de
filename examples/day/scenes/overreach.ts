// Scene 6: a task tries what it did not declare: a private file, a connection, a local socket, another process.
import { createServer } from "node:net";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Stage } from "../stage.ts";
import { ending } from "../tell.ts";

export async function overreach(stage: Stage): Promise<void> {
  let taken = 0;
  const listener = createServer((wire) => {
    taken += 1;
    wire.destroy();
  }).listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  const port = address !== null && typeof address === "object" ? address.port : 0;
  try {
    const input = stage.task("overreach", { PORT: String(port), PID: String(process.pid) });
    // With the cause removed, the private file is declared like any other.
    const asked = stage.causeRemoved("overreach") ? { ...input, text: input.text.replace("reads: [programs]", "reads: [programs, vault]") } : input;
    const ran = await stage.run(asked);
    stage.expect(ran.observation?.exit_code === 0, `the task itself runs to its end (${ending(ran)})`);
    for (const text of ran.output.trim().split("\n")) stage.say(`  it tried: ${text}`);
    const marker = readFileSync(join(stage.work, "vault/payroll.csv"), "utf8").trim().split("\n").at(-1) ?? "";
    stage.expect(marker !== "" && !ran.output.includes(marker), "nothing of the private file came out");
    stage.expect((ran.output.match(/could not/g) ?? []).length === 4 && !ran.output.includes("GOT"), "all four tries failed");
    stage.expect(taken === 0, "the listener outside saw no connection");
  } finally {
    listener.close();
  }
}
