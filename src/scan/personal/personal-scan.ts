// One scan of one view for personal data: the pass, the candidates, and the decision by context.
import type { Match } from "../finding.ts";
import type { ScanBudget } from "../scan-budget.ts";
import type { View } from "../view.ts";
import { CLASSES, classAt, DIGIT, HEX, isAlnum, LETTER, MARK } from "./byte-classes.ts";
import type { Candidate } from "./candidate.ts";
import { TOPIC } from "./context-words.ts";
import type { DetectorTable, RunClass } from "./detector-table.ts";
import { emailAt, hasCommonTop } from "./emails.ts";
import { nameEnding } from "./key-before.ts";
import { keyedTextAt, mayEndKey } from "./keyed-text.ts";
import { colonAddressAt, dashedMacAt, ipv4At } from "./network-addresses.ts";
import { phoneAt } from "./phones.ts";
import { Surroundings } from "./surroundings.ts";

/** Mutable, for one view. */
export class PersonalScan {
  readonly #bytes: Uint8Array;
  readonly #text: string;
  readonly #budget: ScanBudget;
  readonly #table: DetectorTable;
  readonly #surroundings: Surroundings;
  readonly #found: Match[] = [];
  /** Everything before is decided. */
  #done = 0;
  /** Where the last run of hexadecimal digits and colons ended. */
  #colons = 0;

  constructor(view: View, budget: ScanBudget, table: DetectorTable) {
    this.#bytes = view.bytes;
    this.#text = view.text;
    this.#budget = budget;
    this.#table = table;
    this.#surroundings = new Surroundings(view, budget);
  }

  /** Rising, without overlap. */
  matches(): readonly Match[] {
    const bytes = this.#bytes;
    const length = bytes.length;
    let at = 0;
    while (at < length) {
      const stop = Math.min(length, at + CHUNK);
      this.#budget.spend(stop - at);
      while (at < stop) {
        const classes = CLASSES[bytes[at] ?? 0] ?? 0;
        if ((classes & (DIGIT | MARK)) === 0) at++;
        else if ((classes & DIGIT) !== 0) at = this.#run(at);
        else at = this.#mark(at);
      }
    }
    return this.#withCells();
  }

