// Every reading of what is scanned: as given first, then decoded, breadth first and bounded. Not for what is looked for in them.
import type { ScanPorts } from "../ports.ts";
import { type ScanBudget, ScanExhausted } from "../scan-budget.ts";
import type { Span, View } from "../view.ts";
import { decodeBase32 } from "./decode-base32.ts";
import { decodeBase64 } from "./decode-base64.ts";
import { decodeBits } from "./decode-bits.ts";
import { decodeHex } from "./decode-hex.ts";
import { decodeMail } from "./decode-mail.ts";
import { decodeNumbers } from "./decode-numbers.ts";
import { decodeRadix } from "./decode-radix.ts";
import { decodeSigns } from "./decode-signs.ts";
import type { Decoder, DecoderInput } from "./decoder.ts";
import { foldUnicode } from "./fold-unicode.ts";
import { inflateRuns } from "./inflate-runs.ts";
import { joinPieces } from "./join-pieces.ts";
import { latin1Of } from "./latin1.ts";
import { narrowText } from "./narrow-text.ts";
import { pickLetters } from "./pick-letters.ts";
import { longestReadable } from "./readable.ts";
import { survey } from "./survey.ts";
import { undoEscapes } from "./undo-escapes.ts";
import type { Decoded } from "./view-writer.ts";

/** Decodings below one another. */
export const LEVELS_MAX = 5;

/** Bytes of all views together, for each byte that is scanned or that came out of compression. */
const VIEWS_FACTOR = 8;

/** Bytes of views whatever the size of what is scanned: a short text has more readings than bytes. */
const VIEWS_MIN: number = 256 * 1024;

const INFLATIONS_MAX = 64;

/** Steps that take no level, such as joining pieces, in one chain of readings. */
const STEPS_MAX = 16;

/**
 * As given, then what each decoding makes of it, level by level, each content once. A view's `read` and `unread` are complete
 * when it is yielded. What is held is given back when the next view is asked for. Throws ScanExhausted: `views` above 8 times
 * the bytes, `depth` where text is still encoded below the fifth level, and the bounds of `budget`.
 *
 * @example for (const view of viewsOf(body, ports, budget)) view.decoded // [], then ["base64"], …
 */
export function* viewsOf(bytes: Uint8Array, ports: ScanPorts, budget: ScanBudget): Generator<View, void> {
  const search = new ViewSearch(ports, budget, bytes.length);
  let queue: readonly Pending[] = [search.first(bytes)];
  while (queue.length > 0) {
    const next: Pending[] = [];
    for (const pending of queue) {
      const { view, children } = search.open(pending);
      next.push(...children);
      yield view;
      budget.release(pending.held);
    }
    queue = next;
  }
}

/** A view that is not expanded yet. */
interface Pending {
  readonly view: View;
  readonly levels: number;
  readonly held: number;
  /** Not looked into further. */
  readonly leaf: boolean;
  /** Every decoding on the way explained what it read: nothing of it is chance. */
  readonly sure: boolean;
}

class ViewSearch {
  readonly #ports: ScanPorts;
  readonly #budget: ScanBudget;
  readonly #inflations = { left: INFLATIONS_MAX };
  readonly #seen = new Set<string>();
  #allowed: number;

  constructor(ports: ScanPorts, budget: ScanBudget, length: number) {
    this.#ports = ports;
    this.#budget = budget;
    this.#allowed = VIEWS_MIN + VIEWS_FACTOR * length;
  }

