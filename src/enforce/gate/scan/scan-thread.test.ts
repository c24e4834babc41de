// The scan thread from the main loop's side: late, dead, and what is lost with it; one character a request.
import { afterEach, expect, test } from "vitest";
import { request } from "./fixtures/task-scan.ts";
import { ScanThread } from "./scan-thread.ts";
import { scannedTask } from "./scanned-task.ts";

const VALUE = "kJ8wQ4zTx9LmVb3nRt6yHs2dPq7c";
const NONE = { protected: [], secrets: [], documents: [], enrolled: null, detectors: null };
const KEEPING = scannedTask({ ...NONE, protected: [{ name: "key", value: VALUE }] });
const FORGETFUL = scannedTask(NONE);

const open: ScanThread[] = [];
afterEach(() => {
  for (const thread of open.splice(0)) thread.close();
});

/** A thread with `program` in place of the scan. */
function threadOf(program: string, deadline = 10_000): ScanThread {
  const url = new URL(
    `data:text/javascript,${encodeURIComponent(`import { workerData } from "node:worker_threads"; ${program}`)}`,
  );
  const thread = new ScanThread({ deadline: () => deadline, program: url });
  open.push(thread);
  return thread;
}

const SILENT = 'workerData.port.on("message", () => {})';
const DYING = 'workerData.port.on("message", ({ type }) => { if (type === "request") process.exit(1); })';

test("ScanThread refuses what is late, and everything else of a task that the thread remembered", async () => {
  const thread = threadOf(SILENT, 300);
  const [keeping, forgetful] = [thread.add("a", KEEPING, true), thread.add("b", FORGETFUL, false)];
  expect((await keeping.judge(request())).refused).toMatchObject({ cause: "scan_over_limit", what: "time" });
  expect((await keeping.judge(request())).refused).toMatchObject({ cause: "scan_failed", what: "lost" });
  expect((await forgetful.judge(request())).refused).toMatchObject({
    cause: "scan_over_limit",
    what: "time",
  });
  expect((await forgetful.judge(request())).refused).toMatchObject({
    cause: "scan_over_limit",
    what: "time",
  });
});

test("ScanThread refuses what a thread dies of, and holds every name for one that may not be said", async () => {
  const task = threadOf(DYING).add("a", FORGETFUL, false);
  expect((await task.judge(request())).refused).toMatchObject({ cause: "scan_failed", what: "failed" });
  expect(await threadOf("throw new Error()").add("b", KEEPING, false).holds(["a", "b"])).toEqual([
    true,
    true,
  ]);
});

/** Answers each request, and dies at one for `/die`, with which the others were sent. */
const DYING_AT_ONE = `workerData.port.on("message", ({ type, ask, request }) => {
  if (type !== "request") return;
  if (request.target === "/die") process.exit(1);
  workerData.port.postMessage({ type: "verdict", ask, verdict: { refused: null, findings: [] } });
  Atomics.add(workerData.calls, 1, 1);
  Atomics.notify(workerData.calls, 1);
})`;

test("ScanThread refuses the one request that a thread died of, and gives those behind it to the next", async () => {
  const task = threadOf(DYING_AT_ONE).add("a", FORGETFUL, false);
  // An answer that was not read before the thread died is lost with it, so the first one is read before.
  const first = await task.judge(request({ target: "/1" }));
  const targets = ["/die", "/2", "/3"];
  const others = await Promise.all(targets.map((target) => task.judge(request({ target }))));
  const verdicts = [first, ...others];
  expect(verdicts.map(({ refused }) => refused?.what ?? null)).toEqual([null, "failed", null, null]);
});

test("ScanThread gives no request to a second thread of a task that the first one remembered", async () => {
  const task = threadOf(DYING_AT_ONE).add("a", KEEPING, false);
  // An answer that was not read before the thread died is lost with it, so the first one is read before.
  const first = await task.judge(request({ target: "/1" }));
  const targets = ["/die", "/2", "/3"];
  const others = await Promise.all(targets.map((target) => task.judge(request({ target }))));
  const verdicts = [first, ...others];
  expect(verdicts.map(({ refused }) => refused?.what ?? null)).toEqual([null, "failed", "lost", "lost"]);
});

test("ScanThread refuses for a task that has ended or whose client has gone", async () => {
  const task = threadOf(SILENT).add("a", KEEPING, false);
  const gone = new AbortController();
  const waiting = task.judge(request(), gone.signal);
  gone.abort();
  expect((await waiting).refused).toMatchObject({ cause: "scan_failed" });
  task.end();
  expect((await task.judge(request())).refused).toMatchObject({ cause: "scan_failed", what: "gone" });
});

test("ScanThread refuses a value that leaves one character a request before 60 % of it left", async () => {
  const thread = new ScanThread();
  open.push(thread);
  const task = thread.add("a", KEEPING, true);
  let left = 0;
  for (const character of VALUE) {
    const body = Buffer.from(JSON.stringify({ note: character }));
    const { refused } = await task.judge(request({ body }));
    if (refused !== null) {
      expect(refused).toMatchObject({
        cause: "protected_value",
        what: "key",
        place: "body.note",
        decoded: ["pieces"],
      });
      break;
    }
    left += 1;
  }
  expect(left).toBeLessThan(VALUE.length * 0.6);
});
