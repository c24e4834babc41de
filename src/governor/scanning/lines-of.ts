// Takes a stream of bytes apart into lines. Bounded: a line that is too long is passed over and said.

/** One line without its line feed. */
export interface Line {
  /** From 1. */
  readonly number: number;
  /** null: longer than the limit. */
  readonly bytes: Uint8Array | null;
}

/**
 * The lines of `input`, in order; of the last one the line feed may be missing. Holds one line. Lines of nothing but spaces
 * are passed over, and still counted.
 *
 * @example for await (const { number, bytes } of linesOf(stdin, 1024)) …
 */
export async function* linesOf(
  input: AsyncIterable<Uint8Array>,
  lineMax: number,
): AsyncGenerator<Line, void, undefined> {
  const held: { pieces: Uint8Array[]; length: number } = { pieces: [], length: 0 };
  let number = 1;
  const hold = (piece: Uint8Array): void => {
    held.length += piece.length;
    if (held.length <= lineMax) held.pieces.push(piece);
    else held.pieces = [];
  };
  const take = (): Line | null => {
    const bytes = held.length <= lineMax ? whole(held.pieces, held.length) : null;
    held.pieces = [];
    held.length = 0;
    const line = { number, bytes };
    number += 1;
    return bytes !== null && bytes.every((byte) => isSpace(byte)) ? null : line;
  };
  for await (const chunk of input) {
    let at = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, at)) {
      hold(chunk.subarray(at, end));
      at = end + 1;
      const line = take();
      if (line !== null) yield line;
    }
    if (at < chunk.length) hold(chunk.subarray(at));
  }
  const line = held.length > 0 ? take() : null;
  if (line !== null) yield line;
}

/** In memory of its own, so that handing it to a thread copies nothing else. */
function whole(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

const LINE_FEED = 10;

/** White space of JSON (RFC 8259 section 2). */
function isSpace(byte: number): boolean {
  return byte === 32 || byte === 9 || byte === 13;
}
