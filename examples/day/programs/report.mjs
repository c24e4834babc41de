// Makes one page out of what the log analysis and the reconciliation left.
import { readFileSync, writeFileSync } from "node:fs";

const totals = JSON.parse(readFileSync("out/totals.json", "utf8"));
const log = readFileSync("out/log-summary.txt", "utf8");
const rows = Object.entries(totals).map(([name, cents]) => `<tr><td>${name}</td><td>${(cents / 100).toFixed(2)}</td></tr>`);
writeFileSync("out/report.html", `<!doctype html><title>Day report</title><table>${rows.join("")}</table><pre>${log}</pre>\n`);
console.log(`report with ${rows.length} rows written`);
