// Tells a run's whole traffic: every decision of the gate for it, in order, a line each. Not which records are the run's
// (tell-run.ts), nor the drafting of what it lacked.
import type { LedgerRecord } from "../ledger/record.ts";
import { escapeUntrusted } from "../stdx/escape.ts";
import type { Json } from "../stdx/json.ts";
import { formatReadable } from "../stdx/readable-quantity.ts";
import type { ToldSection } from "./governor.ts";

/** Lines told one by one; the rest is counted. */
const LINES_MAX = 200;

/** Takes the records of one run in order. Hosts whose payload was erased are told by their hash. Escaped. */
export class TrafficTelling {
  readonly #lines: string[] = [];
  readonly #total = { decisions: 0, allowed: 0, bytes_out: 0, bytes_in: 0, counted: 0, tokens: 0, money: 0 };

  take(record: LedgerRecord): void {
    if (record.kind !== "egress") return;
    const { core } = record;
    const total = this.#total;
    total.decisions += 1;
    total.allowed += core["decision"] === "allow" ? 1 : 0;
    total.bytes_out += numberOf(core["bytes_out"]);
    total.bytes_in += numberOf(core["bytes_in"]);
    const usage = usageOf(record);
    total.counted += usage === null ? 0 : 1;
    total.tokens += numberOf(usage?.["tokens"]);
    total.money += numberOf(usage?.["money"]);
    if (this.#lines.length < LINES_MAX) this.#lines.push(lineOf(record));
  }

  /** One section; none of a run without traffic. */
  told(): readonly ToldSection[] {
    const { decisions, allowed, bytes_out, bytes_in, counted, tokens, money } = this.#total;
    if (decisions === 0) return [];
    const more = decisions - this.#lines.length;
    const used = counted === 0 ? "" : `, ${chargedIn(tokens, money)}`;
    const sum = `${decisions} decisions of the gate, ${allowed} allowed: ${bytes_out} bytes out, ${bytes_in} bytes in${used}`;
    const rest = more === 0 ? [] : [`and ${more} more in the ledger`];
    return [{ title: "Traffic", lines: [sum, ...this.#lines, ...rest] }];
  }
}

function lineOf(record: LedgerRecord): string {
  const { core, payload } = record;
  const usage = usageOf(record);
  const words = [
    wordOf(core["decision"]).padEnd(6),
    wordOf(core["via"]),
    wordOf(core["method"]),
    placeOf(core, payload),
    typeof core["status"] === "number" ? `status ${core["status"]}` : "",
    `${numberOf(core["bytes_out"])} bytes out, ${numberOf(core["bytes_in"])} in`,
    usage === null ? "" : `(${toldUsage(usage)})`,
  ].filter((word) => word !== "");
  const cause = wordOf(core["cause"]);
  return escapeUntrusted(`${words.join(" ")}${cause === "" ? "" : `: ${cause}`}`);
}

/** What an answer used, where that is counted; null: it is not. */
function usageOf({ core }: LedgerRecord): { readonly [name: string]: Json } | null {
  const { usage } = core;
  return usage !== undefined && isObject(usage) ? usage : null;
}

/** What is charged, and what the answer itself said, which may be nothing. */
function toldUsage({ tokens_in, tokens_out, tokens, money }: { readonly [name: string]: Json }): string {
  const said =
    typeof tokens_in === "number" && typeof tokens_out === "number"
      ? `${tokens_in} in and ${tokens_out} out`
      : "not said, so all that was reserved";
  return `${chargedIn(numberOf(tokens), numberOf(money))}: ${said}`;
}

function chargedIn(tokens: number, money: number): string {
  const cost = money === 0 ? "" : `, ${formatReadable("money", money)}`;
  return `${tokens} tokens${cost}`;
}

function placeOf(core: LedgerRecord["core"], payload: Json): string {
  const provider = wordOf(core["provider"]);
  if (provider !== "") return provider;
  const port = typeof core["port"] === "number" ? `:${core["port"]}` : "";
  const named = isObject(payload) ? payload : {};
  const host = wordOf(named["host"]);
  if (host !== "") return `${host}${port}${wordOf(named["path"])}`;
  const hash = wordOf(core["host_hash"]);
  return hash === "" ? "no host" : `erased host ${hash.slice(0, 12)}${port}`;
}

function isObject(value: Json): value is { readonly [name: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function wordOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

function numberOf(value: Json | undefined): number {
  return typeof value === "number" ? value : 0;
}
