// Cuts the bytes of an answer into its JSON documents as they come, in any pieces: the whole body, the lines of a stream of
// lines, the data of an event stream. Bounded; keeps no more than one document. Not what they say (usage-fields.ts).

/** How an answer's documents are told apart. */
export type AnswerForm = "whole" | "lines" | "events";

/** Bytes of one document: a finished response repeats all of its text. */
export const DOCUMENT_MAX: number = 8 * 1024 * 1024;

/** The form that a media type says (RFC 9110 section 8.3.1); null: it holds no JSON that is known. */
export function formOf(contentType: string): AnswerForm | null {
  const type = (contentType.split(";")[0] ?? "").trim().toLowerCase();
  if (type === "text/event-stream") return "events";
  if (["application/x-ndjson", "application/jsonl", "application/x-jsonlines"].includes(type)) return "lines";
  return type === "application/json" || type.endsWith("+json") ? "whole" : null;
}

/** Takes bytes in order and gives the text of each document that is complete, to `found`. */
export class AnswerDocuments {
  readonly #form: AnswerForm;
  readonly #found: (text: string) => void;
  #pieces: Uint8Array[] = [];
  #held = 0;
  /** Data lines of the event under way. */
  #data: string[] = [];
  #dataSize = 0;
  #over = false;

  constructor(form: AnswerForm, found: (text: string) => void) {
    this.#form = form;
    this.#found = found;
  }

  /** Whether a document was over the bound: then not everything was read. */
  get over(): boolean {
    return this.#over;
  }

  push(bytes: Uint8Array): void {
    if (this.#over) return;
    let rest = bytes;
    if (this.#form !== "whole") {
      for (let end = lineEnd(rest); end !== -1; end = lineEnd(rest)) {
        this.#keep(rest.subarray(0, end));
        this.#line();
        rest = rest.subarray(end + 1);
      }
    }
    this.#keep(rest);
  }

  /** The body is at its end. */
  end(): void {
    if (this.#over) return;
    if (this.#form === "whole") this.#found(this.#text());
    else {
      this.#line();
      this.#event();
    }
  }

  #keep(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#held += bytes.length;
    if (this.#held + this.#dataSize > DOCUMENT_MAX) {
      this.#over = true;
      this.#pieces = [];
      this.#data = [];
      return;
    }
    // The caller may use its buffer again.
    this.#pieces.push(Uint8Array.from(bytes));
  }

  #line(): void {
    if (this.#over) return;
    const line = this.#text();
    if (this.#form === "lines") {
      if (line.trim() !== "") this.#found(line);
      return;
    }
    // HTML standard, section 9.2.6: an empty line ends an event; its data lines make one text.
    if (line === "") this.#event();
    else if (line.startsWith("data:")) {
      this.#data.push(line.slice("data:".length));
      this.#dataSize += line.length;
    }
  }

  #event(): void {
    if (this.#data.length > 0) this.#found(this.#data.join("\n"));
    this.#data = [];
    this.#dataSize = 0;
  }

  #text(): string {
    const text = DECODER.decode(concat(this.#pieces, this.#held));
    this.#pieces = [];
    this.#held = 0;
    return text.endsWith("\r") ? text.slice(0, -1) : text;
  }
}

const DECODER = new TextDecoder();
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/** Lines end by LF or CR LF; a CR alone, which the standard also has, ends one too where something else follows it. */
function lineEnd(bytes: Uint8Array): number {
  const feed = bytes.indexOf(LINE_FEED);
  const back = bytes.indexOf(CARRIAGE_RETURN);
  const alone = back !== -1 && back + 1 < bytes.length && bytes[back + 1] !== LINE_FEED;
  return alone && (feed === -1 || back < feed) ? back : feed;
}

function concat(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
