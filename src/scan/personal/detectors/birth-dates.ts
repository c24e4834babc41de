// Dates of birth: any date is one where a key or a word near says birth, and no date is one elsewhere.
import { isDay } from "../checks/calendar.ts";
import { TOPIC } from "../context-words.ts";
import type { Detector } from "../detector.ts";

export const BIRTH_DATES: readonly Detector[] = [
  {
    kind: "birth_date",
    group: "birth_date",
    heads: "d4+ d1..2+",
    shape:
      /(?:19|20)\d{2}([-/.])\d{1,2}\1\d{1,2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?Z?)?|\d{1,2}([-/.])\d{1,2}\2(?:19|20)?\d{2}/y,
    check: (_, raw) => isDate(raw),
    need: "topic",
    topics: TOPIC.birth,
    examples: ["1984-02-21", "21.02.1984", "02/21/1984"],
    others: ["1984-02-31", "31.13.1984"],
  },
  {
    kind: "birth_date",
    group: "birth_date",
    heads: "d8",
    shape: /(?:19|20)\d{6}/y,
    check: (_, raw) => isDay(Number(raw.slice(0, 4)), Number(raw.slice(4, 6)), Number(raw.slice(6, 8))),
    need: "topic",
    topics: TOPIC.birth,
    examples: ["19840221"],
    others: ["19841321"],
  },
];

/** Year first, or day and month in either order. */
function isDate(raw: string): boolean {
  const [a = 0, b = 0, c = 0] = (raw.split(/[T ]/)[0] ?? "").split(/[-/.]/).map(Number);
  return a > 31 ? isDay(a, b, c) : isDay(c, b, a) || isDay(c, a, b);
}
