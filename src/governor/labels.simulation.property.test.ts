// No order of submissions, runs, removals and crashes moves a byte to an endpoint that is not cleared for where it came from.
// The real judgement, holds, records and projections; files and tasks are simulated: each task reads all it may, as often as
// it may, writes wherever it may, and sends whenever it may.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { depth, seed } from "../../test/depth.ts";
import type { Grants } from "../decide/decision.ts";
import type { PathFact } from "../decide/facts.ts";
import type { LedgerRecord, RecordInput } from "../ledger/record.ts";
import { isWithin } from "../names/path.ts";
import { parseTask } from "../task/parse-task.ts";
import { ENDED } from "./fixtures/ended.ts";
import { NO_SCAN } from "./fixtures/no-scan.ts";
import { specText } from "./fixtures/spec-text.ts";
import type { HoldPaths } from "./gather-sums.ts";
import { type JudgeParts, judge, type Observed } from "./judge.ts";
import { Lineages } from "./lineages.ts";
import { nameHash } from "./name-hash.ts";
import { pathChain } from "./path-chain.ts";
import { PORTS, sha256 } from "./ports.ts";
import { emptyProjection, type Projection, projectEnd, projectHold } from "./project-record.ts";
import { asJson, decisionRecord, recoveryRecord, settlementRecord } from "./records.ts";
import { rebuild } from "./recover.ts";
import { replay } from "./replay.ts";
import { adoptedSpec } from "./spec-in-force.ts";
import type { Hold } from "./sums.ts";

const FOLDERS = ["/work/vault", "/work/mail", "/work/a", "/work/a/in", "/work/b"] as const;
const FILES = [...FOLDERS.map((folder) => `${folder}/x`), "/work/a/y"];
const PLACES = ["/work", ...FOLDERS, ...FILES];
const LADDER = ["public", "internal", "confidential", "secret"];

/** Cleared for: `own` all, `mid` confidential, `far` internal. Nothing untrusted may go to what is not owned. */
const CLEARED = { own: 3, mid: 2, far: 1 } as const;
const CONTROL = { own: "owned", mid: "contracted", far: "contracted" } as const;
type Endpoint = keyof typeof CLEARED;

const SPEC = specText("/work", {
  score_min: 0,
  endpoints: `[ ${(["own", "mid", "far"] as const)
    .map(
      (name) =>
        `{ host: ${name}.example.com, control: ${CONTROL[name]}, clearance: ${LADDER[CLEARED[name]]}, methods: [POST], paths: [/], requests_per_task_max: 9, bytes_out_per_task_max: 64 KiB }`,
    )
    .join(", ")} ]`,
})
  .replace(
    /sources: .*/,
    'sources: [ { path: "/work/vault/**", label: secret }, { path: "/work/a/in/**", label: confidential }, { path: "/work/mail/**", label: internal, trust: untrusted } ]',
  )
  .replace("refuse_when: []", "refuse_when: [ { untrusted: true, control_not: owned } ]")
  .replace("external_calls: 100", "external_calls: 100000")
  .replaceAll(/bytes_out: \d+ MiB/g, "bytes_out: 500 GiB");

/** Mostly where tasks meet: what is private, and what is not yet. */
const place = fc.constantFrom(
  ...PLACES,
  "/work/vault",
  "/work/mail",
  "/work/a",
  "/work/a/x",
  "/work/a",
  "/work/b",
);
const submit = fc.record({
  what: fc.constant("submit" as const),
  reads: fc.uniqueArray(place, { maxLength: 2 }),
  writes: fc.uniqueArray(place, { maxLength: 1 }),
  calls: fc.oneof(
    fc.constant<Endpoint[]>(["far"]),
    fc.subarray(Object.keys(CLEARED) as Endpoint[], { maxLength: 1 }),
  ),
  reads_directory: fc.nat(3).map((drawn) => drawn === 0),
});
const other = fc.record({
  what: fc.oneof(
    { weight: 6, arbitrary: fc.constant("write") },
    { weight: 4, arbitrary: fc.constant("send") },
    { weight: 3, arbitrary: fc.constant("end") },
    { weight: 1, arbitrary: fc.constantFrom("remove", "person removes", "read") },
    { weight: 1, arbitrary: fc.nat(3).map((drawn) => (drawn === 0 ? "crash" : "end")) },
  ),
  pick: fc.nat(1000),
  file: fc.nat(1000),
});
/** Something that happens while a submission is observed. */
const step = fc.record({ first: fc.oneof(submit, other, other), meanwhile: fc.option(other) });

type Submit = typeof submit extends fc.Arbitrary<infer T> ? T : never;
type Other = typeof other extends fc.Arbitrary<infer T> ? T : never;

/** Where bytes came from: sources by their folder. */
type Taint = ReadonlySet<string>;
const SOURCES: Readonly<Record<string, { readonly rank: number; readonly untrusted: boolean }>> = {
  "/work/vault": { rank: 3, untrusted: false },
  "/work/a/in": { rank: 2, untrusted: false },
  "/work/mail": { rank: 1, untrusted: true },
};