  first(bytes: Uint8Array): Pending {
    this.#isNew(bytes);
    const origin = (start: number, end: number): Span => ({ start, end });
    return this.#pending(
      { bytes, text: latin1Of(bytes), decoded: [], origin },
      { levels: 0, leaf: false, sure: true },
    );
  }

  /** The view, complete, and the ones that its decodings make. */
  open(pending: Pending): { readonly view: View; readonly children: readonly Pending[] } {
    const { view } = pending;
    const children: Pending[] = [];
    if (pending.leaf || view.decoded.length > STEPS_MAX) return { view, children };
    const [read, unread]: [Span[], Span[]] = [[], []];
    for (const decoded of this.#decode(view)) {
      read.push(...decoded.read);
      unread.push(...decoded.unread);
      if (decoded.levels === 0) read.push(...this.#readOfJoined(view, decoded));
      const child = this.#child(pending, decoded);
      if (child !== null) children.push(child);
    }
    return { view: { ...view, read: merged(read), unread: merged(unread) }, children };
  }

  /** What decodings explain of joined pieces is explained of the pieces. */
  #readOfJoined(view: View, { bytes, map, name }: Decoded): readonly Span[] {
    const joined: View = { ...view, bytes, text: latin1Of(bytes), decoded: [...view.decoded, name] };
    const spans: Span[] = [];
    for (const { read } of this.#decode(joined)) {
      for (const { start, end } of read) spans.push(map.origin(start, end));
    }
    return spans;
  }

  *#decode(view: View): Iterable<Decoded> {
    const { bytes, text } = view;
    const decoders =
      view.for === "protected" ? [inflateRuns] : view.decoded.length === 0 ? ROOT_DECODERS : DECODERS;
    const input: DecoderInput = {
      bytes,
      text,
      survey: survey(bytes, this.#budget),
      ports: this.#ports,
      budget: this.#budget,
      inflations: this.#inflations,
    };
    const joined = JOINED.has(view.decoded.at(-1) ?? "");
    for (const decoder of decoders) {
      // What was joined is whole: to join it again would only make chance longer.
      if (joined && decoder === joinPieces) continue;
      if (decoder === undoEscapes && view.decoded.at(-1) === "groups") continue;
      for (const decoded of decoder(input)) if (decoded !== null) yield decoded;
    }
  }

  #child({ view, levels, sure: certain }: Pending, decoded: Decoded): Pending | null {
    const { bytes, map, name } = decoded;
    const sure = certain && (decoded.levels === 0 || decoded.read.length > 0);
    if (bytes.length === 0 || !this.#isNew(bytes)) return null;
    const level = levels + decoded.levels;
    if (level > LEVELS_MAX) {
      // Text below the last level that is itself encoded was put there on purpose; what chance makes is short.
      if (decoded.for === "all" && sure && longestReadable(bytes) >= DEEPER_MIN) {
        throw new ScanExhausted("depth");
      }
      return null;
    }
    if (INFLATED.has(name)) this.#allowed += VIEWS_FACTOR * bytes.length;
    this.#allowed -= bytes.length;
    if (this.#allowed < 0) throw new ScanExhausted("views");
    const origin = (start: number, end: number): Span => {
      const span = map.origin(start, end);
      return view.origin(span.start, span.end);
    };
    const text = latin1Of(bytes);
    const child = { bytes, text, decoded: [...view.decoded, name], origin };
    const whole: View = {
      ...child,
      ...(decoded.for === "protected" ? { for: "protected" as const } : {}),
      ...(sure && decoded.levels > 0 ? { doubt: doubtOf(decoded) } : { guess: true as const }),
    };
    return this.#pending(whole, {
      levels: level,
      leaf: decoded.leaf || bytes.length < (sure ? LEAF_MIN : GUESS_LEAF_MIN),
      sure,
    });
  }

  #pending(view: View, way: Pick<Pending, "levels" | "leaf" | "sure">): Pending {
    const held = view.bytes.length * HELD_FACTOR;
    this.#budget.hold(held);
    return { view, held, ...way };
  }

  /** Digests, since the views themselves would be many times the text; of a hash without a key a hostile text makes a clash. */
  #isNew(bytes: Uint8Array): boolean {
    this.#budget.spend(bytes.length);
    const digest = latin1Of(this.#ports.sha256(bytes));
    if (this.#seen.has(digest)) return false;
    this.#seen.add(digest);
    return true;
  }
}

/** Bytes of a view from which it may hold an encoded value of its own; of one that may be chance. */
const LEAF_MIN = 8;
const GUESS_LEAF_MIN = 16;

/** The bytes, the text, and the offset map of a view. */
const HELD_FACTOR = 3;

/** Readable characters in a row below the last level from which somebody was hiding. */
const DEEPER_MIN = 12;

const JOINED: ReadonlySet<string> = new Set(["groups", "concatenation"]);

const INFLATED: ReadonlySet<string> = new Set(["compressed", "deflate", "brotli"]);

const DECODERS: readonly Decoder[] = [
  undoEscapes,
  decodeBase64,
  decodeHex,
  inflateRuns,
  narrowText,
  joinPieces,
  foldUnicode,
  decodeBase32,
  decodeNumbers,
  decodeRadix,
  decodeMail,
  decodeSigns,
  decodeBits,
];

const ROOT_DECODERS: readonly Decoder[] = [...DECODERS, pickLetters];

/** Decodings that leave the text around as it is, so that all of it is judged. */
const IN_PLACE: ReadonlySet<string> = new Set([
  "percent",
  "quoted-printable",
  "unicode escape",
  "hex escape",
  "octal escape",
  "CSS escape",
  "character reference",
  "backslash",
  "escapes",
  "Unicode",
  "bytes in UTF-8",
]);

/** The lines of a view that were read from runs that their decoding does not explain. */
function doubtOf({ name, bytes, map, read }: Decoded): readonly Span[] {
  if (IN_PLACE.has(name)) return [];
  const doubt: Span[] = [];
  let [start, next] = [0, 0];
  for (let at = 0; at <= bytes.length; at++) {
    if (at < bytes.length && bytes[at] !== LINE_FEED) continue;
    if (at > start) {
      const from = map.origin(start, at);
      while (next < read.length && (read[next]?.end ?? 0) <= from.start) next++;
      const run = read[next];
      if (run === undefined || from.start < run.start || from.end > run.end) doubt.push({ start, end: at });
    }
    start = at + 1;
  }
  return doubt;
}

const LINE_FEED = 0x0a;

function merged(spans: readonly Span[]): readonly Span[] {
  const out: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.start - b.start)) {
    const last = out.at(-1);
    if (last !== undefined && span.start <= last.end)
      out[out.length - 1] = { start: last.start, end: Math.max(last.end, span.end) };
    else out.push(span);
  }
  return out;
}
