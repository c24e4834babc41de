// Replaces real credentials in an answer before the task sees it: an upstream that echoes its request must not hand over
// what the task never held. Not a scanner: it knows the values and their usual spellings only (spell-value.ts).
import type { HeldSecret } from "../policy.ts";
import { type Step, spellValue } from "./spell-value.ts";

/** Replaces values in a stream of bytes, also where they are cut over two chunks. */
export interface Mask {
  /** What may be passed on now: everything but an ending that could be the start of a value. */
  push(chunk: Buffer): Buffer;
  /** What is left at the end. */
  end(): Buffer;
}

/** What is replaced, and where it can begin. */
export interface Spellings {
  readonly all: readonly Spelling[];
  /** For each two bytes, whether something may start with them. */
  readonly starts: Uint8Array;
}

interface Spelling {
  readonly steps: readonly Step[];
  readonly to: Buffer;
}

/** The spellings of `secrets`, each of which is replaced by its placeholder. Building it is the costly part. */
export function spellingsOf(secrets: readonly HeldSecret[]): Spellings {
  const all = secrets.flatMap(({ value, placeholder }) =>
    spellValue(value).map((steps) => ({ steps, to: Buffer.from(placeholder, "utf8") })),
  );
  const starts = new Uint8Array(1 << 16);
  for (const { steps } of all) markStarts(starts, steps);
  return { all, starts };
}

/** A mask for one body. */
export function createMask(spellings: Spellings): Mask {
  let held: Buffer = Buffer.alloc(0);
  return {
    push: (chunk) => {
      const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      const { done, rest } = replace(bytes, spellings, false);
      // A copy, so that a small rest does not keep a large chunk alive.
      held = Buffer.from(rest);
      return done;
    },
    end: () => {
      const { done } = replace(held, spellings, true);
      held = Buffer.alloc(0);
      return done;
    },
  };
}

/** A header field's value, or other short text, with every value replaced. Latin-1, one character a byte. */
export function maskText(text: string, spellings: Spellings): string {
  if (spellings.all.length === 0) return text;
  return replace(Buffer.from(text, "latin1"), spellings, true).done.toString("latin1");
}

/** What is settled, with values replaced, and an ending that may be the start of one; `whole`: nothing follows. */
function replace(
  bytes: Buffer,
  { all, starts }: Spellings,
  whole: boolean,
): { readonly done: Buffer; readonly rest: Buffer } {
  const done: Buffer[] = [];
  let from = 0;
  for (let at = 0; at < bytes.length; at++) {
    const isLast = at + 1 === bytes.length;
    if (!isLast && starts[((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)] === 0) continue;
    const { end, isOpen, to } = longestAt(bytes, at, all);
    if (isOpen && !whole) {
      return { done: Buffer.concat([...done, bytes.subarray(from, at)]), rest: bytes.subarray(at) };
    }
    if (end === null) continue;
    done.push(bytes.subarray(from, at), to);
    from = end;
    at = end - 1;
  }
  if (from === 0) return { done: bytes, rest: NOTHING };
  return { done: Buffer.concat([...done, bytes.subarray(from)]), rest: NOTHING };
}

const NOTHING: Buffer = Buffer.alloc(0);

interface Match {
  /** Where the value ends, or null: there is none. */
  readonly end: number | null;
  /** Whether more bytes could make it one, or a longer one. */
  readonly isOpen: boolean;
}

function longestAt(bytes: Buffer, at: number, all: readonly Spelling[]): Match & { readonly to: Buffer } {
  let longest: Match & { readonly to: Buffer } = { end: null, isOpen: false, to: NOTHING };
  for (const { steps, to } of all) {
    const { end, isOpen } = matchAt(bytes, at, steps);
    const isLonger = end !== null && (longest.end === null || end > longest.end);
    longest = {
      end: isLonger ? end : longest.end,
      isOpen: isOpen || longest.isOpen,
      to: isLonger ? to : longest.to,
    };
  }
  return longest;
}

/** Goes through all ways at once: a way that is the start of another one decides nothing too early. */
function matchAt(bytes: Buffer, at: number, steps: readonly Step[]): Match {
  let ends: readonly number[] = [at];
  let isOpen = false;
  for (const step of steps) {
    const next: number[] = [];
    for (const end of ends) {
      if (takeStep(bytes, end, step, next)) isOpen = true;
    }
    if (next.length === 0) return { end: null, isOpen };
    ends = next;
  }
  return { end: Math.max(...ends), isOpen };
}

/** Adds to `next` where each way of one step ends; true: one of them goes on beyond `bytes`. */
function takeStep(bytes: Buffer, at: number, step: Step, next: number[]): boolean {
  if (at === bytes.length) return true;
  let isOpen = false;
  for (const way of step) {
    let same = 0;
    while (same < way.length && at + same < bytes.length && bytes[at + same] === way[same]) same++;
    if (same === way.length && !next.includes(at + same)) next.push(at + same);
    if (same < way.length && at + same === bytes.length) isOpen = true;
  }
  return isOpen;
}

function markStarts(starts: Uint8Array, [first = [], second]: readonly Step[]): void {
  for (const way of first) {
    const high = (way[0] ?? 0) << 8;
    const lows = way.length > 1 ? [way[1] ?? 0] : second?.map((other) => other[0] ?? 0);
    if (lows === undefined) starts.fill(1, high, high + 256);
    else for (const low of lows) starts[high | low] = 1;
  }
}
