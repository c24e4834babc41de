// The last records of a home's ledger, read from its files; no governor is asked. Cores only: payloads are for `explain`.
import { importPublicKey } from "../ledger/ledger-key.ts";
import { nodeFileSystem } from "../ledger/node-file-system.ts";
import { corruptError } from "../ledger/problem.ts";
import type { RecordCore } from "../ledger/record-codec.ts";
import { scanLedger } from "../ledger/scan-ledger.ts";
import type { LedgerWitnesses } from "../spec/spec.ts";
import { escapeUntrusted } from "../stdx/escape.ts";
import type { JsonObject } from "../stdx/json.ts";
import { homePaths } from "./home.ts";
import { readNodeFile } from "./node-file.ts";
import { ledgerOrigin } from "./open-home-ledger.ts";
import { witnessesAt } from "./policy-of-spec.ts";
import { publicKeyOf } from "./public-key-of.ts";
import { readLive } from "./read-live.ts";
import { headsFolder, recallHead, rolledBack } from "./remembered-head.ts";
import { readingOf } from "./tell-heat.ts";
import { type Unwitnessed, Witnessed } from "./witness/witnessed.ts";

export interface HomeTail {
  readonly records: readonly RecordCore[];
  /** One line for each, and one for the window where the spec names witnesses. */
  readonly lines: readonly string[];
  /** What no quorum of the spec's witnesses holds, by what the ledger records of them; seconds of ledger time up to its last record. */
  readonly unwitnessed: Unwitnessed;
}

/**
 * The last `count` complete records. Throws WRIT_HOME_MISSING, WRIT_HOME_UNSAFE, WRIT_KEY_UNUSABLE, and WRIT_LEDGER_CORRUPT when the ledger does not hold: a
 * tail of a changed ledger would be a tale.
 */
export async function tailHome(
  home: string,
  count: number,
  heads: string | null = headsFolder(),
): Promise<HomeTail> {
  const paths = homePaths(home);
  const nodeFile = readNodeFile(paths.node, home);
  const { node } = nodeFile;
  const key = importPublicKey(publicKeyOf(paths.public_key));
  let records: RecordCore[] = [];
  let witnessed = new Witnessed();
  const read = (): ReturnType<typeof scanLedger> => {
    records = [];
    witnessed = new Witnessed();
    return scanLedger({
      fs: nodeFileSystem,
      dir: paths.ledger,
      verifier: { origin: ledgerOrigin(node), key },
      rememberedHead: recallHead(heads, nodeFile),
      visit: (record) => {
        witnessed.note(record);
        records.push(record);
        if (records.length >= 2 * count) records = records.slice(-count);
      },
    });
  };
  const scan = await readLive(read, ({ problem }) => problem === null);
  if (scan.problem !== null) throw rolledBack(corruptError(paths.ledger, scan.problem), heads, node);
  const last = records.slice(-count);
  const witnesses = witnessesAt(paths.spec);
  const unwitnessed = witnessed.window(witnesses, scan.tree.size, scan.lastTime);
  const window = witnesses.members.length === 0 ? [] : windowLines(witnesses, witnessed, unwitnessed);
  return { records: last, lines: [...last.map((record) => lineOf(record)), ...window], unwitnessed };
}

/** The window, and each witness that says that this ledger is not the one it held. */
function windowLines(
  { members }: LedgerWitnesses,
  witnessed: Witnessed,
  { records, seconds }: Unwitnessed,
): readonly string[] {
  const since = seconds === null ? "no head was ever held" : `${seconds} s since one was held`;
  const against = members.flatMap((member) => {
    const { cause } = witnessed.of(member);
    return cause === "rolled_back" || cause === "forked"
      ? [escapeUntrusted(`${member.name} says: ${cause}`)]
      : [];
  });
  return [`${records} records unwitnessed, ${since}`, ...against];
}

function lineOf({ sequence, wall, kind, core }: RecordCore): string {
  return escapeUntrusted(`#${sequence}  ${wall}  ${kind.padEnd(12)}  ${summaryOf(kind, core)}`.trimEnd());
}

