// What jobs write to their standard output and error, kept in files of the home that only its owner may read. Bounded by each
// task's own grant; the oldest go first when there are too many. Not evidence: the ledger has none of it.
import { closeSync, mkdirSync, openSync, readdirSync, readSync, rmSync, statSync, writeSync } from "node:fs";

export type OutputStream = "stdout" | "stderr";

/** Where a running job's output goes. A failed write loses the rest of it and never the job. */
export interface JobSink {
  write(stream: OutputStream, chunk: Uint8Array): void;
  close(): void;
}

/** A part of a stream. */
export interface OutputPart {
  readonly bytes: Uint8Array;
  /** Where the next part begins. */
  readonly next: number;
}

/** Jobs whose output is kept, and bytes of all of it. */
export const OUTPUT_JOBS_MAX = 1000;
export const OUTPUT_BYTES_MAX: number = 1024 * 1024 * 1024;

/** Files between two looks at how many there are. */
const ROOM_EVERY = 64;

const STREAMS = ["stdout", "stderr"] as const;

/** Bytes of one part. */
const PART_BYTES_MAX = 1024 * 1024;

export class JobOutputs {
  readonly #folder: string;
  #made = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Begins the output of a start of `job`: that of an earlier start is gone. Files are made for what is written alone. */
  open(job: number): JobSink {
    const files: { [stream in OutputStream]: number | null } = { stdout: null, stderr: null };
    const failed = new Set<OutputStream>();
    for (const stream of STREAMS) rmSync(this.#path(job, stream), { force: true });
    return {
      write: (stream, chunk) => {
        if (failed.has(stream)) return;
        try {
          const file = (files[stream] ??= this.#make(job, stream));
          for (let at = 0; at < chunk.length; ) at += writeSync(file, chunk, at);
        } catch {
          failed.add(stream);
        }
      },
      close: () => {
        for (const stream of STREAMS) {
          const file = files[stream];
          failed.add(stream);
          files[stream] = null;
          if (file !== null) closeSync(file);
        }
      },
    };
  }

  /** At most 1 MiB of what `job` wrote, from byte `from` on; null: nothing is kept of it. */
  read(job: number, stream: OutputStream, from: number): OutputPart | null {
    let file: number;
    try {
      file = openSync(this.#path(job, stream), "r");
    } catch {
      return null;
    }
    try {
      const bytes = new Uint8Array(PART_BYTES_MAX);
      const read = readSync(file, bytes, 0, PART_BYTES_MAX, from);
      return { bytes: bytes.subarray(0, read), next: from + read };
    } finally {
      closeSync(file);
    }
  }

  #make(job: number, stream: OutputStream): number {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    if (this.#made % ROOM_EVERY === 0) this.#makeRoom();
    this.#made += 1;
    return openSync(this.#path(job, stream), "w", 0o600);
  }

  #path(job: number, stream: OutputStream): string {
    return `${this.#folder}/${job}.${stream}`;
  }

  /** Job ids grow, so the lowest is the oldest. */
  #makeRoom(): void {
    const files = readdirSync(this.#folder).flatMap((name) => {
      const job = /^(\d{1,15})\.(?:stdout|stderr)$/u.exec(name)?.[1];
      return job === undefined ? [] : [{ name, job: Number(job) }];
    });
    files.sort((a, b) => b.job - a.job);
    let bytes = 0;
    for (const [at, { name }] of files.entries()) {
      const path = `${this.#folder}/${name}`;
      bytes += statSync(path, { throwIfNoEntry: false })?.size ?? 0;
      if (at >= 2 * (OUTPUT_JOBS_MAX - 1) || bytes > OUTPUT_BYTES_MAX) rmSync(path, { force: true });
    }
  }
}
