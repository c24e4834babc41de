// One scan of one view for personal data: the pass, the candidates, and the decision by context.
import type { Match } from "../finding.ts";
import type { ScanBudget } from "../scan-budget.ts";
import type { View } from "../view.ts";
import { CLASSES, classAt, DIGIT, isAlnum, LETTER, MARK } from "./byte-classes.ts";
import type { Candidate } from "./candidate.ts";
import { TOPIC } from "./context-words.ts";
import type { DetectorTable, RunClass } from "./detector-table.ts";
import { emailAt } from "./emails.ts";
import { nameEnding } from "./key-before.ts";
import { keyedTextAt } from "./keyed-text.ts";
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

  constructor(view: View, budget: ScanBudget, table: DetectorTable) {
    this.#bytes = view.bytes;
    this.#text = view.text;
    this.#budget = budget;
    this.#table = table;
    this.#surroundings = new Surroundings(view.text, budget);
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
    return this.#found;
  }

  /** At a digit: the whole run of letters and digits around it. Answers where to go on. */
  #run(at: number): number {
    const bytes = this.#bytes;
    let start = at;
    let letters = false;
    while (start > this.#done && at - start < RUN_MAX && isAlnum(bytes, start - 1)) start--;
    let end = start;
    for (; end - start < RUN_MAX; end++) {
      const classes = classAt(bytes, end);
      if ((classes & LETTER) !== 0) letters = true;
      else if ((classes & DIGIT) === 0) break;
    }
    if (end - start >= RUN_MAX) return this.#skipRun(end);
    if (this.#isEscape(start)) start++;
    this.#budget.spend(TRY_COST);
    const found = this.#atRun(start, end, letters && end - start > 1);
    return found === null ? Math.max(end, at + 1) : this.#accept(found);
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
      const wordEnd = this.#wordEnd(from);
      const found = this.#detected(from, "l", wordEnd - from, true);
      if (found !== null) return found;
    }
    const joined = this.#isJoined(end);
    if (!letters && end - start <= 3 && this.#bytes[end] === 0x2e) {
      const address = this.#passing(ipv4At(this.#text, start));
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
      if (this.#surroundings.excludes(detector.need, detector.topics)) continue;
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
    if (from < this.#done || (from === start && !joined && end - start < 7) || !this.#opens(from))
      return null;
    if (from === start - 1 && this.#bytes[from] === 0x28 && !joined && this.#bytes[end] !== 0x29) return null;
    const candidate = phoneAt(this.#text, from);
    return candidate === null || !this.#closes(candidate.end) ? null : this.#passing(candidate);
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
    const byte = this.#bytes[at];
    if (byte === 0x40) {
      this.#budget.spend(TRY_COST);
      const email = emailAt(this.#bytes, this.#text, at);
      return email === null || email.start < this.#done ? at + 1 : this.#accept(email);
    }
    if (byte === 0x2d || byte === 0x2e) {
      const mac = this.#passing(dashedMacAt(this.#bytes, this.#text, at));
      return mac === null || mac.start < this.#done ? at + 1 : this.#accept(mac);
    }
    return this.#keyOrAddress(at, byte === 0x3a);
  }

  #keyOrAddress(at: number, colon: boolean): number {
    this.#budget.spend(TRY_COST);
    if (colon && at >= this.#done && this.#mayBeAddress(at)) {
      const found = this.#passing(colonAddressAt(this.#bytes, this.#text, at));
      if (found !== null && found.start >= this.#done) return this.#accept(found);
    }
    const key = nameEnding(this.#text, at);
    if (key === null) return at + 1;
    const topics = this.#surroundings.topicsOf(key.name);
    if ((topics & (TOPIC.person | TOPIC.address)) === 0) return at + 1;
    const span = keyedTextAt(this.#text, at + 1, topics);
    return span === null ? at + 1 : this.#accept({ ...span, need: "key", topics });
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
