// One client's connection, from its greeting to its answer. Not the listening (serve.ts), nor the work (governing.ts).
import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import { WritError } from "../../stdx/writ-error.ts";
import { wireErrorOf } from "../client/wire-error.ts";
import type { Serving } from "../queue/serving.ts";
import { isSpecOp, type SpecRequest } from "../wire/amend-messages.ts";
import { FRAME, type Frame, FrameReader, type FrameType, jsonFrame, rawFrame } from "../wire/frames.ts";
import {
  type Hello,
  PROTOCOL,
  type ProgressEvent,
  type Request,
  readHello,
  readRequest,
  type ServeEvent,
  type Welcome,
} from "../wire/messages.ts";
import { readSignal } from "../wire/task-signal.ts";
import { readSize } from "../wire/terminal-messages.ts";
import type { Governing, LiveRun } from "./governing.ts";

export interface SessionOptions {
  readonly governing: Governing;
  readonly welcome: Welcome;
  /** Whether new requests are still taken: `outdated` says so to whoever asks, `ending` says nothing more. */
  readonly state: () => "serving" | "outdated" | "ending";
  /** A client of another build came: this governor is to end when idle. */
  readonly outdated: () => void;
  /** A failure that is no `WritError`: an invariant is broken, and the process ends. */
  readonly broken: (error: unknown) => void;
}

/** A client that says nothing for this long after connecting is closed, ms. */
const GREETING_MS = 10_000;

/** STDIN bytes a client may have on the way: a few pipe buffers (pipe(7): 64 KiB each). */
const STDIN_CREDIT = 262_144;

/** Serves one connection. Every breach of the protocol closes it without an answer. */
export function serveSession(socket: Socket, options: SessionOptions): void {
  const reader = new FrameReader();
  const timer = setTimeout(() => socket.destroy(), GREETING_MS);
  let take: ((frame: Frame) => boolean) | null = (frame) => greet(frame);
  let run: LiveRun | null = null;
  let serving: Serving | null = null;
  socket.on("error", () => socket.destroy());
  socket.on("close", () => {
    clearTimeout(timer);
    run?.stop("client_gone");
    serving?.leave();
  });
  socket.on("data", (chunk: Buffer) => {
    const frames = reader.push(chunk);
    if (frames === null || !frames.every((frame) => take !== null && take(frame))) socket.destroy();
  });

  function greet(frame: Frame): boolean {
    const hello = frame.type === FRAME.hello ? readHello(frame.payload) : null;
    const state = options.state();
    if (hello === null || state === "ending") return false;
    const isOther = hello.protocol !== PROTOCOL || hello.build !== options.welcome.build;
    if (isOther || state === "outdated") {
      options.outdated();
      take = null;
      socket.end(jsonFrame(FRAME.error, wireErrorOf(otherBuild(hello, options.welcome))) ?? "");
      return true;
    }
    take = accept;
    return send(socket, FRAME.welcome, options.welcome);
  }

  function accept(frame: Frame): boolean {
    const request = frame.type === FRAME.request ? readRequest(frame.payload) : null;
    if (request === null) return false;
    clearTimeout(timer);
    take = null;
    begin(request).then(
      (value) => answer(value),
      (error: unknown) => {
        if (!(error instanceof WritError)) return options.broken(error);
        options.governing
          .unsaid(error)
          .then((told) => finish(socket, FRAME.error, wireErrorOf(told)), options.broken);
      },
    );
    return true;
  }

  function answer(value: unknown): void {
    const head = options.governing.head();
    if (head !== null) send(socket, FRAME.head, head);
    finish(socket, FRAME.result, value);
  }

  function begin(request: Request): Promise<unknown> {
    if (request.op === "serve") {
      serving = startServing(socket, request.until_empty, options.governing);
      const served = serving;
      take = (frame) => {
        if (frame.type === FRAME.cancel) served.finish();
        return frame.type === FRAME.cancel;
      };
      return serving.ended;
    }
    if (isSpecRequest(request)) return options.governing.spec(request, tellProgress(socket));
    if (request.op !== "run") return ask(request, options.governing);
    run = startRun(socket, request, options.governing);
    take = inputTaker(socket, run);
    return run.outcome;
  }
}

type RunRequest = Request & { readonly op: "run" };
type OtherRequest = Exclude<Request, RunRequest | SpecRequest | { readonly op: "serve" }>;

function isSpecRequest(request: Request): request is SpecRequest {
  return isSpecOp(request.op);
}

/** At most one frame for each step of it: a client that reads nothing loses nothing. */
function tellProgress(socket: Socket): (decided: number, of: number) => void {
  let told = 0;
  return (decided, of) => {
    if (of === 0 || decided / of < told + PROGRESS_STEP) return;
    told = decided / of;
    const event: ProgressEvent = { progress: { decided, of } };
    send(socket, FRAME.event, event);
  };
}

