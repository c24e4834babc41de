// `writ scan --jsonl`: answers a stream of lines in their order, as fast as its reader takes them.
import { answerLine } from "./answer-line.ts";
import { type AnsweredBatch, AnswerPool, THREADS } from "./answer-pool.ts";
import { createBlockScanner, scanWhole } from "./content-scanner.ts";
import { type EnrolledValues, knownFinders } from "./enrolled-values.ts";
import { linesOf } from "./lines-of.ts";

/** Where answers go. */
export interface LinesSink {
  /** Prints `text`, whole lines; resolves when more may come. */
  readonly print: (text: string) => Promise<void>;
  /** Says that line `number` has no answer, and why. */
  readonly reject: (number: number, why: string) => void;
  /** Whether nobody reads the answers any more. */
  readonly isOver: () => boolean;
}

export interface ScannedLines {
  readonly answered: number;
  readonly rejected: number;
}

/** Bytes of one line: its text, the text's bytes and the readings of one block of it are held at once. */
const LINE_BYTES_MAX: number = 2 ** 27;

/** Lines and bytes of a batch: some milliseconds of work, against the cost of handing it over. */
const BATCH_LINES = 64;
const BATCH_BYTES: number = 2 ** 16;

/** Bytes of lines that are read and not yet answered, beside the newest batch. */
const AHEAD_BYTES_MAX: number = 2 ** 26;

/**
 * Answers every line of `input` (answer-line.ts) in order. Holds a bounded part of it. A single batch is answered in this
 * thread, more of them by threads.
 */
export async function scanLines(
  input: AsyncIterable<Uint8Array>,
  values: EnrolledValues,
  sink: LinesSink,
): Promise<ScannedLines> {
  const printer = new Printer(sink);
  const pool = new AnswerPool(values);
  const ahead: { readonly batch: Batch; readonly answers: Promise<AnsweredBatch> }[] = [];
  const send = (batch: Batch): void => {
    ahead.push({ batch, answers: pool.answer(batch.lines) });
  };
  const printNext = async (): Promise<void> => {
    const next = ahead.shift();
    if (next !== undefined) await printer.print(next.batch, await next.answers);
  };
  const isFull = (): boolean =>
    ahead.length > 2 * THREADS || ahead.reduce((sum, { batch }) => sum + batch.bytes, 0) > AHEAD_BYTES_MAX;
  const makeRoom = async (): Promise<void> => {
    while (isFull()) await printNext();
  };
  // One batch is kept back: if it stays the only one, no thread is started.
  let kept: Batch | null = null;
  let sent = 0;
  try {
    for await (const batch of batchesOf(input)) {
      if (kept !== null) {
        send(kept);
        sent += 1;
        await makeRoom();
      }
      kept = batch;
      if (sink.isOver()) break;
    }
    if (kept !== null && sent > 0) send(kept);
    while (ahead.length > 0) await printNext();
    if (kept !== null && sent === 0) await printer.print(kept, answeredHere(kept, values));
  } finally {
    await pool.close();
  }
  return { answered: printer.answered, rejected: printer.rejected };
}

interface Batch {
  readonly lines: readonly Uint8Array[];
  /** Of each line its number; of those that are too long as well. */
  readonly numbers: readonly number[];
  readonly tooLong: readonly number[];
  readonly bytes: number;
}

async function* batchesOf(input: AsyncIterable<Uint8Array>): AsyncGenerator<Batch, void, undefined> {
  let [lines, numbers, tooLong]: [Uint8Array[], number[], number[]] = [[], [], []];
  let bytes = 0;
  for await (const line of linesOf(input, LINE_BYTES_MAX)) {
    if (line.bytes === null) tooLong.push(line.number);
    else {
      lines.push(line.bytes);
      numbers.push(line.number);
      bytes += line.bytes.length;
    }
    if (lines.length + tooLong.length < BATCH_LINES && bytes < BATCH_BYTES) continue;
    yield { lines, numbers, tooLong, bytes };
    [lines, numbers, tooLong, bytes] = [[], [], [], 0];
  }
  if (lines.length + tooLong.length > 0) yield { lines, numbers, tooLong, bytes };
}

function answeredHere({ lines }: Batch, values: EnrolledValues): AnsweredBatch {
  const block = createBlockScanner(knownFinders(values));
  return lines.map((line) => answerLine(line, (bytes) => scanWhole(block, bytes)));
}

class Printer {
  readonly #sink: LinesSink;
  answered = 0;
  rejected = 0;

  constructor(sink: LinesSink) {
    this.#sink = sink;
  }

  async print({ numbers, tooLong }: Batch, answers: AnsweredBatch): Promise<void> {
    const wrong = tooLong.map((number) => ({ number, why: `longer than ${LINE_BYTES_MAX} bytes` }));
    const texts: string[] = [];
    for (const [at, answer] of answers.entries()) {
      if (answer.ok) texts.push(`${answer.value}\n`);
      else wrong.push({ number: numbers[at] ?? 0, why: answer.error });
    }
    for (const { number, why } of wrong.toSorted((a, b) => a.number - b.number))
      this.#sink.reject(number, why);
    this.answered += texts.length;
    this.rejected += wrong.length;
    if (texts.length > 0) await this.#sink.print(texts.join(""));
  }
}
