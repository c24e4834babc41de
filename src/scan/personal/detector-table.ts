// Which detectors are tried at a run of letters and digits: looked up by its class, its length, and whether more follows.
import type { Detector } from "./detector.ts";

/** Of letters, of digits, or of both. */
export type RunClass = "d" | "l" | "m";

export interface DetectorTable {
  /** The detectors that may match where such a run starts, the surest first. `joined`: a separator and more follow. */
  readonly at: (run: RunClass, length: number, joined: boolean) => readonly Detector[];
}

/** Reads every detector's `heads`. Throws RangeError of one that cannot be read. */
export function detectorTable(detectors: readonly Detector[]): DetectorTable {
  const lists: Detector[][] = Array.from({ length: 6 * LENGTHS }, () => []);
  for (const detector of detectors) {
    for (const head of detector.heads.split(" ")) enter(lists, detector, head);
  }
  return {
    at: (run, length, joined) => (length >= LENGTHS ? NONE : (lists[place(run, length, joined)] ?? NONE)),
  };
}

function enter(lists: Detector[][], detector: Detector, head: string): void {
  const [, run = "", from = "", to = from, plus = ""] = /^([dlm])(\d+)(?:\.\.(\d+))?(\+?)$/.exec(head) ?? [];
  if (run === "" || Number(to) >= LENGTHS) throw new RangeError(`unreadable head \`${head}\``);
  for (let length = Number(from); length <= Number(to || from); length++) {
    const joined = lists[place(run as RunClass, length, true)];
    if (joined?.includes(detector) === false) joined.push(detector);
    const solo = lists[place(run as RunClass, length, false)];
    if (plus === "" && solo?.includes(detector) === false) solo.push(detector);
  }
}

function place(run: RunClass, length: number, joined: boolean): number {
  return ("dlm".indexOf(run) * 2 + (joined ? 1 : 0)) * LENGTHS + length;
}

const LENGTHS = 64;
const NONE: readonly Detector[] = [];
