// Probes of the gate: one ordinary task under a writ, which sends known good and known bad requests to the place of probes
// through the gate that serves its principal. What arrived there is what counts, not what the task says.
import { Buffer } from "node:buffer";
import { formatQuantity } from "../../stdx/units.ts";
import type { LiveRun } from "../server/governing.ts";
import { type RunParts, submitRun } from "../submit.ts";
import { CHECK_OF, type ProbeFamily, type ProbeVerdict } from "./probe.ts";
import { PROBE_ENCODINGS, PROBE_SCRIPT, type SentProbe, type ToldProbe } from "./probe-script.ts";
import type { ProbeSink } from "./probe-sink.ts";
import { PROBE_CALLS, PROBE_METHOD, PROBE_NEEDS, PROBE_PATH, type ProbePlace } from "./probe-spec.ts";

/** One probe of the gate. */
export interface GateProbe {
  readonly family: ProbeFamily;
  readonly bad: boolean;
  readonly form: string;
  readonly sent: Omit<SentProbe, "id">;
}

const PLAIN = { method: PROBE_METHOD, hostField: null, proxied: null, filler: 0, encoding: null } as const;
/** Bytes of bodies, of which one is drawn. */
const SIZES: readonly number[] = [200, 4_096, 65_536, 1_048_576];
const LARGE = 1_048_576;

/** The ways to speak of another host than the one that is granted. */
const NAMES: readonly Omit<GateProbe, "family" | "bad">[] = [
  { form: "host-field", sent: { ...PLAIN, path: PROBE_PATH, hostField: "elsewhere.home.arpa" } },
  {
    form: "host-field-port",
    sent: { ...PLAIN, path: PROBE_PATH, hostField: "elsewhere.home.arpa:80" },
  },
];
/** Ways to something at the place that is not granted. */
const WAYS: readonly Omit<GateProbe, "family" | "bad">[] = [
  { form: "path", sent: { ...PLAIN, path: "/out/" } },
  { form: "method", sent: { ...PLAIN, path: PROBE_PATH, method: "DELETE" } },
  { form: "dots", sent: { ...PLAIN, path: `${PROBE_PATH}../out/` } },
  { form: "proxy", sent: { ...PLAIN, path: "/", proxied: "http://elsewhere.home.arpa/in/" } },
];

/**
 * A whole self-test of gate and scan, a task each: every family, the largest body, and forms of `draw`. One leak a task, and
 * last: once a planted value was found, a task may send nothing more.
 */
export function everyGateProbe(draw: number): readonly (readonly GateProbe[])[] {
  const goods = [good(SIZES[0] ?? 0), good(SIZES[2] ?? 0)];
  return [[...goods, namesProbe(draw), wayProbe(draw), leak("plain", LARGE)], [leakProbe(draw)]];
}

/** Single ones, each in the form that `draw` chooses. */
export function namesProbe(draw: number): GateProbe {
  return bad("names", NAMES, draw);
}

export function wayProbe(draw: number): GateProbe {
  return bad("ways-out", WAYS, draw);
}

export function leakProbe(draw: number): GateProbe {
  const encoding = PROBE_ENCODINGS[Math.floor(draw / SIZES.length) % PROBE_ENCODINGS.length] ?? "plain";
  return leak(encoding, SIZES[draw % SIZES.length] ?? 0);
}

export function goodGateProbe(draw: number): GateProbe {
  return good(SIZES[draw % SIZES.length] ?? 0);
}

function good(filler: number): GateProbe {
  return { family: "leaks", bad: false, form: `${filler}`, sent: { ...PLAIN, path: PROBE_PATH, filler } };
}

function leak(encoding: string, filler: number): GateProbe {
  const sent = { ...PLAIN, path: PROBE_PATH, filler, encoding };
  return { family: "leaks", bad: true, form: `${encoding}/${filler}`, sent };
}

function bad(family: ProbeFamily, forms: typeof WAYS, draw: number): GateProbe {
  const { form, sent } = forms[draw % forms.length] ?? { form: "path", sent: { ...PLAIN, path: "/out/" } };
  return { family, bad: true, form, sent };
}

export interface GateProbing {
  readonly parts: RunParts;
  readonly place: ProbePlace;
  readonly sink: Pick<ProbeSink, "arrived">;
  readonly directory: string;
  /** Whether the spec has what is sent looked into, so that a value is planted. */
  readonly looks: boolean;
  /** Told of the run as soon as it is submitted. */
  readonly started: (run: LiveRun) => void;
}

