// The program of the thread that looks at submitted tasks (task-scan-thread.ts). Has the values to look for in memory, and no
// file and no network.
import { randomBytes } from "node:crypto";
import { parentPort } from "node:worker_threads";
import type { AskOfThread, TaskFound } from "./task-scan-thread.ts";
import { createTaskScanner } from "./task-scanner.ts";

const key = randomBytes(32);
let scan: ((text: Uint8Array) => TaskFound) | null = null;

parentPort?.on("message", ({ values, texts }: AskOfThread) => {
  // Values that cannot be looked for end the thread: its asker takes nothing for searched then.
  if (values !== null) scan = createTaskScanner(values, key);
  if (scan === null) throw new Error("no values were given");
  const found = texts.map(scan);
  parentPort?.postMessage(found, []);
});
