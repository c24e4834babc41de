// Reads what a worker says, as if a task had taken it over: exact shapes, bounded texts, whole numbers. Not whether it is
// true: a worker that lies about its own principal's traffic is not found out here.
import type { ChildAsk } from "../execution.ts";
import type { FromWorker, UsedGrants } from "./gate-messages.ts";
import { KINDS_MAX } from "./scan/bounds.ts";
import { DOCUMENT_MAX } from "./submits/bounds.ts";

/** `said` as a message, or null: the worker is broken, and is to be ended. Nothing is filled in. */
export function readMessage(said: unknown): FromWorker | null {
  const message = fields(said);
  if (message === null) return null;
  const { type, id } = message;
  if (type === "ready") return { type };
  if (!isText(id, ID_MAX)) return null;
  switch (type) {
    case "granted":
      return { type, id };
    case "failed":
      return isText(message["reason"], TEXT_MAX) ? { type, id, reason: message["reason"] } : null;
    case "ended": {
      const used = message["used"];
      return isUsed(used) ? { type, id, used } : null;
    }
    case "event": {
      const { event, forwarded } = message;
      return isEvent(event) && typeof forwarded === "boolean" ? { type, id, event, forwarded } : null;
    }
    case "ask": {
      const { ask } = message;
      const asked = askOf(message["asked"]);
      return isCount(ask) && asked !== null ? { type, id, ask, asked } : null;
    }
    default:
      return null;
  }
}

/** What a task asks of its submission listener; the document is the task's own, and is parsed by whoever decides. */
function askOf(value: unknown): ChildAsk | null {
  const asked = fields(value);
  if (asked === null) return null;
  const { op, child, wait, text, format } = asked;
  if (op === "submit") {
    const known = format === "yaml" || format === "json" ? format : null;
    return known !== null && typeof wait === "boolean" && isText(text, DOCUMENT_MAX)
      ? { op, text, format: known, wait }
      : null;
  }
  if (!isCount(child)) return null;
  if (op === "look") return typeof wait === "boolean" ? { op, child, wait } : null;
  return op === "cancel" ? { op, child } : null;
}

type Event = Extract<FromWorker, { type: "event" }>["event"];

/** Characters of a grant's id: ours are far shorter. */
const ID_MAX = 256;
/** Characters of a host, cause, method or reason: a name has at most 253 (RFC 1035 section 2.3.4). */
const TEXT_MAX = 1024;
/** Characters of a path: as long as a request head may be. */
const PATH_MAX = 65_536;

const DECISIONS: ReadonlySet<unknown> = new Set(["allow", "refuse", "error"]);
const VIAS: ReadonlySet<unknown> = new Set(["model", "proxy", "connect", "transparent", "dns", "opaque"]);
const EVENT_FIELDS = 12;

function isEvent(value: unknown): value is Event {
  const event = fields(value);
  if (event === null) return false;
  const counted = "usage" in event;
  if (Object.keys(event).length !== EVENT_FIELDS + (counted ? 1 : 0)) return false;
  return (
    (!counted || isUsage(event["usage"])) &&
    DECISIONS.has(event["decision"]) &&
    VIAS.has(event["via"]) &&
    ["provider", "host", "cause"].every((name) => event[name] === null || isText(event[name], TEXT_MAX)) &&
    isText(event["method"], TEXT_MAX) &&
    isText(event["path"], PATH_MAX) &&
    ["port", "status"].every((name) => event[name] === null || isCount(event[name])) &&
    ["bytes_out", "bytes_in"].every((name) => isCount(event[name])) &&
    isFindings(event["findings"])
  );
}

function isUsage(value: unknown): boolean {
  const usage = fields(value);
  return (
    usage !== null &&
    Object.keys(usage).length === USAGE_FIELDS &&
    ["tokens_in", "tokens_out"].every((name) => usage[name] === null || isCount(usage[name])) &&
    ["tokens", "money"].every((name) => isCount(usage[name]))
  );
}

const USAGE_FIELDS = 4;

const CLASSES: ReadonlySet<unknown> = new Set(["credential", "personal", "protected", "opaque"]);

/** Kinds are words of the scanner, so that no task's words come in by them. */
function isFindings(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length <= KINDS_MAX &&
    value.every((entry) => {
      const finding = fields(entry);
      return (
        finding !== null &&
        Object.keys(finding).length === FINDING_FIELDS &&
        CLASSES.has(finding["class"]) &&
        typeof finding["kind"] === "string" &&
        /^[a-z0-9_]{1,64}$/.test(finding["kind"]) &&
        isCount(finding["count"])
      );
    })
  );
}

const FINDING_FIELDS = 3;

function isUsed(value: unknown): value is UsedGrants {
  const used = fields(value);
  return used !== null && [used["calls"], used["opaque"]].every((list) => isUses(list));
}

function isUses(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.every((entry) => {
      const use = fields(entry);
      return use !== null && USE_FIELDS.every((name) => isCount(use[name]));
    })
  );
}

const USE_FIELDS = ["requests", "bytes_out", "bytes_in", "tokens", "money"];

function fields(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : null;
}

function isText(value: unknown, most: number): value is string {
  return typeof value === "string" && value.length <= most;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
