// A place: a throw-away home with its governor, the servers outside, and the folder that its tasks work in. Opened for the
// cases of one spec, closed without a trace. What is done there is act.ts's.
import {
  chmodSync,
  chownSync,
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, normalize } from "node:path";
import { createHome } from "../governor/create-home.ts";
import type { Governor, TaskInput } from "../governor/governor.ts";
import { openGovernor } from "../governor/open-governor.ts";
import type { Json } from "../stdx/json.ts";
import { fill, fillText, type Values } from "./fill.ts";
import { endGovernors } from "./governor-processes.ts";
import { type LiveTask, openLiveTask } from "./live-task.ts";
import type { SuitePlace } from "./read-suite.ts";
import { runWrit } from "./run-writ.ts";
import { openUpstreams, type Upstreams } from "./upstreams.ts";

export interface Place {
  /** Everything of it lies below this folder. */
  readonly root: string;
  /** The working directory of its tasks, who may write `out` below it. */
  readonly work: string;
  readonly home: string;
  readonly heads: string;
  /** Whom tasks run as; null: as this process's user. */
  readonly taskUid: number | null;
  readonly governor: Governor;
  readonly upstreams: Upstreams;
  /** Names that texts may use. */
  readonly values: Values;
  /** Opened when first asked for. Rejects when the place has none. */
  live(): Promise<LiveTask>;
  /** Ends the live task, if there is one: `live` starts another. On a node without a heat sensor nothing else runs beside it. */
  rest(): Promise<void>;
  /** Absolute path of a file below the root. Throws for one that is not. */
  path(name: string): string;
  /** Writes a file below the root; tasks may read it unless it is below `keys/`, and change it below `work/out`. */
  write(name: string, text: string): void;
  /** Ends everything and removes it. Never rejects for what a case did. */
  close(): Promise<void>;
}

export interface PlaceOptions {
  readonly file: SuitePlace;
  /** The operator's spec, instead of the file's. */
  readonly spec: { readonly bytes: Uint8Array; readonly source: string } | null;
  /** The folder that its own folder is made in. */
  readonly below?: string;
}

/** ms without work after which a governor of a place ends by itself, should this process be gone. */
const IDLE_MS = 20_000;
/** Whom tasks run as when root made the home, as in create-home.ts. */
const NOBODY = 65_534;
/** The start of each place's folder, with the pid of who made it. */
export const FOLDER_PREFIX = "writ-challenge-";

