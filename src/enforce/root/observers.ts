// Observers: one process of ours for each principal that looks at paths with that principal's rights, so that what is decided
// on is what the task would see, and the governor needs no right to anybody's files. Not the looking (facts/).
import type { ChildProcess } from "node:child_process";
import type { Duplex } from "node:stream";
import { FrameReader, frameOf } from "../../stdx/json-frames.ts";
import type { ListedPrincipal } from "./executor-config.ts";
import { CHANNEL_FD, startProgram } from "./start-program.ts";

/** ms that one stays without a question. */
const IDLE_AFTER = 60_000;

export class Observers {
  readonly #answered: (id: number, answer: unknown) => void;
  readonly #say: (line: string) => void;
  readonly #live = new Map<number, Observer>();

  /** `say`: one line for the log. */
  constructor(answered: (id: number, answer: unknown) => void, say: (line: string) => void) {
    this.#answered = answered;
    this.#say = say;
  }

  /** Puts a question to the principal's observer; exactly one answer comes, null when there is none to be had. */
  ask(account: ListedPrincipal, id: number, ask: object): void {
    const present = this.#live.get(account.uid);
    const over = (died: boolean): void => {
      this.#live.delete(account.uid);
      if (died) this.#say(`the observer of uid ${account.uid} died: the next question starts another`);
    };
    const observer = present ?? new Observer(account, this.#answered, over);
    if (present === undefined) this.#live.set(account.uid, observer);
    observer.ask(id, ask);
  }

  async close(): Promise<void> {
    const all = [...this.#live.values()];
    for (const observer of all) observer.kill();
    await Promise.all(all.map((observer) => observer.gone));
  }
}

class Observer {
  readonly gone: Promise<void>;
  readonly #child: ChildProcess;
  readonly #channel: Duplex;
  readonly #open = new Set<number>();
  #idle: NodeJS.Timeout | null = null;
  #killed = false;

  constructor(
    account: ListedPrincipal,
    answered: (id: number, answer: unknown) => void,
    over: (died: boolean) => void,
  ) {
    this.#child = startProgram({ program: "observer", account, net: null, descriptors: [] });
    this.#channel = this.#child.stdio[CHANNEL_FD] as Duplex;
    const reader = new FrameReader();
    const ended = Promise.withResolvers<void>();
    this.gone = ended.promise;
    this.#channel.on("error", () => this.kill());
    this.#channel.on("data", (chunk: Buffer) => {
      const frames = reader.push(chunk);
      if (frames === null) return this.kill();
      for (const frame of frames) {
        const id = "id" in frame && typeof frame.id === "number" ? frame.id : 0;
        if (this.#open.delete(id)) answered(id, "answer" in frame ? frame.answer : null);
      }
      this.#rest();
    });
    const end = (): void => {
      if (this.#idle !== null) clearTimeout(this.#idle);
      over(!this.#killed);
      for (const id of this.#open) answered(id, null);
      this.#open.clear();
      ended.resolve();
    };
    this.#child.once("error", end);
    this.#child.once("exit", end);
  }

  ask(id: number, ask: object): void {
    this.#open.add(id);
    this.#rest();
    if (this.#channel.writable) this.#channel.write(frameOf({ id, ask }));
  }

  kill(): void {
    this.#killed = true;
    this.#child.kill("SIGKILL");
  }

  /** Counts the time without a question. */
  #rest(): void {
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#idle = this.#open.size === 0 ? setTimeout(() => this.kill(), IDLE_AFTER) : null;
  }
}
