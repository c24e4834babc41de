// Writes a draft as a task file with comments: what each drafted call came from, and what the spec in force says to it.
// Every word in a comment is Writ's own, canonical, or the spec's; nothing of a task's is repeated there.
import { assert } from "../stdx/assert.ts";
import { escapeUntrusted } from "../stdx/escape.ts";
import { formatTask } from "../task/format-task.ts";
import type { JudgedCall, TaskDraft } from "./task-draft.ts";

/** The text of a draft. Reading it gives exactly `draft.task`. */
export function writeDraft(draft: Omit<TaskDraft, "text">): string {
  const calls = draft.task.needs.calls.map(({ to, method, data }) =>
    draft.drafted.find(
      ({ call }) => call.to === to && call.method.join() === method.join() && call.data === data,
    ),
  );
  let at = 0;
  let inCalls = false;
  const lines = formatTask(draft.task)
    .split("\n")
    .flatMap((line) => {
      if (/^ {2}\S/.test(line)) inCalls = line === CALLS_KEY;
      if (!inCalls || !line.startsWith(CALL)) return [line];
      const drafted = calls[at];
      at += 1;
      return drafted === undefined ? [line] : [...commentsOf(drafted).map((text) => `    # ${text}`), line];
    });
  assert(at === calls.length, "each call of a task is one entry of its text");
  return [...headOf(draft).map((text) => `# ${text}`), ...lines].join("\n");
}

const CALLS_KEY = "  calls:";
const CALL = "    - ";

function headOf(draft: Omit<TaskDraft, "text">): string[] {
  const { sequence, drafted, observed, unnamed, beyond, kept, outcome } = draft;
  const head = [
    `Draft from record ${sequence}: it grants nothing. It is what the blocked run tried, as a declaration to read, cut and submit.`,
  ];
  if (!observed)
    head.push(
      "The run had no network and nothing that it tried was seen: run it with `--record-network` (in a file: `records_network: true`) and draft again.",
    );
  else if (drafted.length === 0)
    head.push("The run was refused nothing that a call could declare: this is its task.");
  else head.push(`As a whole the spec in force ${WHOLE[outcome]}.`);
  if (unnamed > 0) head.push(`${times(unnamed)} named nothing that can be declared.`);
  if (beyond > 0) head.push(`${times(beyond)} went to more places than a draft names.`);
  for (const { cause, attempts } of kept)
    head.push(`${times(attempts)} refused for \`${escapeUntrusted(cause, 60)}\`: no declaration mends that.`);
  return head;
}

const WHOLE = {
  admit: "would admit it now",
  defer: "would defer it now",
  refuse: "refuses it: what it refuses stands with each call, `writ check` tells the rest",
} as const;

function commentsOf({ wanted, raised, refused_by }: JudgedCall): readonly string[] {
  const from = `${raised ? "raised" : "added"} from ${times(wanted.attempts)}${SEEN[wanted.seen]}`;
  const plain = wanted.plain ? "; tried without TLS, declared with it" : "";
  const rules = refused_by.map(({ rule, cause }) => `\`${escapeUntrusted(rule)}\` (${cause ?? "unknown"})`);
  const verdict =
    rules.length === 0
      ? "the spec in force permits it"
      : `the spec in force does not permit it: ${[...new Set(rules)].join(", ")}`;
  return [`${from}${plain}`, verdict];
}

const SEEN = {
  request: "",
  connection: "; only the connection was seen: method, path and numbers are guesses",
  name: "; only its name was asked for: everything but the host is a guess",
} as const;

function times(count: number): string {
  return `${count} blocked attempt${count === 1 ? "" : "s"}`;
}
