// `npm run bench -- drift`: what the drift detectors find and miss, by kind of change, on streams drawn here and on the
// development streams where they are, with declared and with learned bounds; and what one execution costs them.
import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { EDetector } from "../src/measure/drift/e-detector.ts";
import { Measurement } from "../src/measure/measurement.ts";
import { scoreDrift } from "../test/drift-score.ts";
import { drawStreams, type LabelledStream } from "../test/drift-streams.ts";
import { RecordWriter } from "../test/measured-records.ts";
import type { BenchOptions, Row } from "./bench.ts";

const DEVELOPMENT = "../shared/corpora/drift_dev.jsonl.gz";
/** Of the streams drawn here; the parameters were chosen under other seeds. */
const SEED = 20261123;

export function bench({ quick }: BenchOptions): Promise<readonly Row[]> {
  const sets: [string, readonly LabelledStream[]][] = [["own", drawStreams(SEED, quick ? 3 : 60)]];
  if (existsSync(DEVELOPMENT)) sets.push(["development", developmentStreams()]);
  else process.stdout.write(`  the development streams ${DEVELOPMENT} are not here\n`);
  const scores = sets.flatMap(([set, streams]) =>
    (["declared", "learned"] as const).flatMap((bound) =>
      scoreDrift(streams, bound).map(({ kind, streams: count, detected, delay, falseAlarms }) => ({
        set,
        bound,
        kind,
        streams: count,
        detected: detected === null ? null : Number(detected.toFixed(3)),
        median_delay: delay,
        false_alarms_per_10k: Number(falseAlarms.toFixed(2)),
      })),
    ),
  );
  const costs = [
    { what: "one metric, one execution", us: costOfOne(quick) },
    { what: "all metrics and detectors, one execution of four records", us: costOfAll(quick) },
  ];
  return Promise.resolve([...scores, ...costs]);
}

function developmentStreams(): readonly LabelledStream[] {
  const lines = gunzipSync(readFileSync(DEVELOPMENT)).toString().trim().split("\n");
  return lines.map((line) => JSON.parse(line) as LabelledStream);
}

/** Processor time of one observation, µs: the best of five. */
function costOfOne(quick: boolean): number {
  const count = quick ? 20_000 : 500_000;
  const names = Array.from({ length: 64 }, (_, index) => `class ${index}`);
  const costs = Array.from({ length: 5 }, () => {
    const detector = new EDetector<number>();
    const started = process.cpuUsage();
    for (let at = 0; at < count; at += 1)
      detector.observe(names[at & 63] ?? "", ((at * 7) % 10) / 10, 0.5, at);
    const { user, system } = process.cpuUsage(started);
    return (user + system) / count;
  });
  return Number(Math.min(...costs).toFixed(2));
}

/** Processor time of an execution's records in a measurement of 64 classes, µs: the best of five. */
function costOfAll(quick: boolean): number {
  const count = quick ? 2_000 : 50_000;
  const writer = new RecordWriter();
  for (let at = 0; at < count; at += 1)
    writer.live({ classId: `c${at % 64}`, hosts: [`h${at % 7}`], refusedRequests: Number(at % 9 === 0) });
  const costs = Array.from({ length: 5 }, () => {
    const measurement = new Measurement();
    const started = process.cpuUsage();
    for (const record of writer.records) measurement.apply(record);
    const { user, system } = process.cpuUsage(started);
    return (user + system) / count;
  });
  return Number(Math.min(...costs).toFixed(2));
}
