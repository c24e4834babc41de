// One endpoint of the spec language: whom tasks may call, how it is proved, and what may pass. Not the rules between
// fields (floor.ts), and not what holds where entries overlap (effective-endpoint.ts).
import { enforcedBy, optional, required } from "../stdx/schema/field.ts";
import { set } from "../stdx/schema/lists.ts";
import { object } from "../stdx/schema/object.ts";
import { count, enumeration, identifier, quantity } from "../stdx/schema/scalars.ts";
import type { Schema } from "../stdx/schema/schema.ts";
import { certificates } from "./certificates.ts";
import { mediaType } from "./media-type.ts";
import { METHODS, method } from "./methods.ts";
import { hostPattern, pinnedAddress, port, urlPath } from "./name-words.ts";
import type { Endpoint, Opaque, Price } from "./spec.ts";

const opaque: Schema<Opaque> = object<Opaque>({
  max_label: required(
    identifier("a label"),
    enforcedBy("decide", "ladder"),
    "the highest label that may pass uninspected; below or at `clearance` it is the one that counts",
  ),
  bytes_out: required(
    quantity("bytes"),
    enforcedBy("enforce/gate", "max"),
    "bytes one task may send through raw connections",
  ),
  bytes_in: required(
    quantity("bytes"),
    enforcedBy("enforce/gate", "max"),
    "bytes one task may receive through raw connections",
  ),
});

/** A thousand dollars, in millionths: far above what any model costs, and sums of it stay exact. */
const PRICE_MAX = 1_000_000_000;

const price: Schema<Price> = object<Price>({
  input_per_million: required(
    quantity("money", { max: PRICE_MAX }),
    enforcedBy("decide", "min"),
    "for a million tokens that are sent, by the dearest model and the dearest kind, cached ones included",
  ),
  output_per_million: required(
    quantity("money", { max: PRICE_MAX }),
    enforcedBy("decide", "min"),
    "for a million tokens that are answered, by the dearest model",
  ),
  per_request: optional(
    quantity("money", { max: PRICE_MAX }),
    0,
    enforcedBy("decide", "min"),
    "for each request beside its tokens",
  ),
});

/** An entry of `sovereignty.endpoints`. */
export const endpointSchema: Schema<Endpoint> = object<Endpoint>({
  host: required(hostPattern(), enforcedBy("decide", "key"), "an exact host, or `*.suffix` for owned ones"),
  port: optional(port(), 443, enforcedBy("decide", "key"), "its TCP port"),
  address: optional(
    pinnedAddress(),
    null,
    enforcedBy("enforce/gate", "frozen"),
    "the only address that is dialled; without it what the name resolves to, if public, or private with `ca`",
  ),
  ca: optional(
    certificates(),
    null,
    enforcedBy("enforce/gate", "allow-set"),
    "PEM of the only authorities that prove it; without it those of the system",
  ),
  control: required(
    enumeration(["owned", "contracted", "uncontrolled"]),
    enforcedBy("decide", "ladder"),
    "who controls it",
  ),
  clearance: required(
    identifier("a label"),
    enforcedBy("decide", "ladder"),
    "the highest label that may be sent there",
  ),
  serves: optional(
    set(identifier("a capability")),
    [],
    enforcedBy("decide", "frozen"),
    "capabilities it is called for",
  ),
  methods: optional(
    set(method()),
    METHODS,
    enforcedBy("decide", "allow-set"),
    "HTTP methods; an empty list allows none",
  ),
  paths: optional(
    set(urlPath()),
    ["/"],
    enforcedBy("decide", "allow-set"),
    "path prefixes at segment boundaries; an empty list allows none",
  ),
  content_types: optional(
    set(mediaType()),
    null,
    enforcedBy("enforce/gate", "allow-set"),
    "media types that a request body may have, without parameters; an empty list allows no body",
  ),
  requests_per_task_max: optional(
    count(),
    null,
    enforcedBy("decide", "max"),
    "requests or connections one task may make to it",
  ),
  bytes_out_per_task_max: optional(
    quantity("bytes"),
    null,
    enforcedBy("decide", "max"),
    "bytes one task may send to it",
  ),
  bytes_in_per_task_max: optional(
    quantity("bytes"),
    null,
    enforcedBy("enforce/gate", "max"),
    "bytes of answers one task may take from it",
  ),
  price: optional(price, null, null, "set: what it costs; its tokens and its money are counted"),
  latency: optional(
    quantity("duration"),
    null,
    enforcedBy("decide", "min"),
    "its usual time to a first answer: the operator's statement",
  ),
  opaque: optional(
    opaque,
    null,
    null,
    "set: its connections are relayed as bytes that nobody inspects, and it takes no requests",
  ),
});
