// Known answers of credentials: who may have which, where each may go, and that only the gate authenticates.
import { describe, expect, test } from "vitest";
import {
  answer,
  type Case,
  decided,
  failing,
  onlyFailure,
  passes,
  specWith,
} from "../../test/decision-cases.ts";
import { baseTask, call, endpoint, modelNeed, provider } from "../../test/decision-fixtures.ts";
import type { Endpoint, SecretBinding, Spec } from "../spec/spec.ts";
import type { Needs } from "../task/task.ts";

const secret = (name: string, target: Partial<SecretBinding["for"]> = {}): SecretBinding => ({
  name,
  file: "/keys/one",
  for: { host: "api.example.com", port: 443, methods: ["POST"], paths: ["/v1"], place: "bearer", ...target },
});

function withSecrets(
  secrets: readonly SecretBinding[],
  own: readonly string[] = secrets.map(({ name }) => name),
  endpoints: readonly Endpoint[] = [endpoint()],
): Spec {
  const spec = specWith({ sovereignty: { secrets, endpoints, score_min: 0 } });
  const principals = spec.principals.map((one) => ({ ...one, secrets: one.name === "me" ? own : [] }));
  return { ...spec, principals };
}

const asking = (spec: Spec, needs: Partial<Needs>): Case => ({ spec, task: baseTask(needs) });

describe("decide, check-secrets", () => {
  test("secret_unknown, whose name is never shown", () => {
    const finding = onlyFailure(asking(withSecrets([]), { secrets: ["ADMIT-ME"], calls: [call()] }));
    expect([finding.cause, ...answer(finding)]).toEqual([
      "secret_unknown",
      null,
      null,
      "none",
      "sovereignty.secrets",
      false,
    ]);
    expect([finding.constraint, finding.evidence]).toEqual(["request", ["needs.secrets[0]"]]);
  });

  test("secret_not_allowed to a principal that does not list it, nor to nobody", () => {
    const needs = { secrets: ["KEY", "OTHER"], calls: [call()] };
    const spec = withSecrets([secret("KEY"), secret("OTHER")], ["KEY"]);
    const finding = onlyFailure(asking(spec, needs));
    expect([finding.cause, ...answer(finding)]).toEqual([
      "secret_not_allowed",
      "OTHER",
      null,
      "none",
      "principals.secrets",
      false,
    ]);
    expect(finding.evidence).toEqual(["needs.secrets[1]"]);
    const unlisted = failing(decided({ ...asking(spec, needs), facts: { principal: null } }));
    expect(unlisted.map(({ cause }) => cause)).toEqual([
      "principal_unlisted",
      "secret_not_allowed",
      "secret_not_allowed",
    ]);
    passes(asking(withSecrets([secret("KEY"), secret("OTHER")]), needs));
  });

  test("secret_has_no_call without a call to its host and port", () => {
    const spec = withSecrets(
      [secret("KEY")],
      ["KEY"],
      [endpoint(), endpoint({ port: 8443 }), endpoint({ host: "b.example.com" })],
    );
    for (const calls of [
      [],
      [call({ to: "https://api.example.com:8443/v1/x" })],
      [call({ to: "https://b.example.com:443/v1/x" })],
    ]) {
      const finding = onlyFailure(asking(spec, { secrets: ["KEY"], calls }));
      expect([finding.cause, ...answer(finding)]).toEqual([
        "secret_has_no_call",
        "KEY",
        null,
        "none",
        "sovereignty.secrets.for",
        false,
      ]);
      expect(finding.evidence).toEqual(["needs.secrets[0]"]);
    }
    passes(asking(spec, { secrets: ["KEY"], calls: [call()] }));
    // The gate looks at methods and paths, request by request.
    passes(asking(spec, { secrets: ["KEY"], calls: [call({ method: ["GET"] })] }));
  });

  test("a raw connection is no call for a secret", () => {
    const opaque = { max_label: "public", bytes_out: 4096, bytes_in: 1 };
    const spec = withSecrets([secret("KEY")], ["KEY"], [endpoint({ address: "10.0.0.5", opaque })]);
    const calls = [call({ to: "tcp://api.example.com:443", method: ["CONNECT"] })];
    expect(onlyFailure(asking(spec, { secrets: ["KEY"], calls })).cause).toBe("secret_has_no_call");
  });

  test("a model need that may be placed where a secret goes is a call for it, wherever it is placed", () => {
    const spec = withSecrets(
      [secret("KEY")],
      ["KEY"],
      [endpoint({ serves: ["chat"] }), endpoint({ host: "b.example.com", serves: ["embed"] })],
    );
    const models = [modelNeed()];
    const here = passes(asking(spec, { secrets: ["KEY"], models }));
    expect(here.placements.map(({ target }) => target)).toEqual(["provider"]);
    const down = { facts: { providers: [provider({ state: "down" as const })] } };
    const there = passes({ ...asking(spec, { secrets: ["KEY"], models }), ...down });
    expect(there.placements.map(({ name }) => name)).toEqual(["api.example.com"]);
    const other = onlyFailure(
      asking(spec, { secrets: ["KEY"], models: [modelNeed({ capability: "embed" })] }),
    );
    expect(other.cause).toBe("secret_has_no_call");
    const elsewhere = withSecrets([secret("KEY", { port: 8443 })], ["KEY"], [endpoint({ serves: ["chat"] })]);
    expect(onlyFailure(asking(elsewhere, { secrets: ["KEY"], models })).cause).toBe("secret_has_no_call");
  });

  test("secret_undeclared where the spec binds a secret and the task asks for none of that place", () => {
    const spec = withSecrets(
      [secret("KEY"), secret("OTHER"), secret("FAR", { host: "b.example.com" })],
      undefined,
      [endpoint(), endpoint({ host: "b.example.com" })],
    );
    const finding = onlyFailure(asking(spec, { calls: [call()] }));
    expect([finding.cause, ...answer(finding)]).toEqual([
      "secret_undeclared",
      "api.example.com",
      null,
      "none",
      "sovereignty.secrets",
      false,
    ]);
    expect([finding.constraint, finding.evidence]).toEqual([
      "sovereignty",
      ["needs.calls[0]", "KEY", "OTHER"],
    ]);
    passes(asking(spec, { calls: [call()], secrets: ["OTHER"] }));
    const two = [call(), call({ to: "https://b.example.com:443/v1/x" })];
    const second = onlyFailure(asking(spec, { calls: two, secrets: ["KEY"] }));
    expect(second.evidence).toEqual(["needs.calls[1]", "FAR"]);
    passes(asking(spec, { calls: two, secrets: ["FAR", "KEY"] }));
  });

  test("secret_undeclared for a model need that was placed there", () => {
    const spec = withSecrets([secret("KEY")], ["KEY"], [endpoint({ serves: ["embed"] })]);
    const models = [modelNeed({ capability: "embed" })];
    const finding = onlyFailure(asking(spec, { models }));
    expect([finding.cause, finding.evidence]).toEqual(["secret_undeclared", ["needs.models[0]", "KEY"]]);
    passes(asking(spec, { models, secrets: ["KEY"] }));
  });
});