  /** The names and addresses of a table's columns, between what was found by itself. */
  #withCells(): readonly Match[] {
    const cells = Array.from(this.#surroundings.cellTexts());
    if (cells.length === 0) return this.#found;
    let next = 0;
    const free = cells.filter(({ start, end }) => {
      while (next < this.#found.length && (this.#found[next]?.end ?? 0) <= start) next++;
      return (this.#found[next]?.start ?? end) >= end;
    });
    const matches = free.map(
      ({ kind, start, end }): Match => ({ kind, class: "personal", name: null, start, end }),
    );
    return [...this.#found, ...matches].toSorted((a, b) => a.start - b.start);
  }

  /** At a digit: the whole run of letters and digits around it. Answers where to go on. */
  #run(at: number): number {
    const bytes = this.#bytes;
    let start = at;
    while (start > this.#done && at - start < RUN_MAX && isAlnum(bytes, start - 1)) start--;
    if (this.#isEscape(start)) start++;
    let classes = 0;
    let end = start;
    for (; end - start < RUN_MAX && isAlnum(bytes, end); end++) classes |= classAt(bytes, end);
    if (end - start >= RUN_MAX) return this.#skipRun(end);
    this.#budget.spend(TRY_COST);
    const letters = (classes & LETTER) !== 0;
    const found = this.#isTrifle(start, end, letters) ? null : this.#atRun(start, end, letters);
    return found === null ? Math.max(end, at + 1) : this.#accept(found);
  }

  /** In anything but a short text: a name with a number (`utf8`), or less than four digits with what is joined to them. */
  #isTrifle(start: number, end: number, letters: boolean): boolean {
    if (this.#surroundings.isShort) return false;
    const bytes = this.#bytes;
    const stop = letters && !this.#isJoined(end) ? end : start + 24;
    let digits = 0;
    for (let at = start; at < stop && digits < 4; at++) {
      const classes = classAt(bytes, at);
      if ((classes & DIGIT) !== 0) digits++;
      else if ((classes & LETTER) !== 0 && letters) continue;
      else if (at >= end && (classes & LETTER) === 0 && !SEPARATORS.has(bytes[at] ?? 0)) break;
    }
    const capital = letters
      ? (bytes[start] ?? 0)
      : SEPARATORS.has(bytes[start - 1] ?? 0)
        ? (bytes[start - 2] ?? 0)
        : 0;
    return digits < (capital >= 0x30 && capital <= 0x5a ? 2 : 4);
  }

  #skipRun(from: number): number {
    let end = from;
    while (isAlnum(this.#bytes, end)) end++;
    this.#budget.spend(end - from);
    this.#done = end;
    return end;
  }

  /** `\n123` in quoted text: the letter belongs to the escape. */
  #isEscape(start: number): boolean {
    const byte = this.#bytes[start];
    return (byte === 0x6e || byte === 0x72 || byte === 0x74) && this.#bytes[start - 1] === 0x5c;
  }

  /** The first candidate that its context lets pass: with words before the run, then at the run. */
  #atRun(start: number, end: number, letters: boolean): Candidate | null {
    for (const from of this.#wordsBefore(start)) {
      const found = this.#detected(from, "l", this.#wordEnd(from) - from, true);
      if (found !== null) return found;
    }
    const joined = this.#isJoined(end);
    if (!letters && end - start <= 3 && this.#bytes[end] === 0x2e) {
      const address = this.#passing(ipv4At(this.#bytes, this.#text, start));
      if (address !== null) return address;
    }
    const found = this.#detected(start, letters ? "m" : "d", end - start, joined);
    return found ?? (letters ? null : this.#phone(start, end, joined));
  }

  /** Starts of one or two words of one to three letters just before, the farther first. */
  #wordsBefore(start: number): readonly number[] {
    const first = this.#wordBefore(start);
    if (first < 0) return [];
    const second = this.#wordBefore(first);
    return second < 0 ? [first] : [second, first];
  }

  #wordBefore(start: number): number {
    const bytes = this.#bytes;
    const separator = bytes[start - 1];
    if (separator !== 0x20 && separator !== 0x2d) return -1;
    let from = start - 1;
    while (from > this.#done && start - from < 6 && (classAt(bytes, from - 1) & LETTER) !== 0) from--;
    const length = start - 1 - from;
    const inProse = bytes[from - 1] === 0x20 && !this.#surroundings.isShort;
    if ((bytes[from] ?? 0) > 0x5a && inProse) return -1;
    return length >= 1 && length <= 3 && !isAlnum(bytes, from - 1) ? from : -1;
  }

  #wordEnd(from: number): number {
    let end = from;
    while ((classAt(this.#bytes, end) & LETTER) !== 0) end++;
    return end;
  }

  /** A separator and something to go with it follow. */
  #isJoined(end: number): boolean {
    const separator = this.#bytes[end];
    if (separator === undefined || !SEPARATORS.has(separator)) return false;
    return isAlnum(this.#bytes, end + 1) || this.#bytes[end + 1] === 0x28;
  }

  #detected(start: number, run: RunClass, length: number, joined: boolean): Candidate | null {
    const detectors = this.#table.at(run, length, joined);
    if (detectors.length === 0 || !this.#opens(start)) return null;
    for (const detector of detectors) {
      if (!this.#surroundings.mayLet(start, detector.need, detector.topics)) continue;
      detector.shape.lastIndex = start;
      const raw = detector.shape.exec(this.#text)?.[0];
      if (raw === undefined || !this.#closes(start + raw.length)) continue;
      const compact = raw.replace(/[^0-9A-Za-z]/g, "").toUpperCase();
      if (detector.check?.(compact, raw) === false) continue;
      const { kind, need, topics } = detector;
      const passing = this.#passing({ kind, start, end: start + raw.length, need, topics });
      if (passing !== null) return passing;
    }
    return null;
  }

  #phone(start: number, end: number, joined: boolean): Candidate | null {
    let from = start;
    if (this.#bytes[from - 1] === 0x28) from--;
    if (this.#bytes[from - 1] === 0x2b) from--;
    const hopeless = !this.#surroundings.mayLet(from, "alone", TOPIC.phone | TOPIC.number);
    if (hopeless && !this.#isClearPhone(from)) return null;
    if (from < this.#done || (from === start && !joined && end - start < 7) || !this.#opens(from))
      return null;
    if (from === start - 1 && this.#bytes[from] === 0x28 && !joined && this.#bytes[end] !== 0x29) return null;
    const candidate = phoneAt(this.#text, from);
    return candidate === null || !this.#closes(candidate.end) ? null : this.#passing(candidate);
  }

  /** What suffices without a word for it starts with a plus, a bracket, or three digits and a dash or dot, or `1-`. */
  #isClearPhone(from: number): boolean {
    const bytes = this.#bytes;
    if (bytes[from] === 0x2b || bytes[from] === 0x28) return true;
    const separator = bytes[from + (bytes[from] === 0x31 ? 1 : 3)];
    return separator === 0x2d || separator === 0x2e;
  }

  /** Not within a longer word, number, path or name. */
  #opens(start: number): boolean {
    const bytes = this.#bytes;
    const before = bytes[start - 1];
    if (before === undefined || before === 0x20 || before === 0x22) return true;
    if (this.#isEscape(start - 1)) return true;
    if (isAlnum(bytes, start - 1) || STICKY_BEFORE.has(before)) return false;
    return !(JOINING.has(before) && (isAlnum(bytes, start - 2) || bytes[start - 2] === before));
  }

  #closes(end: number): boolean {
    const after = this.#bytes[end];
    if (after === undefined || after === 0x20 || after === 0x22) return true;
    if (isAlnum(this.#bytes, end) || STICKY_AFTER.has(after)) return false;
    return !(JOINING.has(after) && isAlnum(this.#bytes, end + 1));
  }

  /** At `@`, `:`, `=`, `-` or `.`. */
  #mark(at: number): number {
    const bytes = this.#bytes;
    const byte = bytes[at];
    if (byte === 0x40) {
      this.#budget.spend(TRY_COST);
      const email = emailAt(bytes, this.#text, at);
      if (email === null || email.start < this.#done) return at + 1;
      return this.#surroundings.isJoined && !hasCommonTop(this.#text, email.end)
        ? at + 1
        : this.#accept(email);
    }
    if (byte === 0x2d || byte === 0x2e) {
      if (bytes[at + 3] !== 0x2d && bytes[at + 5] !== 0x2e) return at + 1;
      const mac = this.#passing(dashedMacAt(bytes, this.#text, at));
      return mac === null || mac.start < this.#done ? at + 1 : this.#accept(mac);
    }
    return this.#keyOrAddress(at, byte === 0x3a);
  }

  #keyOrAddress(at: number, colon: boolean): number {
    const bytes = this.#bytes;
    this.#budget.spend(TRY_COST);
    if (colon && at >= this.#colons && this.#mayBeAddress(at)) {
      const found = this.#passing(colonAddressAt(this.#bytes, this.#text, at));
      this.#colons = this.#colonsEnd(at);
      if (found !== null && found.start >= this.#done) return this.#accept(found);
    }
    if (!mayEndKey(bytes, at)) return at + 1;
    const key = nameEnding(this.#bytes, this.#text, at);
    if (key === null) return at + 1;
    const topics = this.#surroundings.topicsOf(key.name);
    if ((topics & (TOPIC.person | TOPIC.address)) === 0) return at + 1;
    const span = keyedTextAt(this.#text, at + 1, topics);
    return span === null ? at + 1 : this.#accept({ ...span, need: "key", topics });
  }

  #colonsEnd(at: number): number {
    let end = at;
    while (this.#bytes[end] === 0x3a || (classAt(this.#bytes, end) & HEX) !== 0) end++;
    this.#budget.spend(end - at);
    return end;
  }

  /** A colon beside it or a hexadecimal digit on both sides. */
  #mayBeAddress(at: number): boolean {
    const bytes = this.#bytes;
    if (bytes[at + 1] === 0x3a) return true;
    return isAlnum(bytes, at - 1) && isAlnum(bytes, at + 1);
  }

  #passing(candidate: Candidate | null): Candidate | null {
    return candidate !== null && this.#surroundings.lets(candidate) ? candidate : null;
  }

  #accept({ kind, start, end }: Candidate): number {
    this.#found.push({ kind, class: "personal", name: null, start, end });
    this.#done = end;
    return end;
  }
}

/** Bytes of the pass between two looks at the budget. */
const CHUNK = 4096;
/** Longer runs are nothing that a detector knows. */
const RUN_MAX = 64;
/** What trying the detectors at one place costs of the budget, in bytes looked at. */
const TRY_COST = 8;
const SEPARATORS: ReadonlySet<number> = new Set(Array.from(" -./()+", (one) => one.charCodeAt(0)));
/** `_ - # $ \` before, `_ % =` after: part of something else. */
const STICKY_BEFORE: ReadonlySet<number> = new Set(Array.from("_-#$\\", (one) => one.charCodeAt(0)));
const STICKY_AFTER: ReadonlySet<number> = new Set(Array.from("_%=", (one) => one.charCodeAt(0)));
/** Between two words one thing. */
const JOINING: ReadonlySet<number> = new Set(Array.from("-./+:@", (one) => one.charCodeAt(0)));
