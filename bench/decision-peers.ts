// The same question put to two published engines: may this principal POST to this host, with one rule a host. Their
// packages live in bench/peers with a lockfile of their own; they are no part of Writ.
import { createRequire } from "node:module";
import { batched } from "./decision.ts";
import type { Contestant } from "./interleave.ts";

interface PolicyEngine {
  loadJson(text: string): unknown;
  evaluatePolicy(agent: string, context: Record<string, unknown>): { readonly allowed?: boolean };
}

interface Cedar {
  isAuthorized(call: object): { readonly response?: { readonly decision?: string } };
}

const require = createRequire(new URL("./peers/package.json", import.meta.url));

/** Contestants with `size` rules each; the one asked for is the last rule. */
export async function peers(size: number): Promise<readonly Contestant[]> {
  const host = `host-${size - 1}.example-${size - 1}.com`;
  return [toolkit(size, host), cedar(size, host)];
}

function toolkit(size: number, host: string): Contestant {
  const { PolicyEngine } = require("@microsoft/agent-governance-sdk") as {
    PolicyEngine: new () => PolicyEngine;
  };
  const engine = new PolicyEngine();
  engine.loadJson(
    JSON.stringify({
      apiVersion: "governance.toolkit/v1",
      name: "bench",
      default_action: "deny",
      rules: Array.from({ length: size }, (_, at) => ({
        name: `allow-${at}`,
        condition: `host == 'host-${at}.example-${at}.com' and method == 'POST'`,
        ruleAction: "allow",
      })),
    }),
  );
  const context = { host, method: "POST", bytes: 4096 };
  if (engine.evaluatePolicy("did:bench", context).allowed !== true)
    throw new Error("the toolkit does not allow the benched call");
  const count = size >= 1000 ? 5 : 200;
  return {
    name: "@microsoft/agent-governance-sdk 4.0.0",
    once: batched(count, () => engine.evaluatePolicy("did:bench", context)),
  };
}

function cedar(size: number, host: string): Contestant {
  const engine = require("@cedar-policy/cedar-wasm/nodejs") as Cedar;
  const staticPolicies = Array.from(
    { length: size },
    (_, at) =>
      `permit(principal, action == Action::"POST", resource == Host::"host-${at}.example-${at}.com");`,
  ).join("\n");
  const call = {
    principal: { type: "User", id: "operator" },
    action: { type: "Action", id: "POST" },
    resource: { type: "Host", id: host },
    context: {},
    policies: { staticPolicies },
    entities: [],
  };
  if (engine.isAuthorized(call).response?.decision !== "allow")
    throw new Error("cedar does not allow the benched call");
  const count = size >= 1000 ? 2 : 50;
  return { name: "@cedar-policy/cedar-wasm 4.13.0", once: batched(count, () => engine.isAuthorized(call)) };
}
