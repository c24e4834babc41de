// The decision once more, naively: the language's text read line by line, every list scanned, nothing compiled, nothing
// shared with src/decide/. It says the outcome, score, label and failing causes; differential tests compare. Not fast.
import type { Cause } from "../src/decide/decision.ts";
import type { Facts, PathFact } from "../src/decide/facts.ts";
import type { Endpoint, Spec } from "../src/spec/spec.ts";
import type { Task } from "../src/task/task.ts";
import { childrenAreTooMany, lacksNetwork, type UsedModel } from "./decide-model-ancestors.ts";
import { contentCauses } from "./decide-model-content.ts";
import { heatCauses } from "./decide-model-heat.ts";
import { conflictsWithHolds, labelOf } from "./decide-model-labels.ts";
import { type Counted, countedHere, countedThere } from "./decide-model-money.ts";
import {
  CLASSES,
  candidates,
  compareLocal,
  compareRemote,
  effective,
  type LocalModel,
  localModels,
  nameless,
  type Outward,
  reals,
  share,
  stillNeeds,
  sum,
  underPrefix,
  within,
} from "./decide-model-places.ts";
import { memoryLeft, narrowedCauses, requestCauses } from "./decide-model-request.ts";
import { receivedCauses, secretCauses } from "./decide-model-secrets.ts";
import { budgetCauses, budgetKeys } from "./decide-model-sums.ts";

export interface ModelDecision {
  readonly outcome: "admit" | "defer" | "refuse";
  readonly score: number;
  readonly label: string;
  readonly untrusted: boolean;
  /** Failing causes, sorted, each once. */
  readonly causes: readonly Cause[];
}

