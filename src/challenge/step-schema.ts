// The steps of a case as values: each one action, with what its answer should be.
import type { Json } from "../stdx/json.ts";
import { optional, required } from "../stdx/schema/field.ts";
import { object } from "../stdx/schema/object.ts";
import { count, enumeration, quantity, unexpected } from "../stdx/schema/scalars.ts";
import { INVALID, type Reading, report, type Schema, subject, withinItem } from "../stdx/schema/schema.ts";
import {
  type Action,
  type Answer,
  BOUNDS,
  type SentBytes,
  type SentRequest,
  type Step,
  type WritCommand,
} from "./case.ts";
import { anyText, anyValue, mapOf, numberOrNumbers, reads, textOrNull, textOrTexts } from "./free-values.ts";

const request: Schema<SentRequest> = object<SentRequest>({
  to: optional(anyText, "api.home.arpa", null, "the host"),
  method: optional(anyText, "POST", null, "the method"),
  path: optional(anyText, "/echo/", null, "path and query"),
  headers: optional(mapOf(anyText), {}, null, "fields"),
  body: optional(anyText, "", null, "the body"),
  body64: optional(anyText, "", null, "the body in base64"),
});

const bytes: Schema<SentBytes> = object<SentBytes>({
  way: required(
    enumeration(["proxy", "tunnel", "tls"]),
    null,
    "to the proxy, in a tunnel, in TLS in a tunnel",
  ),
  to: optional(anyText, "api.home.arpa:<HTTPS>", null, "`host:port` of the tunnel"),
  text: required(anyText, null, "the bytes, as Latin-1"),
});

interface WordsStep {
  readonly task: Json;
  readonly texts: readonly string[];
}
const words: Schema<WordsStep> = object<WordsStep>({
  task: required(anyValue, null, "the task"),
  texts: required(textOrTexts, null, "the words"),
});

const command: Schema<WritCommand> = object<WritCommand>({
  words: required(textOrTexts, null, "the words behind `writ`"),
  environment: optional(mapOf(anyText), {}, null, "variables beside the usual ones"),
  uid: optional(count(), null, null, "who runs it"),
  boot_clock: optional(
    quantity("duration", { min: 0, max: BOUNDS.boot_clock_ms }),
    0,
    null,
    "how far its boot clock is ahead",
  ),
});

interface Copied {
  readonly from: string;
  readonly to: string;
}
const copied: Schema<Copied> = object<Copied>({
  from: required(anyText, null, "what is copied"),
  to: required(anyText, null, "what it takes the place of"),
});

interface Variant {
  readonly to: string;
  readonly changes: Readonly<Record<string, Json>>;
}
const variant: Schema<Variant> = object<Variant>({
  to: required(anyText, null, "the file that is written"),
  changes: required(mapOf(anyValue), null, "other values at dotted paths"),
});

interface Spoiling {
  readonly file: string;
  readonly how: "cut" | "flip";
}
const spoiling: Schema<Spoiling> = object<Spoiling>({
  file: required(anyText, null, "how its path begins"),
  how: required(enumeration(["cut", "flip"]), null, "cut its last byte, or change one in its middle"),
});

/** What each action's key holds, and the action that it makes. */
const ACTIONS: Readonly<Record<string, Schema<Action>>> = {
  check: made(anyValue, (task) => ({ kind: "check", task })),
  run: made(anyValue, (task) => ({ kind: "run", task })),
  remedies: made(anyValue, (task) => ({ kind: "remedies", task })),
  words: made(words, (step) => ({ kind: "words", ...step })),
  inside: made(anyText, (script) => ({ kind: "inside", script })),
  send: made(request, (sent) => ({ kind: "send", request: sent })),
  bytes: made(bytes, (sent) => ({ kind: "bytes", bytes: sent })),
  together: reads((node, reading) => {
    if (node.kind !== "list") return unexpected(node, "a list of lists of steps", reading);
    const lists: (readonly Step[])[] = [];
    for (const [at, item] of node.items.entries()) {
      const list = stepsSchema.read(item, withinItem(reading, at));
      if (list === INVALID) return INVALID;
      lists.push(list);
    }
    return { kind: "together", lists };
  }),
  write: made(mapOf(textOrNull), (files) => ({ kind: "write", files })),
  spoil: made(spoiling, (spoiled) => ({ kind: "spoil", ...spoiled })),
  kill: made(enumeration(["governor", "gate"]), (what) => ({ kind: "kill", what })),
  adopt: made(mapOf(anyValue), (changes) => ({ kind: "adopt", changes })),
  copy: made(copied, (step) => ({ kind: "copy", ...step })),
  variant: made(variant, (step) => ({ kind: "variant", ...step })),
  writ: made(command, (step) => ({ kind: "writ", ...step })),
  socket: made(anyText, (base64) => ({ kind: "socket", base64 })),
  appears: made(anyText, (file) => ({ kind: "appears", file })),
  wait: made(quantity("duration", { min: 1, max: BOUNDS.wait_ms }), (time) => ({ kind: "wait", time })),
};

function made<T>(schema: Schema<T>, make: (value: T) => Action): Schema<Action> {
  return reads((node, reading) => {
    const value = schema.read(node, reading);
    return value === INVALID ? INVALID : make(value);
  });
}

const answer: Schema<Answer & { readonly times: number }> = object<Answer & { readonly times: number }>({
  outcome: optional(textOrTexts, null, null, "admit, defer, refuse, adopted, unchanged, invalid"),
  cause: optional(textOrTexts, null, null, "one of these is among the causes"),
  exit: optional(numberOrNumbers, null, null, "exit codes"),
  status: optional(numberOrNumbers, null, null, "HTTP statuses"),
  says: optional(textOrTexts, [], null, "parts of the output"),
  lacks: optional(textOrTexts, [], null, "what the output has not"),
  times: optional(count({ min: 1, max: BOUNDS.times }), 1, null, "how often, one after the other"),
});

const step: Schema<Step> = reads((node, reading) => {
  if (node.kind !== "map") return unexpected(node, "a map with one action", reading);
  const named = [...node.entries.keys()].filter((key) => Object.hasOwn(ACTIONS, key));
  const [name] = named;
  if (name === undefined || named.length > 1) {
    const found = named.length === 0 ? "has no action" : `has ${named.length} actions`;
    report(
      reading,
      node,
      `${subject(reading)} ${found}: expected one`,
      `one of ${Object.keys(ACTIONS).join(", ")}`,
    );
    return INVALID;
  }
  const rest = new Map([...node.entries].filter(([key]) => key !== name));
  const expected = answer.read({ ...node, entries: rest }, reading);
  const at = node.entries.get(name);
  const action =
    at === undefined ? INVALID : (ACTIONS[name]?.read(at.value, inside(reading, name)) ?? INVALID);
  if (expected === INVALID || action === INVALID) return INVALID;
  const { times, ...what } = expected;
  return { action, times, answer: what };
});

function inside(reading: Reading, name: string): Reading {
  return { ...reading, path: `${reading.path}.${name}` };
}

/** A list of steps. */
export const stepsSchema: Schema<readonly Step[]> = reads((node, reading) => {
  if (node.kind !== "list" || node.items.length === 0) return unexpected(node, "a list of steps", reading);
  if (node.items.length > BOUNDS.steps) return unexpected(node, `at most ${BOUNDS.steps} steps`, reading);
  const list: Step[] = [];
  for (const [at, item] of node.items.entries()) {
    const read = step.read(item, withinItem(reading, at));
    if (read === INVALID) return INVALID;
    list.push(read);
  }
  return list;
});
