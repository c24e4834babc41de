// The stage of the day: a throw-away home fitted to this machine, a copy of the day's files, and a voice. Scenes act on
// it; each says what it expects of the effect, and a broken expectation ends the day by naming the scene.
import { chownSync, cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Governor, Outcome, TaskInput } from "../../src/governor/governor.ts";
import { initHome } from "../../src/governor/init-home.ts";
import { tailHome } from "../../src/governor/tail-home.ts";
import { openGovernor } from "../../src/writ.ts";
import type { RecordCore } from "../../src/ledger/record-codec.ts";

const HERE = dirname(fileURLToPath(import.meta.url));

/** What can be taken away from a scene, so that a test can see that the scene notices. */
export type SceneName = "work" | "lazy" | "contradiction" | "sum" | "words" | "overreach";

export interface Stage {
  readonly governor: Governor;
  readonly home: string;
  /** The folder that holds the day's files and task files. */
  readonly work: string;
  /** Whether this scene's cause was taken away. */
  readonly causeRemoved: (scene: SceneName) => boolean;
  /** Reads a task file of the day and fills in its blanks. */
  readonly task: (name: string, blanks?: Readonly<Record<string, string>>) => TaskInput;
  /** Runs a task to its end, or to its refusal. */
  readonly run: (input: TaskInput, options?: { readonly wait?: boolean; readonly signal?: AbortSignal; readonly onOutput?: (text: string) => void }) => Promise<Ran>;
  readonly records: () => Promise<readonly RecordCore[]>;
  readonly say: (text: string) => void;
  readonly expect: (holds: boolean, what: string) => void;
}

export interface Ran extends Outcome {
  readonly output: string;
}

/** An expectation of a scene that did not hold. */
export class SceneFailed extends Error {
  override readonly name = "SceneFailed";
}

/** Sets the stage, plays `act` on it and clears it away, whatever happens. */
export async function onStage(removed: SceneName | null, act: (stage: Stage) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "writ-day-"));
  const work = join(folder, "work");
  const home = join(folder, "home");
  layOut(folder, work);
  const made = await initHome({ path: home, spec: null, throw_away: { root: folder } });
  if (made.task_uid !== null) giveTo(work, made.task_uid);
  const governor = await openGovernor({ home, idle_ms: 2_000 });
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  try {
    say(`home    ${home} (throw-away)`);
    for (const chosen of made.chosen) say(`chosen  ${chosen}`);
    await act({
      governor,
      home,
      work,
      say,
      causeRemoved: (scene) => scene === removed,
      task: (name, blanks = {}) => taskInput(work, name, blanks),
      run: (input, options = {}) => run(governor, input, options),
      records: async () => (await tailHome(home, 10_000)).records,
      expect: (holds, what) => {
        if (!holds) throw new SceneFailed(what);
      },
    });
  } finally {
    await governor.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function layOut(folder: string, work: string): void {
  statSync(folder);
  cpSync(join(HERE, "files"), work, { recursive: true });
  cpSync(join(HERE, "programs"), join(work, "programs"), { recursive: true });
  cpSync(join(HERE, "tasks"), work, { recursive: true });
  for (const name of ["out", "signals"]) mkdirSync(join(work, name));
}

// As root, tasks run as an unprivileged uid, which must own what it is to read and write.
function giveTo(path: string, uid: number): void {
  chownSync(join(path, ".."), uid, uid);
  const give = (item: string): void => {
    chownSync(item, uid, uid);
    if (statSync(item).isDirectory()) for (const name of readdirSync(item)) give(join(item, name));
  };
  give(path);
}

function taskInput(work: string, name: string, blanks: Readonly<Record<string, string>>): TaskInput {
  let text = readFileSync(join(work, `${name}.yaml`), "utf8").replace("[node,", `[${JSON.stringify(process.execPath)},`);
  for (const [blank, value] of Object.entries(blanks)) text = text.replaceAll(blank, value);
  writeFileSync(join(work, `${name}.yaml`), text);
  return { text, source: `${name}.yaml`, directory: work, format: "yaml" };
}

async function run(
  governor: Governor,
  input: TaskInput,
  options: { readonly wait?: boolean; readonly signal?: AbortSignal; readonly onOutput?: (text: string) => void },
): Promise<Ran> {
  let output = "";
  const collect = (chunk: Uint8Array): void => {
    output += Buffer.from(chunk).toString("utf8");
    options.onOutput?.(output);
  };
  const outcome = await governor.run(input, {
    wait: options.wait ?? true,
    stdout: collect,
    stderr: collect,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  return { ...outcome, output };
}
