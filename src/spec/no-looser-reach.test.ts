// Known answers for noLooser on endpoints and providers: each field made looser alone on an ordinary spec, with the field that it
// names and the request that it shows.
import { PLAIN_ENDPOINT, PLAIN_SPEC as S } from "../../model/plain-spec.ts";
import { api, execution, free, PROVIDER, sovereignty } from "../../model/spec-changes.ts";
import { type LooserCase, testLooser } from "../../test/looser-fields.ts";

const CASES: readonly LooserCase[] = [
  [
    "isolation",
    execution({ isolation: "seatbelt" }),
    "execution.isolation",
    "on a node that proves seatbelt",
  ],
  ["limits", execution({ limits: "soft" }), "execution.limits", "on a node that proves soft limits"],
  [
    "a principal",
    { ...S, principals: [...S.principals, { name: "x", uid: 5, may_need: [], secrets: [] }] },
    "principals[x]",
    "a task of `x` (uid 5)",
  ],
  [
    "a uid",
    { ...S, principals: [{ name: "mail-agent", uid: 7, may_need: ["chat"], secrets: [] }] },
    "principals[mail-agent].uid",
    "a task of `mail-agent` (uid 7)",
  ],
  [
    "a capability",
    S,
    "principals[mail-agent].may_need",
    "needs `chat` on this node, while the local providers answer",
    { ...S, principals: [{ name: "mail-agent", uid: 1001, may_need: [], secrets: [] }] },
  ],
  [
    "a capability that only an endpoint serves",
    sovereignty({ providers: [] }),
    "principals[mail-agent].may_need",
    "calls POST https://api.example.com:443/v1/ for `chat`",
    {
      ...sovereignty({ providers: [] }),
      principals: [{ name: "mail-agent", uid: 1001, may_need: [], secrets: [] }],
    },
  ],
  ["the score", sovereignty({ score_min: 60 }), "sovereignty.score_min", "scores 69"],
  [
    "external calls",
    sovereignty({ external_calls_max: 4 }),
    "sovereignty.external_calls_max",
    "as 4 declared calls",
  ],
  [
    "uncontrolled calls",
    sovereignty({ uncontrolled_calls_max: 9 }),
    "sovereignty.uncontrolled_calls_max",
    "https://free.example.org:443/v1/ as 2 declared calls",
  ],
  [
    "local_first",
    sovereignty({ local_first: false }),
    "sovereignty.local_first",
    "calls POST https://api.example.com:443/v1/ sending 1 B, scores 99, while the local providers answer",
  ],
  [
    "local_first, where only calls for a capability are served here",
    sovereignty({ local_first: false, endpoints: [PLAIN_ENDPOINT] }),
    "sovereignty.local_first",
    "while the local providers answer",
    sovereignty({ endpoints: [PLAIN_ENDPOINT] }),
  ],
  [
    "one provider less",
    sovereignty({ providers: [] }),
    "sovereignty.providers[ollama]",
    "while the local providers answer",
  ],
  [
    "one provider more",
    sovereignty({
      providers: [PROVIDER, { ...PROVIDER, name: "more", url: "http://127.0.0.1:1", serves: [] }],
    }),
    "sovereignty.providers[more]",
    "is provider `more` (http://127.0.0.1:1)",
  ],
  [
    "a provider of another kind",
    sovereignty({ providers: [{ ...PROVIDER, kind: "openai" }] }),
    "sovereignty.providers[ollama]",
    "is provider `ollama` (http://127.0.0.1:11434)",
  ],
  [
    "a provider elsewhere",
    sovereignty({ providers: [{ ...PROVIDER, url: "http://127.0.0.1:1" }] }),
    "sovereignty.providers[ollama]",
    "is provider `ollama` (http://127.0.0.1:1)",
  ],
  [
    "a provider of other files",
    sovereignty({ providers: [{ ...PROVIDER, kind: "gguf", url: null, folder: "/m/b" }] }),
    "sovereignty.providers[ollama]",
    "is provider `ollama` (/m/b)",
    sovereignty({ providers: [{ ...PROVIDER, kind: "gguf", url: null, folder: "/m/a" }] }),
  ],
  [
    "a faster provider",
    sovereignty({ providers: [{ ...PROVIDER, latency: 1999 }] }),
    "sovereignty.providers[ollama]",
    "needs `chat` on this node within 1999 ms, while the local providers answer",
  ],
  [
    "a slower provider",
    sovereignty({ providers: [{ ...PROVIDER, latency: 2001 }] }),
    "sovereignty.providers[ollama]",
    null,
  ],
  [
    "a provider that serves more",
    sovereignty({ providers: [PROVIDER] }),
    "sovereignty.providers[ollama]",
    "needs `chat` on this node",
    sovereignty({ providers: [{ ...PROVIDER, serves: [] }] }),
  ],
  [
    "a provider that serves less",
    sovereignty({ providers: [{ ...PROVIDER, serves: [] }] }),
    "sovereignty.providers[ollama]",
    "while the local providers answer",
  ],
  [
    "a provider that serves something else",
    sovereignty({ providers: [{ ...PROVIDER, serves: ["embed"] }] }),
    "sovereignty.providers[ollama]",
    "while the local providers answer",
  ],
  [
    "a host",
    api({ host: "other.example.com", serves: [] }),
    "sovereignty.endpoints[other.example.com:443]",
    "calls POST https://other.example.com:443/v1/",
  ],
  [
    "a port",
    api({ port: 8443, serves: [] }),
    "sovereignty.endpoints[api.example.com:8443]",
    "https://api.example.com:8443/v1/",
  ],
  [
    "a wildcard beside an exact host",
    sovereignty({
      endpoints: [...S.sovereignty.endpoints, { ...PLAIN_ENDPOINT, host: "*.example.com", control: "owned" }],
    }),
    "sovereignty.endpoints[*.example.com:443]",
    "https://w0.example.com:443/v1/",
  ],
  [
    "a tight entry below a wildcard taken away",
    sovereignty({ endpoints: [{ ...PLAIN_ENDPOINT, host: "*.example.com" }] }),
    "sovereignty.endpoints[w0.example.com:443].methods",
    "calls POST https://w0.example.com:443/v1/",
    sovereignty({
      endpoints: [
        { ...PLAIN_ENDPOINT, host: "*.example.com" },
        { ...PLAIN_ENDPOINT, host: "w0.example.com", methods: [] },
      ],
    }),
  ],
  [
    "control, by the count",
    free({ control: "contracted" }),
    "sovereignty.endpoints[free.example.org:443].control",
    "as 2 declared calls",
  ],
  [
    "control, by a rule",
    api({ control: "owned" }),
    "sovereignty.endpoints[api.example.com:443].control",
    "reads `/home/me/mail`",
  ],
  [
    "clearance",
    api({ clearance: "secret" }),
    "sovereignty.endpoints[api.example.com:443].clearance",
    "labelled `secret`",
  ],
  [
    "an IPv6 address",
    api({ host: "2606:4700::1", serves: [] }),
    "sovereignty.endpoints[2606:4700::1:443]",
    "calls POST https://[2606:4700::1]:443/v1/",
  ],
  [
    "serves more",
    api({}),
    "sovereignty.endpoints[api.example.com:443].serves",
    "for `chat`",
    api({ serves: [] }),
  ],
  [
    "serves less",
    api({ serves: [] }),
    "sovereignty.endpoints[api.example.com:443].serves",
    "while the local providers answer",
  ],
  [
    "a method",
    api({ methods: ["GET", "POST"] }),
    "sovereignty.endpoints[api.example.com:443].methods",
    "calls GET https://api.example.com:443/v1/",
  ],
  [
    "a path",
    api({ paths: ["/"] }),
    "sovereignty.endpoints[api.example.com:443].paths",
    "calls POST https://api.example.com:443/ ",
  ],
  [
    "a second path",
    api({ paths: ["/v1/", "/v2"] }),
    "sovereignty.endpoints[api.example.com:443].paths",
    "https://api.example.com:443/v2 ",
  ],
  [
    "requests",
    api({ requests_per_task_max: null }),
    "sovereignty.endpoints[api.example.com:443].requests_per_task_max",
    "with 6 requests",
    api({ requests_per_task_max: 5 }),
  ],
  [
    "requests, masked by the window",
    api({ requests_per_task_max: 301 }),
    "sovereignty.endpoints[api.example.com:443].requests_per_task_max",
    null,
  ],
  [
    "bytes",
    api({ bytes_out_per_task_max: 262_145 }),
    "sovereignty.endpoints[api.example.com:443].bytes_out_per_task_max",
    "sending 262145 B",
  ],
  [
    "bytes without cap",
    api({ bytes_out_per_task_max: null }),
    "sovereignty.endpoints[api.example.com:443].bytes_out_per_task_max",
    "sending 262145 B",
  ],
  [
    "a first cap, which raises the score",
    api({}),
    "sovereignty.endpoints[api.example.com:443].bytes_out_per_task_max",
    null,
    api({ bytes_out_per_task_max: null }),
  ],
  [
    "a faster endpoint",
    api({ latency: 499 }),
    "sovereignty.endpoints[api.example.com:443].latency",
    "sending 1 B within 499 ms",
  ],
  [
    "a latency where none was known",
    free({ latency: 9000 }),
    "sovereignty.endpoints[free.example.org:443].latency",
    "within 9 s",
  ],
];

testLooser(CASES);
