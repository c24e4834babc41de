// What stands around a value: the key it has, or the words near it. Looked at only where a shape and a check already hold.
import { topicsOfKeyWord, topicsOfWord, VETO } from "./context-words.ts";

export interface ValueContext {
  /** A key, a column or a tag names the value directly. */
  readonly keyed: boolean;
  /** Topics of the key, else of the words near. */
  readonly topics: number;
  /** The key, else a word just before, says that it is nothing personal. */
  readonly vetoed: boolean;
}

/** The context of a value whose key is known, by `topicsOfKey` of its name. */
export function contextOfKey(topics: number): ValueContext {
  return { keyed: true, topics: topics & ~VETO, vetoed: (topics & VETO) !== 0 };
}

/**
 * The context of a value in prose: topics of words up to 72 bytes before it and 40 after (the same line only), a veto only of
 * the last two words before it.
 */
export function contextOfWords(text: string, start: number, end: number): ValueContext {
  const from = Math.max(0, start - BEFORE);
  const before = wordsIn(text.slice(from === 0 ? 0 : from, start));
  const line = text.indexOf("\n", end);
  const to = Math.min(text.length, end + AFTER, line < 0 ? text.length : line);
  const topics = topicsOfWords(before) | topicsOfWords(wordsIn(text.slice(end, to)));
  const near = [before.length - 1, before.length - 2].some((at) => isVeto(before[at], before[at - 1]));
  return { keyed: false, topics: topics & ~VETO, vetoed: near };
}

/**
 * What a key's name speaks of, judged from its end, where its head stands: `card_count` is a count, `order_no` an order,
 * `national_id` an identity. 0: nothing known.
 *
 * @example topicsOfKey("clientIp_2") === TOPIC.ip
 */
export function topicsOfKey(key: string): number {
  const words = keyWords(key);
  for (let at = words.length - 1; at >= 0 && at >= words.length - 4; at--) {
    const word = words[at] ?? "";
    const before = words[at - 1];
    const phrase = before === undefined ? 0 : topicsOfKeyWord(`${before} ${word}`);
    if (phrase !== 0) return phrase;
    const own = topicsOfKeyWord(word) || topicsOfKeyWord(singular(word));
    if (own !== 0 && !NEUTRAL.has(word)) return own;
  }
  return 0;
}

/** A vetoing word that is not the head of a phrase with a topic, as in `voter id`. */
function isVeto(word = "", before = ""): boolean {
  return topicsOfWord(word) === VETO && (topicsOfWord(`${before} ${word}`) & ~VETO) === 0;
}

function topicsOfWords(words: readonly string[]): number {
  let topics = 0;
  let before = "";
  for (const word of words) {
    topics |= topicsOfWord(word) | (before === "" ? 0 : topicsOfWord(`${before} ${word}`));
    before = word;
  }
  return topics & ~VETO;
}

/** `clientIP_addr2` → client, ip, addr. */
function keyWords(key: string): readonly string[] {
  return wordsIn(key.replace(/([a-z])([A-Z])/g, "$1 $2"));
}

/** Runs of letters (with bytes above 0x7f), in lower case. The text is a window: at most some hundred bytes. */
function wordsIn(text: string): readonly string[] {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase()).match(/[a-z\x80-\xff]+/g) ?? [];
}

function singular(word: string): string {
  return word.length > 3 && word.endsWith("s") ? word.slice(0, -1) : word;
}

/** Words that say nothing of their own at a key's end. */
const NEUTRAL: ReadonlySet<string> = new Set([
  "no",
  "nr",
  "num",
  "number",
  "numbers",
  "nummer",
  "value",
  "code",
]);

const BEFORE = 72;
const AFTER = 40;
