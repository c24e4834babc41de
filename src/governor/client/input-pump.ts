// Carries a run's standard input to the governor, as fast as the governor gives credit and no faster.
import { Buffer } from "node:buffer";
import { FRAME, rawFrame } from "../wire/frames.ts";
import type { Connection } from "./connection.ts";

export interface InputPump {
  /** Runs until the input ends, fails, or `stop`. Never rejects: input that fails cancels the run. */
  start(): Promise<void>;
  /** A CREDIT frame's payload. */
  credit(payload: Uint8Array): void;
  stop(): void;
}

/** Standard input travels in pieces of at most this many bytes. */
const STDIN_CHUNK_BYTES = 65_536;

/** A pump from `stdin` (null: empty input) into `connection`. */
export function inputPump(connection: Connection, stdin: AsyncIterable<Uint8Array> | null): InputPump {
  const iterator = stdin?.[Symbol.asyncIterator]() ?? null;
  const state = { stopped: false, credit: 0, wake: (): void => undefined };
  const sendAll = async (chunk: Uint8Array): Promise<void> => {
    for (let at = 0; at < chunk.length && !state.stopped; ) {
      if (state.credit === 0) await new Promise<void>((resolve) => (state.wake = resolve));
      const size = Math.min(state.credit, STDIN_CHUNK_BYTES, chunk.length - at);
      if (size === 0) continue;
      state.credit -= size;
      await connection.send(rawFrame(FRAME.stdin, chunk.subarray(at, at + size)));
      at += size;
    }
  };
  return {
    async start() {
      const ending = await drain(iterator, sendAll, state);
      if (!state.stopped) await connection.send(rawFrame(ending, new Uint8Array()));
    },
    credit(payload) {
      if (payload.length === 4) state.credit += Buffer.from(payload).readUInt32BE(0);
      state.wake();
    },
    stop() {
      if (state.stopped) return;
      state.stopped = true;
      state.wake();
      const ignore = (): void => undefined;
      iterator?.return?.().then(ignore, ignore);
    },
  };
}

async function drain(
  iterator: AsyncIterator<Uint8Array> | null,
  sendAll: (chunk: Uint8Array) => Promise<void>,
  state: { readonly stopped: boolean },
): Promise<typeof FRAME.stdin_end | typeof FRAME.cancel> {
  try {
    while (!state.stopped) {
      const next = await iterator?.next();
      if (next?.done !== false) break;
      await sendAll(next.value);
    }
    return FRAME.stdin_end;
  } catch {
    // Input that breaks off is not input that ended: the task must not act on half of it.
    return FRAME.cancel;
  }
}
