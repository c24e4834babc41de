// One report of one ledger in a process of its own, whose memory is nobody else's: `node bench/report-once.ts DIR KEY`, the key
// as PEM. Prints what it took as JSON.
import { createPublicKey } from "node:crypto";
import { importPublicKey } from "../src/ledger/ledger-key.ts";
import { nodeFileSystem } from "../src/ledger/node-file-system.ts";
import { scanLedger } from "../src/ledger/scan-ledger.ts";
import { Measurement } from "../src/measure/measurement.ts";
import { reportHtml } from "../src/measure/report/report-html.ts";
import { snapshot } from "../src/measure/snapshot.ts";

const [dir = "", pem = ""] = process.argv.slice(2);
const measurement = new Measurement();
const scan = await scanLedger({
  fs: nodeFileSystem,
  dir,
  verifier: { origin: "bench", key: importPublicKey(createPublicKey(pem)) },
  rememberedHead: null,
  visit: (record) => {
    measurement.apply(record);
  },
});
if (scan.problem !== null) throw new Error(scan.problem.detail);
const page = reportHtml("bench", snapshot(measurement));
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
process.stdout.write(
  JSON.stringify({
    executions: measurement.executions,
    cpu_s: Number(((userCPUTime + systemCPUTime) / 1e6).toFixed(1)),
    page_bytes: page.length,
    peak_mib: Math.round(maxRSS / 1024),
  }),
);
