// Families of numbers in Prometheus' text format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats). Serves nobody.
import type { MetricFamily } from "./metric-families.ts";

/** The content type of the text. */
export const PROMETHEUS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** The text: of each family that has a sample its help, its type and its samples, each on a line of its own. */
export function prometheusText(families: readonly MetricFamily[]): string {
  return families
    .filter(({ samples }) => samples.length > 0)
    .map(
      ({ name, help, kind, samples }) =>
        `# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}\n# TYPE ${name} ${kind}\n${samples
          .map(({ labels, value }) => `${name}${labelled(labels)} ${String(value)}\n`)
          .join("")}`,
    )
    .join("");
}

function labelled(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
