// Looks at a submitted task before it is judged: at its words, which would be recorded and shown, and at the files that its
// command names, which it could send. What may not be recorded is left out of the task that is judged from here on, so that
// it is in no record. Judges nothing itself (decide/check-content.ts), and replaces nothing that the gate looks at.
import { createHash } from "node:crypto";
import type { ContentFact, PathFacts } from "../decide/facts.ts";
import { readContent } from "../facts/read-content.ts";
import type { Finding } from "../scan/finding.ts";
import type { Spec } from "../spec/spec.ts";
import { canonicalJson } from "../stdx/canonical-json.ts";
import type { ParsedTask } from "../task/parse-task.ts";
import { canonicalTask } from "../task/task-digest.ts";
import type { KnownValues } from "./held-values.ts";
import { sha256 } from "./ports.ts";
import { type TaskFound, type TaskScannerValues, TaskScanThread } from "./task-scan-thread.ts";
import { type LeftOut, withoutParts, wordsOf } from "./task-words.ts";
import type { ProtectionPort } from "./values-port.ts";

/** A task that was looked at: what is left of it, and what was found. */
export interface ScannedTask {
  readonly parsed: ParsedTask;
  readonly content: readonly ContentFact[];
}

export interface TaskScan {
  /**
   * Looks at the words of `task`. Throws WRIT_SECRET_UNUSABLE and WRIT_HOME_UNSAFE where a protected value cannot be read, and for
   * a fault of ours: then nothing is decided and nothing recorded, since the words may hold it.
   */
  words(spec: Spec, task: ParsedTask): Promise<ScannedTask>;
  /**
   * Of each of `texts`, whether it holds what `words` would leave out; where that cannot be told, it does. Throws as `words`.
   */
  holds(spec: Spec, texts: readonly string[]): Promise<readonly boolean[]>;
  /** Looks at the files that the command of a task names and that are small enough. Throws as `words`. */
  files(spec: Spec, paths: PathFacts, uid: number): Promise<readonly ContentFact[]>;
}

/** What a look works with. */
export interface ScanWith {
  readonly thread?: TaskScanThread;
  /** The bytes of a file of `uid`'s task, of at most `max`; null: it cannot be read. */
  readonly read?: (uid: number, path: string, max: number) => Promise<Uint8Array | null>;
}

/** Bytes of one file, and of all of one task, that are looked at here; what is larger the gate alone looks at. */
const FILE_BYTES_MAX = 262_144;
const FILES_BYTES_MAX = 1_048_576;

/** Gives the values of a spec. Throws WRIT_SECRET_UNUSABLE for one that may never leave. */
export type KnownValuesPort = (spec: Spec) => Promise<KnownValues>;

/**
 * A look at tasks with the values that `values` gives, those of the spec and of its secrets, and with the home's index. Nothing is
 * loaded before a spec asks for it, and then on a thread of its own.
 *
 * @example const scan = openTaskScan((spec) => knownValues(spec), () => ({ index: null, key }));
 */
