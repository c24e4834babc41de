// Plays a scene while the stand-in model serves under its own writ, and ends it afterwards.
import type { Stage } from "../stage.ts";

/** `scene`, with the provider `stand-in` up before it and gone after it. */
export function withModel(scene: (stage: Stage) => Promise<void>): (stage: Stage) => Promise<void> {
  return async (stage) => {
    const end = new AbortController();
    let up = (): void => undefined;
    const ready = new Promise<void>((resolve) => {
      up = resolve;
    });
    const serving = stage.run(stage.task("provider"), {
      signal: end.signal,
      onOutput: (text) => {
        if (text.includes("ready")) up();
      },
    });
    const first = await Promise.race([ready.then(() => null), serving]);
    stage.expect(first === null, `the stand-in model comes up (${first?.output ?? ""} ${first?.decision.outcome ?? ""})`);
    stage.say("  a process stands in for a model: under its own writ, no network, one listening socket it was handed");
    try {
      await scene(stage);
    } finally {
      end.abort();
      await serving;
    }
  };
}
