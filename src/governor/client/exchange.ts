// One request over one connection, to its answer. Not the connection itself (connection.ts).
import { WritError } from "../../stdx/writ-error.ts";
import type { Decided, RunTerminal, TakeOutput } from "../governor.ts";
import type { SeenHead } from "../remembered-head.ts";
import { FRAME, type Frame, jsonFrame, rawFrame } from "../wire/frames.ts";
import {
  type ProgressEvent,
  type Request,
  type Results,
  readAnswer,
  type ServeEvent,
} from "../wire/messages.ts";
import { signalPayload } from "../wire/task-signal.ts";
import { sizePayload } from "../wire/terminal-messages.ts";
import type { Connection } from "./connection.ts";
import { inputPump } from "./input-pump.ts";
import { writErrorOf } from "./wire-error.ts";

/** What goes with a `run` request. */
export interface Streams {
  readonly stdout: TakeOutput;
  readonly stderr: TakeOutput;
  readonly decided: (decided: Decided) => void;
  readonly stdin: AsyncIterable<Uint8Array> | null;
  readonly interrupt: AbortSignal | null;
  readonly signal: AbortSignal | null;
  readonly terminal: RunTerminal | null;
  /** Of one that serves, or of a report on its way. */
  readonly event?: (event: ServeEvent | ProgressEvent) => void;
}

/** Where the ledger's head goes, just before a result. */
export type NoteHead = (head: SeenHead) => void;

export const NO_STREAMS: Streams = {
  stdout: () => undefined,
  stderr: () => undefined,
  decided: () => undefined,
  stdin: null,
  interrupt: null,
  signal: null,
  terminal: null,
};

/**
 * Sends `request` and resolves with its result. Rejects with the governor's `WritError`, with WRIT_GOVERNOR_LOST as soon
 * as the connection ends without an answer, and with whatever `streams` threw (then the task is ended).
 */
export function exchange<R extends Request>(
  connection: Connection,
  request: R,
  noteHead: NoteHead,
  streams: Streams = NO_STREAMS,
): Promise<Results[R["op"]]> {
  const frame = jsonFrame(FRAME.request, request);
  if (frame === null) {
    connection.close();
    return Promise.reject(tooLarge());
  }
  return new Promise((resolve, reject) => {
    const input = inputPump(connection, streams.stdin);
    const abort = (): void => void connection.send(rawFrame(FRAME.cancel, new Uint8Array()));
    const interrupt = (): void =>
      void connection.send(rawFrame(FRAME.signal, signalPayload(streams.interrupt?.reason)));
    const finish = (settle: () => void): void => {
      input.stop();
      streams.signal?.removeEventListener("abort", abort);
      streams.interrupt?.removeEventListener("abort", interrupt);
      connection.close();
      settle();
    };
    const fail = (error: unknown): void =>
      finish(() => reject(error instanceof Error ? error : new Error(String(error))));
    // Whoever takes output slowly is not sent more: the governor sees it and the task waits.
    const hold = (taken: unknown): void => {
      if (!(taken instanceof Promise)) return;
      connection.pause();
      taken.then(() => connection.resume(), fail);
    };
    const receive = (received: Frame): void => {
      try {
        if (received.type === FRAME.credit) input.credit(received.payload);
        else if (received.type === FRAME.head) noteHead(readAnswer(received.payload) as SeenHead);
        else if (received.type === FRAME.stdout) hold(streams.stdout(received.payload));
        else if (received.type === FRAME.stderr) hold(streams.stderr(received.payload));
        else if (!deliver(received, streams, (value) => finish(() => resolve(value as Results[R["op"]]))))
          finish(() => reject(writErrorOf(readAnswer(received.payload))));
      } catch (error) {
        fail(error);
      }
    };
    connection.listen(receive, () => finish(() => reject(lost())));
    void connection.send(frame);
    if (request.op === "serve") {
      if (streams.signal?.aborted === true) abort();
      streams.signal?.addEventListener("abort", abort);
    }
    if (request.op !== "run") return;
    if (streams.interrupt?.aborted === true) interrupt();
    streams.interrupt?.addEventListener("abort", interrupt);
    if (streams.signal?.aborted === true) abort();
    streams.signal?.addEventListener("abort", abort);
    streams.terminal?.watch(
      (rows, columns) => void connection.send(rawFrame(FRAME.resize, sizePayload(rows, columns))),
    );
    void input.start();
  });
}

/** Hands a frame where it belongs; false for an ERROR and for anything a governor may not send now. */
function deliver(frame: Frame, streams: Streams, done: (value: unknown) => void): boolean {
  if (frame.type === FRAME.decided) streams.decided(readAnswer(frame.payload) as Decided);
  else if (frame.type === FRAME.event)
    streams.event?.(readAnswer(frame.payload) as ServeEvent | ProgressEvent);
  else if (frame.type === FRAME.result) done(readAnswer(frame.payload));
  else return false;
  return true;
}

function tooLarge(): WritError {
  return new WritError("WRIT_PROTOCOL", "the request is over the frame limit of 8 MiB", {
    hint: "a spec or task has at most 4 MiB",
  });
}

function lost(): WritError {
  return new WritError(
    "WRIT_GOVERNOR_LOST",
    "the governor ended before it answered: its tasks ended with it",
    {
      hint: "writ ledger tail",
    },
  );
}
