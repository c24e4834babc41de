// Reads the claims of a writ out of parsed JSON: closed keys, exact kinds, bounded sizes. Not the signature and not
// whether the claims hold here and now (verify-writ.ts).
import { err, ok, type Result } from "../../stdx/result.ts";
import { loopbackAddress } from "../loopback-url.ts";
import {
  type Check,
  closed,
  count,
  listOf,
  matches,
  name,
  oneOf,
  orNull,
  path,
  positive,
  text,
} from "./checks.ts";
import type { WritClaims } from "./claims.ts";

/**
 * The claims in `value`, or what is wrong with them as a dotted path and a reason. An unknown member, a missing one, a
 * number that is not a safe integer at or above zero, a relative path: each is an error. Nothing is filled in.
 *
 * @example readClaims({ v: 2 }) // { ok: false, error: "claims.v: is not 1" }
 */
export function readClaims(value: unknown): Result<WritClaims, string> {
  const problem = CLAIMS(value, "claims");
  return problem === null ? ok(value as WritClaims) : err(problem);
}

const digest = matches(/^[0-9a-f]{64}$/u, "a SHA-256 digest");
const decimal = matches(/^(?:0|[1-9][0-9]{0,19})$/u, "a decimal number");
const loopback: Check = (value, at) =>
  typeof value === "string" && loopbackAddress(value) !== null ? null : `${at}: is not a loopback URL`;

const kind = oneOf("file", "directory");
const grantedPath = closed({ path, kind, device: decimal, inode: decimal });
const flag: Check = (value, at) => (typeof value === "boolean" ? null : `${at}: is not true or false`);
const grantedFile = closed({ path, kind, device: decimal, inode: decimal, sha256: orNull(digest) });

const command: Check = (value, at) =>
  Array.isArray(value) && value.length === 0 ? `${at}: is empty` : listOf(text)(value, at);

const secretPlace: Check = (value, at) => {
  const whole = closed({ kind: oneOf("bearer", "basic") })(value, at);
  return whole === null ? null : closed({ kind: oneOf("header", "json"), name })(value, at);
};

const reaction = oneOf("refuse", "count");

const GRANTS = closed({
  command,
  executable: grantedFile,
  arguments: listOf(grantedFile),
  directory: path,
  reads: listOf(grantedPath),
  writes: listOf(grantedPath),
  toolchain: listOf(grantedPath),
  masked: listOf(path),
  label: name,
  memory: positive,
  cpu: positive,
  processes: positive,
  time: positive,
  output: count,
  models: listOf(
    closed({
      provider: name,
      kind: oneOf("ollama", "openai"),
      url: loopback,
      model: name,
      requests_max: count,
      tokens_max: orNull(count),
      context: count,
    }),
  ),
  provider: orNull(closed({ name, url: loopback })),
  calls: listOf(
    closed({
      scheme: oneOf("https", "http"),
      host: name,
      port: positive,
      methods: listOf(name),
      path: text,
      requests_max: count,
      bytes_out_max: count,
      bytes_in_max: orNull(count),
      content_types: orNull(listOf(name)),
      address: orNull(name),
      ca: orNull(text),
      inspected: flag,
      meter: orNull(
        closed({
          tokens_max: count,
          money_max: count,
          price: closed({ input_per_million: count, output_per_million: count, per_request: count }),
        }),
      ),
    }),
  ),
  opaque: listOf(
    closed({
      host: name,
      port: positive,
      address: name,
      connections_max: count,
      bytes_out_max: count,
      bytes_in_max: count,
    }),
  ),
  secrets: listOf(
    closed({
      name,
      host: name,
      port: positive,
      methods: listOf(name),
      paths: listOf(text),
      place: secretPlace,
    }),
  ),
  detectors: orNull(
    closed({
      credentials: reaction,
      opaque: reaction,
      personal: listOf(closed({ group: name, max: count })),
      novel_max: orNull(count),
      known_harmless: listOf(name),
    }),
  ),
  records_network: flag,
  submits: count,
});

const CLAIMS = closed({
  v: oneOf(1),
  jti: name,
  node: name,
  boot: name,
  instance: name,
  principal: name,
  uid: positive,
  spec_hash: digest,
  task_digest: digest,
  decision: count,
  fence: positive,
  parent: orNull(positive),
  expires_at: count,
  grants: GRANTS,
});