/** The decision on `task`, from the language's text. */
export function decideModel(spec: Spec, task: Task, facts: Facts): ModelDecision {
  const { permanent, transient } = requestCauses(spec, task, facts);
  const { ladder } = spec.privacy;
  const rank = (label: string): number => ladder.indexOf(label);
  const principal = spec.principals.find((entry) => entry.name === facts.principal);

  // The label: the highest of anything that can be read.
  const labelled = labelOf(spec, task, facts);
  const taskRank = labelled.rank;

  const { capacity, held, available } = memoryLeft(spec, facts);
  const local = (capability: string, context: number, name: string | null): LocalModel[] =>
    localModels(spec, facts, { capability, context, name, capacity, held, available });

  // Where model needs go.
  const outward: Outward[] = task.needs.calls.map((call) => {
    const url = new URL(call.to);
    const host = url.hostname;
    const port = url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
    const named = effective(spec, host, port);
    // Plain HTTP stays on this node.
    const endpoint = url.protocol === "http:" && named?.address !== "127.0.0.1" ? null : named;
    return {
      host,
      port,
      endpoint,
      control: endpoint?.control ?? "uncontrolled",
      capped: endpoint !== null && (endpoint.opaque !== null || endpoint.bytes_out_per_task_max !== null),
      raw: url.protocol === "tcp:",
      bytes_in: call.bytes_in_max,
      requests: call.calls_max,
      bytes: call.bytes_out_max ?? spec.defaults.bytes_out,
      ...countedThere(spec, task, call, url.protocol === "tcp:" ? null : endpoint),
      rank:
        call.data === null
          ? taskRank
          : Math.max(taskRank, rank(call.data) === -1 ? ladder.length : rank(call.data)),
    };
  });
  const wouldLeave: Outward[] = [];
  const outwardRank = (data: string | null): number =>
    data === null ? taskRank : Math.max(taskRank, rank(data) === -1 ? ladder.length : rank(data));
  const loaded = new Map<string, number>();
  const latencies: (number | null)[] = [];
  const counted: Counted[] = [];
  const used: UsedModel[] = [];
  const lazy: ("now" | "later")[] = [];
  for (const need of task.needs.models) {
    // A size that is not known cannot be counted, so nothing is placed on it.
    const here = local(need.capability, need.context, need.model).filter(
      ({ model }) => model.loaded || model.memory !== null,
    );
    const endpoints = candidates(spec, need);
    const outwardOf = (host: string, port: number, endpoint: Endpoint): Outward => ({
      host,
      port,
      endpoint: { ...endpoint, serves_any: [] },
      control: endpoint.control,
      capped: endpoint.bytes_out_per_task_max !== null,
      raw: false,
      bytes_in: null,
      requests: need.calls_max,
      bytes: need.bytes_out_max ?? spec.defaults.bytes_out,
      ...countedThere(spec, task, need, endpoint),
      rank:
        need.data === null
          ? taskRank
          : Math.max(taskRank, rank(need.data) === -1 ? ladder.length : rank(need.data)),
    });
    if (here.length > 0) {
      const [best] = here.toSorted((one, other) => compareLocal(task, one, other));
      latencies.push(best!.latency);
      counted.push(countedHere(spec, task, need));
      const sent = outwardRank(need.data);
      const low = facts.sums.holds.some(
        (hold) => hold.provider === best!.provider && rank(hold.label ?? "") < sent,
      );
      if (low) permanent.add("label_over_clearance");
      const { provider, model } = best!;
      used.push({ provider, model: model.name, requests: need.calls_max, context: need.context });
      if (!best!.model.loaded)
        loaded.set(`${best!.provider}\n${best!.model.name}`, stillNeeds(facts, best!.provider, best!.model));
      continue;
    }
    const passing = endpoints.filter(({ host, port, endpoint }) => {
      const there = outwardOf(host, port, endpoint);
      return (
        there.rank <= rank(endpoint.clearance) &&
        need.calls_max <= (endpoint.requests_per_task_max ?? Infinity) &&
        (there.bytes ?? 0) <= (endpoint.bytes_out_per_task_max ?? Infinity)
      );
    });
    if (passing.length === 0) {
      // A provider that is down may be up again.
      const down = spec.sovereignty.providers.some(
        ({ name, url, kind, serves }) =>
          url !== null &&
          kind !== "gguf" &&
          serves.includes(need.capability) &&
          facts.providers.some((fact) => fact.name === name && fact.state === "down"),
      );
      (down ? transient : permanent).add("no_placement");
      const worst = endpoints.toSorted(
        (one, other) => CLASSES.indexOf(other.endpoint.control) - CLASSES.indexOf(one.endpoint.control),
      )[0];
      if (worst !== undefined)
        wouldLeave.push({ ...outwardOf(worst.host, worst.port, worst.endpoint), capped: false });
      continue;
    }
    const [best] = passing.toSorted((one, other) => compareRemote(task, one, other));
    outward.push(outwardOf(best!.host, best!.port, best!.endpoint));
    latencies.push(best!.endpoint.latency);
    const instead = local(need.capability, need.context, null);
    if (instead.length > 0) lazy.push(instead.some((one) => one.when === "now") ? "now" : "later");
  }

  // Sovereignty.
  const score = Math.max(0, 100 - [...outward, ...wouldLeave].reduce((sum, need) => sum + share(need), 0));
  for (const cause of narrowedCauses(facts, outward.length)) transient.add(cause);
  if (score < spec.sovereignty.score_min) permanent.add("score_under_limit");
  if (outward.length > spec.sovereignty.external_calls_max) permanent.add("external_calls_over_limit");
  const wild = outward.filter(({ control }) => control === "uncontrolled");
  if (wild.length > spec.sovereignty.uncontrolled_calls_max) permanent.add("uncontrolled_calls_over_limit");
  if (outward.length > 0 && facts.node.gate === "none") permanent.add("no_gate_on_this_node");
  task.needs.calls.forEach((call, index) => {
    const { endpoint } = outward[index]!;
    if (endpoint === null) permanent.add("host_unknown");
    else if (call.method.includes("CONNECT") && endpoint.opaque === null) permanent.add("opaque_not_granted");
    else if (!call.method.includes("CONNECT") && endpoint.opaque !== null) permanent.add("opaque_only");
    else if (!call.method.includes("CONNECT")) {
      if (!call.method.every((method) => endpoint.methods.includes(method)))
        permanent.add("method_not_allowed");
      const path = call.to.slice(call.to.indexOf("/", 8));
      if (!endpoint.paths.some((prefix) => underPrefix(prefix, path))) permanent.add("path_not_allowed");
    }
    if (endpoint !== null) {
      if (call.for.some((capability) => !endpoint.serves.includes(capability)))
        permanent.add("capability_not_allowed");
    }
    const service = (capability: string): "now" | "later" | "no" => {
      const found = local(capability, 0, null);
      if (found.length === 0) return "no";
      return found.some((one) => one.when === "now") ? "now" : "later";
    };
    const services = (call.for.length > 0 ? call.for : (endpoint?.serves_any ?? [])).map(service);
    if (call.for.length > 0) {
      if (services.every((one) => one === "now")) lazy.push("now");
      else if (services.every((one) => one !== "no")) lazy.push("later");
    } else if (services.includes("now")) lazy.push("now");
    else if (services.includes("later")) lazy.push("later");
  });
  if (spec.sovereignty.local_first) {
    if (lazy.includes("now")) permanent.add("served_locally");
    if (lazy.includes("later")) transient.add("served_locally");
  }
  for (const need of outward) {
    if (need.bytes === null) permanent.add("bytes_undeclared");
    if (need.endpoint === null) continue;
    const same = outward.filter(
      (other) => other.endpoint !== null && other.host === need.host && other.port === need.port,
    );
    if (sum(same, (one) => one.requests) > (need.endpoint.requests_per_task_max ?? Infinity))
      permanent.add("requests_over_limit");
    if (sum(same, (one) => one.bytes ?? 0) > (need.endpoint.bytes_out_per_task_max ?? Infinity))
      permanent.add("bytes_over_limit");
    for (const cause of receivedCauses(need.endpoint, need, same, rank)) permanent.add(cause);
    if (need.rank > rank(need.endpoint.clearance)) permanent.add("label_over_clearance");
  }

  for (const cause of secretCauses(spec, task, principal, outward)) permanent.add(cause);

  // Privacy.
  for (const { data } of [...task.needs.models, ...task.needs.calls]) {
    if (data === null) continue;
    if (rank(data) === -1) permanent.add("label_unknown");
    else if (rank(data) < taskRank) permanent.add("label_under_reads");
  }
  for (const when of spec.privacy.refuse_when) {
    if (when.untrusted !== null && !labelled.untrusted) continue;
    const least = when.label_min === null ? 0 : rank(when.label_min);
    const meets =
      when.control_not === null
        ? taskRank >= least || outward.some((need) => need.rank >= least)
        : outward.some(
            (need) =>
              CLASSES.indexOf(need.control) > CLASSES.indexOf(when.control_not!) && need.rank >= least,
          );
    if (meets) permanent.add("may_not_meet");
  }
  for (const cause of contentCauses(spec, facts, outward)) permanent.add(cause);
  const written = reals(task.needs.writes, facts.paths.writes);
  const read = [...written, ...reals(task.needs.reads, facts.paths.reads)];
  if (task.needs.reads_directory) read.push(facts.paths.directory.real ?? task.directory);
  if (conflictsWithHolds(spec, task, facts)) transient.add("label_conflict");

  // Resources.
  const { resources, defaults } = spec;
  const asked = task.needs.memory ?? defaults.memory;
  const seen = facts.sums.ancestors.length > 0 ? 0 : (facts.footprint?.memory?.max ?? 0);
  const memory = asked === null || asked > seen ? asked : seen;
  const cpu = task.needs.cpu ?? defaults.cpu;
  const time = task.needs.time ?? defaults.time;
  const processes = task.needs.processes ?? defaults.processes;
  if (memory === null) permanent.add("memory_undeclared");
  if (cpu === null) permanent.add("cpu_undeclared");
  if (time === null) permanent.add("time_undeclared");
  if (processes === null) permanent.add("processes_undeclared");
  if (memory !== null && memory > resources.memory.per_task_max) permanent.add("memory_over_limit");
  if (cpu !== null && cpu > resources.cpu.per_task_max) permanent.add("cpu_over_limit");
  if (time !== null && time > resources.time_max) permanent.add("time_over_limit");
  if (processes !== null && processes > resources.processes_max) permanent.add("processes_over_limit");
  // What a child has comes out of its parent's hold.
  const child = facts.sums.ancestors.length > 0;
  const wanted = (child ? 0 : (memory ?? 0)) + [...loaded.values()].reduce((all, one) => all + one, 0);
  if (child && wanted === 0) {
    // Nothing of the node's own.
  } else if (wanted > capacity) permanent.add("memory_over_limit");
  else if (wanted + held > capacity) transient.add("memory_committed");
  if (wanted > available) transient.add("memory_unavailable");
  const capped = facts.node.heat.state === "unmeasurable" && resources.heat.unmeasurable === "cap";
  const cores = capped ? Math.floor(facts.node.cpu / 2) : facts.node.cpu;
  if (cpu !== null && !child) {
    const all = cpu + facts.sums.holds.reduce((busy, hold) => busy + hold.cpu, 0);
    if (cpu > cores) permanent.add(capped ? "heat_cap" : "cpu_over_limit");
    else if (all > cores) transient.add(capped ? "heat_cap" : "cpu_committed");
  }
  const { heat } = facts.node;
  if (heat.state === "measured") {
    for (const cause of heatCauses(heat, facts, resources.heat, { cpu, time })) transient.add(cause);
  } else if (heat.state === "level") {
    if (heat.level !== "nominal") transient.add("heat_high");
  } else if (!capped) permanent.add("heat_unmeasurable");
  else {
    if (time !== null && time > 10 * 60 * 1000) permanent.add("heat_cap");
    const providers = facts.sums.holds.filter((hold) => typeof hold.provider === "string").length;
    const others = facts.sums.holds.length - providers;
    if (!child && (task.needs.provider === null ? others : providers) > 0) transient.add("heat_cap");
  }
  const pressure = facts.node.memory_some_avg10;
  const level = facts.node.memory_level;
  if (pressure === null && level !== undefined) {
    if (level !== "normal") transient.add("pressure_high");
  } else if (pressure === null) {
    if (resources.pressure.unmeasurable === "refuse") permanent.add("pressure_unmeasurable");
  } else if (pressure > resources.pressure.memory_some_avg10_max) transient.add("pressure_high");

  // Sums that leave, and tokens of models here.
  counted.push(...outward);
  if (counted.some((one) => one.counted && one.tokens === null)) permanent.add("tokens_undeclared");
  const tokens = sum(counted, (one) => one.tokens ?? 0);
  const money = sum(counted, (one) => one.money);
  const requests = sum(outward, (need) => need.requests);
  const bytes = sum(outward, (need) => need.bytes ?? 0);
  for (const budget of resources.budgets) {
    for (const key of budgetKeys(budget.scope, principal?.name ?? "", outward, facts)) {
      const here = budget.scope === "destination" ? outward.filter((need) => need.host === key) : outward;
      const asks = {
        external_calls: sum(here, (need) => need.requests),
        bytes_out: sum(here, (need) => need.bytes ?? 0),
        tokens: budget.scope === "destination" ? sum(here, (need) => need.tokens ?? 0) : tokens,
        money: sum(here, (need) => need.money),
      };
      const causes = budgetCauses(spec, budget, { key, asks, facts });
      if (causes.includes("budget_over_limit")) permanent.add("budget_over_limit");
      if (causes.includes("budget_spent")) transient.add("budget_spent");
    }
  }
  for (const ancestor of facts.sums.ancestors) {
    const over =
      (memory ?? 0) > ancestor.memory ||
      (cpu ?? 0) > ancestor.cpu ||
      (time ?? 0) > ancestor.time ||
      (processes ?? 0) > ancestor.processes ||
      requests > ancestor.external_calls ||
      bytes > ancestor.bytes_out ||
      tokens > (ancestor.tokens ?? 0) ||
      money > (ancestor.money ?? 0) ||
      task.needs.submits + 1 > ancestor.submits ||
      task.needs.provider !== null ||
      (labelled.untrusted && !ancestor.untrusted) ||
      (!counted.some((one) => one.counted && one.tokens === null) &&
        lacksNetwork(task, outward, used, ancestor)) ||
      taskRank > rank(ancestor.label) ||
      read
        .filter((path) => !written.includes(path))
        .some((path) => ![...ancestor.reads, ...ancestor.writes].some((grant) => within(grant, path))) ||
      written.some((path) => !ancestor.writes.some((grant) => within(grant, path)));
    if (over) permanent.add("ancestor_over_limit");
  }

  if (childrenAreTooMany(spec, task, facts.sums.ancestors.length, facts.node))
    permanent.add("children_over_limit");

  // Execution.
  const tiers = ["none", "seatbelt", "namespaces"];
  if (tiers.indexOf(facts.node.isolation) < tiers.indexOf(spec.execution.isolation))
    permanent.add("isolation_too_weak");
  const limits = ["none", "soft", "cgroup"];
  if (limits.indexOf(facts.node.limits) < limits.indexOf(spec.execution.limits))
    permanent.add("limits_too_weak");
  const { executable, directory, home } = facts.paths;
  if (executable === null || executable.real === null || executable.kind !== "file")
    permanent.add("executable_missing");
  else if (!executable.permitted || nameless(executable)) permanent.add("path_not_permitted");
  if (directory.real === null || directory.kind === "missing") permanent.add("path_missing");
  else {
    if (directory.kind !== "directory") permanent.add("path_not_permitted");
    if (task.needs.reads_directory && (!directory.permitted || nameless(directory)))
      permanent.add("path_not_permitted");
    if (directory.real === "/" || (home !== null && within(directory.real, home)))
      permanent.add("directory_too_wide");
  }
  const declared: readonly (readonly [string, readonly PathFact[]])[] = [
    ...task.needs.reads.map((path) => [path, facts.paths.reads] as const),
    ...task.needs.writes.map((path) => [path, facts.paths.writes] as const),
  ];
  for (const [path, known] of declared) {
    const fact = known.find((one) => one.asked === path);
    if (fact === undefined || fact.real === null || fact.kind === "missing") permanent.add("path_missing");
    else {
      if (fact.kind === "other" || !fact.permitted || nameless(fact)) permanent.add("path_not_permitted");
      if (facts.paths.masked.some((place) => within(place, fact.real!))) permanent.add("path_private");
    }
  }
  if (facts.paths.arguments.some((file) => file.real !== null && file.kind === "file" && nameless(file)))
    permanent.add("path_not_permitted");
  if (task.needs.reads_directory) {
    const opened = [...written, ...reals(task.needs.reads, facts.paths.reads)];
    const top = directory.real;
    // A labelled file that the command names is shown to it, at its label.
    const hidden = facts.paths.masked.filter(
      (place) => (top !== null && within(top, place)) || opened.some((grant) => within(grant, place)),
    );
    for (const { real } of facts.paths.arguments) {
      if (real === null || opened.some((grant) => within(grant, real))) continue;
      if (hidden.some((place) => within(place, real))) permanent.add("path_private");
    }
  }

  // The caller's hard wishes.
  const { residency, latency, bytes_out } = task.requires;
  if (
    residency !== null &&
    outward.some((need) => CLASSES.indexOf(need.control) > CLASSES.indexOf(residency))
  )
    permanent.add("requires_conflict");
  if (latency !== null && latencies.some((one) => one === null || one > latency))
    permanent.add("requires_conflict");
  if (bytes_out !== null && (bytes > bytes_out || outward.some((need) => need.bytes === null)))
    permanent.add("requires_conflict");
  return {
    outcome: permanent.size > 0 ? "refuse" : transient.size > 0 ? "defer" : "admit",
    score,
    label: ladder[taskRank]!,
    untrusted: labelled.untrusted,
    causes: [...new Set([...permanent, ...transient])].sort(),
  };
}
