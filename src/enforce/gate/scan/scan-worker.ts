// The program of the scan thread: takes tasks and requests from the main loop of its gate worker, one at a time, and answers
// each. Holds protected values in memory, and no socket, no file. Not the queue (scan-thread.ts).
import { randomBytes } from "node:crypto";
import { workerData } from "node:worker_threads";
import { createScanPorts } from "../../scan-ports.ts";
import { ProtectedIndexes } from "./protected-layers.ts";
import { serveThread, type ThreadEnd } from "./scan-channel.ts";
import type { FromThread, ScannedTask, ScanVerdict, ToThread } from "./scan-messages.ts";
import { TaskScan } from "./task-scan.ts";

const ports = createScanPorts();
const indexes = new ProtectedIndexes(ports);
const tasks = new Map<string, TaskScan>();
/** Where an install has no key of its own: the same for all tasks of this thread. */
const keyOfChance: Uint8Array = randomBytes(32);

serveThread(workerData as ThreadEnd, handle);

function handle(message: ToThread): FromThread | null {
  switch (message.type) {
    case "task":
      take(message.id, message.task);
      return null;
    case "request":
      return { type: "verdict", ask: message.ask, verdict: judged(message) };
    case "texts":
      return { type: "held", ask: message.ask, held: held(message) };
    case "own":
      tasks.get(message.id)?.own(message.host, message.texts);
      return null;
    case "forget":
      tasks.delete(message.id);
      return null;
  }
}

/** A task whose values cannot be looked for is not served: each of its requests is refused, and no other task's. */
function take(id: string, task: ScannedTask): void {
  try {
    const key = task.enrolled === null ? keyOfChance : Buffer.from(task.enrolled.key, "base64");
    tasks.set(id, new TaskScan(task, indexes.layersFor(task, key), { key, ports }));
  } catch {
    tasks.delete(id);
  }
}

function judged({ id, request }: Extract<ToThread, { type: "request" }>): ScanVerdict {
  try {
    const verdict = tasks.get(id)?.judge(request);
    if (verdict !== undefined) return verdict;
  } catch {
    // INVARIANT: what was not looked at does not leave; a fault's words may hold what was looked at.
  }
  const refused = {
    cause: "scan_failed",
    what: "failed",
    place: "",
    decoded: [],
    fingerprint: null,
    measured: null,
    limit: null,
  } as const;
  return { refused, findings: [] };
}

function held({ id, texts }: Extract<ToThread, { type: "texts" }>): readonly boolean[] {
  try {
    return tasks.get(id)?.holds(texts) ?? texts.map(() => true);
  } catch {
    return texts.map(() => true);
  }
}
