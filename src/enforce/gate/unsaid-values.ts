// Keeps what must never leave out of the records of its being refused: a name or a path can carry a value as well as a body
// can, and whoever refuses them has not looked. Not the scan of a request (http/judge-content.ts).
import { setTimeout } from "node:timers/promises";
import type { EgressEvent } from "../execution.ts";
import type { TaskPolicy } from "./policy.ts";
import type { TaskScanner } from "./scan/scan-thread.ts";

/** Tells events in the order in which they come. */
export interface UnsaidValues {
  /** Never throws. */
  readonly report: (event: EgressEvent) => void;
  /** Resolves when every event so far was told. */
  settled(): Promise<void>;
}

/** ms after which a name that nobody has looked at is not told: the end of a task waits for it. */
const LOOK_MAX = 8_000;

/**
 * The same `report`, which is told no host and no path that holds a protected value or a credential, in any reading that
 * the scan knows; where the protected values are not known, or it does not answer in time, none at all. What was allowed is
 * told as it is: its path was scanned, and the spec chose its host. `lookMax`: ms of wall-clock time for an answer.
 *
 * @example unsaidValues(policy, scanner, report).report(refused) // the host `TOKEN.evil.example.net` is told as null
 */
export function unsaidValues(
  policy: Pick<TaskPolicy, "protected" | "secrets" | "detectors">,
  scanner: Pick<TaskScanner, "holds">,
  report: (event: EgressEvent) => void,
  lookMax: number = LOOK_MAX,
): UnsaidValues {
  const secret = policy.detectors !== null || (policy.protected?.length ?? 1) + policy.secrets.length > 0;
  let last: Promise<void> = Promise.resolve();
  let waiting = 0;
  return {
    report: (event) => {
      const told = secret && event.decision !== "allow" ? looked(event) : event;
      // What nobody has to look at is told at once, unless something before it waits.
      if (!(told instanceof Promise) && waiting === 0) return report(told);
      waiting += 1;
      last = tell(last, told);
    },
    settled: () => last,
  };

  async function tell(before: Promise<void>, told: EgressEvent | Promise<EgressEvent>): Promise<void> {
    await before;
    report(await told);
    waiting -= 1;
  }

  function looked(event: EgressEvent): EgressEvent | Promise<EgressEvent> {
    const { host, path } = event;
    if (policy.protected === null) return { ...event, path: "", host: null };
    if (host === null && path === "") return event;
    // A value may stand over the labels of a name, and over a name and the path behind it.
    const name = (host ?? "").toLowerCase();
    const texts = [name, name.replaceAll(".", ""), path, `${name}${path}`];
    return inTime(scanner.holds(texts), texts.length, lookMax).then(([whole, run, inPath, both]) => {
      const inHost = whole === true || run === true;
      if (!inHost && inPath === false && both === false) return event;
      return { ...event, path: "", host: inHost ? null : host };
    });
  }
}

/** What was found, or that everything may hold something. */
async function inTime(
  found: Promise<readonly boolean[]>,
  count: number,
  lookMax: number,
): Promise<readonly boolean[]> {
  const late = new AbortController();
  const all = Array.from({ length: count }, () => true);
  try {
    return await Promise.race([found, setTimeout(lookMax, all, { signal: late.signal })]);
  } finally {
    late.abort();
  }
}
