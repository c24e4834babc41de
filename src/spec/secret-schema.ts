// One secret of the spec language: where a credential's value lives and the only place it may go. Not the reading of the
// value (governor/), and not the rule that the place must be an endpoint (floor.ts).
import { enforcedBy, optional, required } from "../stdx/schema/field.ts";
import { set } from "../stdx/schema/lists.ts";
import { object } from "../stdx/schema/object.ts";
import { identifier } from "../stdx/schema/scalars.ts";
import type { Schema } from "../stdx/schema/schema.ts";
import { METHODS, method } from "./methods.ts";
import { absolutePath, exactHost, port, urlPath } from "./name-words.ts";
import { secretPlace } from "./secret-place.ts";
import type { SecretBinding, SecretTarget } from "./spec.ts";

const target: Schema<SecretTarget> = object<SecretTarget>({
  host: required(exactHost(), enforcedBy("enforce/gate", "frozen"), "the exact host it may go to"),
  port: optional(port(), 443, enforcedBy("enforce/gate", "frozen"), "the TCP port it may go to"),
  methods: optional(
    set(method()),
    METHODS,
    enforcedBy("enforce/gate", "allow-set"),
    "methods of requests that may carry it; an empty list allows none",
  ),
  paths: optional(
    set(urlPath()),
    ["/"],
    enforcedBy("enforce/gate", "allow-set"),
    "path prefixes of requests that may carry it; an empty list allows none",
  ),
  place: required(
    secretPlace(),
    enforcedBy("enforce/gate", "frozen"),
    "where in a request: `bearer`, `basic`, `header NAME`, or `json KEY` of the body",
  ),
});

/** An entry of `sovereignty.secrets`. */
export const secretSchema: Schema<SecretBinding> = object<SecretBinding>({
  name: required(identifier("a name"), enforcedBy("decide", "key"), "what tasks and principals call it"),
  file: required(
    absolutePath(),
    enforcedBy("governor", "frozen"),
    "the file that holds its value, which no task sees",
  ),
  for: required(target, null, "the only place it may go"),
});