interface Live {
  readonly hold: Hold;
  readonly grants: Grants;
  readonly sequence: number;
  readonly written: Set<string>;
  taint: Taint;
}

const counts = { admitted: 0, forbidden: 0, deferred: 0, sent: 0, byOutput: 0, crashes: 0 };

class World {
  readonly files = new Map<string, Taint>(FILES.map((file) => [file, sourceOf(file)]));
  /** What a folder's list of names tells, beyond the files in it. */
  readonly names = new Map<string, Taint>();
  readonly spec = adoptedSpec(Buffer.from(SPEC), "test");
  readonly hash = nameHash(Buffer.alloc(32));
  readonly records: LedgerRecord[] = [];
  readonly live: Live[] = [];
  paths = new Map<string, HoldPaths>();
  projection: Projection = emptyProjection();
  #holds = 0;
  readonly #lineages = new Lineages();
  #time = 0;

  async take({ first, meanwhile }: { readonly first: Submit | Other; readonly meanwhile: Other | null }) {
    if (first.what === "submit") await this.#submit(first, meanwhile);
    else await this.#act(first);
  }

  async #submit(asked: Submit, meanwhile: Other | null): Promise<void> {
    const { reads, writes, reads_directory } = asked;
    const calls = asked.calls.map((name) => ({
      to: `https://${name}.example.com/x`,
      method: "POST",
      bytes_out_max: "1 KiB",
    }));
    const needs = { reads, writes, calls, reads_directory, memory: "1 MiB", cpu: 0.001, processes: 1 };
    const text = JSON.stringify({ task: "t", run: { command: ["true"] }, needs });
    const task = parseTask(text, { directory: "/work", ...PORTS });
    if (!task.ok) throw new Error(JSON.stringify(task.error));
    const between = meanwhile?.what === "crash" ? null : meanwhile;
    const parts = this.#parts(between);
    const { judged, hold } = await judge(parts, task.value, { take: true, parent: null });
    const { decision, facts } = judged;
    const evidence = decision.findings.flatMap((finding) => (finding.passes ? [] : finding.evidence));
    if (evidence.some((line) => line.includes("written under decision"))) counts.byOutput += 1;
    if (decision.outcome === "defer") counts.deferred += 1;
    if (decision.findings.some(({ cause }) => cause === "label_over_clearance")) counts.forbidden += 1;
    const { sequence } = this.#append(
      decisionRecord("decision", judged, { hold, job: null, measured: null }, sha256),
    );
    if (hold === null || decision.grants === null) return;
    counts.admitted += 1;
    expect(facts.outputs).toBeDefined();
    projectHold(hold, sequence, decision.grants.writes, this.projection);
    this.live.push({ hold, grants: decision.grants, sequence, written: new Set(), taint: new Set() });
  }

  async #act({ what, pick, file }: Other): Promise<void> {
    if (what === "crash") return this.#crash();
    if (what === "person removes") return void this.files.delete(FILES[file % FILES.length] ?? "");
    const task = this.live[pick % Math.max(1, this.live.length)];
    if (task === undefined) return;
    if (what !== "end") this.#read(task);
    const { writes } = task.grants;
    const writable = FILES.filter(
      (path) => writes.some((grant) => isWithin(grant.path, path)) && !isMasked(task.grants, path),
    );
    const path = writable[file % Math.max(1, writable.length)];
    if (what === "write" && path !== undefined) this.#write(task, path);
    else if (what === "remove" && path !== undefined && this.files.has(path)) this.#remove(task, path);
    else if (what === "send") this.#send(task);
    else if (what === "end") this.#end(task);
  }

  /** Everything that it may, names included. */
  #read(task: Live): void {
    const { grants } = task;
    const open = [...grants.reads, ...grants.writes].map(({ path }) => path);
    const shown = (path: string): boolean => !isMasked(grants, path);
    const taint = new Set(task.taint);
    for (const [path, carried] of this.files) {
      if (open.some((grant) => isWithin(grant, path)) && shown(path))
        for (const one of carried) taint.add(one);
    }
    for (const [folder, carried] of this.names) {
      if (open.some((grant) => isWithin(grant, folder)) && shown(folder))
        for (const one of carried) taint.add(one);
    }
    task.taint = taint;
  }

  #write(task: Live, path: string): void {
    this.files.set(path, new Set([...task.taint, ...sourceOf(path)]));
    task.written.add(path);
  }

  #remove(task: Live, path: string): void {
    const folder = path.slice(0, path.lastIndexOf("/"));
    const granted = task.grants.writes.some((grant) => isWithin(grant.path, folder));
    // A file that is a grant of its own cannot be removed through its mount.
    if (!granted) return;
    this.files.delete(path);
    this.names.set(folder, new Set([...(this.names.get(folder) ?? []), ...task.taint]));
    task.written.add(folder);
  }

  #send({ grants, taint }: Live): void {
    for (const { host } of grants.calls) {
      const name = host.slice(0, host.indexOf(".")) as Endpoint;
      for (const source of taint) {
        const { rank, untrusted } = SOURCES[source] ?? { rank: 9, untrusted: true };
        expect([source, host, rank <= CLEARED[name]]).toEqual([source, host, true]);
        expect([source, host, untrusted && CONTROL[name] !== "owned"]).toEqual([source, host, false]);
        counts.sent += 1;
      }
    }
  }

  #end(task: Live): void {
    const { hold, grants, sequence } = task;
    const written = [...task.written].map((path) => {
      const grant = grants.writes.findIndex((one) => isWithin(one.path, path));
      const above = pathChain(grants.writes[grant]?.path ?? "", this.hash).length;
      return { grant, chain: pathChain(path, this.hash).slice(above), content: null, path };
    });
    const settled = { decision: sequence, hold: hold.id, observation: ENDED, charged: [] };
    const carries = (hold.carries ?? null) !== null;
    const record = this.#append(settlementRecord({ ...settled, written: carries ? written : [] }));
    projectEnd(record, this.projection);
    this.live.splice(this.live.indexOf(task), 1);
    this.paths.delete(hold.id);
  }

  /** The next governor has nothing but the ledger. */
  async #crash(): Promise<void> {
    counts.crashes += 1;
    const { projection } = await rebuild(this.records);
    expect(projection.outputs.snapshot()).toEqual(this.projection.outputs.snapshot());
    this.projection = projection;
    for (const { sequence, hold } of this.live.splice(0)) {
      projectEnd(this.#append(recoveryRecord(sequence, hold)), projection);
      this.paths.delete(hold.id);
    }
  }

  #append({ kind, core, payload = {} }: RecordInput): LedgerRecord {
    this.#time += 1;
    const { length: sequence } = this.records;
    // As a reader of the ledger has it.
    const read = JSON.parse(JSON.stringify({ core, payload })) as Pick<LedgerRecord, "core" | "payload">;
    const record = { sequence, kind, time: this.#time, wall: "", payload_hash: null, ...read };
    this.records.push(record);
    return record;
  }

  #parts(meanwhile: Other | null): JudgeParts {
    return {
      sums: this.projection.sums,
      outputs: this.projection.outputs,
      footprints: this.projection.footprints,
      isGone: (path) => Promise.resolve(FILES.includes(path) && !this.files.has(path)),
      paths: this.paths,
      scan: NO_SCAN,
      names: this.hash,
      lineages: this.#lineages,
      currentSpec: () => this.spec,
      observe: async (_, { task }) => {
        const observed = observedOf(task.needs.reads, task.needs.writes);
        if (meanwhile !== null) await this.#act(meanwhile);
        return observed;
      },
      now: () => this.#time,
      uid: process.getuid?.() ?? 0,
      nextHold: () => `h${(this.#holds += 1)}`,
      narrowed: () => null,
    };
  }
}

