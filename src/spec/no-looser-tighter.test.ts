// Known answers for noLooser: each field made tighter, or changed without effect, on an ordinary spec.
import { expect, test } from "vitest";
import { PLAIN_ENDPOINT, PLAIN_SPEC as S } from "../../model/plain-spec.ts";
import {
  api,
  DAY,
  defaults,
  execution,
  HOUR,
  heat,
  MAIL,
  memory,
  PROVIDER,
  pressure,
  privacy,
  resources,
  SECOND,
  sovereignty,
  VAULT,
} from "../../model/spec-changes.ts";
import { noLooser } from "./no-looser.ts";
import type { Spec } from "./spec.ts";

const CASES: readonly (readonly [name: string, b: Spec, a?: Spec])[] = [
  ["the same spec", structuredClone(S)],
  ["another name", { ...S, name: "other" }],
  ["isolation", S, execution({ isolation: "seatbelt" })],
  ["limits", S, execution({ limits: "soft" })],
  ["no principal", { ...S, principals: [] }],
  [
    "principals in another order",
    { ...S, principals: [{ name: "x", uid: 1, may_need: [], secrets: [] }, ...S.principals] },
    { ...S, principals: [...S.principals, { name: "x", uid: 1, may_need: [], secrets: [] }] },
  ],
  ["no capability", { ...S, principals: [{ name: "mail-agent", uid: 1001, may_need: [], secrets: [] }] }],
  ["the score", sovereignty({ score_min: 71 })],
  ["external calls", sovereignty({ external_calls_max: 2 })],
  ["uncontrolled calls", sovereignty({ uncontrolled_calls_max: 0 })],
  ["local_first", S, sovereignty({ local_first: false })],
  [
    "the serves of a provider in another order",
    sovereignty({ providers: [{ ...PROVIDER, serves: ["a", "b"] }] }),
    sovereignty({ providers: [{ ...PROVIDER, serves: ["b", "a"] }] }),
  ],
  ["no endpoints", sovereignty({ endpoints: [] })],
  ["endpoints in another order", sovereignty({ endpoints: [SECOND, PLAIN_ENDPOINT] })],
  ["control", api({ control: "uncontrolled" })],
  ["clearance", api({ clearance: "public" })],
  ["methods", api({ methods: [] })],
  ["paths", api({ paths: ["/v1/chat"] })],
  ["a path written twice over", api({ paths: ["/v1/", "/v1/chat"] })],
  ["requests", api({ requests_per_task_max: 299 })],
  ["bytes", api({ bytes_out_per_task_max: 1 })],
  ["a slower endpoint", api({ latency: 501 })],
  ["an unknown latency", api({ latency: null })],
  [
    "a first cap on what is owned",
    api({ control: "owned" }),
    api({ control: "owned", bytes_out_per_task_max: null }),
  ],
  [
    "a first cap where no score is asked",
    sovereignty({ score_min: 0 }),
    {
      ...sovereignty({ score_min: 0 }),
      sovereignty: {
        ...S.sovereignty,
        score_min: 0,
        endpoints: [{ ...PLAIN_ENDPOINT, bytes_out_per_task_max: null }, SECOND],
      },
    },
  ],
  [
    "serves less without local_first",
    sovereignty({ local_first: false, endpoints: [{ ...PLAIN_ENDPOINT, serves: [] }] }),
    sovereignty({ local_first: false, endpoints: [PLAIN_ENDPOINT] }),
  ],
  [
    "an exact entry below a wildcard",
    sovereignty({
      endpoints: [
        { ...PLAIN_ENDPOINT, host: "*.example.com" },
        { ...PLAIN_ENDPOINT, methods: ["GET"], paths: ["/"] },
      ],
    }),
    sovereignty({ endpoints: [{ ...PLAIN_ENDPOINT, host: "*.example.com" }] }),
  ],
  [
    "a narrower wildcard",
    sovereignty({ endpoints: [{ ...PLAIN_ENDPOINT, host: "*.a.example.com" }] }),
    sovereignty({ endpoints: [{ ...PLAIN_ENDPOINT, host: "*.example.com" }] }),
  ],
  [
    "one host of a wildcard",
    sovereignty({ endpoints: [{ ...PLAIN_ENDPOINT, host: "w0.example.com", serves: [] }] }),
    sovereignty({ endpoints: [{ ...PLAIN_ENDPOINT, host: "*.example.com", serves: [] }] }),
  ],
  ["the default label", privacy({ default_label: "secret" })],
  ["a source more", privacy({ sources: [VAULT, MAIL, { path: "/x", label: "secret", trust: "untrusted" }] })],
  ["sources in another order", privacy({ sources: [MAIL, VAULT] })],
  ["a wider source", privacy({ sources: [{ ...VAULT, path: "/home/**" }, MAIL] })],
  ["a source over everything", privacy({ sources: [{ ...VAULT, path: "/**" }, MAIL] })],
  [
    "a source that the default covers",
    privacy({ sources: [MAIL] }),
    privacy({ sources: [{ ...VAULT, label: "internal" }, MAIL] }),
  ],
  ["a base instead of its tree", privacy({ sources: [{ ...VAULT, path: "/home/me/vault" }, MAIL] })],
  ["a higher label", privacy({ sources: [VAULT, { ...MAIL, label: "secret" }] })],
  ["less trust", privacy({ sources: [{ ...VAULT, trust: "untrusted" }, MAIL] })],
  [
    "two sources of one base",
    privacy({
      sources: [VAULT, MAIL, { ...MAIL, path: "/home/me/mail", label: "public", trust: "trusted" }],
    }),
  ],
  [
    "a rule more",
    privacy({
      refuse_when: [...S.privacy.refuse_when, { untrusted: null, label_min: "secret", control_not: null }],
    }),
  ],
  [
    "a rule without its label",
    privacy({ refuse_when: [{ untrusted: true, label_min: null, control_not: "owned" }] }),
  ],
  [
    "a rule of a lower label",
    privacy({ refuse_when: [{ untrusted: true, label_min: "public", control_not: "owned" }] }),
  ],
  [
    "a rule without its trust",
    privacy({ refuse_when: [{ untrusted: null, label_min: "internal", control_not: "owned" }] }),
  ],
  [
    "a rule without its control",
    privacy({ refuse_when: [{ untrusted: true, label_min: "internal", control_not: null }] }),
  ],
  [
    "a rule of nearer control",
    S,
    privacy({ refuse_when: [{ untrusted: true, label_min: "internal", control_not: "contracted" }] }),
  ],
  ["memory", memory({ per_task_max: 1 })],
  ["committed", memory({ committed_max: 7999 })],
  ["the reserve", memory({ host_reserve: 2 ** 31 })],
  ["cpu", resources({ cpu: { per_task_max: 1999 } })],
  ["processes", resources({ processes_max: 255 })],
  ["time", resources({ time_max: 1 })],
  ["output", resources({ output_max: 0 })],
  ["heat", heat({ max: 84_000 })],
  ["the margin", heat({ margin: 6000 })],
  ["no sensor", S, heat({ unmeasurable: "cap" })],
  ["both cap", heat({ unmeasurable: "cap" }), heat({ unmeasurable: "cap" })],
  ["pressure", pressure({ memory_some_avg10_max: 1999 })],
  ["no pressure figures", S, pressure({ unmeasurable: "pass" })],
  ["both pass", pressure({ unmeasurable: "pass" }), pressure({ unmeasurable: "pass" })],
  ["calls of a window", resources({ budgets: [{ ...HOUR, external_calls: 99 }, DAY] })],
  ["a longer window", resources({ budgets: [{ ...HOUR, window: 3_600_001 }, DAY] })],
  ["a window more", resources({ budgets: [HOUR, DAY, { ...HOUR, scope: "lineage" }] })],
  ["windows in another order", resources({ budgets: [DAY, HOUR] })],
  ["a lower default", defaults({ memory: 1, cpu: 1, time: 1, processes: 1, bytes_out: 1 })],
  ["no defaults", defaults({ memory: null, cpu: null, time: null, processes: null, bytes_out: null })],
];

for (const [name, b, a = S] of CASES) {
  test(`noLooser: ${name} is no looser`, () => {
    expect(noLooser(b, a)).toEqual({ ok: true });
  });
}
