// Two published engines with the rules of one spec, as far as they have words for them: limits of one task, what may be called
// how often with how much, labels as declared, and the governor's own folder. Their packages live in bench/peers.
import { createRequire } from "node:module";

/** Of a spec, what both engines can be told. */
export interface Rules {
  readonly principal: string;
  readonly memory: number;
  readonly cpu: number;
  readonly time: number;
  readonly processes: number;
  readonly submits: number;
  readonly calls: number;
  readonly ladder: readonly string[];
  readonly default_label: string;
  readonly endpoints: readonly EndpointRule[];
}

export interface EndpointRule {
  readonly host: string;
  readonly port: number;
  readonly methods: readonly string[];
  readonly paths: readonly string[];
  readonly requests: number;
  readonly bytes: number;
  /** Ranks: of the ladder, and of who controls it, the owner's own first. */
  readonly clearance: number;
  readonly control: number;
}

/** One question; amounts are in base units, ranks as in the rules. */
export type Asked =
  | ({ readonly kind: "task"; readonly principal: string } & Pick<
      Rules,
      "memory" | "cpu" | "time" | "processes" | "submits" | "calls"
    >)
  | { readonly kind: "path"; readonly path: string }
  | {
      readonly kind: "call";
      readonly host: string;
      readonly port: number;
      readonly method: string;
      readonly path: string;
      readonly requests: number;
      readonly bytes: number;
      readonly label: number;
      readonly residency: number;
      readonly bytes_wish: number;
    };

/** Whether it allows what is asked. */
export type Engine = (asked: Asked) => boolean;

const require = createRequire(new URL("./peers/package.json", import.meta.url));
const LIMITS = ["memory", "cpu", "time", "processes", "submits", "calls"] as const;
/** The folder that no task is given. */
const HOME = "/r/home";

interface PolicyEngine {
  loadJson(text: string): unknown;
  evaluatePolicy(agent: string, context: object): { readonly allowed?: boolean };
}

/** It has no prefixes and no suffixes: which granted path a request lies below, and whether a path lies in the home, is told it. */
export function toolkitFor(rules: Rules): Engine {
  const { PolicyEngine } = require("@microsoft/agent-governance-sdk") as {
    PolicyEngine: new () => PolicyEngine;
  };
  const engine = new PolicyEngine();
  const limits = LIMITS.map((name) => `${name} <= ${rules[name]}`).join(" and ");
  const calls = rules.endpoints.flatMap((one) =>
    one.paths.map((path) =>
      [
        "kind == 'call'",
        `host == '${one.host}'`,
        `port == ${one.port}`,
        `method in [${one.methods.map((method) => `'${method}'`).join(", ")}]`,
        `below_${one.paths.indexOf(path)} == '${path}'`,
        `requests <= ${one.requests}`,
        `bytes <= ${one.bytes}`,
        `label <= ${one.clearance}`,
        `residency >= ${one.control}`,
      ].join(" and "),
    ),
  );
  const conditions = [
    `kind == 'task' and principal == '${rules.principal}' and ${limits}`,
    "kind == 'path' and in_home == false",
    ...calls,
  ];
  engine.loadJson(
    JSON.stringify({
      apiVersion: "governance.toolkit/v1",
      name: "challenge",
      default_action: "deny",
      rules: conditions.map((condition, at) => ({ name: `allow-${at}`, condition, ruleAction: "allow" })),
    }),
  );
  return (asked) => engine.evaluatePolicy("did:challenge", told(asked, rules)).allowed === true;
}

function told(asked: Asked, rules: Rules): object {
  if (asked.kind === "path") return { ...asked, in_home: asked.path.startsWith(HOME) };
  if (asked.kind === "task") return asked;
  const paths =
    rules.endpoints.find(({ host, port }) => host === asked.host && port === asked.port)?.paths ?? [];
  const below = paths.map((path, at) => [`below_${at}`, asked.path.startsWith(path) ? path : ""]);
  return { ...asked, ...(Object.fromEntries(below) as object) };
}

interface Cedar {
  isAuthorized(call: object): { readonly response?: { readonly decision?: string } };
}

/** Prefixes are `like` with a star behind, wildcards of hosts with one in front. */
export function cedarFor(rules: Rules): Engine {
  const engine = require("@cedar-policy/cedar-wasm/nodejs") as Cedar;
  const limits = LIMITS.map((name) => `context.${name} <= ${rules[name]}`).join(" && ");
  const calls = rules.endpoints.map(
    (one) => `permit(principal, action == Action::"call", resource) when {
      context.host like "${one.host}" && context.port == ${one.port} &&
      ${JSON.stringify(one.methods)}.contains(context.method) &&
      (${one.paths.map((path) => `context.path like "${path}*"`).join(" || ") || "false"}) &&
      context.requests <= ${one.requests} && context.bytes <= ${one.bytes} && context.bytes <= context.bytes_wish &&
      context.label <= ${one.clearance} && context.residency >= ${one.control} };`,
  );
  const staticPolicies = [
    `permit(principal == User::"${rules.principal}", action == Action::"task", resource) when { ${limits} };`,
    `permit(principal, action == Action::"path", resource) unless { context.path like "${HOME}*" };`,
    ...calls,
  ].join("\n");
  return (asked) => {
    const { kind, ...context } = asked;
    const answer = engine.isAuthorized({
      principal: { type: "User", id: asked.kind === "task" ? asked.principal : rules.principal },
      action: { type: "Action", id: kind },
      resource: { type: "Node", id: "here" },
      context,
      policies: { staticPolicies },
      entities: [],
    });
    if (answer.response === undefined) throw new Error(JSON.stringify(answer));
    return answer.response.decision === "allow";
  };
}
