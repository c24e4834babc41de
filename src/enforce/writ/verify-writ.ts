// Verifies a writ with the public key alone: signature, form, place, time and task. Not whether it was used before
// (spent-writs.ts), nor whether its grants are still what was decided on (sandbox/open-grants.ts).
import { createHash, type KeyObject, verify } from "node:crypto";
import { canonicalJson } from "../../stdx/canonical-json.ts";
import type { Json } from "../../stdx/json.ts";
import { err, ok, type Result } from "../../stdx/result.ts";
import type { Task } from "../../task/task.ts";
import type { WritClaims } from "./claims.ts";
import { WRIT_HEADER, WRIT_LENGTH_MAX, WRIT_LIFE_MAX } from "./header.ts";
import { readClaims } from "./read-claims.ts";

/** Where and when a writ would be used, and who must have signed it. */
export interface WritPlace {
  /** Ed25519, public. The header never chooses a key. */
  readonly publicKey: KeyObject;
  readonly node: string;
  readonly boot: string;
  readonly instance: string;
  /** CLOCK_BOOTTIME ms. */
  readonly now: number;
}

/**
 * The claims of `token` when it is a writ for exactly `task`, signed with the private half of `place.publicKey`, for
 * this node, boot and governor start, and not expired; else the first reason why not. Never throws on any token.
 *
 * @example const verified = verifyWrit(token, task, { publicKey, node, boot, instance, now: bootClock() });
 */
export function verifyWrit(token: string, task: Task, place: WritPlace): Result<WritClaims, string> {
  const payload = signedPayload(token, place.publicKey);
  if (!payload.ok) return payload;
  const parsed = parseJson(payload.value);
  if (!parsed.ok) return parsed;
  const claims = readClaims(parsed.value);
  if (!claims.ok) return claims;
  const misplaced = misplacement(claims.value, place);
  if (misplaced !== null) return err(misplaced);
  const otherTask = taskDifference(claims.value, task);
  return otherTask === null ? claims : err(otherTask);
}

/** RFC 7515, section 5.2, of the one header that exists: EdDSA is Ed25519 over `header.payload` (RFC 8037, section 3.1). */
function signedPayload(token: string, key: KeyObject): Result<Uint8Array, string> {
  if (key.type !== "public" || key.asymmetricKeyType !== "ed25519")
    return err("the key is no Ed25519 public key");
  if (token.length > WRIT_LENGTH_MAX)
    return err(`token has ${token.length} characters: limit is ${WRIT_LENGTH_MAX}`);
  if (!hasWritHeader(token)) return err("token has another header than a writ");
  const end = token.lastIndexOf(".");
  const signature = base64url(token.slice(end + 1));
  const payload = base64url(token.slice(token.indexOf(".") + 1, end));
  const signs = signature?.length === SIGNATURE_BYTES && payload !== null;
  if (!signs || !verify(null, Buffer.from(token.slice(0, end), "ascii"), key, signature)) {
    return err("signature does not hold");
  }
  return ok(payload);
}

/** Of an Ed25519 signature (RFC 8032, section 5.1.6). */
const SIGNATURE_BYTES = 64;

/** The bytes of a text in its one base64url form without padding (RFC 7515, section 2); null: it is in no such form. */
function base64url(text: string): Buffer | null {
  const bytes = Buffer.from(text, "base64url");
  return bytes.toString("base64url") === text ? bytes : null;
}

/** Closed header: the same two members, so that no `kid`, `jwk`, `crit` or `b64` is ever interpreted. */
function hasWritHeader(token: string): boolean {
  const [header = "", ...rest] = token.split(".");
  if (rest.length !== 2 || !/^[A-Za-z0-9_-]+$/u.test(header)) return false;
  const parsed = parseJson(Buffer.from(header, "base64url"));
  if (!parsed.ok || typeof parsed.value !== "object" || parsed.value === null) return false;
  const members = new Map<string, unknown>(Object.entries(parsed.value));
  return (
    members.size === 2 && members.get("alg") === WRIT_HEADER.alg && members.get("typ") === WRIT_HEADER.typ
  );
}

function parseJson(bytes: Uint8Array): Result<unknown, string> {
  try {
    return ok(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)));
  } catch (cause) {
    return err(`token holds no JSON: ${cause instanceof Error ? cause.name : "unknown cause"}`);
  }
}

function misplacement(claims: WritClaims, place: WritPlace): string | null {
  if (claims.node !== place.node) return "writ is for another node";
  if (claims.boot !== place.boot) return "writ is of another boot of this node";
  if (claims.instance !== place.instance) return "writ is of another start of the governor";
  if (!Number.isFinite(place.now)) return "the boot clock gives no time";
  if (claims.expires_at <= place.now)
    return `writ expired ${Math.ceil(place.now - claims.expires_at)} ms ago`;
  const life = claims.expires_at - place.now;
  return life > WRIT_LIFE_MAX ? `writ lives ${Math.floor(life)} ms more: limit is ${WRIT_LIFE_MAX}` : null;
}

function taskDifference(claims: WritClaims, task: Task): string | null {
  const digest = createHash("sha256")
    .update(canonicalJson(task as unknown as Json))
    .digest("hex");
  if (digest !== claims.task_digest) return "writ is for another task";
  const commands = [claims.grants.command, task.run.command].map((command) => canonicalJson(command));
  return commands[0] === commands[1] ? null : "writ grants another command than the task has";
}