function summaryOf(kind: RecordCore["kind"], core: JsonObject): string {
  const word = (key: string): string => wordOf(core[key]);
  switch (kind) {
    case "decision":
    case "check":
      return `${word("outcome")}${parentOf(core)}, score ${word("score")}, label ${word("label")}${causesOf(core)}`;
    case "writ":
      return `for #${word("decision")}, fence ${word("fence")}`;
    case "appeal":
      return `of #${word("decision")}`;
    case "task_frozen":
    case "task_thawed":
      return `of #${word("decision")}: the node ${readingOf(core)}`;
    case "settlement":
      return `of #${word("decision")}: ${endOf(core["observation"])}`;
    case "plan_queued":
      return `${word("entries")} entries`;
    case "job_queued":
      return `priority ${word("priority")}${afterOf(core)}`;
    case "recovery":
    case "job_ended":
      return `of #${word(kind === "recovery" ? "decision" : "job")}: ${word("cause")}`;
    case "egress":
      return `of #${word("decision_sequence")}: ${trafficOf(core)}`;
    case "spec_adopted":
    case "spec_refused":
    case "amendment_proposed":
    case "genesis":
      return `spec ${word("spec_hash").slice(0, 16)}`;
    case "amendment_signed":
    case "amendment_confirmed":
    case "amendment_withdrawn":
      return `of #${word("amendment")}`;
    case "alarm":
    case "probe":
      return kind === "alarm" ? alarmOf(core) : probeOf(core);
    case "enrolled":
      return `${countOf(core["files"] ?? null)} by uid ${word("uid")}`;
    case "removal_refused":
      return `${countOf(core["looser"] ?? null)} stay, asked by uid ${word("uid")}`;
    case "cosignature":
      return `${word("size")} records held by ${word("witness")}`;
    case "witness_failed":
      return `${word("size")} records not held by ${word("witness")}: ${word("cause")}`;
    case "challenge":
      return challengeOf(core);
    case "coverage":
      return `${word("through")} of ${word("scheduled")} scheduled commands${core["fell"] === true ? ", fewer than before" : ""}`;
    case "noticed":
    case "notified":
      return kind === "noticed" ? noticedOf(core) : toldOf(core);
    case "erased":
      return `${word("payloads")} payloads`;
    case "narrowed":
    case "lifted":
      return word("step");
    case "key_rotated":
      return `to ${word("to").slice(0, 16)}`;
    case "clock_jumped":
      return `by ${word("by")} ms`;
    case "tail_cut":
      return `${word("length")} bytes`;
    case "software":
    case "build_confirmed":
      return word(kind === "software" ? "version" : "build");
    case "founding_closed":
    case "gap":
      return "";
  }
}

function noticedOf(core: JsonObject): string {
  const spool = core["kind"] === "spool";
  return spool ? `spool: ${wordOf(core["cause"])} of uid ${wordOf(core["uid"])}` : wordOf(core["kind"]);
}

function toldOf(core: JsonObject): string {
  return core["told"] === true ? "told" : `told nobody: ${wordOf(core["cause"])}`;
}

function challengeOf(core: JsonObject): string {
  if (core["held"] === true) return `${wordOf(core["fired"])} cases held`;
  return `did not hold: ${wordOf(core["stopped"]) || wordOf(core["not_held"])}`;
}

/** `3 values, 1 document`. */
function countOf(entries: JsonObject[string]): string {
  const counts = { values: 0, document: 0 };
  for (const entry of Array.isArray(entries) ? entries : []) {
    const { as, count } = entry as JsonObject;
    if ((as === "values" || as === "document") && typeof count === "number") counts[as] += count;
  }
  return [told(counts.values, "value"), told(counts.document, "document")]
    .filter((one) => one !== "")
    .join(", ");
}

function alarmOf(core: JsonObject): string {
  const word = (key: string): string => wordOf(core[key] ?? null);
  if (typeof core["check"] === "string") return `${core["check"]} ${word("found")}`;
  const whose = core["level"] === "node" ? "the node" : `class ${word("class").slice(0, 8)}`;
  return `${word("metric")} of ${whose}, since about #${word("since")}`;
}

function probeOf(core: JsonObject): string {
  const { verdicts } = core;
  if (Array.isArray(verdicts)) {
    const missed = verdicts.filter((one) => isMissed((one as JsonObject)["outcome"])).length;
    return `${verdicts.length} known answers, ${missed} missed`;
  }
  return core["step"] === "epoch" ? `epoch ${wordOf(core["epoch"] ?? null)}` : wordOf(core["kind"] ?? null);
}

function isMissed(outcome: JsonObject[string] | undefined): boolean {
  return outcome === "through" || outcome === "refused" || outcome === "late";
}

function told(count: number, what: string): string {
  return count === 0 ? "" : `${count} ${what}${count === 1 ? "" : "s"}`;
}

/** One decision of the gate. A host is told by its hash: names in clear are payload. */
function trafficOf(core: JsonObject): string {
  const { provider, host_hash, port, method, status, cause } = core;
  const host = typeof host_hash === "string" ? `host ${host_hash.slice(0, 12)}:${wordOf(port ?? null)}` : "-";
  const words = [
    wordOf(core["decision"] ?? null),
    wordOf(core["via"] ?? null),
    typeof method === "string" && method !== "" ? method : "",
    `to ${typeof provider === "string" ? provider : host}`,
    typeof status === "number" ? `status ${status}` : "",
    `${wordOf(core["bytes_out"] ?? null)} bytes out, ${wordOf(core["bytes_in"] ?? null)} in`,
  ].filter((one) => one !== "");
  return `${words.join(" ")}${typeof cause === "string" ? `: ${cause}` : ""}`;
}

function afterOf(core: JsonObject): string {
  const { after } = core;
  return Array.isArray(after) && after.length > 0
    ? `, after ${after.map((job) => `#${wordOf(job)}`).join(" ")}`
    : "";
}

function parentOf({ parent }: JsonObject): string {
  return typeof parent === "number" ? `, child of #${parent}` : "";
}

function causesOf(core: JsonObject): string {
  const causes = core["causes"];
  return Array.isArray(causes) && causes.length > 0 ? `: ${causes.join(", ")}` : "";
}

function endOf(observation: JsonObject[string]): string {
  if (typeof observation !== "object" || observation === null || Array.isArray(observation)) return "-";
  const { cause, exit_code } = observation as JsonObject;
  return cause === "exited" ? `exit ${wordOf(exit_code)}` : wordOf(cause);
}

function wordOf(value: JsonObject[string]): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "-";
}
