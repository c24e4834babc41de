// A described request in one line, quantities in their units: only what differs from the smallest request is told.
import { escapeUntrusted } from "../stdx/escape.ts";
import { formatQuantity, type QuantityKind } from "../stdx/units.ts";
import {
  smallestRequest,
  UNLISTED,
  type WitnessCall,
  type WitnessFound,
  type WitnessRequest,
  type WitnessSpend,
} from "./witness.ts";

/**
 * The line that `writ spec diff` and a refused adoption show. Names from a spec are escaped.
 *
 * @example "a task of `agent` (uid 1001) that uses 8 GiB of memory"
 */
export function formatWitness(request: WitnessRequest): string {
  const { name, uid } = request.principal;
  const does = [...amounts(request), ...needs(request), ...request.calls.map((call) => callText(call))];
  if (request.score < 100) does.push(`scores ${request.score}`);
  const who = `a task of ${quoted(name)} (uid ${uid})`;
  const what = does.length === 0 ? who : `${who} that ${does.join(", ")}`;
  const when = [...node(request), ...request.spent.map((spend) => spentText(spend))];
  return when.length === 0 ? what : `${what}, ${when.join(", ")}`;
}

/** Base amounts are not worth telling unless they are undeclared. */
function amounts(request: WitnessRequest): readonly string[] {
  const smallest = smallestRequest(request.principal);
  const told: string[] = [];
  for (const { quantity, kind, verb, unit } of AMOUNTS) {
    const undeclared = request.undeclared.includes(quantity);
    if (request[quantity] === smallest[quantity] && !undeclared) continue;
    const does = `${verb} ${formatQuantity(kind, request[quantity])}${unit}`;
    told.push(undeclared ? `declares no ${quantity} and ${does}` : does);
  }
  if (request.output > smallest.output) told.push(`prints ${formatQuantity("bytes", request.output)}`);
  if (request.submits > 0) told.push(`submits ${request.submits} itself`);
  if (request.depth > 0) told.push(`was submitted ${request.depth} below another`);
  if (request.undeclared.includes("bytes_out")) told.push("declares no bytes out");
  if (request.undeclared.includes("tokens")) told.push("declares no tokens");
  return told;
}

interface AmountText {
  readonly quantity: "memory" | "cpu" | "time" | "processes";
  readonly kind: QuantityKind;
  readonly verb: string;
  readonly unit: string;
}

const AMOUNTS: readonly AmountText[] = [
  { quantity: "memory", kind: "bytes", verb: "uses", unit: " of memory" },
  { quantity: "cpu", kind: "cpu", verb: "uses", unit: " cores" },
  { quantity: "time", kind: "duration", verb: "runs for", unit: "" },
  { quantity: "processes", kind: "count", verb: "uses", unit: " processes" },
];

function needs({ reads, models, provider, secrets }: WitnessRequest): readonly string[] {
  const told = reads.map((path) => `reads ${quoted(path)}`);
  told.push(...secrets.map((name) => `asks for secret ${quoted(name)}`));
  for (const { capability, latency } of models) {
    told.push(`needs ${quoted(capability)} on this node${within(latency)}`);
  }
  if (provider !== null)
    told.push(`is provider ${quoted(provider.name)} (${provider.url ?? provider.folder ?? "nowhere"})`);
  return told;
}

function callText(call: WitnessCall): string {
  const place = call.host.includes(":") ? `[${call.host}]` : call.host;
  const parts = [
    call.scheme === "tcp"
      ? `connects to tcp://${place}:${call.port}`
      : `calls ${call.method} ${call.scheme}://${place}:${call.port}${call.path}`,
  ];
  if (call.address !== null) parts.push(`at ${call.address}`);
  if (call.authority !== null)
    parts.push(`proved by the authority that ends in \`${call.authority.slice(-12)}\``);
  if (call.for.length > 0) parts.push(`for ${call.for.map((one) => quoted(one)).join(" and ")}`);
  if (call.declared > 1) parts.push(`as ${call.declared} declared calls`);
  if (call.requests > call.declared) parts.push(`with ${call.requests} requests`);
  parts.push(`sending ${formatQuantity("bytes", call.bytes_out)}`);
  if (call.content_type !== null) parts.push(`of ${quoted(call.content_type)}`);
  for (const file of call.sends) parts.push(`with a value of ${quoted(file)}`);
  for (const file of call.passages) parts.push(`with a passage of ${quoted(file)}`);
  parts.push(...found(call.found));
  if (call.carries !== null) {
    const { name, file, place: where } = call.carries;
    parts.push(`with secret ${quoted(name)} of ${quoted(file)} as ${quoted(where)}`);
  }
  if (call.bytes_in > 1) parts.push(`taking ${formatQuantity("bytes", call.bytes_in)}`);
  if (call.tokens_in + call.tokens_out > 0)
    parts.push(`with ${call.tokens_in} tokens answered by ${call.tokens_out}`);
  if (call.label !== null) parts.push(`labelled ${quoted(call.label)}`);
  return `${parts.join(" ")}${within(call.latency)}`;
}

function found({ credential, opaque, personal, novel }: WitnessFound): readonly string[] {
  const told: string[] = [];
  if (credential !== null) told.push(`with a credential${known(credential)}`);
  if (opaque !== null) told.push(`with data that nobody can read${known(opaque)}`);
  if (personal !== null) told.push(`with ${personal.count} of ${quoted(personal.group)}`);
  if (novel > 0) told.push(`with ${formatQuantity("bytes", novel)} of novel information`);
  return told;
}

function known(fingerprint: string): string {
  return fingerprint === UNLISTED ? "" : ` whose fingerprint is ${quoted(fingerprint)}`;
}

function within(latency: number | null): string {
  return latency === null ? "" : ` within ${formatQuantity("duration", latency)}`;
}

function node({ node: now }: WitnessRequest): readonly string[] {
  const told: string[] = [];
  if (now.isolation !== "namespaces") told.push(`on a node that proves ${now.isolation}`);
  if (now.limits !== "cgroup") told.push(`on a node that proves ${now.limits} limits`);
  if (now.committed > 0) told.push(`with ${formatQuantity("percent", now.committed)} of memory committed`);
  if (now.left < Number.MAX_SAFE_INTEGER)
    told.push(`with ${formatQuantity("bytes", now.left)} of memory left`);
  if (now.heat === null) told.push("on a node without a heat sensor");
  else if (now.heat !== 0) told.push(`at ${heatText(now.heat)}`);
  if (now.pressure === null) told.push("on a node without pressure figures");
  else if (now.pressure > 0) told.push(`at a memory pressure of ${formatQuantity("percent", now.pressure)}`);
  if (now.providers === "up") told.push("while the local providers answer");
  return told;
}

function heatText(heat: number): string {
  return heat < 0 ? `-${formatQuantity("temperature", -heat)}` : formatQuantity("temperature", heat);
}

function spentText({ ago, same, external_calls, bytes_out, tokens, money }: WitnessSpend): string {
  const whose = same.length === 0 ? "this node" : `the same ${same.join(" and ")}`;
  const what: string[] = [];
  if (external_calls > 0) what.push(`${external_calls} external calls`);
  if (bytes_out > 0) what.push(`${formatQuantity("bytes", bytes_out)} out`);
  if (tokens > 0) what.push(`${tokens} tokens`);
  if (money > 0) what.push(formatQuantity("money", money));
  const when = ago === 0 ? "just before" : `${formatQuantity("duration", ago)} ago`;
  return `after ${whose} spent ${what.join(" and ")} ${when}`;
}

function quoted(text: string): string {
  return `\`${escapeUntrusted(text)}\``;
}
