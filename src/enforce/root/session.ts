// One governor's connection to the executor, from its hello to its end, when everything it started is killed. Verifies each
// writ with the public key alone before anything of its task exists. Not the listening (serve-executor.ts).

import type { KeyObject } from "node:crypto";
import { closeSync, mkdirSync } from "node:fs";
import type { Socket } from "node:net";
import { FrameReader, frameOf } from "../../stdx/json-frames.ts";
import type { BootClock } from "../../stdx/ports.ts";
import { err, ok, type Result } from "../../stdx/result.ts";
import type { WritClaims } from "../writ/claims.ts";
import { openSpentWrits, type SpentWrits } from "../writ/spent-writs.ts";
import { verifyWrit } from "../writ/verify-writ.ts";
import type { ExecutorConfig, ListedPrincipal } from "./executor-config.ts";
import { Observers } from "./observers.ts";
import { type HeldProcess, holdProcess, pullNamespace, pullPipes } from "./pulled-descriptors.ts";
import { PROTOCOL, type Request, readRequest } from "./requests.ts";
import { Runner } from "./runner.ts";
import { listedAccount, taskAccount } from "./task-account.ts";
import { emptyGroup, isProcsFile, isTaskGroup } from "./task-groups.ts";

export interface SessionOptions {
  readonly config: ExecutorConfig;
  readonly publicKey: KeyObject;
  readonly boot: string;
  /** Drawn for this connection: a writ for any other one is void here. */
  readonly instance: string;
  readonly clock: BootClock;
  /** One line for the log. */
  readonly say: (line: string) => void;
}

/** ms that a governor may take to introduce itself. */
const GREETING_MS = 10_000;

type Start = Request & { readonly op: "start" };

/** Serves one governor; resolves when it is gone and nothing that it started is left. Never rejects. */
export function serveGovernor(socket: Socket, options: SessionOptions): Promise<void> {
  return new Promise((resolve) => new Session(socket, options, resolve));
}

class Session {
  readonly #socket: Socket;
  readonly #options: SessionOptions;
  readonly #reader = new FrameReader();
  readonly #spent: SpentWrits = openSpentWrits();
  readonly #runners = new Map<number, Runner>();
  readonly #observers: Observers;
  #governor: HeldProcess | null = null;

  constructor(socket: Socket, options: SessionOptions, over: () => void) {
    this.#socket = socket;
    this.#options = options;
    this.#observers = new Observers((id, answer) => this.#send({ op: "looked", id, answer }), options.say);
    const timer = setTimeout(() => socket.destroy(), GREETING_MS);
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk: Buffer) => {
      const frames = this.#reader.push(chunk);
      if (frames === null || !frames.every((frame) => this.#take(frame))) {
        options.say("the governor broke the protocol");
        socket.destroy();
      }
      if (this.#governor !== null) clearTimeout(timer);
    });
    socket.once("close", () => {
      clearTimeout(timer);
      void this.#end().then(over);
    });
  }

  /** False: the connection is to be closed. */
  #take(frame: object): boolean {
    const request = readRequest(frame);
    if (request === null || this.#socket.destroyed) return false;
    if ((request.op === "hello") !== (this.#governor === null)) return false;
    switch (request.op) {
      case "hello":
        return this.#greet(request);
      case "start":
        this.#start(request);
        return true;
      case "tell":
        this.#runners.get(request.id)?.tell(request.word);
        return true;
      case "kill":
        this.#runners.get(request.id)?.kill();
        return true;
      case "empty":
        this.#empty(request.group);
        return true;
      case "look":
        this.#look(request);
        return true;
    }
  }

  #greet({ protocol, pid }: Request & { readonly op: "hello" }): boolean {
    const { config, instance } = this.#options;
    if (protocol !== PROTOCOL) return false;
    this.#governor = holdProcess(pid, config.uid);
    if (this.#governor !== null) this.#send({ op: "welcome", instance });
    return this.#governor !== null;
  }

  #start(request: Start): void {
    const { id } = request;
    const permitted = this.#verify(request);
    if (!permitted.ok) return this.#refuse(id, "WRIT_WRIT_INVALID", permitted.error);
    const { claims, account } = permitted.value;
    if (this.#runners.has(id) || !request.groups.every((file) => isProcsFile(file, this.#options.config.uid)))
      return this.#refuse(
        id,
        "WRIT_LAUNCH_FAILED",
        "it names a control group that is not the governor's own",
      );
    try {
      this.#runners.set(id, this.#launch(request, claims, account));
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : "unknown cause";
      this.#refuse(id, "WRIT_LAUNCH_FAILED", `the executor cannot start it: ${reason}`);
    }
  }

  /** INVARIANT: nothing is opened or started for a writ that does not pass all of this, and it is spent from here on. */
  #verify({ token, task, spec_hash }: Start): Result<Permitted, string> {
    const { config, publicKey, boot, instance, clock } = this.#options;
    const verified = verifyWrit(token, task, { publicKey, node: config.node, boot, instance, now: clock() });
    if (!verified.ok) return verified;
    const claims = verified.value;
    if (claims.spec_hash !== spec_hash) return err("writ is of another spec than is in force");
    const fresh = this.#spent.spend(claims);
    if (!fresh.ok) return fresh;
    const account = taskAccount(claims, config);
    return account.ok ? ok({ claims, account: account.value }) : account;
  }

  #launch({ id, pipes, net, groups, given }: Start, claims: WritClaims, account: ListedPrincipal): Runner {
    const governor = this.#governor;
    if (governor === null) throw new Error("there is no governor");
    const opened = [...pullPipes(governor, pipes, account)];
    const folder = `${this.#options.config.run}/tasks/${this.#options.instance}-${claims.fence}`;
    try {
      const namespace = net === null ? null : pullNamespace(governor, net);
      if (namespace !== null) opened.push(namespace);
      mkdirSync(folder, { mode: 0o700 });
      const start = { account, folder, groups, pipes: opened.slice(0, 3), net: namespace };
      const about = { grants: claims.grants, given };
      return new Runner(start, about, (word) => {
        if (word.op === "ended" || word.op === "failed") this.#runners.delete(id);
        this.#send({ ...word, id });
      });
    } finally {
      for (const fd of opened) closeSync(fd);
    }
  }

  #empty(group: string): void {
    if (!isTaskGroup(group, this.#options.config.uid)) return;
    try {
      emptyGroup(group);
    } catch (cause) {
      this.#options.say(
        `a group was not emptied: ${cause instanceof Error ? cause.message : "unknown cause"}`,
      );
    }
  }

  #look({ id, uid, ask }: Request & { readonly op: "look" }): void {
    const account = listedAccount(uid, this.#options.config);
    if (account.ok) this.#observers.ask(account.value, id, ask);
    else this.#send({ op: "looked", id, answer: null });
  }

  #refuse(id: number, code: string, message: string): void {
    this.#options.say(`refused: ${message}`);
    const hint = "submit the task again: a writ serves one start of one task";
    this.#send({ op: "failed", id, code, message, hint });
  }

  #send(message: object): void {
    if (this.#socket.writable) this.#socket.write(frameOf(message));
  }

  async #end(): Promise<void> {
    for (const runner of this.#runners.values()) runner.kill();
    await Promise.all([...[...this.#runners.values()].map((runner) => runner.gone), this.#observers.close()]);
    this.#governor?.close();
  }
}

interface Permitted {
  readonly claims: WritClaims;
  readonly account: ListedPrincipal;
}
