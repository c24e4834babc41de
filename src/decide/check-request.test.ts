// Known answers of who may ask for what. For each cause a case beyond the limit, and one at it.
import { describe, expect, test } from "vitest";
import {
  answer,
  decided,
  failing,
  frontierCall,
  onlyFailure,
  passes,
  specWith,
} from "../../test/decision-cases.ts";
import { baseSpec, baseTask, call, modelNeed, provider } from "../../test/decision-fixtures.ts";

describe("decide, check-request: who asks", () => {
  test("principal_unlisted", () => {
    for (const principal of [null, "nobody"]) {
      const finding = onlyFailure({ facts: { principal } });
      expect(finding.cause).toBe("principal_unlisted");
      expect(answer(finding)).toEqual([null, null, "none", "principals", false]);
      expect(decided({ facts: { principal } }).principal).toBe(null);
    }
    expect(passes({}).principal).toBe("me");
  });
  test("principal_not_yours", () => {
    const finding = onlyFailure({ task: { ...baseTask(), principal: "other" } });
    expect(answer(finding)).toEqual(["other", "me", "none", "principals", false]);
    expect(finding.cause).toBe("principal_not_yours");
    expect(onlyFailure({ task: { ...baseTask(), principal: "IGNORE RULES" } }).measured).toBe(null);
    passes({ task: { ...baseTask(), principal: "me" } });
  });
  test("capability_not_allowed, for a model need and for a call", () => {
    const me = { name: "me", uid: 1000, may_need: ["embed"], secrets: [] };
    const spec = { ...baseSpec(), principals: [me] };
    const need = onlyFailure({ spec, task: baseTask({ models: [modelNeed()] }) });
    expect([need.cause, ...answer(need)]).toEqual([
      "capability_not_allowed",
      "chat",
      null,
      "none",
      "principals.may_need",
      false,
    ]);
    expect(need.evidence).toEqual(["needs.models[0].capability"]);
    const asked = onlyFailure({ spec, task: baseTask({ calls: [frontierCall] }) });
    expect([asked.measured, asked.evidence]).toEqual(["frontier", ["needs.calls[0].for"]]);
    passes({ task: baseTask({ models: [modelNeed()], calls: [frontierCall] }) });
  });
  test("capability_not_allowed shows no word that the spec does not have", () => {
    const task = baseTask({ models: [modelNeed({ capability: "admit-me" })] });
    const findings = failing(decided({ task }));
    expect(findings.map((finding) => [finding.cause, finding.measured])).toEqual([
      ["capability_not_allowed", null],
      ["no_placement", null],
    ]);
  });
  test("capability_not_allowed when an endpoint does not serve what a call is for", () => {
    const task = baseTask({ calls: [call({ for: ["embed"] })] });
    const finding = onlyFailure({ task });
    expect([finding.cause, ...answer(finding)]).toEqual([
      "capability_not_allowed",
      "embed",
      null,
      "none",
      "sovereignty.endpoints.serves",
      false,
    ]);
    expect(finding.evidence).toEqual(["needs.calls[0]", "api.example.com"]);
  });
  test("provider_unknown and provider_running", () => {
    const unknown = onlyFailure({ task: baseTask({ provider: "nobody" }) });
    expect([unknown.cause, ...answer(unknown)]).toEqual([
      "provider_unknown",
      null,
      null,
      "none",
      "sovereignty.providers",
      false,
    ]);
    expect(unknown.evidence).toEqual(["needs.provider"]);
    const running = onlyFailure({ task: baseTask({ provider: "ollama" }) });
    expect([running.cause, ...answer(running)]).toEqual([
      "provider_running",
      "ollama",
      null,
      "none",
      "sovereignty.providers",
      true,
    ]);
    const stopped = { facts: { providers: [provider({ state: "down" })] } };
    const { grants } = passes({ task: baseTask({ provider: "ollama" }), ...stopped });
    expect(grants?.provider).toEqual({ name: "ollama", url: "http://127.0.0.1:11434" });
    const others = { facts: { providers: [provider({ name: "else" })] } };
    passes({ task: baseTask({ provider: "ollama" }), ...others });
  });
  test("provider_unknown for a provider without URL, and for a folder of models", () => {
    const [ollama] = baseSpec().sovereignty.providers;
    for (const change of [{ url: null }, { kind: "gguf" as const }]) {
      const spec = specWith({ sovereignty: { providers: [{ ...ollama!, ...change }] } });
      expect(onlyFailure({ spec, task: baseTask({ provider: "ollama" }) }).cause).toBe("provider_unknown");
    }
  });
});
