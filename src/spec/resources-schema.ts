// The resources part of the spec language: what one task may use, and what all of them may use together.
import { enforcedBy, notEnforced, optional, required } from "../stdx/schema/field.ts";
import { entries } from "../stdx/schema/lists.ts";
import { type MemberProblem, object } from "../stdx/schema/object.ts";
import { count, enumeration, quantity } from "../stdx/schema/scalars.ts";
import type { Schema } from "../stdx/schema/schema.ts";
import type { Budget, Resources } from "./spec.ts";

/** Bytes of output that a task may write when the spec does not say: 64 MiB. */
const OUTPUT_MAX_DEFAULT = 64 * 1024 * 1024;

/** Windows slide in steps of this many ms, so that no shorter one means anything. */
const WINDOW_MIN = 10_000;
/** A year: what a window remembers has to be kept. */
const WINDOW_MAX = 366 * 86_400_000;
/** Above the throttling point of any processor sold: 150 °C, in thousandths. */
const HEAT_MAX = 150_000;
/** 100 %, in basis points. */
const WHOLE = 10_000;

const memory: Schema<Resources["memory"]> = object<Resources["memory"]>({
  per_task_max: required(quantity("bytes", { min: 1 }), enforcedBy("decide", "max"), "memory of one task"),
  committed_max: required(
    quantity("percent", { max: WHOLE }),
    enforcedBy("decide", "max"),
    "the part of the node's memory that all holds together may take",
  ),
  host_reserve: required(
    quantity("bytes"),
    enforcedBy("decide", "min"),
    "memory that always stays with the host",
  ),
});

const cpu: Schema<Resources["cpu"]> = object<Resources["cpu"]>({
  per_task_max: required(quantity("cpu", { min: 1 }), enforcedBy("decide", "max"), "cores of one task"),
});

const heat: Schema<Resources["heat"]> = object<Resources["heat"]>(
  {
    max: required(
      quantity("temperature", { min: 1000, max: HEAT_MAX }),
      enforcedBy("decide", "max"),
      "the hottest that a sensor may read",
    ),
    margin: required(
      quantity("temperature", { max: HEAT_MAX }),
      enforcedBy("decide", "min"),
      "how far below `max` admission stops",
    ),
    unmeasurable: optional(
      enumeration(["refuse", "cap"]),
      "refuse",
      enforcedBy("decide", "guard"),
      "on a node without sensors: refuse, or one task at a time on half the cores for ten minutes at most",
    ),
  },
  { check: checkHeat },
);

function checkHeat(value: Resources["heat"]): readonly MemberProblem[] {
  if (value.margin < value.max) return [];
  return [
    {
      member: "margin",
      message: "is not below `max`: nothing would ever be admitted",
      hint: "lower the margin",
    },
  ];
}

const pressure: Schema<Resources["pressure"]> = object<Resources["pressure"]>({
  memory_some_avg10_max: required(
    quantity("percent", { max: WHOLE }),
    enforcedBy("decide", "max"),
    "the memory pressure (PSI some avg10) above which nothing is admitted",
  ),
  unmeasurable: optional(
    enumeration(["refuse", "pass"]),
    "refuse",
    enforcedBy("decide", "guard"),
    "on a kernel without pressure figures: refuse, or do without them",
  ),
});

const budget: Schema<Budget> = object<Budget>(
  {
    scope: required(
      enumeration(["node", "spec", "principal", "lineage", "destination"]),
      enforcedBy("decide", "key"),
      "what is summed together",
    ),
    window: required(
      quantity("duration", { min: WINDOW_MIN, max: WINDOW_MAX }),
      enforcedBy("decide", "window"),
      "how far back the sum reaches",
    ),
    external_calls: optional(count(), null, enforcedBy("decide", "window"), "external calls in the window"),
    bytes_out: optional(quantity("bytes"), null, enforcedBy("decide", "window"), "bytes out in the window"),
    tokens: optional(
      count(),
      null,
      enforcedBy("decide", "window"),
      "tokens in the window, of models here and of endpoints with a price",
    ),
    money: optional(
      quantity("money"),
      null,
      enforcedBy("decide", "window"),
      "money in the window, by the prices of endpoints",
    ),
  },
  { check: checkBudget },
);

function checkBudget(value: Budget): readonly MemberProblem[] {
  const { external_calls, bytes_out, tokens, money } = value;
  if ([external_calls, bytes_out, tokens, money].some((amount) => amount !== null)) return [];
  return [
    {
      member: "external_calls",
      message: "is missing, and so are `bytes_out`, `tokens` and `money`: a budget bounds at least one",
      hint: "name what it bounds, or remove the budget",
    },
  ];
}

/** Deeper than any use of it, and an explanation still shows the whole line. */
const DEPTH_MAX = 16;

const children: Schema<Resources["children"]> = object<Resources["children"]>({
  per_task_max: required(
    count({ max: 1_000_000 }),
    enforcedBy("decide", "max"),
    "tasks that one task may submit, with all that these submit",
  ),
  depth_max: required(
    count({ max: DEPTH_MAX }),
    enforcedBy("decide", "max"),
    "how deep below a submitted task its line may go",
  ),
});

/** `resources:` of a spec. */
export const resourcesSchema: Schema<Resources> = object<Resources>(
  {
    memory: required(memory, null, "memory, of one task and together"),
    cpu: required(cpu, null, "processor time"),
    processes_max: required(
      count({ min: 1 }),
      enforcedBy("decide", "max"),
      "processes and threads of one task",
    ),
    time_max: required(
      quantity("duration", { min: 1 }),
      enforcedBy("decide", "max"),
      "wall-clock time of one task",
    ),
    output_max: optional(
      quantity("bytes"),
      OUTPUT_MAX_DEFAULT,
      enforcedBy("enforce/sandbox", "max"),
      "bytes one task may write to its standard output and error together",
    ),
    heat: required(heat, null, "how hot the node may get"),
    pressure: required(pressure, null, "how short of memory the node may be"),
    children: optional(
      children,
      { per_task_max: 0, depth_max: 0 },
      null,
      "what running tasks may submit themselves; without it nothing",
    ),
    budgets: optional(
      entries(budget, { key: (entry) => `${entry.scope} ${entry.window}`, order: "key" }),
      [],
      null,
      "sums over sliding windows",
    ),
  },
  { notEnforced: { vram: notEnforced("decide") } },
);
