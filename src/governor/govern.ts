// Composes a governor: ledger, projections, spec, facts, decisions, executor. The only place where all rooms meet. Not the
// process (governor-process.ts), nor the socket (server/).
import { randomBytes } from "node:crypto";
import { realpathSync } from "node:fs";
import type { ValuesPort } from "../enforce/network-policy.ts";
import { readBootId } from "../facts/boot-id.ts";
import { isGone } from "../facts/is-gone.ts";
import { createObserver } from "../facts/observe.ts";
import { MACHINE, type Roots } from "../facts/observed-roots.ts";
import { AlarmBook } from "./alarm-book.ts";
import { Amendments } from "./amend/amendments.ts";
import { NO_CHANGE, PastRefusals } from "./amend/build-check.ts";
import { countedUptime } from "./amend/counted-uptime.ts";
import { RatchetBook } from "./amend/ratchet-book.ts";
import { serveSpec } from "./amend/serve-spec.ts";
import { UnwrittenAdoption } from "./amend/unwritten-adoption.ts";
import { packageVersion } from "./build-id.ts";
import { childrenFor } from "./children-for.ts";
import type { StartTeller } from "./client/start-progress.ts";
import { ClockJumps, machineClocks } from "./clock-jumps.ts";
import { draftRecord } from "./draft-record.ts";
import { type Enroller, Enrolment } from "./enrolment.ts";
import { eraseRecords } from "./erase-records.ts";
import { everyWaiting } from "./every-waiting.ts";
import { explainRecord } from "./explain-record.ts";
import type { HoldPaths } from "./gather-sums.ts";
import type { GovernorKey } from "./governor-key.ts";
import { governorStatus } from "./governor-status.ts";
import type { HeatGuard } from "./heat-guard.ts";
import { heatGuardFor } from "./heat-guard-for.ts";
import { heldBelow } from "./held-below.ts";
import { knownValues } from "./held-values.ts";
import type { HomePaths } from "./home.ts";
import type { JudgeParts } from "./judge.ts";
import { KeptLedger, type NoteRecord } from "./keep-ledger.ts";
import { Launcher, type LaunchParts, writLine } from "./launch.ts";
import { Lineages } from "./lineages.ts";
import { nameHash } from "./name-hash.ts";
import { NarrowNode } from "./narrow-node.ts";
import type { NodeFile } from "./node-file.ts";
import { observeFor } from "./observe-for.ts";
import { type Enforcement, openEnforcement } from "./open-enforcement.ts";
import { openRemembered, settledKey } from "./open-remembered.ts";
import { nodeOnMachine, type PinPlace, pinnedHome } from "./pinned-home.ts";
import { bootClock } from "./ports.ts";
import { openProber } from "./probes/open-prober.ts";
import { ProbeBook } from "./probes/probe-book.ts";
import type { Progress } from "./progress.ts";
import type { Projection } from "./project-record.ts";
import { JobBook } from "./queue/job-book.ts";
import type { JobQueue } from "./queue/job-queue.ts";
import { openQueue } from "./queue/open-queue.ts";
import { recover } from "./recover.ts";
import { keyRotation } from "./rotate-key.ts";
import { openTaskScan } from "./scan-task.ts";
import type { Governing, LiveRun } from "./server/governing.ts";
import { readAs, type Served } from "./service/served.ts";
import { type AdoptedSpec, SpecInForce } from "./spec-in-force.ts";
import { checkOnly, decideOnly, type SubmitParts, submitRun } from "./submit.ts";
import { type OpenUnattended, openUnattended } from "./unattended/open-unattended.ts";
import type { Unattended } from "./unattended/unattended.ts";
import { WatchBook } from "./unattended/watch-book.ts";
import { unsaidError } from "./unsaid-error.ts";
import { noValues, valuesPort } from "./values-port.ts";
import { keeperFor } from "./witness/keeper-for.ts";
import type { WitnessKeeper } from "./witness/witness-keeper.ts";
import { Witnessed } from "./witness/witnessed.ts";

export interface GovernOptions {
  readonly paths: HomePaths;
  readonly node: NodeFile;
  readonly build: string;
  /** The folder that remembers heads, which the starting client named; null: nothing is remembered. */
  readonly heads: string | null;
  /** Told how far the ledger is read before anything is governed. */
  readonly starting?: Pick<StartTeller, "tell">;
  /** Folders that stand for /proc and /sys, for tests that let a sensor change; nothing that a user could set leads here. */
  readonly roots?: Roots;
  /** Where another pin lies, for tests; nothing that a user could set leads here. */
  readonly pin?: PinPlace;
  /** Present: a service, whose tasks run as their principals. */
  readonly served?: Served;
}

