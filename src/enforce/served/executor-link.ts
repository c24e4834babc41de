// The governor's side of the executor: one connection to root's process, over which writs go out and sandboxes stand. Holds
// nothing that the executor has to believe. Not the executor (root/).
import { EventEmitter } from "node:events";
import { connect, type Socket } from "node:net";
import { FrameReader, frameOf } from "../../stdx/json-frames.ts";
import { WritError } from "../../stdx/writ-error.ts";
import { PROTOCOL, type Request, type RunnerWord } from "../root/requests.ts";
import { collect, type Standing, type StandingProcess } from "../sandbox/launch.ts";
import type { StandElsewhere } from "../stand-elsewhere.ts";

export interface ExecutorLink {
  /** Which start of the governor this is, as the executor drew it: writs are for it alone. */
  readonly instance: string;
  /** Starts a sandbox as the uid of its writ. `specHash`: of the spec in force. */
  readonly stand: (specHash: () => string) => StandElsewhere;
  /** What a principal's observer answers; null: it cannot be asked. */
  look(uid: number, ask: object): Promise<unknown>;
  /** Ends what is in a control group of ours. */
  empty(group: string): void;
  /** Resolves when the executor is gone: every task of it is dead then, and nothing more can start. */
  readonly lost: Promise<void>;
  close(): void;
}

type FromExecutor =
  | { readonly op: "welcome"; readonly instance: string }
  | { readonly op: "looked"; readonly id: number; readonly answer: unknown }
  | ({ readonly id: number } & Heard);
type Heard =
  | Extract<RunnerWord, { readonly op: "stood" | "ended" }>
  | { readonly op: "failed"; readonly code: string; readonly message: string; readonly hint: string };

/** ms for an executor that is there to say a word. */
const WELCOME_WITHIN = 20_000;

/**
 * A link to the executor that listens at `path`. Throws WRIT_GOVERNOR_UNREACHABLE where there is none, or where it serves
 * another governor.
 */
export function linkExecutor(path: string): Promise<ExecutorLink> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    const reader = new FrameReader();
    const link = new Link(socket);
    const failed = (cause?: unknown): void => {
      socket.destroy();
      reject(unreachable(path, cause));
    };
    const timer = setTimeout(failed, WELCOME_WITHIN);
    socket.once("connect", () => link.send({ op: "hello", protocol: PROTOCOL, pid: process.pid }));
    socket.once("error", failed);
    socket.once("close", () => failed());
    socket.on("data", (chunk: Buffer) => {
      for (const frame of reader.push(chunk) ?? []) {
        const message = frame as FromExecutor;
        if (message.op !== "welcome") link.take(message);
        else {
          clearTimeout(timer);
          resolve(link.open(message.instance));
        }
      }
    });
  });
}

