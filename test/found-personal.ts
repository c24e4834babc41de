// What the finder of personal data says of a text, for its tests.
import type { Match } from "../src/scan/finding.ts";
import { createPersonalFinder } from "../src/scan/personal/personal-finder.ts";
import { ScanBudget } from "../src/scan/scan-budget.ts";

const finder = createPersonalFinder();

/** The matches in a text of UTF-8; `work` bounds the bytes looked at. */
export function foundPersonal(text: string, work: number = 1e9): readonly Match[] {
  const bytes = new TextEncoder().encode(text);
  const view = {
    bytes,
    text: Buffer.from(bytes).toString("latin1"),
    decoded: [],
    origin: (start: number, end: number) => ({ start, end }),
  };
  return finder(view, new ScanBudget({ time: 1e9, work, memory: 1e9 }, () => 0));
}

/** Their kinds, in order. */
export function kindsIn(text: string): readonly string[] {
  return foundPersonal(text).map(({ kind }) => kind);
}