/** Opens the place. Throws what made it impossible; then nothing is left behind. */
export async function openPlace({ file, spec, below = tmpdir() }: PlaceOptions): Promise<Place> {
  const root = realpathSync(mkdtempSync(join(below, `${FOLDER_PREFIX}${process.pid}-`)));
  const taskUid = process.geteuid?.() === 0 ? NOBODY : null;
  const closing: (() => void | Promise<void>)[] = [() => rmSync(root, { recursive: true, force: true })];
  const close = async (): Promise<void> => {
    for (const end of closing.toReversed()) await Promise.resolve(end()).catch(() => undefined);
  };
  try {
    makeFolders(root, file, taskUid);
    const upstreams = await openUpstreams(["api.home.arpa", ...file.hosts], join(root, "served"));
    closing.push(() => upstreams.close());
    const values = valuesOf(root, file, upstreams);
    const parts = { root, taskUid, values, upstreams };
    const write = writer(parts);
    for (const [name, text] of Object.entries(file.files)) write(name, fillText(text, values));
    const bytes = spec?.bytes ?? new TextEncoder().encode(JSON.stringify(fill(file.spec, values), null, 1));
    const [home, heads] = [join(root, "home"), join(root, "heads")];
    await createHome({
      path: home,
      spec: { bytes, source: spec?.source ?? `place ${file.name}` },
      throw_away: { root },
    });
    closing.push(() => endGovernors(home));
    await enrol(file, { root, home });
    const governor = await openGovernor({ home, heads, idle_ms: IDLE_MS });
    closing.push(() => governor.close());
    const live = lazily(
      () => openLiveTask(governor, liveInput(root, fill(file.live, values))),
      file.live === null,
    );
    closing.push(() => live.end());
    const work = join(root, "work");
    return {
      ...parts,
      work,
      home,
      heads,
      governor,
      write,
      close,
      path: (name) => pathBelow(root, name),
      live: () => live.get(),
      rest: () => live.end(),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function makeFolders(root: string, { folder }: SuitePlace, taskUid: number | null): void {
  for (const name of ["", "work", "work/out", "keys", "served"]) {
    mkdirSync(join(root, name), { recursive: true });
    chmodSync(join(root, name), 0o755);
  }
  if (taskUid !== null) chownSync(join(root, "work/out"), taskUid, taskUid);
  const programs = join(folder, "programs");
  if (lstatSync(programs, { throwIfNoEntry: false })?.isDirectory() === true)
    cpSync(programs, join(root, "work/programs"), { recursive: true });
}

function valuesOf(root: string, file: SuitePlace, { ca, ports }: Upstreams): Values {
  const own: Values = {
    ROOT: root,
    WORK: join(root, "work"),
    PROGRAMS: join(root, "work/programs"),
    UID: process.geteuid?.() ?? 0,
    CA: ca,
    HTTPS: ports.https,
    HTTP: ports.http,
    RAW: ports.raw,
    UDP: ports.udp,
  };
  return { ...file.let, ...own };
}

function pathBelow(root: string, name: string): string {
  const path = normalize(join(root, name));
  if (path !== root && path.startsWith(`${root}/`)) return path;
  throw new Error(`\`${name}\` does not lie below the folder of its place`);
}

function writer({
  root,
  taskUid,
}: {
  readonly root: string;
  readonly taskUid: number | null;
}): Place["write"] {
  return (name, text) => {
    const path = pathBelow(root, name);
    const isTasks = path.startsWith(join(root, "work/out/"));
    for (const folder of foldersTo(root, path)) {
      if (mkdirSync(folder, { recursive: true }) === undefined) continue;
      chmodSync(folder, 0o755);
      if (taskUid !== null && folder.startsWith(join(root, "work/out/"))) chownSync(folder, taskUid, taskUid);
    }
    writeFileSync(path, text);
    const isClosed = path.startsWith(join(root, "keys/")) || path.startsWith(join(root, "home/"));
    chmodSync(path, isClosed ? 0o600 : executableMode(text));
    if (taskUid !== null && isTasks) chownSync(path, taskUid, taskUid);
  };
}

function executableMode(text: string): number {
  return text.startsWith("#!") ? 0o755 : 0o644;
}

/** The folders between `root` and the file, outermost first. */
function foldersTo(root: string, path: string): readonly string[] {
  const parts = dirname(path)
    .slice(root.length + 1)
    .split("/")
    .filter(Boolean);
  return parts.map((_, at) => join(root, ...parts.slice(0, at + 1)));
}

async function enrol(
  { enrol: files }: SuitePlace,
  place: { readonly root: string; readonly home: string },
): Promise<void> {
  for (const name of files) {
    const { code, stderr } = await runWrit(place, { words: ["protect", "add", pathBelow(place.root, name)] });
    if (code !== 0) throw new Error(`\`${name}\` cannot be enrolled: ${stderr}`);
  }
}

function liveInput(root: string, needs: Json): TaskInput {
  const task = {
    task: "live",
    run: { command: ["node", join(root, "work/programs/driver.mjs")] },
    needs: { reads_directory: true, time: "9 m", ...(needs as object) },
  };
  return { text: JSON.stringify(task), source: "live", directory: join(root, "work"), format: "json" };
}

/** A task of a governor's place as `Governor` takes it. */
export function taskInput(place: Pick<Place, "work">, task: Json): TaskInput {
  return { text: escaped(JSON.stringify(task)), source: "case", directory: place.work, format: "json" };
}

/** JSON whose texts hold no character that a document may only hold escaped. */
function escaped(json: string): string {
  return json.replaceAll(/[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}\uffff\ufffe]/gu, (one) =>
    Array.from(
      { length: one.length },
      (_, at) => `\\u${one.charCodeAt(at).toString(16).padStart(4, "0")}`,
    ).join(""),
  );
}

interface Lazily {
  get(): Promise<LiveTask>;
  end(): Promise<void>;
}

function lazily(open: () => Promise<LiveTask>, none: boolean): Lazily {
  let opened: Promise<LiveTask> | null = null;
  return {
    get: () => {
      if (none) return Promise.reject(new Error("this place has no live task"));
      return (opened ??= open());
    },
    end: async () => {
      const task = await opened?.catch(() => null);
      opened = null;
      await task?.end();
    },
  };
}