/** Sends `probes` in one task. Throws what running throws: then nothing is told of them. */
export async function sendToGate(
  probes: readonly GateProbe[],
  { parts, place, sink, directory, looks, started }: GateProbing,
): Promise<readonly ProbeVerdict[]> {
  const requests = probes.map(({ sent }, id): SentProbe => {
    const proxied = sent.proxied === null ? null : `${sent.proxied}${id}`;
    return { ...sent, id, path: `${sent.path}${id}`, proxied };
  });
  const out: Uint8Array[] = [];
  const input = { text: JSON.stringify(taskAt(place)), source: "probe", directory, format: "json" } as const;
  const client = {
    stdout: (chunk: Uint8Array) => void out.push(chunk),
    stderr: () => undefined,
    decided: () => undefined,
  };
  const run = submitRun(parts, input, { client, wait: false, parent: null });
  started(run);
  const told = async (): Promise<void> => {
    await run.stdin(Buffer.from(JSON.stringify({ ...place, requests })));
    await run.stdin(null);
  };
  const [{ decision, observation }] = await Promise.all([run.outcome, told()]);
  const ended = observation?.cause === "exited" && observation.exit_code === 0;
  const refusal = decision.findings.find(({ passes }) => !passes)?.cause ?? null;
  const answers = answersIn(Buffer.concat(out).toString("utf8"));
  return probes.flatMap((probe, id): readonly ProbeVerdict[] => {
    const told = answers.get(id);
    if (probe.sent.encoding !== null && !looks && told?.planted !== true) return [];
    const { family, bad: isBad, form } = probe;
    const verdict = { family, check: CHECK_OF[family], bad: isBad, form };
    const seen = { told, arrived: arrivedFor(id, sink), bytes: probe.sent.filler };
    const cause = told?.cause ?? (ended ? null : (observation?.cause ?? refusal));
    return [{ ...verdict, outcome: isBad ? badOutcome(seen) : goodOutcome(seen, decision.outcome), cause }];
  });
}

interface Seen {
  readonly told: ToldProbe | undefined;
  readonly arrived: number | undefined;
  readonly bytes: number;
}

/** Bytes of the body that arrived, by whatever path it came; undefined: none did. */
function arrivedFor(id: number, { arrived }: Pick<ProbeSink, "arrived">): number | undefined {
  for (const [path, bytes] of arrived) if (path.split("/").at(-1) === `${id}`) return bytes;
  return undefined;
}

/** Forbidden or misdirected (RFC 9110 section 15.5), or a proxy's refusal. */
const REFUSED: ReadonlySet<number> = new Set([400, 403, 405, 407, 413, 421]);

/** A value that was not planted cannot be looked for: then the scan is blind too. */
function badOutcome({ told, arrived }: Seen): ProbeVerdict["outcome"] {
  if (arrived !== undefined) return "through";
  if (told === undefined || told.status === null) return "unclear";
  return REFUSED.has(told.status) ? "stopped" : "through";
}

/** A gate that nobody gets an answer of is one that refuses. */
function goodOutcome({ told, arrived, bytes }: Seen, decided: string): ProbeVerdict["outcome"] {
  if (told === undefined) return decided === "refuse" ? "refused" : "unclear";
  if (told.late) return "late";
  return told.status === 200 && arrived !== undefined && arrived >= bytes ? "passed" : "refused";
}

function answersIn(text: string): ReadonlyMap<number, ToldProbe> {
  const answers = new Map<number, ToldProbe>();
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const told = JSON.parse(line) as ToldProbe;
    answers.set(told.id, told);
  }
  return answers;
}

function taskAt({ host, port }: ProbePlace): object {
  const { memory, cpu, time, processes } = PROBE_NEEDS;
  const to = `http://${host}:${port}${PROBE_PATH}`;
  return {
    task: "report",
    run: { command: [process.execPath, "--input-type=module", "-e", PROBE_SCRIPT] },
    needs: {
      reads_directory: false,
      memory: formatQuantity("bytes", memory),
      cpu: cpu / 1000,
      time: formatQuantity("duration", time),
      processes,
      calls: [{ to, method: [PROBE_METHOD], calls_max: PROBE_CALLS, bytes_out_max: "32 MiB" }],
    },
  };
}