/** Of the whole. */
const PROGRESS_STEP = 0.01;

function startServing(socket: Socket, untilEmpty: boolean, governing: Governing): Serving {
  const tell = (event: ServeEvent): void => void send(socket, FRAME.event, event);
  return governing.serve(
    {
      changed: (job) => tell({ changed: job }),
      paused: (message, hint) => tell({ paused: { message, hint } }),
    },
    untilEmpty,
  );
}

function startRun(socket: Socket, request: RunRequest, governing: Governing): LiveRun {
  socket.write(creditFrame(STDIN_CREDIT));
  return governing.run(request.input, request.wait, {
    stdout: (chunk) => deliver(socket, rawFrame(FRAME.stdout, chunk)),
    stderr: (chunk) => deliver(socket, rawFrame(FRAME.stderr, chunk)),
    decided: (decided) => void send(socket, FRAME.decided, decided),
    terminal: request.terminal,
  });
}

/** A promise when the client has not taken what was sent before: nothing is kept here for it without bound. */
function deliver(socket: Socket, frame: Buffer): void | Promise<void> {
  if (!socket.writable || socket.write(frame)) return;
  // What is left in a task's pipes at its end is given without waiting: some more wait then, as much as the pipes hold.
  socket.setMaxListeners(0);
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off("drain", done);
      socket.off("close", done);
      resolve();
    };
    socket.on("drain", done);
    socket.on("close", done);
  });
}

/** Takes what may come while a run lives: input within its credit, its end once, signals, sizes, and a cancel. */
function inputTaker(socket: Socket, run: LiveRun): (frame: Frame) => boolean {
  let credit = STDIN_CREDIT;
  let ended = false;
  const give = (bytes: number): void => {
    credit += bytes;
    if (bytes > 0 && socket.writable) socket.write(creditFrame(bytes));
  };
  return (frame) => {
    if (frame.type === FRAME.cancel) {
      run.stop("cancelled");
      return true;
    }
    if (frame.type === FRAME.signal) {
      const name = readSignal(frame.payload);
      if (name !== null) run.signal(name);
      return name !== null;
    }
    if (frame.type === FRAME.resize) {
      const size = readSize(frame.payload);
      if (size !== null) run.resize(size.rows, size.columns);
      return size !== null;
    }
    const isInput = frame.type === FRAME.stdin && frame.payload.length <= credit;
    if (ended || !(isInput || frame.type === FRAME.stdin_end)) return false;
    ended = !isInput;
    credit -= frame.payload.length;
    void run.stdin(isInput ? frame.payload : null).then(() => give(frame.payload.length));
    return true;
  };
}

function ask(request: OtherRequest, governing: Governing): Promise<unknown> {
  switch (request.op) {
    case "decide":
      return governing.decide(request.input);
    case "check":
      return governing.check(request.input);
    case "explain":
      return governing.explain(request.sequence);
    case "draft":
      return governing.draft(request.sequence, request.merge);
    case "erase":
      return governing.erase(request.erase);
    case "rotate":
      return governing.rotate();
    case "enrol":
      return governing.enrol(request.enrol);
    case "remove":
      return governing.remove(request.names);
    case "submit":
      return governing.submit(request.input, request.terms);
    case "jobs":
      return governing.jobs(request.all);
    case "narrow":
    case "lift":
    case "lift_statement":
      return governing.narrow(request);
    case "cancel":
      return governing.cancel(request.job);
    case "wait":
      return governing.wait(request.job);
    case "output":
      return outputOf(request, governing);
    case "status":
      return governing.status();
  }
}

async function outputOf(
  { job, stream, from }: Request & { readonly op: "output" },
  governing: Governing,
): Promise<unknown> {
  const { bytes, ...rest } = await governing.output(job, stream, from);
  return { bytes: Buffer.from(bytes).toString("base64"), ...rest };
}

function send(socket: Socket, type: FrameType, value: unknown): boolean {
  const frame = jsonFrame(type, value);
  if (frame !== null && socket.writable) socket.write(frame);
  return true;
}

function finish(socket: Socket, type: FrameType, value: unknown): void {
  const frame = jsonFrame(type, value) ?? jsonFrame(FRAME.error, wireErrorOf(answerTooLarge()));
  if (socket.writable) socket.end(frame ?? "");
}

function creditFrame(bytes: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(bytes, 0);
  return rawFrame(FRAME.credit, payload);
}

function otherBuild(hello: Hello, welcome: Welcome): WritError {
  const message = `the governor of this home is build ${welcome.build} and makes room for another: this client is ${hello.build}`;
  return new WritError("WRIT_GOVERNOR_VERSION", message, {
    hint: "try again when its running tasks have ended: it takes no new ones and then makes room",
  });
}

function answerTooLarge(): WritError {
  return new WritError("WRIT_PROTOCOL", "the answer is over the frame limit of 8 MiB", {
    hint: "declare fewer calls and paths in one task",
  });
}