export function openTaskScan(
  values: KnownValuesPort,
  protection: ProtectionPort,
  { thread = new TaskScanThread(), read = (_uid, path, max) => readContent(path, max) }: ScanWith = {},
): TaskScan {
  const look = async (spec: Spec): Promise<Look | null> => {
    const { detectors, protected: files } = spec.privacy;
    const enrolled = protection();
    const named = files.length + spec.sovereignty.secrets.length;
    if (detectors === null && named === 0 && enrolled.index === null) return null;
    const known = await values(spec);
    const given = { ...known, enrolled };
    const of = nameOf(given);
    const harmless = new Set(detectors?.known_harmless);
    const told = ({ findings, exhausted }: TaskFound): TaskFound => ({
      findings: findings.filter(({ fingerprint }) => fingerprint === null || !harmless.has(fingerprint)),
      exhausted,
    });
    return {
      unread: known.unread,
      scan: async (texts) => (await thread.scan(of, given, texts)).map(told),
    };
  };
  return {
    words: async (spec, task) => {
      const looked = await look(spec);
      return looked === null ? { parsed: task, content: [] } : scanWords(spec, task, looked);
    },
    holds: async (spec, texts) => {
      const looked = await look(spec);
      if (looked === null) return texts.map(() => false);
      const found = await looked.scan(texts.map((text) => Buffer.from(text)));
      return texts.map((_, at) => {
        const { findings, exhausted } = found[at] ?? { findings: [], exhausted: "failed" };
        return exhausted !== null || findings.some((finding) => isLeftOut(spec, finding));
      });
    },
    files: async (spec, { arguments: named }, uid) => {
      const looked = named.some(({ kind }) => kind === "file") ? await look(spec) : null;
      if (looked === null) return [];
      const contents: { readonly bytes: Uint8Array; readonly asked: string }[] = [];
      let left = FILES_BYTES_MAX;
      for (const { real, sha256: digest, asked } of named) {
        const bytes =
          real === null || digest === null ? null : await read(uid, real, Math.min(left, FILE_BYTES_MAX));
        if (bytes === null || sha256(bytes) !== digest) continue;
        left -= bytes.length;
        contents.push({ bytes, asked });
      }
      if (contents.length === 0) return [];
      const found = await looked.scan(contents.map(({ bytes }) => bytes));
      return contents.flatMap(({ asked }, at) =>
        factsOf(found[at]?.findings ?? [], () => asked).map((fact) => ({ ...fact, from: "file" as const })),
      );
    },
  };
}

interface Look {
  /** Secrets whose values could not be read. */
  readonly unread: readonly string[];
  readonly scan: (texts: readonly Uint8Array[]) => Promise<readonly TaskFound[]>;
}

/** A name for values: another for others. */
function nameOf({ secrets, protected: values, documents, enrolled }: TaskScannerValues): string {
  const given = [
    [...secrets],
    values.map(({ name, value }) => [name, value]),
    documents.map(({ name, text }) => [name, text]),
  ];
  return createHash("sha256")
    .update(canonicalJson(given))
    .update(enrolled?.index ?? "")
    .digest("hex");
}

async function scanWords(spec: Spec, task: ParsedTask, { scan, unread }: Look): Promise<ScannedTask> {
  const words = wordsOf(task.task);
  const [found] = await scan([words.text]);
  const { findings, exhausted } = found ?? { findings: [], exhausted: "failed" };
  const placeOf = ({ start, end }: Finding): string =>
    words.words.find((word) => word.start < end && start < word.end)?.place ?? "task";
  const content = factsOf(findings, placeOf).filter((fact) => fact.class !== "personal");
  if (exhausted !== null) content.push(taskFact({ class: "unfinished", kind: exhausted, name: null }));
  content.push(...unread.map((name) => taskFact({ class: "unread", kind: "secret", name })));
  const out = findings
    .filter((finding) => isLeftOut(spec, finding))
    .map(({ class: of, kind, start, end }): LeftOut => {
      return { start, end, kind: of === "protected" ? "protected value" : kind };
    });
  // What could not be looked at to its end may hold anything.
  if (exhausted !== null) out.push({ start: 0, end: words.text.length, kind: "not scanned" });
  if (out.length === 0) return { parsed: task, content };
  const left = withoutParts(task.task, words, out);
  const canonical = canonicalTask(left);
  return { parsed: { task: left, canonical, digest: sha256(canonical) }, content };
}

/** Whether what was found may be in no record. */
function isLeftOut({ privacy }: Spec, { class: of }: Pick<Finding, "class">): boolean {
  return of === "protected" || (of === "credential" && privacy.detectors?.credentials === "refuse");
}

function taskFact(of: Pick<ContentFact, "class" | "kind" | "name">): ContentFact {
  return { place: "task", from: "words", group: null, count: 1, ...of };
}

/** One fact for each place, class, kind and name; of classes that a task is judged by. */
function factsOf(findings: TaskFound["findings"], placeOf: (finding: Finding) => string): ContentFact[] {
  const facts = new Map<string, ContentFact>();
  for (const finding of findings) {
    const { class: of, kind, name, group } = finding;
    if (of === "opaque") continue;
    const place = placeOf(finding);
    const key = JSON.stringify([place, of, kind, name]);
    const count = (facts.get(key)?.count ?? 0) + 1;
    facts.set(key, { place, from: "words", class: of, kind, group, name, count });
  }
  return [...facts.values()];
}
