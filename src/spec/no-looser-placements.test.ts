// Known answers for noLooser on where model needs go: what is taken from one endpoint may send a need to another.
import { expect, test } from "vitest";
import { PLAIN_ENDPOINT } from "../../model/plain-spec.ts";
import { MAIL, sovereignty, VAULT } from "../../model/spec-changes.ts";
import { noLooser } from "./no-looser.ts";
import type { Endpoint, Spec } from "./spec.ts";

const NEAR: Endpoint = { ...PLAIN_ENDPOINT, host: "near.example.com", control: "owned", clearance: "secret" };
const FAR: Endpoint = { ...PLAIN_ENDPOINT, host: "far.example.com", clearance: "secret" };
const places = (...endpoints: readonly Endpoint[]): Spec =>
  sovereignty({ endpoints, providers: [], local_first: false });
const labelled = (spec: Spec, privacy: Partial<Spec["privacy"]>): Spec => ({
  ...spec,
  privacy: { ...spec.privacy, ...privacy },
});
const BOTH = places(NEAR, FAR);
const NARROW = places({ ...NEAR, clearance: "internal" }, FAR);

test.each<[name: string, b: Spec, a: Spec, fields: readonly string[]]>([
  ["the nearer removed", places(FAR), BOTH, ["near.example.com:443]"]],
  ["the nearer serves less", places({ ...NEAR, serves: [] }, FAR), BOTH, ["near.example.com:443]"]],
  ["the nearer without POST", places({ ...NEAR, methods: [] }, FAR), BOTH, ["near.example.com:443]"]],
  ["the nearer without paths", places({ ...NEAR, paths: [] }, FAR), BOTH, ["near.example.com:443]"]],
  ["the nearer cleared for less", NARROW, BOTH, ["near.example.com:443].clearance"]],
  [
    "the nearer takes fewer requests",
    places({ ...NEAR, requests_per_task_max: 299 }, FAR),
    BOTH,
    ["near.example.com:443].requests_per_task_max"],
  ],
  [
    "the nearer takes fewer bytes",
    places({ ...NEAR, bytes_out_per_task_max: 1 }, FAR),
    BOTH,
    ["near.example.com:443].bytes_out_per_task_max"],
  ],
  [
    "a first cap on the nearer",
    places(NEAR, FAR),
    places({ ...NEAR, bytes_out_per_task_max: null }, FAR),
    ["near.example.com:443].bytes_out_per_task_max"],
  ],
  ["the nearer slower", places({ ...NEAR, latency: null }, FAR), BOTH, ["near.example.com:443].latency"]],
  [
    "the nearer no longer near",
    places({ ...NEAR, control: "contracted" }, FAR),
    BOTH,
    ["near.example.com:443].control"],
  ],
  [
    "one of two as far removed",
    places(FAR),
    places({ ...NEAR, control: "contracted" }, FAR),
    ["near.example.com:443]"],
  ],
  [
    "a host of a wildcard named in full",
    places({ ...NEAR, host: "*.example.com" }, NEAR),
    places({ ...NEAR, host: "*.example.com" }),
    ["near.example.com:443]"],
  ],
  [
    "a default label that outgrows the nearer",
    labelled(NARROW, { default_label: "confidential" }),
    NARROW,
    ["near.example.com:443].clearance"],
  ],
  [
    "a source that outgrows the nearer",
    labelled(NARROW, { sources: [VAULT, { ...MAIL, label: "secret" }] }),
    NARROW,
    ["near.example.com:443].clearance"],
  ],
])("noLooser: %s is looser", (_, b, a, fields) => {
  expect(noLooser(b, a)).toEqual({
    ok: false,
    looser: fields.map((field) => ({
      field: `sovereignty.endpoints[${field}`,
      request: null,
    })),
  });
});

test.each<[name: string, b: Spec, a: Spec]>([
  ["the farther removed", places(NEAR), BOTH],
  [
    "the farther narrowed",
    places(NEAR, { ...FAR, clearance: "public", requests_per_task_max: 1, latency: null }),
    BOTH,
  ],
  ["the farther farther", places(NEAR, { ...FAR, control: "uncontrolled" }), BOTH],
  ["both removed", places(), BOTH],
  ["the only one narrowed", places({ ...NEAR, clearance: "public", latency: null }), places(NEAR)],
  [
    "what another does not serve",
    places({ ...FAR, serves: ["embed"] }),
    places(NEAR, { ...FAR, serves: ["embed"] }),
  ],
  ["what nobody may need", { ...places(FAR), principals: [] }, BOTH],
  ["fewer methods and paths that leave a POST", places({ ...NEAR, paths: ["/v1/chat"] }, FAR), BOTH],
  ["a label that no clearance tells apart", labelled(BOTH, { default_label: "secret" }), BOTH],
  ["less trust", labelled(NARROW, { sources: [{ ...VAULT, trust: "untrusted" }, MAIL] }), NARROW],
])("noLooser: %s is no looser", (_, b, a) => {
  expect(noLooser(b, a)).toEqual({ ok: true });
});

test("noLooser compares long lists of endpoints that serve the same in little time", () => {
  const many = Array.from({ length: 5000 }, (_, at) => ({ ...FAR, host: `h${at}.example.com` }));
  const answer = noLooser(places(...many.slice(1)), places(...many));
  expect(answer).toMatchObject({
    ok: false,
    looser: [{ field: "sovereignty.endpoints[h0.example.com:443]" }],
  });
});
