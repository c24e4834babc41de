// One template written again and again with another small number in it each time, as code that spells a value: `chr(93)+chr(94)`,
// `72x^3 + 105x^2`. Not bare lists of numbers (find-numbers.ts).
import type { ScanBudget } from "../scan-budget.ts";
import type { Span } from "../view.ts";
import { neededBits } from "./needed-bits.ts";
import { sequenceBits } from "./sequence-bits.ts";

/** Times that a template comes in a row, one a character of a value; more in a large text. */
const TIMES_MIN = 14;

/** Bits that the numbers say. */
const BITS_MIN = 40;

export function findTemplates(text: string, budget: ScanBudget): readonly Span[] {
  budget.spend(text.length);
  const found: Span[] = [];
  const times = Math.min(60, neededBits(TIMES_MIN, text.length));
  let [before, shape, numbers, start, end] = [-1, "", [] as number[], 0, 0];
  const flush = (): void => {
    if (numbers.length >= times && isCode(numbers, neededBits(BITS_MIN, text.length)))
      found.push({ start, end });
  };
  NUMBER.lastIndex = 0;
  for (let match = NUMBER.exec(text); match !== null; match = NUMBER.exec(text)) {
    const from = before < 0 ? -1 : before;
    const apart = from < 0 || match.index - from > APART_MAX ? "" : text.slice(from, match.index);
    before = match.index + match[0].length;
    // What stands between two numbers of a template: signs and a few letters, always the same but for its own small numbers.
    if (apart !== "" && apart === shape) {
      numbers.push(Number(match[2]));
      end = before;
      continue;
    }
    flush();
    shape = SIGNS.test(apart) || (apart !== "" && match[3] !== undefined) ? apart : "";
    numbers = [Number(match[2])];
    [start, end] = [match.index, before];
  }
  flush();
  return found;
}

/** Characters between two numbers. */
const APART_MAX = 16;

/** A number of two to four digits, and what of a template's own numbers follows it. */
const NUMBER = /(?<![0-9.])(-?)([0-9]{2,4})((?:-|\+|\*|>>|<<|x\^|\/|\^|%|:)[0-9]{1,3})?(?![0-9])/g;

const SIGNS = /[^0-9A-Za-z \t\r\n.,]/;

function isCode(numbers: readonly number[], needed: number): boolean {
  const kinds = new Set(numbers).size;
  const [low, high] = [Math.min(...numbers.slice(0, 4000)), Math.max(...numbers.slice(0, 4000))];
  const up = numbers.filter((number, at) => at > 0 && number >= (numbers[at - 1] ?? 0)).length;
  const ordered = Math.max(up, numbers.length - 1 - up) >= 0.85 * (numbers.length - 1);
  return kinds >= 8 && high - low < 4200 && !ordered && sequenceBits(numbers.slice(0, 200)) >= needed;
}
