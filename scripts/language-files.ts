// The files that follow from the language schemas, as text. Writes nothing.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { FIELD_ORDER } from "../src/spec/field-order.ts";
import { specJsonSchema } from "../src/spec/spec-json-schema.ts";
import { specSchema } from "../src/spec/spec-schema.ts";
import type { Json } from "../src/stdx/json.ts";
import { type Leaf, leaves } from "../src/stdx/schema/leaves.ts";
import { planSchema } from "../src/task/plan-schema.ts";
import { taskJsonSchema } from "../src/task/task-json-schema.ts";
import { taskSchema } from "../src/task/task-schema.ts";

/** Every generated file below the repository `root`, as it should be. */
export function languageFiles(root: string): readonly { readonly path: string; readonly text: string }[] {
  const page = join(root, "docs/SPEC.md");
  const order = new Map(FIELD_ORDER.map(({ field, tighter }) => [field, tighter]));
  const specFields = table("tighter is", leaves(specSchema), ({ path }) => order.get(path) ?? "");
  const task = taskSchema("(the folder of the task file)");
  const taskFields = table("", leaves(task), () => "");
  const isOfPlan = ({ path }: Leaf): boolean => !path.startsWith("tasks[].task.");
  const planFields = table("", leaves(planSchema("(the folder of the plan)")).filter(isOfPlan), () => "");
  const withSpec = between(readFileSync(page, "utf8"), "spec fields", specFields);
  const withTask = between(withSpec, "task fields", taskFields);
  return [
    { path: join(root, "schemas/spec.schema.json"), text: pretty(specJsonSchema()) },
    { path: join(root, "schemas/task.schema.json"), text: pretty(taskJsonSchema()) },
    {
      path: page,
      text: between(withTask, "plan fields", planFields),
    },
  ];
}

function pretty(value: Json): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function between(page: string, name: string, content: string): string {
  const start = `<!-- generated: ${name} -->`;
  const end = `<!-- end: ${name} -->`;
  const from = page.indexOf(start);
  const to = page.indexOf(end);
  if (from === -1 || to < from) throw new Error(`docs/SPEC.md has no markers for ${name}`);
  return `${page.slice(0, from + start.length)}\n${content}\n${page.slice(to)}`;
}

// A column without a head is left out.
function table(head: string, fields: readonly Leaf[], cell: (leaf: Leaf) => string): string {
  const heads = ["field", "default", head, "held by", "meaning"].filter((name) => name !== "");
  const rows = fields.map((leaf) => {
    const { enforcement, about } = leaf.field;
    const more = head === "" ? [] : [cell(leaf)];
    return [
      `\`${leaf.path}\``,
      defaultOf(leaf.field),
      ...more,
      `\`${enforcement?.enforced_by ?? ""}\``,
      about,
    ];
  });
  return [heads, heads.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function defaultOf(field: Leaf["field"]): string {
  if (field.absent.required) return "required";
  const { value } = field.absent;
  if (value === null) return "none";
  const written = field.schema.write(value, "written");
  switch (written.kind) {
    case "plain":
    case "text":
      return written.text === "" ? "empty" : `\`${written.text}\``;
    case "list":
      return `\`[${written.items.map((item) => ("text" in item ? item.text : "")).join(", ")}]\``;
    case "map":
      return "none";
  }
}
