// Replaces real credentials in an answer before the task sees it: an upstream that echoes its request must not hand over
// what the task never held. Not a scanner: it knows the values and their usual spellings only.
import type { HeldSecret } from "../policy.ts";

/** Replaces values in a stream of bytes, also where they are cut over two chunks. */
export interface Mask {
  /** What may be passed on now: everything but an ending that could be the start of a value. */
  push(chunk: Buffer): Buffer;
  /** What is left at the end. */
  end(): Buffer;
}

interface Spelling {
  readonly from: Buffer;
  readonly to: Buffer;
}

/** The spellings of `secrets` that are replaced, longest first. */
export type Spellings = readonly Spelling[];

/**
 * The values as they are, in JSON escapes, percent-encoded, hexadecimal, and inside base64 and base64url at any offset;
 * each is replaced by the secret's placeholder.
 */
export function spellingsOf(secrets: readonly HeldSecret[]): Spellings {
  const all = secrets.flatMap(({ value, placeholder }) => {
    const to = Buffer.from(placeholder, "utf8");
    return [...spell(value)].map((from) => ({ from: Buffer.from(from, "utf8"), to }));
  });
  return all
    .filter(({ from }) => from.length > 0)
    .toSorted((one, other) => other.from.length - one.from.length);
}

/** A mask for one body. */
export function createMask(spellings: Spellings): Mask {
  let held: Buffer = Buffer.alloc(0);
  return {
    push: (chunk) => {
      const [done, open] = replace(held.length === 0 ? chunk : Buffer.concat([held, chunk]), spellings);
      const keep = startLength(open, spellings);
      // A copy, so that a small rest does not keep a large chunk alive.
      held = Buffer.from(open.subarray(open.length - keep));
      return Buffer.concat([...done, open.subarray(0, open.length - keep)]);
    },
    end: () => {
      const rest = held;
      held = Buffer.alloc(0);
      return rest;
    },
  };
}

/** A header field's value, or other short text, with every value replaced. Latin-1, one character a byte. */
export function maskText(text: string, spellings: Spellings): string {
  if (spellings.length === 0) return text;
  const [done, open] = replace(Buffer.from(text, "latin1"), spellings);
  return Buffer.concat([...done, open]).toString("latin1");
}

function spell(value: string): ReadonlySet<string> {
  const bytes = Buffer.from(value, "utf8");
  const hex = bytes.toString("hex");
  const forms = new Set([
    value,
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(Buffer.from(value).toString("utf8")),
    hex,
    hex.toUpperCase(),
  ]);
  for (const offset of [0, 1, 2]) {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64url");
    // Only the characters that the value alone decides (RFC 4648 section 4: six bits each).
    const core = text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
    if (core.length < BASE64_MIN) continue;
    forms.add(core).add(core.replaceAll("-", "+").replaceAll("_", "/"));
  }
  return forms;
}

/** Fewer characters of base64 would be found by chance. */
const BASE64_MIN = 6;

/** What is settled, with values replaced, and the rest after the last of them. */
function replace(bytes: Buffer, spellings: Spellings): readonly [Buffer[], Buffer] {
  const done: Buffer[] = [];
  let rest = bytes;
  for (;;) {
    const first = firstOf(rest, spellings);
    if (first === null) return [done, rest];
    done.push(rest.subarray(0, first.at), first.spelling.to);
    rest = rest.subarray(first.at + first.spelling.from.length);
  }
}

function firstOf(
  bytes: Buffer,
  spellings: Spellings,
): { readonly at: number; readonly spelling: Spelling } | null {
  let first: { readonly at: number; readonly spelling: Spelling } | null = null;
  for (const spelling of spellings) {
    const at = bytes.indexOf(spelling.from);
    if (at !== -1 && (first === null || at < first.at)) first = { at, spelling };
  }
  return first;
}

/** Length of the longest ending of `bytes` that some spelling starts with. */
function startLength(bytes: Buffer, spellings: Spellings): number {
  let longest = 0;
  for (const { from } of spellings) {
    const most = Math.min(from.length - 1, bytes.length);
    for (let length = most; length > longest; length--) {
      const isStart = bytes.compare(from, 0, length, bytes.length - length) === 0;
      if (isStart) longest = length;
    }
  }
  return longest;
}