function sourceOf(path: string): Taint {
  return new Set(Object.keys(SOURCES).filter((source) => isWithin(source, path)));
}

/** A masked place stays hidden but for a grant inside it. */
function isMasked({ masked, reads, writes }: Grants, path: string): boolean {
  const opened = [...reads, ...writes];
  return masked.some(
    (hidden) =>
      isWithin(hidden, path) &&
      !opened.some((grant) => isWithin(hidden, grant.path) && isWithin(grant.path, path)),
  );
}

function observedOf(reads: readonly string[], writes: readonly string[]): Observed {
  // What is missing is refused by itself: here everything stands when it is looked at.
  const factOf = (asked: string): PathFact => {
    const kind = FILES.includes(asked) ? "file" : "directory";
    return { asked, real: asked, kind, device: "1", inode: asked, permitted: true };
  };
  return {
    node: {
      memory_total: 2 ** 40,
      memory_available: 2 ** 40,
      cpu: 64_000,
      memory_some_avg10: 0,
      heat: { state: "measured", celsius_milli: 30_000, sensor: "test" },
      isolation: "namespaces",
      limits: "cgroup",
      gate: "present",
    },
    providers: [],
    paths: {
      directory: factOf("/work"),
      reads: reads.map(factOf),
      writes: writes.map(factOf),
      executable: { ...factOf("/usr/bin/true"), kind: "file", sha256: "0".repeat(64) },
      arguments: [],
      masked: [],
      home: null,
    },
  };
}

test("P7 no interleaving of admitted tasks sends a source to an endpoint that is not cleared for it", async () => {
  const numRuns = depth(300, 20_000);
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
      const world = new World();
      for (const one of steps) await world.take(one);
      // P4: what was decided with these facts is decided again, byte for byte.
      const adoption = {
        ...EMPTY,
        kind: "spec_adopted" as const,
        core: { spec_hash: world.spec.parsed.spec_hash, bytes_hash: world.spec.parsed.bytes_hash },
        payload: asJson({ bytes: Buffer.from(SPEC).toString("base64") }),
      };
      for await (const { verdict } of replay([adoption, ...world.records], { build: "any" }))
        expect(verdict).toBe("same");
    }),
    { seed, numRuns },
  );
  console.log(`labels under ${numRuns} interleavings`, counts);
  for (const count of Object.values(counts)) expect(count).toBeGreaterThan(numRuns / 10);
}, 3_600_000);

const EMPTY = { sequence: 0, time: 0, wall: "", payload_hash: null };
