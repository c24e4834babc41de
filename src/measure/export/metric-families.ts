// What a node measured as families of numbers, for those who collect numbers of many machines. No word of a task, no class, no
// host and no name of a node is a label: whoever collects them learns how much, never what. How they are written is
// prometheus-text.ts and otlp-json.ts.
import type { Snapshot } from "../snapshot.ts";

/** Numbers of one kind. */
export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  /** A counter only grows while the ledger does. */
  readonly kind: "counter" | "gauge";
  readonly samples: readonly MetricSample[];
}

export interface MetricSample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The families of `shown`; what there is not enough data for has no sample. */
export function metricFamilies(shown: Snapshot): readonly MetricFamily[] {
  const { decisions, metrics, alarms, classes, destinations, specs } = shown;
  const { total, refused, deferred } = decisions;
  const spec = specs.at(-1);
  const byMetric = (name: string, help: string, value: (metric: Metric) => number | null): MetricFamily =>
    gauge(
      name,
      help,
      metrics.flatMap((metric) => some({ metric: metric.id }, value(metric))),
    );
  return [
    counter("writ_records_total", "Records in the ledger.", some({}, shown.records)),
    counter("writ_executions_total", "Executions that ended.", some({}, shown.executions)),
    counter("writ_unmeasured_total", "Executions that say too little.", some({}, shown.unmeasured)),
    counter("writ_decisions_total", "Decisions by outcome.", [
      { labels: { outcome: "admit" }, value: total - refused - deferred },
      { labels: { outcome: "refuse" }, value: refused },
      { labels: { outcome: "defer" }, value: deferred },
    ]),
    counter("writ_refusals_total", "Refusals by cause.", causes(decisions.causes)),
    counter(
      "writ_refusals_without_remedy_total",
      "Refusals without a form that passes.",
      some({}, decisions.without_remedy),
    ),
    counter("writ_appeals_total", "Claims that a refusal was wrong.", some({}, decisions.appeals)),
    byMetric("writ_metric_mean", "Mean of a metric over all executions.", ({ mean }) => mean),
    byMetric("writ_metric_recent", "Mean over about the last 50 executions.", ({ short }) => short),
    byMetric(
      "writ_metric_bound",
      "What was learned to be usual at most.",
      (one) => one.bound ?? one.node_bound,
    ),
    byMetric(
      "writ_metric_declared_bound",
      "What the spec declares.",
      (one) => one.declared ?? one.node_declared,
    ),
    byMetric("writ_drift_level", "How much of an alarm stands, 0 to 1.", ({ level }) => level),
    byMetric(
      "writ_alarms",
      "Drift alarms among the latest 256.",
      ({ id }) => alarms.filter(({ metric }) => metric === id).length,
    ),
    ...probeFamilies(shown.probes),
    gauge("writ_task_classes", "Task classes that are told apart.", some({}, classes.length)),
    gauge("writ_destinations", "Destinations outside this node.", some({}, destinations.length)),
    gauge("writ_spec_number", "Which spec is in force, from 1.", some({}, spec?.number ?? null)),
    gauge("writ_spec_looseness", "How far it has come from the first.", some({}, spec?.looseness ?? null)),
  ];
}

type Metric = Snapshot["metrics"][number];

/** Families and checks are the build's own words; what a ledger says instead has no sample. */
function probeFamilies({ self_tests, families, alarms }: Snapshot["probes"]): readonly MetricFamily[] {
  const known = families.filter(({ family }) => FAMILY.test(family));
  const blind = (check: string): number =>
    alarms.filter((one) => one.check === check && one.found === "blind" && one.lifted === null).length;
  const tested = [...new Set(families.map(({ check }) => check))].filter((check) => FAMILY.test(check));
  return [
    counter("writ_self_tests_total", "Self-tests of every check.", some({}, self_tests.count)),
    counter(
      "writ_probes_total",
      "Probes by family and what came of them.",
      known.flatMap(({ family, bad, through, good, refused, late, unclear }) =>
        Object.entries({
          stopped: bad - through,
          through,
          passed: good - refused - late,
          refused,
          late,
          unclear,
        }).map(([outcome, value]) => ({ labels: { family, outcome }, value })),
      ),
    ),
    gauge(
      "writ_check_blind",
      "Alarms of a blind check whose narrowing was not lifted.",
      tested.map((check) => ({ labels: { check }, value: blind(check) })),
    ),
  ];
}

const FAMILY = /^[a-z-]{1,20}$/;

function counter(name: string, help: string, samples: readonly MetricSample[]): MetricFamily {
  return { name, help, kind: "counter", samples };
}

function gauge(name: string, help: string, samples: readonly MetricSample[]): MetricFamily {
  return { name, help, kind: "gauge", samples };
}

function some(labels: MetricSample["labels"], value: number | null): readonly MetricSample[] {
  return value === null ? [] : [{ labels, value }];
}

/** Causes are a closed set of the language; what a ledger says instead is counted as `other`, never shown. */
function causes(all: Snapshot["decisions"]["causes"]): readonly MetricSample[] {
  const sums = new Map<string, number>();
  for (const { cause, count } of all) {
    const shown =
      /^[a-z_]{1,40}$/.test(cause) && (sums.has(cause) || sums.size < CAUSES_MAX) ? cause : "other";
    sums.set(shown, (sums.get(shown) ?? 0) + count);
  }
  return [...sums].map(([cause, value]) => ({ labels: { cause }, value }));
}

/** More than there are. */
const CAUSES_MAX = 200;
