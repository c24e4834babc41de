// What a key's name speaks of: the judgement of a name, wherever the name was found.
import { topicsOfKeyWord } from "./context-words.ts";

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
