// Looks at a submitted task before it is judged: at its words, which would be recorded and shown, and at the files that its
// command names, which it could send. What may not be recorded is left out of the task that is judged from here on, so that
// it is in no record. Judges nothing itself (decide/check-content.ts), and replaces nothing that the gate looks at.
import { createHash, randomBytes } from "node:crypto";
import type { ContentFact, PathFacts } from "../decide/facts.ts";
import type { Finding } from "../scan/finding.ts";
import type { Scanner } from "../scan/scan-bytes.ts";
import type { Spec } from "../spec/spec.ts";
import { canonicalJson } from "../stdx/canonical-json.ts";
import { WritError } from "../stdx/writ-error.ts";
import type { ParsedTask } from "../task/parse-task.ts";
import { canonicalTask } from "../task/task-digest.ts";
import type { HeldValues } from "./held-values.ts";
import type * as LoadScanner from "./load-scanner.ts";
import { sha256 } from "./ports.ts";
import { readContent } from "./read-content.ts";
import { type LeftOut, withoutParts, wordsOf } from "./task-words.ts";
import type { GivenIndex } from "./values-port.ts";

/** A task that was looked at: what is left of it, and what was found. */
export interface ScannedTask {
  readonly parsed: ParsedTask;
  readonly content: readonly ContentFact[];
}

export interface TaskScan {
  /** Looks at the words of `task`. Throws only for a fault of ours; then nothing is decided. */
  words(spec: Spec, task: ParsedTask): Promise<ScannedTask>;
  /** Looks at the files that the command of a task names and that are small enough. Throws as `words`. */
  files(spec: Spec, paths: PathFacts): Promise<readonly ContentFact[]>;
}

/** Bytes of one file, and of all of one task, that are looked at here; what is larger the gate alone looks at. */
const FILE_BYTES_MAX = 262_144;
const FILES_BYTES_MAX = 1_048_576;

/**
 * A look at tasks with the values that `values` gives, those of the spec and of its secrets, and with the home's index. Where
 * these cannot be read nothing that can send starts; what sends nothing is looked at without them. Nothing is loaded before a
 * spec asks for it.
 *
 * @example const scan = openTaskScan((spec) => heldValues(spec));
 */
export function openTaskScan(
  values: (spec: Spec) => Promise<HeldValues>,
  readIndex: () => GivenIndex = () => null,
): TaskScan {
  const key = randomBytes(32);
  let built: { readonly of: string; readonly scanner: Scanner } | null = null;
  const scannerOf = async (spec: Spec): Promise<LoadedScanner | null> => {
    const { detectors, protected: files } = spec.privacy;
    const enrolled = await usable(readIndex, null);
    const named = files.length + spec.sovereignty.secrets.length;
    if (detectors === null && named === 0 && enrolled === null) return null;
    const held = await usable(() => values(spec), NO_VALUES);
    const of = createHash("sha256")
      .update(
        canonicalJson([
          [...held.secrets],
          held.protected.map(({ name, value }) => [name, value]),
          held.documents.map(({ name, text }) => [name, text]),
        ]),
      )
      .update(enrolled?.index ?? "")
      .digest("hex");
    const loaded = await import("./load-scanner.ts");
    if (built?.of !== of) built = { of, scanner: loaded.createTaskScanner({ ...held, enrolled }, key) };
    return { scanner: built.scanner, ...loaded };
  };
  return {
    words: async (spec, task) => {
      const loaded = await scannerOf(spec);
      return loaded === null ? { parsed: task, content: [] } : scanWords(spec, task, loaded);
    },
    files: async (spec, { arguments: named }) => {
      const found: ContentFact[] = [];
      let left = FILES_BYTES_MAX;
      const loaded = named.some(({ kind }) => kind === "file") ? await scannerOf(spec) : null;
      if (loaded === null) return found;
      for (const { real, sha256: digest, asked } of named) {
        const bytes =
          real === null || digest === null ? null : await readContent(real, Math.min(left, FILE_BYTES_MAX));
        if (bytes === null || sha256(bytes) !== digest) continue;
        left -= bytes.length;
        const { findings } = loaded.scanner(bytes, loaded.budget());
        found.push(
          ...factsOf(findings, () => asked, loaded).map((fact) => ({ ...fact, from: "file" as const })),
        );
      }
      return found;
    },
  };
}

/** Of values that cannot be used, the other: their owner is told where a task that can send starts (values-port.ts). */
async function usable<T>(read: () => T | Promise<T>, otherwise: T): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof WritError) return otherwise;
    throw error;
  }
}

const NO_VALUES: HeldValues = { secrets: new Map(), protected: [], documents: [] };

type LoadedScanner = { readonly scanner: Scanner } & typeof LoadScanner;

function scanWords(spec: Spec, task: ParsedTask, loaded: LoadedScanner): ScannedTask {
  const words = wordsOf(task.task);
  const { findings, exhausted } = loaded.scanner(words.text, loaded.budget());
  const placeOf = ({ start, end }: Finding): string =>
    words.words.find((word) => word.start < end && start < word.end)?.place ?? "task";
  const content = factsOf(findings, placeOf, loaded).filter((fact) => fact.class !== "personal");
  if (exhausted !== null) content.push(unfinished(exhausted));
  const secret = spec.privacy.detectors?.credentials === "refuse";
  const out = findings.flatMap((finding): readonly LeftOut[] => {
    const { class: found, kind, start, end } = finding;
    if (found === "protected") return [{ start, end, kind: "protected value" }];
    return found === "credential" && secret ? [{ start, end, kind }] : [];
  });
  // What could not be looked at to its end may hold anything.
  if (exhausted !== null) out.push({ start: 0, end: words.text.length, kind: "not scanned" });
  if (out.length === 0) return { parsed: task, content };
  const left = withoutParts(task.task, words, out);
  const canonical = canonicalTask(left);
  return { parsed: { task: left, canonical, digest: sha256(canonical) }, content };
}

function unfinished(bound: string): ContentFact {
  return {
    place: "task",
    from: "words",
    class: "unfinished",
    kind: bound,
    group: null,
    name: null,
    count: 1,
  };
}

/** One fact for each place, class, kind and name; of classes that a task is judged by. */
function factsOf(
  findings: readonly Finding[],
  placeOf: (finding: Finding) => string,
  { personalGroupOf }: Pick<LoadedScanner, "personalGroupOf">,
): ContentFact[] {
  const facts = new Map<string, ContentFact>();
  for (const finding of findings) {
    const { class: found, kind, name } = finding;
    if (found === "opaque") continue;
    const place = placeOf(finding);
    const key = JSON.stringify([place, found, kind, name]);
    const group = found === "personal" ? personalGroupOf(kind) : null;
    const count = (facts.get(key)?.count ?? 0) + 1;
    facts.set(key, { place, from: "words", class: found, kind, group, name, count });
  }
  return [...facts.values()];
}
