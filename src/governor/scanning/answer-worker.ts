// The thread that answers batches of lines (answer-pool.ts). Has the enrolled values' hashes, no file and no network.
import { parentPort, workerData } from "node:worker_threads";
import { answerLine } from "./answer-line.ts";
import type { AnsweredBatch, LineBatch } from "./answer-pool.ts";
import { createBlockScanner, scanWhole } from "./content-scanner.ts";
import { type EnrolledValues, knownFinders } from "./enrolled-values.ts";

const block = createBlockScanner(knownFinders(workerData as EnrolledValues));

parentPort?.on("message", (batch: LineBatch) => {
  const answers: AnsweredBatch = batch.map((line) => answerLine(line, (bytes) => scanWhole(block, bytes)));
  parentPort?.postMessage(answers, []);
});
