// Known answers of the changes of secrets: dropped, declared, and gone with their last call.
import { describe, expect, test } from "vitest";
import { type Case, decided, firstRemedy, offered, specWith } from "../../test/decision-cases.ts";
import { baseSpec, baseTask, call, endpoint } from "../../test/decision-fixtures.ts";
import type { SecretBinding } from "../spec/spec.ts";
import type { Needs } from "../task/task.ts";

const secret = (name: string, host = "api.example.com"): SecretBinding => ({
  name,
  file: "/keys/one",
  for: { host, port: 443, methods: ["POST"], paths: ["/v1"], place: "bearer" },
});

function asking(
  secrets: readonly SecretBinding[],
  needs: Partial<Needs>,
  own: readonly string[] = secrets.map(({ name }) => name),
): Case {
  const endpoints = [endpoint(), endpoint({ host: "b.example.com" })];
  const spec = specWith({ sovereignty: { secrets, endpoints, score_min: 0, external_calls_max: 1 } });
  const principals = spec.principals.map((one) => ({ ...one, secrets: own }));
  return { spec: { ...spec, principals }, task: baseTask(needs) };
}

const B = call({ to: "https://b.example.com:443/v1" });

describe("remedies: secrets", () => {
  test("drop_secret leaves out every one that fails, by its place in the task", () => {
    const one = asking(
      [secret("KEY"), secret("FAR", "b.example.com"), secret("NOT")],
      {
        calls: [call()],
        secrets: ["FAR", "KEY", "NOT", "UNKNOWN"],
      },
      ["KEY", "FAR"],
    );
    expect(offered(one)).toEqual([
      ["drop_secret", "needs.secrets[0], needs.secrets[2], needs.secrets[3]: asked → dropped", "admit"],
    ]);
    expect(firstRemedy(one).task.needs.secrets).toEqual(["KEY"]);
    expect(firstRemedy(one).task.needs.calls).toEqual([call()]);
  });

  test("declare names the first secret of each place that the principal may have", () => {
    const two = [secret("AAA"), secret("BBB"), secret("CCC")];
    const one = asking(two, { calls: [call()] }, ["BBB", "CCC"]);
    expect(offered(one)).toEqual([
      ["declare", "needs.secrets: undeclared → BBB", "admit"],
      ["drop_call", "needs.calls[0]: declared → dropped", "admit"],
    ]);
    expect(firstRemedy(one).task.needs).toEqual({ ...baseTask({ calls: [call()] }).needs, secrets: ["BBB"] });
  });

  test("declare adds to what is declared, sorted, for all places at once", () => {
    const one = asking([secret("ZED"), secret("ACE", "b.example.com"), secret("MID")], {
      calls: [call(), B],
      secrets: [],
    });
    const spec = one.spec ?? baseSpec();
    const wide = { ...spec, sovereignty: { ...spec.sovereignty, external_calls_max: 2 } };
    const [first] = decided({ ...one, spec: wide }).remedies;
    expect([first?.change, first?.summary, first?.task.needs.secrets]).toEqual([
      "declare",
      "needs.secrets: undeclared → ACE, ZED",
      ["ACE", "ZED"],
    ]);
  });

  test("nothing is declared that the principal may not have", () => {
    expect(offered(asking([secret("KEY")], { calls: [call()] }, []))).toEqual([
      ["drop_call", "needs.calls[0]: declared → dropped", "admit"],
    ]);
  });

  test("a dropped call takes along the secrets that had no other", () => {
    const one = asking([secret("KEY"), secret("FAR", "b.example.com")], {
      calls: [call(), B],
      secrets: ["FAR", "KEY"],
    });
    expect(offered(one)).toEqual([
      ["drop_call", "needs.calls[0]: declared → dropped; needs.secrets: without KEY", "admit"],
      ["drop_call", "needs.calls[1]: declared → dropped; needs.secrets: without FAR", "admit"],
      ["drop_call", "needs.calls: 2 calls → 0; needs.secrets: without FAR, KEY", "admit"],
    ]);
    expect(decided(one).remedies.map(({ task }) => task.needs.secrets)).toEqual([["FAR"], ["KEY"], []]);
  });

  test("a dropped call leaves a secret that another call has", () => {
    const one = asking([secret("KEY")], { calls: [call(), call({ method: ["GET"] })], secrets: ["KEY"] });
    expect(offered(one).slice(0, 2)).toEqual([
      ["drop_call", "needs.calls[0]: declared → dropped", "admit"],
      ["drop_call", "needs.calls[1]: declared → dropped", "admit"],
    ]);
  });

  test("work that comes home takes its secret along", () => {
    const endpoints = [endpoint({ serves: ["chat"] })];
    const spec = specWith({ sovereignty: { secrets: [secret("KEY")], endpoints, score_min: 0 } });
    const principals = spec.principals.map((one) => ({ ...one, secrets: ["KEY"] }));
    const task = baseTask({ calls: [call({ for: ["chat"] })], secrets: ["KEY"] });
    const [first] = decided({ spec: { ...spec, principals }, task }).remedies;
    // A need that may be placed where the secret goes still has a use for it.
    expect([first?.change, first?.task.needs.secrets]).toEqual(["place_locally", ["KEY"]]);
  });
});