class Link {
  readonly #socket: Socket;
  readonly #looks = new Map<number, (answer: unknown) => void>();
  readonly #tasks = new Map<number, (word: Heard) => void>();
  readonly #lost = Promise.withResolvers<void>();
  #last = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.once("close", () => {
      for (const answer of this.#looks.values()) answer(null);
      for (const heard of this.#tasks.values()) heard({ op: "ended", code: null, signal: "SIGKILL" });
      this.#lost.resolve();
    });
  }

  open(instance: string): ExecutorLink {
    return {
      instance,
      stand: (specHash) => (elsewhere) => this.#stand(elsewhere, specHash()),
      look: (uid, ask) => this.#look(uid, ask),
      empty: (group) => this.send({ op: "empty", group }),
      lost: this.#lost.promise,
      close: () => this.#socket.destroy(),
    };
  }

  send(request: Request): void {
    if (this.#socket.writable) this.#socket.write(frameOf(request));
  }

  take(message: Exclude<FromExecutor, { op: "welcome" }>): void {
    if (message.op !== "looked") return this.#tasks.get(message.id)?.(message);
    this.#looks.get(message.id)?.(message.answer);
    this.#looks.delete(message.id);
  }

  #look(uid: number, ask: object): Promise<unknown> {
    const id = (this.#last += 1);
    return new Promise((resolve) => {
      if (!this.#socket.writable) return resolve(null);
      this.#looks.set(id, resolve);
      this.send({ op: "look", id, uid, ask });
    });
  }

  async #stand(
    {
      token,
      task,
      pipes,
      limits,
      namespace,
      variables,
      certificate,
      terminal,
    }: Parameters<StandElsewhere>[0],
    spec_hash: string,
  ): Promise<Standing> {
    const id = (this.#last += 1);
    const child = new RemoteProcess(() => this.send({ op: "kill", id }));
    const said = collect(pipes);
    const given = {
      variables: Object.entries(variables).map(([name, value]) => ({ name, value })),
      certificate,
      rlimits: limits.rlimits,
      terminal,
    };
    try {
      const word = await new Promise<Heard>((resolve, reject) => {
        if (!this.#socket.writable) return reject(lostError());
        this.#tasks.set(id, (heard) => {
          if (heard.op === "ended") child.end(heard);
          resolve(heard);
        });
        const net = namespace?.descriptors.net ?? null;
        const groups = limits.procsFiles;
        this.send({ op: "start", id, token, task, spec_hash, pipes: [...pipes.theirs], net, groups, given });
      });
      if (word.op !== "stood") throw failure(word, said.text());
      child.pid = word.pid;
      return {
        child,
        pipes,
        first: word.first,
        go: () => this.send({ op: "tell", id, word: "go" }),
        resize: (rows, columns) => this.send({ op: "tell", id, word: `${rows} ${columns}` }),
        signal: (name) => this.send({ op: "tell", id, word: name }),
      };
    } catch (cause) {
      child.kill();
      pipes.destroy();
      throw cause;
    } finally {
      child.once("exit", () => this.#tasks.delete(id));
      if (child.ended) this.#tasks.delete(id);
      said.stop();
      // The executor has its own copies, or never will.
      namespace?.release();
      pipes.closeTheirs();
    }
  }
}

/** A sandbox that stands under the executor, as `watchTask` sees one. */
class RemoteProcess extends EventEmitter implements StandingProcess {
  pid: number | undefined = undefined;
  exitCode: number | null = null;
  signalCode: NodeJS.Signals | null = null;
  readonly #kill: () => void;

  constructor(kill: () => void) {
    super();
    this.#kill = kill;
  }

  get ended(): boolean {
    return this.exitCode !== null || this.signalCode !== null;
  }

  kill(): boolean {
    if (!this.ended) this.#kill();
    return !this.ended;
  }

  end({ code, signal }: { readonly code: number | null; readonly signal: string | null }): void {
    if (this.ended) return;
    this.exitCode = signal === null ? code : null;
    this.signalCode = signal === null ? null : (signal as NodeJS.Signals);
    this.emit("exit", this.exitCode, this.signalCode);
  }
}

function failure(word: Exclude<Heard, { op: "stood" }>, said: string): WritError {
  if (word.op === "ended") return lostError();
  const { code, message, hint } = word;
  const words =
    said === "" ? message : `${message}: ${JSON.stringify(said.split("\n").slice(-2).join("; "))}`;
  if (code === "WRIT_WRIT_INVALID" || code === "WRIT_GRANT_CHANGED")
    return new WritError(code, words, { hint });
  return new WritError("WRIT_LAUNCH_FAILED", words, { hint });
}

function lostError(): WritError {
  return new WritError("WRIT_LAUNCH_FAILED", "the task's runner ended before its sandbox stood", {
    hint: "writ service status",
  });
}

function unreachable(path: string, cause: unknown): WritError {
  return new WritError("WRIT_GOVERNOR_UNREACHABLE", `no executor serves at \`${path}\``, {
    hint: "systemctl status writ-executor.service",
    cause,
  });
}