/** As given, but for what the machine's pin makes of its node. */
interface OnMachine extends GovernOptions {
  readonly played: boolean;
}

/** A governor, and the moment from which it can record nothing more and is to end. */
export interface Governed extends Governing {
  readonly broken: Promise<void>;
  readonly record: KeptLedger["append"];
}

/**
 * Governs the home at `options.paths`, whose lock the caller holds: verifies the ledger, settles what a dead governor left
 * open, proves what this node can enforce. Throws `WritError` for whatever makes that impossible; then nothing runs.
 */
export async function govern(given: GovernOptions): Promise<Governed> {
  const options = onMachine(given);
  const { paths, node, served = null } = options;
  const instance = served?.instance ?? randomBytes(8).toString("hex");
  const boot = readBootId();
  const key = await settledKey(options);
  const values: { of: ValuesPort } = { of: noValues };
  const place = { paths, node, boot, instance, served, public_key: key.public_key };
  const [opened, enforcement] = await Promise.all([
    openRemembered(options, key, reading(given, "verifying")),
    openEnforcement({ ...place, values: (needs) => values.of(needs) }),
  ]);
  const noted: { by: NoteRecord; last: NoteRecord } = { by: () => undefined, last: () => undefined };
  const ledger = new KeptLedger(opened, (record) => noted.by(record));
  try {
    const book = await JobBook.open(paths.queue, ledger);
    const ratchet = new RatchetBook();
    const [alarms, jumps] = [new AlarmBook(), new ClockJumps(machineClocks)];
    const witnessed = new Witnessed();
    const watch = new WatchBook();
    const probes = new ProbeBook();
    noted.by = (record) => {
      for (const one of [book, ratchet, alarms, witnessed, watch, probes]) one.note(record);
      noted.last(record);
      for (const own of [...alarms.take(), ...jumps.take()]) void ledger.append(own).catch(ALARM_LOST);
    };
    const [past, unwritten] = [new PastRefusals(), new UnwrittenAdoption()];
    const others = [ratchet, alarms, past, witnessed, watch, probes, unwritten];
    const { projection, spec: adopted } = await recover(ledger, book, others, reading(given, "rebuilding"));
    new SpecInForce(paths.spec, adopted).mend(unwritten.replaced);
    const known = ratchet.ratchet.build.accepted === options.build;
    const changed = known ? NO_CHANGE : await past.changedBy(options.build);
    const { isolation, limits, gate, evidence } = enforcement;
    const build = { version: packageVersion(), build: options.build, ...changed };
    const start = { instance, boot, uptime: countedUptime(options.roots) };
    const core = { ...build, ...start, isolation, limits, gate };
    await ledger.append({ kind: "software", core, payload: { evidence } });
    return await wire(options, {
      ledger,
      book,
      ratchet,
      enforcement,
      projection,
      adopted,
      key,
      instance,
      boot,
      values,
      witnessed,
      watch,
      probes,
      alarms,
      noted,
    });
  } catch (error) {
    await ledger.close();
    throw error;
  }
}

/** The ledger has failed or is closed, which whoever appends for a task finds too; the next start records what it lacks. */
const ALARM_LOST = (): void => undefined;

function reading({ starting }: GovernOptions, doing: "verifying" | "rebuilding"): Progress {
  return (done, of) => starting?.tell(doing, done, of);
}

function onMachine(given: GovernOptions): OnMachine {
  const home = realpathSync(given.paths.home);
  return { ...given, ...nodeOnMachine(given.node, home, pinnedHome(given.pin)) };
}

/** What was opened and rebuilt. */
interface Opened {
  readonly ledger: KeptLedger;
  readonly book: JobBook;
  readonly ratchet: RatchetBook;
  readonly enforcement: Enforcement;
  readonly projection: Projection;
  readonly adopted: AdoptedSpec;
  readonly key: GovernorKey;
  readonly instance: string;
  readonly boot: string;
  readonly witnessed: Witnessed;
  readonly watch: WatchBook;
  readonly probes: ProbeBook;
  readonly alarms: AlarmBook;
  /** Set here: told of each record after the projections. */
  readonly noted: { last: NoteRecord };
  /** Set here: the gate asks for values later than it is opened. */
  readonly values: { of: ValuesPort };
}

