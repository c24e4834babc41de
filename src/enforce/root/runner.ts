// The executor's side of one task's runner: started as the task's uid, listened to, put into control groups, killed. What the
// runner says is its uid's word, which is believed about its own task alone. Not the program (served/runner-process.ts).
import type { ChildProcess } from "node:child_process";
import { chownSync, rmdirSync } from "node:fs";
import type { Duplex } from "node:stream";
import type { Grants } from "../../decide/decision.ts";
import { FrameReader, frameOf } from "../../stdx/json-frames.ts";
import type { ListedPrincipal } from "./executor-config.ts";
import { type GivenToRunner, type RunnerWord, readRunnerWord } from "./requests.ts";
import { CHANNEL_FD, emptyAs, startProgram } from "./start-program.ts";
import { isChild, joinGroups } from "./task-groups.ts";

export interface RunnerStart {
  readonly account: ListedPrincipal;
  /** Empty, root's; made the account's here and removed after. */
  readonly folder: string;
  readonly groups: readonly string[];
  readonly pipes: readonly number[];
  readonly net: number | null;
}

/** Bytes of one word of a runner. */
const WORD_MAX = 16_384;

export class Runner {
  /** Resolves when its process is gone. */
  readonly gone: Promise<void>;
  readonly #start: RunnerStart;
  readonly #child: ChildProcess;
  readonly #channel: Duplex;
  readonly #heard: (word: Exclude<RunnerWord, { op: "join" }>) => void;
  #over = false;

  /** Throws what spawn throws. `heard` gets each word, and `ended` or `failed` exactly once, as the last. */
  constructor(
    start: RunnerStart,
    about: { readonly grants: Grants; readonly given: GivenToRunner },
    heard: (word: Exclude<RunnerWord, { op: "join" }>) => void,
  ) {
    const { account, folder, groups, pipes, net } = start;
    this.#start = start;
    this.#heard = heard;
    chownSync(folder, account.uid, account.gid);
    this.#child = startProgram({ program: "runner", account, net, descriptors: pipes });
    this.#channel = this.#child.stdio[CHANNEL_FD] as Duplex;
    const ended = Promise.withResolvers<void>();
    this.gone = ended.promise;
    this.#listen(() => ended.resolve());
    const { uid, gid } = account;
    this.#write({ uid, gid, folder, entered: net !== null, joins: groups.length > 0, ...about });
  }

  tell(word: string): void {
    this.#write({ word });
  }

  /** What it started dies with it. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  #listen(gone: () => void): void {
    const reader = new FrameReader(WORD_MAX);
    const channel = this.#channel;
    channel.on("error", () => this.kill());
    channel.on("data", (chunk: Buffer) => {
      const words = reader.push(chunk)?.map(readRunnerWord) ?? [null];
      for (const word of words) {
        if (word === null) this.kill();
        else this.#take(word);
      }
    });
    this.#child.once("error", () => this.#finish(FAILED, gone));
    this.#child.once("exit", (code, signal) =>
      this.#finish({ op: "ended", code, signal: signal ?? null }, gone),
    );
  }

  #take(word: RunnerWord): void {
    if (this.#over) return;
    if (word.op === "join") return this.#join(word.pid);
    if (word.op === "stood") return this.#heard(word);
    this.#over = true;
    this.#heard(word);
    // Its process has nothing left to do.
    this.kill();
  }

  #join(pid: number): void {
    const { groups, account } = this.#start;
    const runner = this.#child.pid ?? 0;
    try {
      if (!isChild(pid, runner, account.uid)) throw new Error("it is no process of the runner's");
      joinGroups(pid, groups);
      this.#write({ word: "joined" });
    } catch {
      // Outside its groups nothing of the task starts.
      this.kill();
    }
  }

  #finish(word: RunnerWord & { readonly op: "ended" | "failed" }, gone: () => void): void {
    this.#channel.destroy();
    if (!this.#over) this.#heard(word);
    this.#over = true;
    const { account, folder } = this.#start;
    if (removeEmpty(folder)) return gone();
    // A runner that was killed left its files. Root removes nothing inside a folder of somebody else's: that uid does.
    void emptyAs(account, folder).then(() => {
      removeEmpty(folder);
      return gone();
    });
  }

  #write(value: object): void {
    if (this.#channel.writable) this.#channel.write(frameOf(value));
  }
}

/** Whether it is gone. */
function removeEmpty(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === "ENOENT";
  }
}

const FAILED = {
  op: "failed",
  code: "WRIT_LAUNCH_FAILED",
  message: "the runner could not be started",
  hint: "writ doctor",
} as const;
