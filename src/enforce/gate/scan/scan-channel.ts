// The way between a gate worker's main loop and its scan thread: messages over a port, and each side woken through shared
// memory, which takes a fifth of the time of an event loop's own wake-up. Not what is said over it (scan-messages.ts).
import { MessageChannel, type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import type { FromThread, ToThread } from "./scan-messages.ts";

/** What a thread is given of its channel, as its `workerData`. */
export interface ThreadEnd {
  readonly port: MessagePort;
  /** How often either side was called: by the index constants below. */
  readonly calls: Int32Array<SharedArrayBuffer>;
}

const TO_THREAD = 0;
const FROM_THREAD = 1;

/** The main loop's end. Never keeps its process alive. */
export class ScanChannel {
  /** To be handed over, with its port. */
  readonly threadEnd: ThreadEnd;
  readonly #port: MessagePort;
  #closed = false;

  /** `hear` is called for each message of the thread, in order, and never after `close`. */
  constructor(hear: (message: FromThread) => void) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.threadEnd = { port: port2, calls: new Int32Array(new SharedArrayBuffer(8)) };
    void this.#listen(hear);
  }

  send(message: ToThread, transfer: readonly ArrayBuffer[]): void {
    this.#port.postMessage(message, [...transfer]);
    call(this.threadEnd.calls, TO_THREAD);
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    this.#port.close();
    call(this.threadEnd.calls, FROM_THREAD);
  }

  async #listen(hear: (message: FromThread) => void): Promise<void> {
    const { calls } = this.threadEnd;
    while (!this.#closed) {
      const seen = Atomics.load(calls, FROM_THREAD);
      for (const message of received(this.#port)) if (!this.#closed) hear(message as FromThread);
      await Atomics.waitAsync(calls, FROM_THREAD, seen).value;
    }
  }
}

/** The thread's end: handles each message in order, with an answer or none, until the thread is ended. Blocks it for good. */
export function serveThread(
  { port, calls }: ThreadEnd,
  handle: (message: ToThread) => FromThread | null,
): never {
  for (;;) {
    const seen = Atomics.load(calls, TO_THREAD);
    for (const message of received(port)) {
      const answer = handle(message as ToThread);
      if (answer === null) continue;
      port.postMessage(answer, []);
      call(calls, FROM_THREAD);
    }
    Atomics.wait(calls, TO_THREAD, seen);
  }
}

function call(calls: ThreadEnd["calls"], side: number): void {
  Atomics.add(calls, side, 1);
  Atomics.notify(calls, side);
}

function* received(port: MessagePort): Generator {
  for (;;) {
    const next = receiveMessageOnPort(port);
    if (next === undefined) return;
    yield next.message;
  }
}
