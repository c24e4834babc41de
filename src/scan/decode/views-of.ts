// Every reading of what is scanned: as given first, then decoded, breadth first and bounded. Not for what is looked for in them.
import type { ScanPorts } from "../ports.ts";
import { type ScanBudget, ScanExhausted } from "../scan-budget.ts";
import type { SlotKind, Span, View } from "../view.ts";
import { decodeBase32 } from "./decode-base32.ts";
import { decodeBase64 } from "./decode-base64.ts";
import { decodeBits } from "./decode-bits.ts";
import { decodeGroups } from "./decode-groups.ts";
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
import { readSlots } from "./read-slots.ts";
import { longestReadable } from "./readable.ts";
import { isPlain, survey } from "./survey.ts";
import { undoEscapes } from "./undo-escapes.ts";
import type { Decoded } from "./view-writer.ts";

/** Decodings below one another. */
export const LEVELS_MAX = 5;

/** How much is read of what is scanned. */
export interface ViewBounds {
  /** Compressed streams of one scan; further ones are left unread, and said to be. */
  readonly streams: number;
  /** Bytes that one of them may hold; else as above. */
  readonly inflated: number;
  /** Bytes of all views together, for each byte that is scanned or that came out of compression. Above: exhausted. */
  readonly factor: number;
  /** Whether a view is binary data in which nothing but values known beforehand and compressed data is looked for. */
  readonly binary?: (bytes: Uint8Array) => boolean;
}

export const VIEW_BOUNDS: ViewBounds = { streams: 64, inflated: 1024 * 1024, factor: 8 };

/** Bytes of views whatever the size of what is scanned: a short text has more readings than bytes. */
const VIEWS_MIN: number = 256 * 1024;

/** Steps that take no level, such as joining pieces, in one chain of readings. */
const STEPS_MAX = 16;

/**
 * As given, then what each decoding makes of it, level by level, each content once. A view's `read` and `unread` are complete
 * when it is yielded. `known` false: nobody looks for known values, so readings that are only for them are left out. What is
 * held is given back when the next view is asked for, but one byte for each of a view's, so that no content comes twice.
 * Throws ScanExhausted: `views` above 8 times the bytes, `depth` where text is still encoded below the fifth level, and the
 * bounds of `budget`.
 *
 * @example for (const view of viewsOf(body, ports, budget)) view.decoded // [], then ["base64"], …
 */
export function* viewsOf(
  bytes: Uint8Array,
  ports: ScanPorts,
  budget: ScanBudget,
  { known = true, bounds = VIEW_BOUNDS }: { readonly known?: boolean; readonly bounds?: ViewBounds } = {},
): Generator<View, void> {
  const search = new ViewSearch(ports, budget, { length: bytes.length, known, bounds });
  let queue: readonly Pending[] = [search.first(bytes)];
  while (queue.length > 0) {
    const next: Pending[] = [];
    for (const pending of queue) {
      next.push(...search.open(pending));
      yield pending.view;
      budget.release(pending.held);
    }
    queue = next;
  }
}

/** A view that is not expanded yet. */
interface Pending {
  readonly view: Reading;
  readonly levels: number;
  readonly held: number;
  /** Not looked into further. */
  readonly leaf: boolean;
  /** Every decoding on the way explained what it read: nothing of it is chance. */
  readonly sure: boolean;
  /** What its decodings make, where that is known. */
  readonly parts?: readonly Decoded[];
}

class ViewSearch {
  readonly #ports: ScanPorts;
  readonly #budget: ScanBudget;
  readonly #known: boolean;
  readonly #inflations: DecoderInput["inflations"];
  readonly #factor: number;
  readonly #isBinary: (bytes: Uint8Array) => boolean;
  /** By length. */
  readonly #seen = new Map<number, Uint8Array[]>();
  #allowed: number;

