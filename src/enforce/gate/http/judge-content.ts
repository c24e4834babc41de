// Judges what a request says, once all of it is here: its encodings undone, protected values looked for, credentials put in
// their places and nowhere else. What it gives is what may be sent.

import { err, ok, type Result } from "../../../stdx/result.ts";
import { foreignCredential } from "../credentials/foreign-credentials.ts";
import {
  fieldOfPlace,
  type Outgoing,
  type Placed,
  placeCredentials,
} from "../credentials/place-credentials.ts";
import { placesInJson } from "../credentials/place-in-json.ts";
import type { HeldSecret } from "../policy.ts";
import { decodeContent } from "../scan-request/decode-content.ts";
import type { RequestParts, RequestScanner, ScanHit } from "../scan-request/request-scanner.ts";
import { ScanBudget } from "../scan-request/scan-budget.ts";
import type { Target } from "../target.ts";
import { authorityOf } from "./authority.ts";
import { DECODED_MAX, ENCODINGS_MAX } from "./bounds.ts";
import { type Field, valuesOf } from "./fields.ts";
import { coversMethod, coversPath } from "./find-call.ts";
import type { JudgedHead } from "./judge-head.ts";
import { type Refusal, refusal, retryable } from "./refusal.ts";

/** What a request is held against. */
export interface ContentRules {
  readonly secrets: readonly HeldSecret[];
  /** For the protected values. */
  readonly scan: RequestScanner;
  /** For the values of `secrets`, and for their placeholders: neither may be anywhere but in its place. */
  readonly scanValues: RequestScanner;
  readonly scanPlaceholders: RequestScanner;
  /** Claims memory for the decoded body. */
  claim(bytes: number): boolean;
}

/** A request as it may be sent; `secrets`: those put in, `credentialed`: whether any is bound to its host. */
export interface JudgedContent extends Outgoing {
  readonly secrets: readonly HeldSecret[];
  readonly credentialed: boolean;
}

/** The request with its credentials, or why it may not leave. */
export function judgeContent(
  target: Target,
  head: JudgedHead,
  body: Uint8Array,
  rules: ContentRules,
): Result<JudgedContent, Refusal> {
  const encodings = valuesOf(head.fields, "content-encoding").join(",");
  const decoded = decodeContent(encodings, body, { max: DECODED_MAX, layers: ENCODINGS_MAX });
  if (!decoded.ok) return err(encodingRefusal(encodings, decoded.error));
  if (decoded.value !== body && !rules.claim(decoded.value.length)) return err(noBuffer());
  const { method, fields } = head;
  const url = `${target.scheme}://${authorityOf(target)}${head.url.path}${head.url.query}`;
  const asked = { method, url, headers: fields, body, decoded: decoded.value };
  const budget = new ScanBudget();
  const hit = rules.scan(asked, budget) ?? rules.scanValues(asked, budget);
  if (hit !== null) return err(hitRefusal(hit));
  const endpoint = rules.secrets.filter(({ host, port }) => host === target.host && port === target.port);
  const bound = endpoint.filter((secret) => isBound(secret, head));
  const placed = placeCredentials({ fields, body }, bound);
  const misplaced = judgePlaceholders(placed, { asked, encoded: encodings !== "", budget }, rules);
  if (misplaced !== null) return err(misplaced);
  const places = { own: fieldsOfPlaces(placed.applied), bound: fieldsOfPlaces(endpoint) };
  const foreign =
    endpoint.length === 0
      ? null
      : (foreignCredential(placed.sent.fields, head.url.query, places) ??
        foreignInBody(bound, placed, fields, decoded.value));
  if (foreign !== null) return err(foreignRefusal(foreign));
  const credentialed = endpoint.length > 0;
  const sent = credentialed ? asMaskable(placed.sent) : placed.sent;
  return ok({ ...sent, secrets: placed.applied, credentialed });
}

