// A decision as a person would want it told: what was asked, measured and allowed, why not, and what passes instead.
// Decides nothing, and every word that is not Writ's own is escaped.
import { escapeUntrusted, quoteUntrusted } from "../stdx/escape.ts";
import { formatReadable } from "../stdx/readable-quantity.ts";
import { formatQuantity } from "../stdx/units.ts";
import type { Task } from "../task/task.ts";
import { describeNeed } from "./check-sovereignty.ts";
import type { CompiledSpec } from "./compile-spec.ts";
import type { Decision, GrantedMeter, Grants } from "./decision.ts";
import type { Facts } from "./facts.ts";
import { findingSentence } from "./finding-sentence.ts";
import { footprintLines } from "./footprint-lines.ts";
import { labelLines } from "./label-chain.ts";
import { type Situation, situationOf } from "./situation.ts";
import { sovereigntyDimensions } from "./sovereignty-dimensions.ts";
import { callShare, shareParts } from "./sovereignty-score.ts";

/** A heading and its lines: plain text, one line each, safe to print. */
export interface ExplainedSection {
  readonly title: string;
  readonly lines: readonly string[];
}

export interface ExplainedDecision {
  readonly decision: Decision;
  readonly task: Task;
  readonly facts: Facts;
}

/**
 * The decision told in sections, those that say nothing left out. The score is worked out again from spec, task and
 * facts, so that it can be checked by hand.
 *
 * @example explainDecision({ decision, task, facts }, compiled)[0]?.title === "refused"
 */
export function explainDecision(
  { decision, task, facts }: ExplainedDecision,
  compiled: CompiledSpec,
): readonly ExplainedSection[] {
  const situation = situationOf(compiled, task, facts);
  const sections: readonly ExplainedSection[] = [
    { title: TITLES[decision.outcome], lines: askedLines(decision, task) },
    { title: decision.outcome === "admit" ? "what was measured" : "why", lines: findingLines(decision) },
    { title: "where its label comes from", lines: labelLines(situation) },
    { title: "cannot hold together", lines: decision.conflict.map((element) => `\`${element}\``) },
    { title: "when", lines: retryLines(decision) },
    { title: "what passes instead", lines: remedyLines(decision) },
    { title: "where model needs go", lines: placementLines(decision) },
    { title: `sovereignty score ${decision.score} of 100`, lines: scoreLines(situation) },
    { title: "what such tasks used", lines: footprintLines(situation) },
    { title: "what it is granted", lines: decision.grants === null ? [] : grantLines(decision.grants) },
  ];
  return sections.filter(({ lines }) => lines.length > 0);
}

const TITLES = { admit: "admitted", defer: "deferred", refuse: "refused" } as const;

/** Longer than names, as a URL or a path must stay readable. */
const LINE_MAX = 600;

function askedLines({ principal, label, untrusted }: Decision, task: Task): readonly string[] {
  const who =
    principal === null ? "a user that the spec does not list" : `principal ${quoteUntrusted(principal)}`;
  const lines = [
    `task ${quoteUntrusted(task.task)}, asked by ${who}`,
    `to run ${quoteUntrusted(task.run.command.join(" "))} in ${quoteUntrusted(task.directory)}`,
    `what it reads is labelled ${quoteUntrusted(label)}${untrusted ? ", and some of it is untrusted" : ""}`,
  ];
  // Shown, since it was said; it has moved nothing.
  if (task.intent !== "") lines.push(`its intent, unverified: ${quoteUntrusted(task.intent)}`);
  return lines;
}