  constructor(
    ports: ScanPorts,
    budget: ScanBudget,
    {
      length,
      known,
      bounds,
    }: { readonly length: number; readonly known: boolean; readonly bounds: ViewBounds },
  ) {
    this.#ports = ports;
    this.#budget = budget;
    this.#known = known;
    this.#inflations = { left: bounds.streams, bytes: bounds.inflated };
    this.#factor = bounds.factor;
    this.#isBinary = bounds.binary ?? (() => false);
    this.#allowed = VIEWS_MIN + this.#factor * length;
  }

  first(given: Uint8Array): Pending {
    // Of one kind, whatever kind of buffer is given: engines are slow where a loop meets several.
    const bytes = new Uint8Array(given.buffer, given.byteOffset, given.length);
    this.#isNew(bytes);
    const origin = (start: number, end: number): Span => ({ start, end });
    const view = new Reading({ bytes, decoded: [], origin });
    if (this.#isBinary(bytes)) view.for = "protected";
    return this.#pending(view, {
      levels: 0,
      leaf: false,
      sure: true,
    });
  }

  /** Completes the view, and gives the ones that its decodings make. */
  open(pending: Pending): readonly Pending[] {
    const { view } = pending;
    if (pending.leaf || view.decoded.length > STEPS_MAX) return [];
    const children: Pending[] = [];
    const [read, unread]: [Span[], Span[]] = [[], []];
    for (const decoded of pending.parts ?? this.#decode(view)) {
      read.push(...decoded.read);
      unread.push(...decoded.unread);
      const child = this.#child(pending, decoded);
      if (decoded.levels > 0 && (child === null || child.leaf || !IN_PLACE.has(decoded.name))) {
        if (child !== null) children.push(child);
        continue;
      }
      // What decodings explain of joined pieces, or of text without its escapes, is explained of these.
      const parts = this.#decode(child?.view ?? childOf(view, decoded));
      for (const part of parts) {
        for (const { start, end } of part.read) read.push(decoded.map.origin(start, end));
      }
      if (child !== null) children.push({ ...child, parts });
    }
    view.read = merged(read);
    view.unread = merged(unread);
    return children;
  }

  #decode(view: View): readonly Decoded[] {
    const { bytes } = view;
    const last = view.decoded.at(-1) ?? "";
    // Nothing but compressed data is looked for there, which no text is.
    if (view.for === "protected" && isPlain(bytes, this.#budget)) return [];
    const decoders =
      view.for === "protected"
        ? [inflateRuns]
        : view.decoded.length === 0
          ? ROOT_DECODERS
          : view.decoded.every((name) => IN_PLACE.has(name))
            ? IN_PLACE_DECODERS
            : DECODERS;
    const input: DecoderInput = {
      bytes,
      // Made where it is asked for: of most views nothing is.
      get text() {
        return view.text;
      },
      survey: survey(bytes, this.#budget),
      ports: this.#ports,
      budget: this.#budget,
      inflations: this.#inflations,
      known: this.#known,
    };
    const all: Decoded[] = [];
    for (const decoder of decoders) {
      // What was joined is whole: to join it again would only make chance longer.
      if (decoder === joinPieces && JOINED.has(last)) continue;
      if (decoder === undoEscapes && last === "groups") continue;
      for (const decoded of decoder(input)) {
        if (decoded !== null) all.push(decoded);
      }
    }
    return all;
  }

  #child({ view, levels, sure: certain }: Pending, decoded: Decoded): Pending | null {
    const { bytes } = decoded;
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
    if (INFLATED.has(decoded.name)) this.#allowed += this.#factor * bytes.length;
    this.#allowed -= bytes.length;
    if (this.#allowed < 0) throw new ScanExhausted("views");
    const child = childOf(view, decoded);
    if (decoded.for === "protected" || this.#isBinary(bytes)) child.for = "protected";
    if (decoded.symbols !== undefined) child.symbols = decoded.symbols;
    if (sure && decoded.levels > 0) child.doubt = doubtOf(decoded, view);
    else child.guess = true;
    return this.#pending(child, {
      levels: level,
      leaf: decoded.leaf || bytes.length < (sure ? LEAF_MIN : GUESS_LEAF_MIN),
      sure,
    });
  }

  #pending(view: Reading, way: Pick<Pending, "levels" | "leaf" | "sure">): Pending {
    const held = view.bytes.length * HELD_FACTOR;
    this.#budget.hold(held);
    return { view, held, ...way };
  }

  /** Compared byte by byte with what is as long: of a hash without a key a hostile text makes a clash. */
  #isNew(bytes: Uint8Array): boolean {
    const alike = this.#seen.get(bytes.length);
    this.#budget.hold(bytes.length);
    if (alike === undefined) {
      this.#seen.set(bytes.length, [bytes]);
      return true;
    }
    for (const other of alike) {
      let at = 0;
      while (at < bytes.length && bytes[at] === other[at]) at++;
      this.#budget.spend(at + 1);
      if (at === bytes.length) return false;
    }
    alike.push(bytes);
    return true;
  }
}

