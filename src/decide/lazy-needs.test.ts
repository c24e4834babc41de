// Known answers of what a verified local provider serves instead. For each cause a case beyond the limit, and one at it.
import { describe, expect, test } from "vitest";
import { answer, decided, frontierCall, onlyFailure, passes, specWith } from "../../test/decision-cases.ts";
import {
  baseSpec,
  baseTask,
  call,
  endpoint,
  GIB,
  hold,
  model,
  provider,
} from "../../test/decision-fixtures.ts";

const NOTHING_HELD = { holds: [], windows: [], ancestors: [] } as const;

describe("decide, lazy-needs: what this node could do itself", () => {
  const endpoints = [endpoint({ serves: ["chat", "frontier"] })];
  const spec = specWith({ sovereignty: { endpoints } });
  const lazy = baseTask({ calls: [call({ for: ["chat"] })] });

  test("served_locally names the call, the provider, the model and that it fits", () => {
    const finding = onlyFailure({ spec, task: lazy });
    expect([finding.cause, ...answer(finding)]).toEqual([
      "served_locally",
      1,
      0,
      "count",
      "sovereignty.local_first",
      false,
    ]);
    expect(finding.evidence).toEqual([
      "POST https://api.example.com:443/v1/x: host `api.example.com` is named contracted by the spec",
      "provider `ollama` serves `chat` on this node with model `llama`: it fits now, needs 1 GiB: limit is 4 GiB",
    ]);
    const loaded = onlyFailure({
      spec,
      task: lazy,
      facts: { providers: [provider({ models: [model({ loaded: true })] })] },
    });
    expect(loaded.evidence[1]).toBe(
      "provider `ollama` serves `chat` on this node with model `llama`: it is loaded and fits now",
    );
  });
  test("served_locally only if every capability the call is for is served here", () => {
    passes({ spec, task: baseTask({ calls: [call({ for: ["chat", "frontier"] })] }) });
    passes({ spec, task: baseTask({ calls: [frontierCall] }) });
    const [ollama] = baseSpec().sovereignty.providers;
    const both = specWith({
      sovereignty: { endpoints, providers: [{ ...ollama!, serves: ["chat", "frontier"] }] },
    });
    expect(
      onlyFailure({ spec: both, task: baseTask({ calls: [call({ for: ["chat", "frontier"] })] }) }).evidence,
    ).toHaveLength(3);
  });
  test("served_locally for a call that declares nothing, by the weakest its endpoint serves", () => {
    expect(onlyFailure({ spec, task: baseTask({ calls: [call()] }) }).cause).toBe("served_locally");
    passes({ task: baseTask({ calls: [call()] }) });
    passes({
      spec: specWith({ sovereignty: { endpoints: [endpoint({ serves: [] })] } }),
      task: baseTask({ calls: [call()] }),
    });
  });
  test("served_locally not at all without local_first", () => {
    passes({ spec: specWith({ sovereignty: { endpoints, local_first: false } }), task: lazy });
  });
  test.each([
    ["the provider is down", provider({ state: "down" })],
    ["loopback is not proof", provider({ control: "unknown" })],
    ["the provider is not of the spec", provider({ name: "else" })],
    ["it has no model", provider({ models: [] })],
    ["the model is forwarded elsewhere", provider({ models: [model({ remote: true })] })],
    ["the whole node cannot hold it", provider({ models: [model({ memory: 10 * GIB + 1 })] })],
  ])("served_locally not when %s", (_, found) => {
    passes({ spec, task: lazy, facts: { providers: [found] } });
  });
  test.each([
    [
      "the spec gives it no room",
      model({ memory: 10 * GIB }),
      "the spec gives it no room, needs 10 GiB: limit is 4 GiB",
    ],
    ["its size is not known", model({ memory: null }), "its size is unknown until it is loaded"],
  ])("served_locally, later, when %s", (_, found, says) => {
    const one = {
      spec,
      task: lazy,
      facts: { providers: [provider({ models: [found] })], sums: { ...NOTHING_HELD, holds: [hold()] } },
    };
    const finding = onlyFailure(one);
    expect([finding.cause, finding.transient]).toEqual(["served_locally", true]);
    expect(finding.evidence[1]).toBe(
      `provider \`ollama\` serves \`chat\` on this node with model \`llama\`: ${says}`,
    );
    // No hold that ends mends it.
    expect(decided(one).retry).toEqual({ cause: "served_locally", after: null });
  });
  test("served_locally is not silenced by a spec that is tighter about memory", () => {
    for (const memory of [
      { per_task_max: 2 * GIB, committed_max: 1, host_reserve: 2 * GIB },
      { per_task_max: 2 * GIB, committed_max: 5000, host_reserve: 10 * GIB },
    ]) {
      const tighter = { ...spec, resources: { ...spec.resources, memory } };
      const causes = decided({ spec: tighter, task: lazy }).findings.map((finding) => finding.cause);
      expect(causes).toContain("served_locally");
    }
  });
  test("served_locally waits for memory that is held or short, and lets nothing out meanwhile", () => {
    const held = onlyFailure({
      spec,
      task: { ...lazy, needs: { ...lazy.needs, memory: 1 } },
      sums: { holds: [hold({ memory: 3 * GIB + 1, ends_in: 900 }), hold({ memory: 0, ends_in: 70 })] },
    });
    expect([held.cause, ...answer(held)]).toEqual([
      "served_locally",
      1,
      0,
      "count",
      "sovereignty.local_first",
      true,
    ]);
    expect(held.evidence[1]).toBe(
      "provider `ollama` serves `chat` on this node with model `llama`: it fits when memory is free again, needs 1 GiB: limit is 4 GiB",
    );
    const retry = decided({
      spec,
      task: { ...lazy, needs: { ...lazy.needs, memory: 1 } },
      sums: { holds: [hold({ memory: 3 * GIB + 1, ends_in: 900 }), hold({ memory: 0, ends_in: 70 })] },
    }).retry;
    expect(retry).toEqual({ cause: "served_locally", after: 70 });
    const fits = onlyFailure({
      spec,
      task: { ...lazy, needs: { ...lazy.needs, memory: 1 } },
      sums: { holds: [hold({ memory: 3 * GIB })] },
    });
    expect(fits.transient).toBe(false);
    const small = baseTask({ calls: [call({ for: ["chat"] })], memory: 1 });
    const short = decided({ spec, task: small, node: { memory_available: GIB - 1 } });
    expect([short.outcome, short.retry]).toEqual(["defer", { cause: "served_locally", after: null }]);
    expect(decided({ spec, task: small, node: { memory_available: GIB } }).outcome).toBe("refuse");
  });
  test("served_locally at its largest: a model of exactly all that tasks may have", () => {
    const facts = { providers: [provider({ models: [model({ memory: 4 * GIB })] })] };
    expect(onlyFailure({ spec, task: lazy, facts }).transient).toBe(false);
  });
  test("served_locally when one of two capabilities must wait", () => {
    const [ollama] = baseSpec().sovereignty.providers;
    const two = specWith({
      sovereignty: { endpoints, providers: [ollama!, { ...ollama!, name: "big", serves: ["frontier"] }] },
    });
    const providers = [provider(), provider({ name: "big", models: [model({ memory: 4 * GIB })] })];
    const task = baseTask({ calls: [call({ for: ["chat", "frontier"] })], memory: 1 });
    const finding = onlyFailure({ spec: two, task, facts: { providers } });
    expect(finding.transient).toBe(false);
    const waiting = decided({ spec: two, task, facts: { providers }, node: { memory_available: 2 * GIB } });
    expect(waiting.retry?.cause).toBe("served_locally");
    const anything = decided({
      spec: two,
      task: baseTask({ calls: [call()], memory: 1 }),
      facts: { providers },
      node: { memory_available: 2 * GIB },
    });
    expect(anything.outcome).toBe("refuse");
  });
});
