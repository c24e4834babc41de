// Judges what a request says, once all of it is here: its encodings undone, scanned, credentials put in their places and
// nowhere else. What it gives is what may be sent. Not the scan (scan/).

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
import type { FindingCount, ScannedRequest, ScanVerdict } from "../scan/scan-messages.ts";
import type { Target } from "../target.ts";
import { DECODED_MAX, ENCODINGS_MAX } from "./bounds.ts";
import { decodeContent } from "./decode-content.ts";
import { type Field, valuesOf } from "./fields.ts";
import { coversMethod, coversPath } from "./find-call.ts";
import type { JudgedHead } from "./judge-head.ts";
import { type Refusal, refusal, retryable } from "./refusal.ts";
import { scanRefusal } from "./scan-refusal.ts";

/** What a request is held against. */
export interface ContentRules {
  readonly secrets: readonly HeldSecret[];
  /** Whether detectors apply, since the endpoint is not owned. */
  readonly inspected: boolean;
  /** Never rejects. */
  readonly scan: (request: ScannedRequest) => Promise<ScanVerdict>;
  /** Told what was found, also where the request may leave. */
  readonly found: (findings: readonly FindingCount[]) => void;
  /** Claims memory for the decoded body. */
  claim(bytes: number): boolean;
}

/** A request as it may be sent; `secrets`: those put in, `credentialed`: whether any is bound to its host. */
export interface JudgedContent extends Outgoing {
  readonly secrets: readonly HeldSecret[];
  readonly credentialed: boolean;
}

/** The request with its credentials, or why it may not leave. */
export async function judgeContent(
  target: Target,
  head: JudgedHead,
  body: Uint8Array,
  rules: ContentRules,
): Promise<Result<JudgedContent, Refusal>> {
  const encodings = valuesOf(head.fields, "content-encoding").join(",");
  const decoded = await decodeContent(encodings, body, { max: DECODED_MAX, layers: ENCODINGS_MAX });
  if (!decoded.ok) return err(encodingRefusal(encodings, decoded.error));
  const isEncoded = decoded.value !== body;
  if (isEncoded && !rules.claim(decoded.value.length)) return err(noBuffer());
  const { method, fields } = head;
  const endpoint = rules.secrets.filter(({ host, port }) => host === target.host && port === target.port);
  const bound = endpoint.filter((secret) => isBound(secret, head));
  const placed = placeCredentials({ fields, body }, bound);
  // Scanned is what leaves, less what the gate itself puts in. A body that is encoded has no place in it.
  const { findings, refused } = await rules.scan({
    host: target.host,
    method,
    target: `${head.url.path}${head.url.query}`,
    headers: placed.rest.fields,
    body: placed.rest.body,
    decoded: isEncoded ? decoded.value : null,
    inspected: rules.inspected,
  });
  rules.found(findings);
  if (refused !== null) return err(scanRefusal(refused));
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

/** Masking reads whole answers as they are, so the upstream is asked for no part of one, and not to compress it. */
function asMaskable({ fields, body }: Outgoing): Outgoing {
  // Some servers read an underscore as a hyphen (CGI, RFC 3875 section 4.1.18).
  const others = fields.filter(([name]) => !SHAPING.has(name.toLowerCase().replaceAll("_", "-")));
  return { body, fields: [...others, ["accept-encoding", "identity"] satisfies Field] };
}

/** RFC 9110 sections 12.5.3, 14.2 and 13.1.5, and the old name of the second that some servers still know. */
const SHAPING: ReadonlySet<string> = new Set(["accept-encoding", "range", "if-range", "request-range"]);

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