/** A view as it is completed; its text is made when somebody reads it. */
class Reading implements View {
  readonly bytes: Uint8Array;
  readonly decoded: readonly string[];
  readonly origin: View["origin"];
  for?: "protected";
  symbols?: SlotKind;
  guess?: true;
  doubt?: readonly Span[];
  changed?: NonNullable<View["changed"]>;
  read: readonly Span[] = [];
  unread: readonly Span[] = [];
  #text: string | undefined;

  constructor({ bytes, decoded, origin }: Pick<View, "bytes" | "decoded" | "origin">) {
    this.bytes = bytes;
    this.decoded = decoded;
    this.origin = origin;
  }

  get text(): string {
    this.#text ??= latin1Of(this.bytes);
    return this.#text;
  }
}

function childOf(view: View, { bytes, map, name }: Decoded): Reading {
  const origin = (start: number, end: number): Span => {
    const span = map.origin(start, end);
    return view.origin(span.start, span.end);
  };
  const child = new Reading({ bytes, decoded: [...view.decoded, name], origin });
  if (IN_PLACE.has(name)) child.changed = (start, end) => isShorter(map.origin(start, end), end - start);
  return child;
}

/** Every decoding that leaves the text around as it is makes less of what it reads: here of one character in eight or more. */
function isShorter({ start, end }: Span, length: number): boolean {
  return (end - start - length) * 8 >= length;
}

/** Bytes of a view from which it may hold an encoded value of its own; of one that may be chance. */
const LEAF_MIN = 8;
const GUESS_LEAF_MIN = 16;

/** The text and the offset map of a view; its bytes are held to the end. */
const HELD_FACTOR = 2;

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
  decodeGroups,
  decodeMail,
  decodeSigns,
  decodeBits,
];

const ROOT_DECODERS: readonly Decoder[] = [...DECODERS, pickLetters, readSlots];
const IN_PLACE_DECODERS: readonly Decoder[] = [...DECODERS, readSlots];

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

/** The lines of a view that were read from runs that their decoding does not explain, or from doubtful lines of the view before. */
function doubtOf({ name, bytes, map, read }: Decoded, { doubt: before = [] }: View): readonly Span[] {
  const inPlace = IN_PLACE.has(name);
  if (inPlace && before.length === 0) return [];
  const doubt: Span[] = [];
  const runs = inPlace ? before : read;
  let [start, next] = [0, 0];
  for (let at = 0; at <= bytes.length; at++) {
    if (at < bytes.length && bytes[at] !== LINE_FEED) continue;
    if (at > start) {
      const from = map.origin(start, at);
      while (next < runs.length && (runs[next]?.end ?? 0) <= from.start) next++;
      const run = runs[next] ?? NOWHERE;
      const doubtful = inPlace ? run.start < from.end : from.start < run.start || from.end > run.end;
      if (doubtful) doubt.push({ start, end: at });
    }
    start = at + 1;
  }
  return doubt;
}

const NOWHERE: Span = { start: Number.POSITIVE_INFINITY, end: Number.POSITIVE_INFINITY };

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