/** Connects the rooms: from the observation of the node to the launcher and the queue. */
async function wire(options: OnMachine, opened: Opened): Promise<Governed> {
  const { paths, node, played, roots = MACHINE, served = null } = options;
  const { ledger, book, enforcement, projection, key, instance, boot } = opened;
  const spec = new SpecInForce(paths.spec, opened.adopted);
  const amendments = await openAmendments(options, opened, spec);
  const holdPaths = new Map<string, HoldPaths>();
  const names = nameHash(key.names_key);
  const uid = process.geteuid?.() ?? -1;
  const uidOf = (name: string): number =>
    spec.adopted.compiled.spec.principals.find((principal) => principal.name === name)?.uid ?? -1;
  if (served !== null) served.spec.hash = () => spec.adopted.parsed.spec_hash;
  const who = (): Enroller => ({ uid, principal: principalOf(spec.adopted, uid) });
  const enrolment = new Enrolment({ ledger, paths, names, recorded: projection.enrolled.hash, who });
  const held = heldBelow(node);
  opened.values.of = valuesPort(enrolment.given, () => held(spec.adopted.parsed.spec));
  const { waiting, late, wake } = everyWaiting();
  const providers = new Set<string>();
  const observer = createObserver({ clock: bootClock, roots });
  const heat = heatGuardFor(observer, { spec, projection, roots, wake });
  const lineages = new Lineages();
  const children = childrenFor(lineages, spec);
  let holds = 0;
  const seen = { node, played, observer, heat, providers, served };
  const judging: JudgeParts = {
    sums: projection.sums,
    outputs: projection.outputs,
    footprints: projection.footprints,
    isGone,
    paths: holdPaths,
    names,
    lineages,
    currentSpec: () => amendments.current(),
    observe: observeFor({ ...seen, home: paths.home, tier: enforcement }),
    scan: openTaskScan((of) => knownValues(held(of)), enrolment.given, readAs(served)),
    now: () => ledger.now(),
    uid,
    nextHold: () => `${instance}-${(holds += 1)}`,
    narrowed: () => projection.narrowing.fact,
  };
  const launch: LaunchParts = {
    ledger,
    executor: enforcement.executor,
    projection,
    narrowing: projection.narrowing,
    line: writLine(),
    paths: holdPaths,
    names,
    providers,
    key: key.private_key,
    uidOf: served === null ? () => node.task_uid ?? uid : uidOf,
    node: node.node,
    boot,
    instance,
    clock: bootClock,
    lineages,
    childrenOf: children.of,
    heat,
    freed: wake,
  };
  const launcher = new Launcher(launch);
  const own = { judging, ledger, launcher, projection, waiting };
  const parts: SubmitParts = served === null ? own : { ...own, uidOf };
  children.submitTo(parts);
  const queue = await openQueue(parts, book, { observer, outputs: paths.outputs });
  late.queue = queue;
  const rest = { options, spec, amendments, enforcement, enrolment, heat, queue, book, opened, launch, wake };
  return compose(parts, rest);
}

function openAmendments({ node, build }: OnMachine, opened: Opened, spec: SpecInForce): Promise<Amendments> {
  const { ledger, ratchet, projection } = opened;
  return Amendments.open({
    ledger,
    spec,
    book: ratchet,
    node: node.node,
    build,
    wall: () => new Date(),
    adopted: (hash, sequence) => projection.adoptions.set(hash, sequence),
  });
}

/** Has the spec's witnesses hold what is recorded from here on; of a ledger that takes nothing more its close rejects. */
function watch({ paths, node }: GovernOptions, opened: Opened, spec: SpecInForce): WitnessKeeper {
  const watched = { dir: paths.ledger, node: node.node, spec: () => spec.adopted.parsed.spec };
  const witnesses = keeperFor({ ...opened, ...watched });
  opened.noted.last = (record) => witnesses.note(record);
  return witnesses;
}

function principalOf({ compiled }: AdoptedSpec, uid: number): string | null {
  return compiled.spec.principals.find((principal) => principal.uid === uid)?.name ?? null;
}

interface Rest {
  readonly options: GovernOptions;
  readonly spec: SpecInForce;
  readonly amendments: Amendments;
  readonly enforcement: Enforcement;
  readonly enrolment: Enrolment;
  readonly heat: HeatGuard;
  readonly queue: JobQueue;
  readonly book: JobBook;
  readonly opened: Opened;
  readonly launch: LaunchParts;
  /** What waits is tried again. */
  readonly wake: () => void;
}