function fieldsOfPlaces(secrets: readonly HeldSecret[]): ReadonlySet<string> {
  return new Set(secrets.map(fieldOfPlace).filter((name) => name !== null));
}

/** A key of the body that a bound secret belongs under and that holds something else, or null. */
function foreignInBody(
  bound: readonly HeldSecret[],
  { applied }: Placed,
  fields: readonly Field[],
  body: Uint8Array,
): string | null {
  for (const secret of bound) {
    if (secret.place.kind !== "json" || body.length === 0) continue;
    const { name } = secret.place;
    const own = applied.some(({ place }) => place.kind === "json" && place.name === name) ? 1 : 0;
    const there = placesInJson(body, name);
    // What is said to be JSON and is not read here may be read there.
    const unread = there === null && /json/i.test(valuesOf(fields, "content-type").join());
    if (unread || (there !== null && there !== own)) return `body key ${name}`;
  }
  return null;
}

/** Whether the spec lets the secret go with this request. */
function isBound({ methods, paths }: HeldSecret, { method, url }: JudgedHead): boolean {
  return (
    methods.some((granted) => coversMethod(granted, method)) &&
    paths.some((prefix) => coversPath(prefix, url.readings))
  );
}

interface Scanned {
  readonly asked: RequestParts;
  /** Whether its body is in some content encoding. */
  readonly encoded: boolean;
  /** What is left of the request's. */
  readonly budget: ScanBudget;
}

function judgePlaceholders(
  { rest }: Placed,
  { asked, encoded, budget }: Scanned,
  rules: ContentRules,
): Refusal | null {
  // A body that is encoded has no place in it, and is scanned as it was.
  const decoded = encoded ? asked.decoded : rest.body;
  const parts = { ...asked, headers: rest.fields, body: rest.body, decoded };
  const hit = rules.scanPlaceholders(parts, budget);
  if (hit === null) return null;
  if (hit.cause !== "protected_value") return hitRefusal(hit);
  const place = `${hit.name ?? ""} in ${hit.place}`;
  const instead = "keep the placeholder to the host, paths and place that the spec binds it to, once";
  return refusal("placeholder_misplaced", place, null, instead);
}

/** Masking reads whole answers as they are, so the upstream is asked for no part of one, and not to compress it. */
function asMaskable({ fields, body }: Outgoing): Outgoing {
  // Some servers read an underscore as a hyphen (CGI, RFC 3875 section 4.1.18).
  const others = fields.filter(([name]) => !SHAPING.has(name.toLowerCase().replaceAll("_", "-")));
  return { body, fields: [...others, ["accept-encoding", "identity"] satisfies Field] };
}

/** RFC 9110 sections 12.5.3, 14.2 and 13.1.5, and the old name of the second that some servers still know. */
const SHAPING: ReadonlySet<string> = new Set(["accept-encoding", "range", "if-range", "request-range"]);

function hitRefusal({ cause, name, place, encoding }: ScanHit): Refusal {
  const where = `${name ?? "what could not be scanned"} in ${place} (${encoding})`;
  const instead =
    cause === "protected_value"
      ? "leave the value out; a credential that the spec binds is put in by the gate"
      : "send less of it at once, or less deeply encoded";
  return refusal(cause, where, null, instead);
}

function encodingRefusal(encodings: string, fault: "odd" | "large"): Refusal {
  return fault === "odd"
    ? refusal("encoding_refused", encodings, "gzip, deflate, br, zstd", "send the body as it is")
    : refusal("body_over_limit", encodings, DECODED_MAX, "send a shorter body, in fewer encodings");
}

function noBuffer(): Refusal {
  return retryable(refusal("buffered_over_limit", null, null, "wait for other requests to end"));
}

function foreignRefusal(what: string): Refusal {
  const instead = "leave it out: at this host the gate alone authenticates";
  return refusal("foreign_credential", what, "the credential that the spec binds", instead);
}
