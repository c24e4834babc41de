// What the filter weighs of an assignment: the key's words, the value's characters, how both are written. Numbers only; the
// weights are assignment-weights.ts's, found by scripts/train-assignment-filter.ts.
import type { Assignment, Joiner } from "./assignment.ts";
import type { KeyName } from "./key-name.ts";
import { wordnessOf } from "./letter-model.ts";
import { type ValueShape, valueShapeOf } from "./value-shape.ts";

/** Takes one feature and how much of it there is; what is not named is 0. */
export type TakeFeature = (feature: string, amount: number) => void;

/** Hands each feature of the assignment read from `text` to `take`; `name`: its key's. */
export function featuresOf(text: string, assignment: Assignment, name: KeyName, take: TakeFeature): void {
  const value = text.slice(assignment.valueStart, assignment.valueEnd);
  const shape = valueShapeOf(value);
  const add = (feature: string, amount = 1): void => {
    if (amount !== 0) take(feature, amount);
  };
  const { total, mean } = wordnessOf(text, assignment.valueStart, assignment.valueEnd);
  const random = clip(-mean, -3, 4);
  addKey(add, name);
  addShape(add, shape);
  addContext(add, text, assignment);
  add("random", random);
  add("random total", clip(-total, -40, 40) / 10);
  add(RANDOM_LEVELS[Math.floor(clip(-mean, -2, 2.9)) + 2] ?? "random level 2");
  add("has letters", shape.small + shape.capitals > 0 ? 1 : 0);
  if (name.password) add("password × random", random);
  if (assignment.quote === "") add("bare × random", random);
  if (name.about) add("about × random", random);
  add("names its key", namesKey(value, text.slice(assignment.keyStart, assignment.keyEnd)) ? 1 : 0);
}

const RANDOM_LEVELS = [-2, -1, 0, 1, 2].map((level) => `random level ${level}`);

type Add = (feature: string, amount?: number) => void;

function addKey(add: Add, name: KeyName): void {
  add("bias");
  for (const [word, feature] of KEY_FEATURES) if (name[word]) add(feature);
  if (name.key && !name.api && !name.opens && !name.secret && !name.auth && !name.token) add("key alone");
  if (name.key && name.words === 1) add("key only word");
  if (name.api && !name.key && !name.token && !name.secret && !name.password) add("api alone");
  if (name.about) add("key about");
  if (name.open) add("key open");
  if (name.mock) add("key mock");
  if (name.last) add("key last");
  add(KEY_WORDS[Math.min(name.words, 4)] ?? "key words 4");
}

// Names are made once: a look-up of a text that was just put together costs more than all else here.
const KEY_WORDS = [0, 1, 2, 3, 4].map((words) => `key words ${words}`);

const KEY_FEATURES = (
  ["password", "secret", "token", "key", "auth", "credential", "api", "opens"] as const
).map((word) => [word, `key ${word}`] as const);

const LENGTHS = [0, 4, 6, 8, 12, 16, 20, 24, 32, 40, 48, 64, 100].map((least) => ({
  least,
  feature: `length ${least}`,
}));

function addShape(add: Add, shape: ValueShape): void {
  const { length } = shape;
  add(LENGTHS.findLast(({ least }) => length >= least)?.feature ?? "length 0");
  add("digit share", shape.digits / length);
  add("sign share", shape.signs / length);
  add("change share", shape.changes / length);
  add("entropy", shape.entropy / 4);
  add("distinct share", shape.distinct / length);
  add(setOf(shape));
  for (const [trait, feature] of VALUE_FEATURES) if (shape[trait]) add(feature);
  if (shape.spaces > 0) add("value spaces");
  if (shape.spaces > 2) add("value sentence");
  if (shape.digits > 0 && shape.small + shape.capitals > 0) add("letters and digits");
}

const VALUE_FEATURES = (["uuid", "placeholder", "template", "code", "path"] as const).map(
  (trait) => [trait, `value ${trait}`] as const,
);

/** The smallest set of characters that holds the value. */
function setOf({ digits, capitals, small, signs, spaces, other, hex, base64, word }: ValueShape): string {
  if (spaces > 0 || other > 0) return "set text";
  const mixed = digits > 0;
  if (mixed && capitals + small + signs === 0) return "set digits";
  if (hex && mixed) return "set hex";
  if (signs === 0) {
    if (capitals === 0) return mixed ? "set small with digits" : "set small without digits";
    if (small === 0) return mixed ? "set capitals with digits" : "set capitals without digits";
    return mixed ? "set mixed with digits" : "set mixed without digits";
  }
  if (word) return mixed ? "set word with digits" : "set word without digits";
  if (base64) return "set base64";
  return mixed ? "set signs with digits" : "set signs without digits";
}

const JOINERS: Readonly<Record<Joiner, string>> = {
  equals: "joiner equals",
  colon: "joiner colon",
  arrow: "joiner arrow",
  comma: "joiner comma",
  tag: "joiner tag",
  call: "joiner call",
  compare: "joiner compare",
  flag: "joiner flag",
  space: "joiner space",
  pair: "joiner pair",
};
const BARE_JOINERS: Readonly<Record<Joiner, string>> = {
  equals: "joiner equals bare",
  colon: "joiner colon bare",
  arrow: "joiner arrow bare",
  comma: "joiner comma bare",
  tag: "joiner tag bare",
  call: "joiner call bare",
  compare: "joiner compare bare",
  flag: "joiner flag bare",
  space: "joiner space bare",
  pair: "joiner pair bare",
};

function addContext(add: Add, text: string, assignment: Assignment): void {
  const { joiner, quote, wrapper, keyStart, valueEnd, valueStart } = assignment;
  add(quote === "" ? "bare" : "quoted");
  add(quote === "" ? BARE_JOINERS[joiner] : JOINERS[joiner]);
  if (wrapper !== "") add(wrapper === "||" ? "default" : "wrapped");
  if (wrapper !== "" && /env|get|param|config|_\(|\bt\(/i.test(wrapper)) add("wrapper reads");
  const after = text[valueEnd] ?? "";
  if (quote === "" && /[,;)]/.test(after)) add("bare ends in code");
  if (quote === "" && after === " " && /\S/.test(text.slice(valueEnd, valueEnd + 4))) add("bare goes on");
  if (quote === "" && /^[A-Za-z_.]+$/.test(text.slice(valueStart, valueEnd))) add("bare identifier");
  if (/[A-Z]/.test(text[keyStart] ?? "") && !/[a-z]/.test(text.slice(keyStart, assignment.keyEnd)))
    add("key capitals");
  const line = text.slice(Math.max(0, keyStart - 48), keyStart);
  if (/[?&]$/.test(line)) add("in query");
  if (/(?:^|\n)\s*(?:#|\/\/|\*|--)/.test(line)) add("in comment");
  if (/\b(?:function|func|def|class|import|require|return|if|expect|assert\w*)\b/i.test(line)) add("in code");
}

/** `"secret": "my-secret"`, `token: authToken`. */
function namesKey(value: string, key: string): boolean {
  const a = lettersOf(value);
  const b = lettersOf(key.slice(Math.max(key.lastIndexOf("."), 0)));
  return a.length > 2 && b.length > 2 && (a.includes(b) || b.includes(a));
}

function lettersOf(text: string): string {
  const lower = text.toLowerCase();
  return /[^a-z]/.test(lower) ? lower.replaceAll(/[^a-z]/g, "") : lower;
}

function clip(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