function narrowNodeOf({ ledger, projection, judging }: SubmitParts, rest: Rest): NarrowNode {
  return new NarrowNode({
    ledger,
    narrowing: projection.narrowing,
    alarmOf: (narrowed) => rest.opened.probes.standing.find((alarm) => alarm.narrowed === narrowed) ?? null,
    node: rest.options.node.node,
    uid: judging.uid,
    signed: (bytes, files) => rest.amendments.signed(bytes, files),
    lifted: rest.wake,
  });
}

function keptWhileLive(live: Set<LiveRun>, started: LiveRun): LiveRun {
  live.add(started);
  const forget = (): void => void live.delete(started);
  started.outcome.then(forget, forget);
  return started;
}

function watchUnattended(
  { ledger, judging, uidOf }: SubmitParts,
  { options: { paths, node }, opened, spec }: Rest,
  run: OpenUnattended["run"],
): Unattended {
  const request = (): string | null => opened.alarms.request(new Date());
  const own = { spec: () => spec.adopted.parsed.spec, uid: judging.uid, uidOf, run, request };
  return openUnattended({ paths, node, ledger, book: opened.watch, ...own });
}

function compose(parts: SubmitParts, rest: Rest): Governed {
  const { options, spec, amendments, enforcement, enrolment, heat, queue, book, opened, launch } = rest;
  const specHashes = () => amendments.neededSpecs();
  const witnesses = watch(options, opened, spec);
  const prober = openProber(opened, { submit: parts, spec, node: options.node, launch, lifted: rest.wake });
  const { ledger, projection } = parts;
  const narrowNode = narrowNodeOf(parts, rest);
  const live = new Set<LiveRun>();
  const stopAll = (): void => live.forEach((run) => run.stop("governor_stops"));
  const running = (): number => projection.sums.holds().length;
  const { paths, node } = options;
  const rotation = keyRotation({ ledger, running, key: opened.key, paths, node: node.node });
  void ledger.broken.then(stopAll);
  let closing: Promise<void> | null = null;
  const run: Governed["run"] = (input, wait, client, uid) => {
    const started = keptWhileLive(live, submitRun(parts, input, { client, wait, parent: null, uid }));
    if (closing !== null) started.stop("governor_stops");
    return started;
  };
  const unattended = watchUnattended(parts, rest, (input, client, uid) => run(input, false, client, uid));
  const close = async (): Promise<void> => {
    stopAll();
    const ended = [...live].map(({ outcome }) => outcome);
    await Promise.allSettled([unattended.close(), queue.close(), prober.close(), ...ended]);
    heat.close();
    await enforcement.close();
    await witnesses.close().catch(() => undefined);
    await ledger.close();
    book.close();
  };
  return {
    broken: Promise.race([ledger.broken, rotation.done]),
    record: ledger.append.bind(ledger),
    decide: (input, uid) => decideOnly(parts, input, uid),
    check: (input, uid) => checkOnly(parts, input, uid),
    run,
    explain: (sequence) => explainRecord(parts, sequence),
    draft: (sequence, merge) => draftRecord(parts, sequence, merge),
    erase: (request) => eraseRecords({ ledger, projection, book, specHashes }, request),
    spec: (request, progress) => serveSpec({ amendments, ledger, spec }, request, progress),
    rotate: () => rotation.rotate(),
    enrol: (request) => enrolment.enrol(request),
    remove: (names) => enrolment.remove(names),
    head: () => (options.node.throw_away === null ? { node: options.node.node, ...ledger.head } : null),
    submit: (input, terms, uid) => queue.submit(input, terms, uid),
    jobs: (all) => queue.list(all),
    cancel: (job) => queue.cancel(job),
    wait: (job) => queue.wait(job),
    output: (job, stream, from) => queue.output(job, stream, from),
    serve: (client, untilEmpty) => {
      const serving = queue.serve(client, untilEmpty);
      if (!untilEmpty) unattended.serving(serving.ended);
      return serving;
    },
    narrow: (request, uid) => narrowNode.serve(request, uid),
    unsaid: (error) =>
      unsaidError(error, (texts) => parts.judging.scan.holds(spec.adopted.parsed.spec, texts)),
    principalOf: (uid) => principalOf(spec.adopted, uid),
    status: () => {
      const { node } = options.node;
      const { key, witnessed, watch } = opened;
      const read = { node, submit: parts, spec, book, enforcement, key, witnessed, witnesses, watch };
      return Promise.resolve(governorStatus(read));
    },
    close: () => (closing ??= close()),
  };
}
