// The words of a task that a person or a program chose freely, in one text to look at, and the same task with parts of them
// left out. Not what is found in them (scan-task.ts).
import type { Task } from "../task/task.ts";

/** One word: where it stands, and where it lies in the text. */
export interface TaskWord {
  /** As facts name it: `intent`, `run.command[2]`, `needs.calls[0].to`. */
  readonly place: string;
  readonly word: string;
  /** Bytes of the text. */
  readonly start: number;
  readonly end: number;
}

export interface TaskWords {
  /** UTF-8. The words of the command stand in one line, as they do in a shell: a value may follow its flag. */
  readonly text: Uint8Array;
  /** By start. */
  readonly words: readonly TaskWord[];
}

/** The words of `task`, in the order of the language. */
export function wordsOf(task: Task): TaskWords {
  const { needs } = task;
  const lines: readonly (readonly (readonly [string, string])[])[] = [
    [["task", task.task]],
    [["intent", task.intent]],
    task.run.command.map((word, index) => [`run.command[${index}]`, word] as const),
    [["directory", task.directory]],
    ...needs.reads.map((path, index) => [[`needs.reads[${index}]`, path] as const]),
    ...needs.writes.map((path, index) => [[`needs.writes[${index}]`, path] as const]),
    ...needs.calls.map(({ to }, index) => [[`needs.calls[${index}].to`, to] as const]),
  ];
  const words: TaskWord[] = [];
  const parts: Uint8Array[] = [];
  let at = 0;
  const push = (text: string): number => {
    const bytes = Buffer.from(text, "utf8");
    parts.push(bytes);
    at += bytes.length;
    return at;
  };
  for (const line of lines) {
    for (const [place, word] of line) {
      const start = at;
      words.push({ place, word, start, end: push(word) });
      push(" ");
    }
    push("\n");
  }
  return { text: Buffer.concat(parts), words };
}

/** Part of the text that is not to be recorded, and what stands for it. */
export interface LeftOut {
  readonly start: number;
  readonly end: number;
  readonly kind: string;
}

/**
 * `task` with each part of `out` replaced by its kind in brackets, in every word that it meets. A path stays absolute; a call
 * whose address held some of it is the same one to nowhere.
 */
export function withoutParts(task: Task, { words }: TaskWords, out: readonly LeftOut[]): Task {
  const by = new Map(words.map((word) => [word.place, cleared(word, out)]));
  const at = (place: string, word: string): string => by.get(place) ?? word;
  const path = (place: string, word: string): string => {
    const clear = at(place, word);
    return clear.startsWith("/") ? clear : `/${clear}`;
  };
  return {
    ...task,
    task: at("task", task.task),
    intent: at("intent", task.intent),
    run: { command: task.run.command.map((word, index) => at(`run.command[${index}]`, word)) },
    directory: path("directory", task.directory),
    needs: {
      ...task.needs,
      reads: task.needs.reads.map((word, index) => path(`needs.reads[${index}]`, word)),
      writes: task.needs.writes.map((word, index) => path(`needs.writes[${index}]`, word)),
      calls: task.needs.calls.map((call, index) => {
        const to = at(`needs.calls[${index}].to`, call.to);
        return to === call.to ? call : { ...call, to: NOWHERE };
      }),
    },
  };
}

/** A host that never is one (RFC 6761 section 6.4). */
const NOWHERE = "https://left-out.invalid:443/";

function cleared({ word, start, end }: TaskWord, out: readonly LeftOut[]): string {
  const meeting = out
    .filter((part) => part.start < end && start < part.end)
    .sort((a, b) => a.start - b.start);
  if (meeting.length === 0) return word;
  const bytes = Buffer.from(word, "utf8");
  let clear = "";
  let from = 0;
  for (const part of meeting) {
    const upto = Math.max(from, part.start - start);
    clear += `${bytes.subarray(from, upto).toString("utf8")}[${part.kind}]`;
    from = Math.max(from, Math.min(part.end, end) - start);
  }
  return clear + bytes.subarray(from).toString("utf8");
}
