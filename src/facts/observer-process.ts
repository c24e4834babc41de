// An observer: `node observer-process.js`, started by the executor as a principal's uid. Looks at the paths of tasks with that
// uid's own rights and says what it sees; it starts nothing, writes nothing and is asked by the governor alone. Descriptor 3
// is the executor. Not the looking (identity.ts).
import { Socket } from "node:net";
import { FrameReader, frameOf } from "../stdx/json-frames.ts";
import type { Task } from "../task/task.ts";
import { ContentHasher } from "./content-hash.ts";
import { observePaths, type PathObservation } from "./identity.ts";
import { readContent } from "./read-content.ts";

/** What it is asked; the answer to `paths` is a `PathFacts`, to `content` base64 or null. */
export type ObserverAsk =
  | { readonly look: "paths"; readonly task: Task; readonly who: Omit<PathObservation, "hasher"> }
  | { readonly look: "content"; readonly path: string; readonly max: number };

const CHANNEL_FD = 3;

function main(): void {
  const channel = new Socket({ fd: CHANNEL_FD, readable: true, writable: true });
  const reader = new FrameReader();
  const hasher = new ContentHasher();
  for (const event of ["close", "error", "end"]) channel.on(event, () => process.exit(0));
  channel.on("data", (chunk: Buffer) => {
    const frames = reader.push(chunk);
    if (frames === null) return process.exit(1);
    for (const frame of frames) {
      const { id, ask } = frame as { readonly id: number; readonly ask: ObserverAsk };
      const answered = (answer: unknown): void => void channel.write(frameOf({ id, answer }));
      look(ask, hasher).then(answered, () => answered(null));
    }
  });
}

async function look(ask: ObserverAsk, hasher: ContentHasher): Promise<unknown> {
  if (ask.look === "paths") return observePaths(ask.task, { ...ask.who, hasher });
  const bytes = await readContent(ask.path, ask.max);
  return bytes === null ? null : Buffer.from(bytes).toString("base64");
}

main();
