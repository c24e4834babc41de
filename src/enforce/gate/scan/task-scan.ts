// Judges the requests of one task inside the scan thread: protected values first, then what detectors find, as the spec says.
// Holds what has to be known across requests. Not the thread (scan-worker.ts), and not what the task is told (http/).
import { createCredentialFinder } from "../../../scan/credentials/credential-finder.ts";
import type { Finding } from "../../../scan/finding.ts";
import { fingerprintOf } from "../../../scan/fingerprint.ts";
import { createOpaqueFinder } from "../../../scan/opaque/create-opaque-finder.ts";
import { createPersonalFinder } from "../../../scan/personal/personal-finder.ts";
import type { ScanPorts } from "../../../scan/ports.ts";
import { ScanBudget, ScanExhausted } from "../../../scan/scan-budget.ts";
import { createScanner, type Scanner } from "../../../scan/scan-bytes.ts";
import { slotsOf } from "../../../scan/slots.ts";
import type { Finder } from "../../../scan/view.ts";
import { isLongBinary, readableStretches } from "./binary-text.ts";
import { limitsFor, READING } from "./bounds.ts";
import { countedByKind } from "./count-findings.ts";
import { EndpointSums } from "./endpoint-sums.ts";
import { OwnTokens } from "./own-tokens.ts";
import type { ProtectedLayers } from "./protected-layers.ts";
import { bodyText, contentType, headText, hostText, type RequestText, sentText } from "./request-texts.ts";
import type { ScanCause, ScannedRequest, ScannedTask, ScanRefusal, ScanVerdict } from "./scan-messages.ts";
import { ScannedBefore } from "./scanned-before.ts";
import { placeOfSlot } from "./shown-name.ts";

/** A finding, and the text that it is in. */
interface Found {
  readonly finding: Finding;
  readonly text: RequestText;
}

/** A scanner, and what its findings are remembered under. */
interface NamedScan {
  readonly name: string;
  readonly scan: Scanner;
}

interface Scanned {
  readonly found: readonly Found[];
  /** The bound that ended it, or null. */
  readonly exhausted: string | null;
}

const CREDENTIALS = createCredentialFinder();
const DETECTORS = [CREDENTIALS, createPersonalFinder(), createOpaqueFinder()] as const;

export class TaskScan {
  readonly #task: ScannedTask;
  readonly #key: Uint8Array;
  readonly #ports: ScanPorts;
  readonly #columns: ProtectedLayers["columns"];
  /** Protected values alone; and with every detector. */
  readonly #known: NamedScan;
  readonly #all: NamedScan;
  /** Protected values and credentials: what is in no record. */
  readonly #unsaid: Scanner;
  /** What is known, in binary data. */
  readonly #binary: NamedScan;
  /** Whether there is anything that may never leave. */
  readonly #hasKnown: boolean;
  readonly #sums: EndpointSums;
  readonly #own = new Map<string, OwnTokens>();
  /** A task's requests to a place have mostly the same head, and some the same body. */
  readonly #before: ScannedBefore;
  /** What is said of every request since a canary was found; null: none was. */
  #leak: ScanRefusal | null = null;

  constructor(
    task: ScannedTask,
    layers: ProtectedLayers,
    { key, ports }: { key: Uint8Array; ports: ScanPorts },
  ) {
    this.#task = task;
    this.#key = key;
    this.#ports = ports;
    this.#columns = layers.columns;
    this.#hasKnown = layers.finders.length > 0;
    const known = this.#hasKnown ? [unreadIsLost, ...layers.finders] : [];
    const parts = { protected: [...known, ...layers.canaries], ports, bounds: READING };
    const binary = { ...READING, binary: isLongBinary };
    this.#known = { name: "known", scan: createScanner({ ...parts, finders: [] }) };
    this.#all = { name: "all", scan: createScanner({ ...parts, finders: DETECTORS }) };
    this.#unsaid = createScanner({ ...parts, finders: [CREDENTIALS] });
    this.#binary = { name: "binary", scan: createScanner({ ...parts, finders: [], bounds: binary }) };
    this.#before = new ScannedBefore(ports);
    this.#sums = new EndpointSums(task.detectors, ports);
  }