function findingLines({ findings }: Decision): readonly string[] {
  return findings.flatMap((finding) => [
    `${finding.constraint}: ${findingSentence(finding)}${finding.cause === null ? "" : ` (${finding.cause}, by \`${finding.rule}\`)`}`,
    ...finding.evidence.map((line) => `  ${evidenceLine(line)}`),
  ]);
}

/** Backticks in evidence are Writ's own; everything between them is escaped. */
function evidenceLine(line: string): string {
  return line
    .split("`")
    .map((part) => escapeUntrusted(part, LINE_MAX))
    .join("`");
}

function retryLines({ retry }: Decision): readonly string[] {
  if (retry === null) return [];
  const after =
    retry.after === null
      ? "at a time nobody can say"
      : `in ${formatReadable("duration", retry.after)} or before`;
  return [`expected to pass ${after}: it waits for \`${retry.cause}\``];
}

function remedyLines({ outcome, remedies }: Decision): readonly string[] {
  if (outcome === "admit") return [];
  if (remedies.length === 0 && outcome === "defer") return ["the same request, later"];
  if (remedies.length === 0) return ["nothing: no change of this request that was tried passes"];
  return remedies.map(
    ({ summary, outcome }, index) =>
      `${index + 1}. ${summary}${outcome === "defer" ? " (after a wait)" : ""}`,
  );
}

function placementLines({ placements }: Decision): readonly string[] {
  return placements.map(({ capability, target, name, model, control }) => {
    const by = model === null ? "" : ` with model ${quoteUntrusted(model)}`;
    return `${quoteUntrusted(capability)}: ${target} ${quoteUntrusted(name)}${by} (${control})`;
  });
}

function scoreLines(situation: Situation): readonly string[] {
  const { outward, unplaced } = situation;
  if (outward.length + unplaced.length === 0) return ["no byte leaves this node"];
  const { residency, ownership, compute, auditability, replaceable } = sovereigntyDimensions(situation);
  return [
    ...[...outward, ...unplaced].map((need) => {
      const { control, uncapped, opaque, requests, bytes, label } = shareParts(need);
      const parts = `${control} for its class, ${uncapped} for no byte cap, ${opaque} for what nobody inspects, ${requests} for requests, ${bytes} for bytes, ${label} for its label`;
      return `less ${callShare(need)} for ${evidenceLine(describeNeed(need))} (${parts})`;
    }),
    `residency: the farthest that a byte goes is ${residency}`,
    `ownership: ${ownership} to what is not owned`,
    `compute: ${compute} of the model needs computed elsewhere`,
    `auditability: ${auditability} without a byte cap or inspection`,
    `replaceable on this node today: ${replaceable}`,
  ];
}

function grantLines(grants: Grants): readonly string[] {
  const { memory, cpu, processes, time, output } = grants;
  const amounts = [
    `memory ${formatQuantity("bytes", memory)}`,
    `cores ${formatQuantity("cpu", cpu)}`,
    `processes ${processes}`,
    `time ${formatQuantity("duration", time)}`,
    `output ${formatQuantity("bytes", output)}`,
  ];
  return [
    amounts.join(", "),
    ...grants.reads.map(({ path }) => `reads ${quoteUntrusted(path)}`),
    ...grants.toolchain.map(({ path }) => `reads ${quoteUntrusted(path)} beside its program`),
    ...grants.writes.map(({ path }) => `writes ${quoteUntrusted(path)}`),
    ...grants.masked.map((path) => `hidden ${quoteUntrusted(path)}`),
    ...grants.models.map(
      ({ provider, model, requests_max, tokens_max, context }) =>
        `model ${quoteUntrusted(model)} of provider ${quoteUntrusted(provider)}, at most ${counted(requests_max, "request")}${context === 0 ? "" : ` of ${context} tokens`}${tokens_max === null ? "" : ` and ${counted(tokens_max, "token")} in all`}`,
    ),
    ...grants.calls.map(
      ({ scheme, host, port, methods, path, requests_max, bytes_out_max, meter }) =>
        `calls ${methods.join(" and ")} ${quoteUntrusted(`${scheme}://${inUrl(host)}:${port}${path}`)}, at most ${counted(requests_max, "request")} and ${formatQuantity("bytes", bytes_out_max)}${meterText(meter)}`,
    ),
    ...grants.opaque.map(
      ({ host, port, address, connections_max, bytes_out_max, bytes_in_max }) =>
        `connects to ${quoteUntrusted(`tcp://${inUrl(host)}:${port}`)} at ${quoteUntrusted(address)} uninspected, at most ${counted(connections_max, "connection")}, ${formatQuantity("bytes", bytes_out_max)} out and ${formatQuantity("bytes", bytes_in_max)} in`,
    ),
    ...grants.secrets.map(
      ({ name, host, port }) =>
        `secret ${quoteUntrusted(name)}, put in at ${quoteUntrusted(`${inUrl(host)}:${port}`)}`,
    ),
    ...(grants.records_network && grants.calls.length + grants.opaque.length === 0
      ? ["no way out: what it tries on the network is refused and recorded"]
      : []),
    ...(grants.provider === null
      ? []
      : [`is provider ${quoteUntrusted(grants.provider.name)} at ${quoteUntrusted(grants.provider.url)}`]),
  ];
}

function meterText(meter: GrantedMeter | null): string {
  if (meter === null) return "";
  return `, ${counted(meter.tokens_max, "token")} and ${formatQuantity("money", meter.money_max)}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function inUrl(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
