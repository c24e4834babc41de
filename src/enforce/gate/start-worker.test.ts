// The end of a worker's process as the gate waits for it: whatever else the process's handle tells meanwhile.
import { expect, test } from "vitest";
import { startWorker, workerEnd } from "./start-worker.ts";

test("an error of the handle is not the worker's end, and does not fail the wait for it", async () => {
  const child = await startWorker({ offline: true, keeps: false });
  const ended = workerEnd(child);
  child.on("error", () => undefined);
  child.emit("error", new Error("a message could not be sent"));
  child.kill("SIGKILL");
  expect(await ended).toEqual({ code: null, signal: "SIGKILL" });
  expect(await workerEnd(child)).toEqual({ code: null, signal: "SIGKILL" });
});