  /** What becomes of a request. Throws only for a fault of ours, which refuses it too. */
  judge(request: ScannedRequest): ScanVerdict {
    const { found, exhausted } = this.#scan(request);
    const harmless = (one: Found): boolean => this.#isHarmless(one, request);
    const told = found.filter((one) => !harmless(one));
    const findings = countedByKind(told.map(({ finding }) => finding));
    const refused =
      this.#leak ??
      this.#protected(told) ??
      (exhausted === null ? null : unfinished(exhausted)) ??
      this.#pieces(request) ??
      (request.inspected ? this.#detected(told, request) : null);
    // INVARIANT: a task that sends what it has no reason to send sends nothing more, in whatever form.
    if (refused?.cause === "canary_found") this.#leak ??= { ...refused, place: "", decoded: [] };
    return { refused, findings };
  }

  /** Of each of `texts`, whether it holds what may not be said; what cannot be told is held. */
  holds(texts: readonly string[]): readonly boolean[] {
    return texts.map((text) => {
      const bytes = Buffer.from(text);
      const budget = new ScanBudget(limitsFor(bytes.length), this.#ports.now);
      const { findings, exhausted } = this.#unsaid(bytes, budget);
      return findings.length > 0 || exhausted !== null;
    });
  }

  /** Remembers what a host said to the task. */
  own(host: string, texts: readonly string[]): void {
    const tokens =
      this.#own.get(host) ??
      new OwnTokens((text) => fingerprintOf(Buffer.from(text), this.#key, this.#ports));
    this.#own.set(host, tokens);
    tokens.learn(texts);
  }

  #scan(request: ScannedRequest): Scanned {
    if (!this.#hasKnown && !request.inspected) return { found: [], exhausted: null };
    const texts = [headText(request), bodyText(request)].filter((text) => text !== null);
    const known = [hostText(request), sentText(request)].filter((text) => text !== null);
    // Where something is refused that cannot be read, all of it has to be looked at.
    const isJudged = request.inspected && this.#task.detectors !== null;
    const isSplit = ({ bytes }: RequestText): boolean => !isJudged && isLongBinary(bytes);
    const bytes = request.body.length + (request.decoded?.length ?? 0);
    const scanned = (scan: NamedScan): Scanned => {
      const budget = new ScanBudget(limitsFor(bytes), this.#ports.now);
      return joined([
        ...known.map((text) => this.#run(this.#known, text, budget)),
        ...texts.flatMap((text) =>
          isSplit(text) ? this.#split(scan, text, budget) : [this.#run(scan, text, budget)],
        ),
      ]);
    };
    const first = scanned(request.inspected ? this.#all : this.#known);
    // Where nothing is refused for what detectors find, nothing is refused for what they could not read either.
    const again = first.exhausted !== null && request.inspected && this.#task.detectors === null;
    if (!again) return first;
    return this.#hasKnown ? scanned(this.#known) : { ...first, exhausted: null };
  }

  #split(scan: NamedScan, { bytes, placeAt }: RequestText, budget: ScanBudget): readonly Scanned[] {
    const place = placeAt(0, 0);
    const readable = { bytes: readableStretches(bytes), placeAt: () => place };
    return [this.#run(this.#binary, { bytes, placeAt }, budget), this.#run(scan, readable, budget)];
  }

  #run({ name, scan }: NamedScan, text: RequestText, budget: ScanBudget): Scanned {
    let exhausted: string | null = null;
    const findings = this.#before.findings(name, text.bytes, () => {
      const result = scan(text.bytes, budget);
      exhausted = result.exhausted;
      return { findings: result.findings, complete: exhausted === null };
    });
    return { found: findings.map((finding) => ({ finding, text })), exhausted };
  }

  #protected(found: readonly Found[]): ScanRefusal | null {
    const known = found.filter(({ finding }) => finding.class === "protected");
    const value =
      known.find(({ finding }) => finding.kind === "canary") ??
      known.find(({ finding }) => finding.kind !== "placeholder") ??
      known[0];
    if (value === undefined) return null;
    const { finding } = value;
    return { ...refusalOf(causeOf(finding.kind), value), what: finding.name ?? finding.kind };
  }

  /** Values that leave in pieces, over requests or over the parts of one. */
  #pieces(request: ScannedRequest): ScanRefusal | null {
    try {
      const slots = slotsOf({
        host: request.host,
        target: request.target,
        headers: request.headers,
        contentType: contentType(request.headers),
        body: latin1(request.decoded ?? request.body),
      });
      for (const columns of this.#columns) {
        const [match] = columns.observe("", request.host, slots);
        if (match === undefined) continue;
        return {
          ...NOTHING_SAID,
          cause: causeOf(match.kind),
          what: match.name ?? match.kind,
          place: placeOfSlot(match.slot),
          decoded: ["pieces"],
        };
      }
      return null;
    } catch (error) {
      return unfinished(error instanceof ScanExhausted ? error.bound : "failed");
    }
  }

  #detected(found: readonly Found[], request: ScannedRequest): ScanRefusal | null {
    const { detectors } = this.#task;
    if (detectors === null) return null;
    return (
      this.#evidence(found, "credential", detectors.credentials) ??
      this.#evidence(found, "opaque", detectors.opaque) ??
      this.#over(found, request)
    );
  }

  #evidence(
    found: readonly Found[],
    kind: "credential" | "opaque",
    reaction: "refuse" | "count",
  ): ScanRefusal | null {
    const first = found.find(({ finding }) => finding.class === kind);
    if (first === undefined || reaction === "count") return null;
    const cause = kind === "credential" ? "credential_found" : "opaque_content";
    return { ...refusalOf(cause, first), fingerprint: this.#fingerprint(first) };
  }

  /** The sums over all requests to one host; what is refused counts for none of them. */
  #over(found: readonly Found[], request: ScannedRequest): ScanRefusal | null {
    const personal = found.filter(({ finding }) => finding.class === "personal");
    const over = this.#sums.take(
      request,
      personal.map((one) => ({ kind: one.finding.kind, fingerprint: this.#fingerprint(one) })),
    );
    if (over === null) return null;
    const last = personal.findLast(({ finding }) => over.kinds.has(finding.kind));
    const base = last === undefined ? { ...NOTHING_SAID, cause: over.cause } : refusalOf(over.cause, last);
    return { ...base, what: over.what, measured: over.measured, limit: over.limit };
  }

  #isHarmless(one: Found, request: ScannedRequest): boolean {
    const { class: kind } = one.finding;
    if (kind !== "credential" && kind !== "opaque") return false;
    const text = latin1(bytesOf(one));
    if (this.#own.get(request.host)?.covers(text) === true) return true;
    if (isBoundary(text, request)) return true;
    const known = this.#task.detectors?.known_harmless ?? [];
    return known.length > 0 && known.includes(this.#fingerprint(one));
  }

  #fingerprint(one: Found): string {
    return fingerprintOf(bytesOf(one), this.#key, this.#ports);
  }
}

/** INVARIANT: where values were not looked for, because more came out of compression than is read, nothing leaves. */
const unreadIsLost: Finder = ({ unread = [] }) => {
  if (unread.length > 0) throw new ScanExhausted("inflation");
  return [];
};

function causeOf(kind: string): ScanCause {
  if (kind === "canary") return "canary_found";
  return kind === "placeholder" ? "placeholder_misplaced" : "protected_value";
}

const NOTHING_SAID = {
  what: "",
  place: "",
  decoded: [],
  fingerprint: null,
  measured: null,
  limit: null,
} as const;

function joined(scans: readonly Scanned[]): Scanned {
  return {
    found: scans.flatMap(({ found }) => found),
    exhausted: scans.find(({ exhausted }) => exhausted !== null)?.exhausted ?? null,
  };
}

function unfinished(bound: string): ScanRefusal {
  const cause = bound === "failed" ? "scan_failed" : "scan_over_limit";
  return { ...NOTHING_SAID, cause, what: bound };
}

function refusalOf(cause: ScanCause, { finding, text }: Found): ScanRefusal {
  return {
    ...NOTHING_SAID,
    cause,
    what: finding.kind,
    place: text.placeAt(finding.start, finding.end),
    decoded: finding.decoded,
  };
}

function bytesOf({ finding, text }: Found): Uint8Array {
  return text.bytes.subarray(finding.start, finding.end);
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}

/** Characters of a boundary that clients make up: RFC 2046 section 5.1.1 allows 70. */
const BOUNDARY_MAX = 70;

/** What separates the parts of a multipart body is random on purpose. */
function isBoundary(text: string, { headers }: ScannedRequest): boolean {
  const boundary = /boundary=(\S+)/.exec(contentType(headers))?.[1] ?? "";
  const bare = text.replaceAll(/^[\s"-]+|[\s"-]+$/g, "");
  return bare !== "" && boundary.length <= BOUNDARY_MAX && boundary.includes(bare);
}
