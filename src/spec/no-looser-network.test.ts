// noLooser on the fields of the network, one change at a time: which way each is looser, and the request that shows it.
import { describe, expect, test } from "vitest";
import { PLAIN_ENDPOINT, PLAIN_SPEC } from "../../model/plain-spec.ts";
import { looserTold } from "../../test/looser-fields.ts";
import { certificateText } from "./certificates.ts";
import type { Endpoint, Opaque, SecretBinding, Spec } from "./spec.ts";

const ONE = certificateText(["AAAA"]);
const TWO = certificateText(["BBBB"]);
const BOTH = certificateText(["AAAA", "BBBB"]);
const RAW: Opaque = { max_label: "internal", bytes_out: 10, bytes_in: 20 };
const KEY: SecretBinding = {
  name: "KEY",
  file: "/keys/one",
  for: { host: "api.example.com", port: 443, methods: ["POST"], paths: ["/v1/"], place: "bearer" },
};
const API = "sovereignty.endpoints[api.example.com:443]";

function spec(endpoint: Partial<Endpoint>, more: Partial<Spec["sovereignty"]> = {}): Spec {
  const endpoints = [{ ...PLAIN_ENDPOINT, serves: [], ...endpoint }];
  return {
    ...PLAIN_SPEC,
    principals: [{ name: "p", uid: 1, may_need: [], secrets: ["KEY"] }],
    sovereignty: { ...PLAIN_SPEC.sovereignty, score_min: 0, endpoints, ...more },
  };
}

const shows = (...words: readonly string[]): unknown =>
  expect.stringMatching(new RegExp(words.map((word) => word.replaceAll(/[.[\]/]/g, "\\$&")).join(".*")));

describe("noLooser on pins", () => {
  test.each<readonly [Partial<Endpoint>, Partial<Endpoint>]>([
    [{ address: "8.8.8.8" }, {}],
    [{ address: "8.8.8.8" }, { address: "8.8.8.8" }],
    [{ address: "10.0.0.5" }, { address: "10.0.0.5" }],
    [{ ca: ONE }, { ca: ONE }],
    [{ ca: ONE }, { ca: BOTH }],
    [{ ca: TWO }, { ca: BOTH }],
    [{ address: "8.8.8.8", ca: ONE }, { ca: ONE }],
    [{ address: "10.0.0.5", ca: ONE }, { ca: ONE }],
    [
      { address: "127.0.0.1", ca: ONE },
      { address: "127.0.0.1", ca: BOTH },
    ],
  ])("noLooser: %j after %j is no looser", (newer, older) => {
    expect(looserTold(spec(newer), spec(older))).toEqual([]);
  });

  test.each<readonly [Partial<Endpoint>, Partial<Endpoint>, string, unknown]>([
    [{}, { address: "8.8.8.8" }, "address", shows("calls POST https://api.example.com:443/v1/ sending")],
    [{ address: "9.9.9.9" }, { address: "8.8.8.8" }, "address", shows("at 9.9.9.9")],
    [{ address: "10.0.0.5" }, {}, "address", shows("at 10.0.0.5")],
    [{ address: "10.0.0.6" }, { address: "10.0.0.5" }, "address", shows("at 10.0.0.6")],
    [{ address: "127.0.0.1" }, {}, "address", shows("at 127.0.0.1")],
    // Nobody proves a server over plain HTTP, which goes to this node alone.
    [
      { address: "127.0.0.1", ca: ONE },
      { ca: BOTH },
      "address",
      shows("calls POST http://api.example.com:443/v1/"),
    ],
    [
      { address: "10.0.0.6", ca: ONE },
      { address: "10.0.0.5", ca: ONE },
      "address",
      shows("at 10.0.0.6 proved by"),
    ],
    [{ address: "169.254.1.1", ca: ONE }, { ca: ONE }, "address", shows("at 169.254.1.1")],
    [{ ca: ONE }, {}, "ca", shows("proved by the authority that ends in `AAAA`")],
    [{ ca: BOTH }, { ca: ONE }, "ca", shows("proved by the authority that ends in `BBBB`")],
    [{ ca: TWO }, { ca: ONE }, "ca", shows("proved by the authority that ends in `BBBB`")],
    [{}, { ca: ONE }, "ca", shows("https://api.example.com:443/v1/ sending")],
  ])("noLooser: %j after %j is looser in %s", (newer, older, field, witness) => {
    expect(looserTold(spec(newer), spec(older))).toEqual([[`${API}.${field}`, witness]]);
  });
});

describe("noLooser on what may be sent and taken", () => {
  const json = ["application/json"];
  test.each<readonly [Partial<Endpoint>, Partial<Endpoint>]>([
    [{ content_types: json }, { content_types: null }],
    [{ content_types: [] }, { content_types: json }],
    [{ content_types: json }, { content_types: ["application/json", "text/plain"] }],
    [{ content_types: null }, { content_types: null }],
    [{ bytes_in_per_task_max: 5 }, { bytes_in_per_task_max: null }],
    [{ bytes_in_per_task_max: 5 }, { bytes_in_per_task_max: 6 }],
    [{ bytes_in_per_task_max: 0 }, { bytes_in_per_task_max: 0 }],
  ])("noLooser: %j after %j is no looser", (newer, older) => {
    expect(looserTold(spec(newer), spec(older))).toEqual([]);
  });

  test.each<readonly [Partial<Endpoint>, Partial<Endpoint>, string, unknown]>([
    [{ content_types: null }, { content_types: json }, "content_types", shows("of `application/x.w0`")],
    [{ content_types: json }, { content_types: [] }, "content_types", shows("of `application/json`")],
    [
      { content_types: ["text/plain"] },
      { content_types: json },
      "content_types",
      shows("sending 1 B of `text/plain`"),
    ],
    [
      { bytes_in_per_task_max: 6 },
      { bytes_in_per_task_max: 5 },
      "bytes_in_per_task_max",
      shows("taking 6 B"),
    ],
    [
      { bytes_in_per_task_max: null },
      { bytes_in_per_task_max: 5 },
      "bytes_in_per_task_max",
      shows("taking 6 B"),
    ],
  ])("noLooser: %j after %j is looser in %s", (newer, older, field, witness) => {
    expect(looserTold(spec(newer), spec(older))).toEqual([[`${API}.${field}`, witness]]);
  });
});

describe("noLooser on raw connections", () => {
  const raw = (change: Partial<Opaque> = {}, endpoint: Partial<Endpoint> = {}): Spec =>
    spec({ address: "8.8.8.8", opaque: { ...RAW, ...change }, ...endpoint });

  test("noLooser: tighter bounds are no looser, and what only requests have is not compared", () => {
    for (const change of [{ max_label: "public" }, { bytes_out: 9 }, { bytes_in: 0 }, {}]) {
      expect(looserTold(raw(change), raw())).toEqual([]);
    }
    expect(
      looserTold(raw({}, { methods: ["GET"], paths: ["/"], content_types: null, ca: ONE }), raw()),
    ).toEqual([]);
    expect(looserTold(raw({}, { control: "uncontrolled" }), raw())).toEqual([]);
  });

  test.each<readonly [Partial<Opaque>, string, unknown]>([
    [{ max_label: "confidential" }, "max_label", null],
    [{ bytes_out: 11 }, "bytes_out", shows("connects to tcp://api.example.com:443 at 8.8.8.8 sending 11 B")],
    [
      { bytes_in: 21 },
      "bytes_in",
      shows("connects to tcp://api.example.com:443 at 8.8.8.8 sending 1 B taking 21 B"),
    ],
  ])("noLooser: %j is looser in %s", (change, field, witness) => {
    expect(looserTold(raw(change), raw())).toEqual([[`${API}.opaque.${field}`, witness]]);
  });

  test("noLooser shows a label that passes uninspected, where the clearance lets it", () => {
    const cleared = { clearance: "secret" };
    expect(looserTold(raw({ max_label: "confidential" }, cleared), raw({}, cleared))).toEqual([
      [`${API}.opaque.max_label`, shows("connects to", "labelled `confidential`")],
    ]);
  });

  test("noLooser: an inspected endpoint and an opaque one are each looser than the other, in that alone", () => {
    const inspected = spec({ address: "8.8.8.8", requests_per_task_max: null });
    expect(looserTold(raw(), inspected)).toEqual([
      [`${API}.opaque`, shows("connects to tcp://api.example.com:443")],
    ]);
    expect(looserTold(inspected, raw())).toEqual([
      [`${API}.opaque`, shows("calls POST https://api.example.com")],
    ]);
  });

  test("noLooser: another address, another place", () => {
    expect(looserTold(raw({}, { address: "9.9.9.9" }), raw())).toEqual([
      [`${API}.address`, shows("at 9.9.9.9")],
    ]);
  });

  test("noLooser: caps of the endpoint bind raw connections too, and a first one moves no score", () => {
    const scored = (change: Partial<Endpoint>): Spec => {
      const one = raw({}, { bytes_out_per_task_max: null, ...change });
      return { ...one, sovereignty: { ...one.sovereignty, score_min: 20 } };
    };
    expect(looserTold(scored({ bytes_out_per_task_max: 5 }), scored({}))).toEqual([]);
    expect(
      looserTold(raw({}, { bytes_out_per_task_max: 6 }), raw({}, { bytes_out_per_task_max: 5 })),
    ).toEqual([[`${API}.bytes_out_per_task_max`, shows("sending 6 B")]]);
    expect(looserTold(raw({}, { requests_per_task_max: 6 }), raw({}, { requests_per_task_max: 5 }))).toEqual([
      [`${API}.requests_per_task_max`, shows("with 6 requests")],
    ]);
  });

  test("noLooser: a place for models that becomes opaque is taken away, and may send them elsewhere", () => {
    const two = (first: Partial<Endpoint>): Spec =>
      spec(
        {},
        {
          endpoints: [
            { ...PLAIN_ENDPOINT, ...first },
            { ...PLAIN_ENDPOINT, host: "far.example.com" },
          ],
        },
      );
    const asked = (one: Spec): Spec => ({
      ...one,
      principals: [{ name: "p", uid: 1, may_need: ["chat"], secrets: [] }],
    });
    expect(
      looserTold(asked(two({ address: "8.8.8.8", opaque: RAW })), asked(two({ address: "8.8.8.8" }))),
    ).toEqual([
      [`${API}.opaque`, shows("connects to")],
      [API, null],
    ]);
  });
});

describe("noLooser on secrets", () => {
  const bound = (change: Partial<SecretBinding["for"]> = {}, more: Partial<SecretBinding> = {}): Spec =>
    spec(
      { methods: ["GET", "POST"], paths: ["/"] },
      { secrets: [{ ...KEY, ...more, for: { ...KEY.for, ...change } }] },
    );
  const none = spec({ methods: ["GET", "POST"], paths: ["/"] });

  test.each<Partial<SecretBinding["for"]>>([
    {},
    { methods: [] },
    { paths: [] },
    { paths: ["/v1/x"] },
    { methods: [], paths: [] },
  ])("noLooser: a binding narrowed by %j is no looser", (change) => {
    expect(looserTold(bound(change), bound())).toEqual([]);
  });

  test.each<readonly [Partial<SecretBinding["for"]>, Partial<SecretBinding>, string, unknown]>([
    [
      { methods: ["GET", "POST"] },
      {},
      "for.methods",
      shows("asks for secret `KEY`, calls GET", "with secret `KEY`"),
    ],
    [
      { paths: ["/"] },
      {},
      "for.paths",
      shows("calls POST https://api.example.com:443/ sending", "with secret `KEY`"),
    ],
    [{ paths: ["/v1/", "/v2"] }, {}, "for.paths", shows(":443/v2 sending", "with secret `KEY`")],
    [{ place: "json key" }, {}, "for.place", shows("with secret `KEY` of `/keys/one` as `json key`")],
    [{}, { file: "/keys/two" }, "file", shows("with secret `KEY` of `/keys/two` as `bearer`")],
  ])("noLooser: a binding changed by %j %j is looser in %s", (change, more, field, witness) => {
    expect(looserTold(bound(change, more), bound())).toEqual([
      [`sovereignty.secrets[KEY].${field}`, witness],
    ]);
  });

  test("noLooser: a new binding is looser, shown by whoever may have it", () => {
    expect(looserTold(bound(), none)).toEqual([
      [
        "sovereignty.secrets[KEY]",
        shows("asks for secret `KEY`, calls POST", "with secret `KEY` of `/keys/one`"),
      ],
    ]);
    const nobody = (one: Spec): Spec => ({
      ...one,
      principals: [{ name: "p", uid: 1, may_need: [], secrets: [] }],
    });
    expect(looserTold(nobody(bound()), nobody(none))).toEqual([["sovereignty.secrets[KEY]", null]]);
  });

  test("noLooser: a removed binding is looser while its place may be called: a task may authenticate itself", () => {
    expect(looserTold(none, bound())).toEqual([
      [
        "sovereignty.secrets[KEY]",
        shows("that calls GET https://api.example.com:443/ sending 1 B, scores 99"),
      ],
    ]);
    const elsewhere = spec({ host: "b.example.com", methods: ["GET", "POST"], paths: ["/"] });
    const two = spec(
      {},
      {
        secrets: [KEY],
        endpoints: [...none.sovereignty.endpoints, ...elsewhere.sovereignty.endpoints],
      },
    );
    expect(looserTold(elsewhere, two)).toEqual([]);
    const other = { ...KEY, name: "OTHER" };
    const both = spec({ methods: ["GET", "POST"], paths: ["/"] }, { secrets: [KEY, other] });
    expect(looserTold(bound(), both)).toEqual([]);
  });

  test("noLooser: a binding that moves is looser where it goes, and where it left nobody else", () => {
    const two = (port: number): Spec =>
      spec(
        {},
        {
          secrets: [{ ...KEY, for: { ...KEY.for, port } }],
          endpoints: [
            { ...PLAIN_ENDPOINT, serves: [] },
            { ...PLAIN_ENDPOINT, serves: [], port: 8443 },
          ],
        },
      );
    expect(looserTold(two(8443), two(443))).toEqual([
      ["sovereignty.secrets[KEY].for.port", shows("https://api.example.com:8443", "with secret `KEY`")],
      ["sovereignty.secrets[KEY]", shows("calls POST https://api.example.com:443/v1/")],
    ]);
    const hosts = (host: string): Spec => {
      const one = two(443);
      const endpoints = [
        ...one.sovereignty.endpoints.slice(0, 1),
        { ...PLAIN_ENDPOINT, serves: [], host: "b.example.com" },
      ];
      return {
        ...one,
        sovereignty: { ...one.sovereignty, endpoints, secrets: [{ ...KEY, for: { ...KEY.for, host } }] },
      };
    };
    expect(looserTold(hosts("b.example.com"), hosts("api.example.com")).map(([field]) => field)).toEqual([
      "sovereignty.secrets[KEY].for.host",
      "sovereignty.secrets[KEY]",
    ]);
  });

  test("noLooser: a place that becomes opaque without its binding is looser in both", () => {
    const raw = spec({ address: "8.8.8.8", opaque: RAW });
    expect(looserTold(raw, spec({ address: "8.8.8.8" }, { secrets: [KEY] }))).toEqual([
      [`${API}.opaque`, shows("connects to tcp://api.example.com:443")],
      ["sovereignty.secrets[KEY]", shows("connects to tcp://api.example.com:443")],
    ]);
  });

  test("noLooser: a principal with one more secret is looser, with one less is not", () => {
    const without = (one: Spec): Spec => ({
      ...one,
      principals: [{ name: "p", uid: 1, may_need: [], secrets: [] }],
    });
    expect(looserTold(bound(), without(bound()))).toEqual([
      ["principals[p].secrets", shows("asks for secret `KEY`, calls GET https://api.example.com:443")],
    ]);
    expect(looserTold(without(bound()), bound())).toEqual([]);
    expect(looserTold(none, without(none))).toEqual([["principals[p].secrets", null]]);
  });
});

describe("noLooser on protected files", () => {
  const protecting = (...files: readonly string[]): Spec => {
    const one = spec({});
    return { ...one, privacy: { ...one.privacy, protected: files.map((file) => ({ file, as: "values" })) } };
  };

  test("noLooser: one more file is no looser, one less is", () => {
    expect(looserTold(protecting("/a", "/b"), protecting("/a"))).toEqual([]);
    expect(looserTold(protecting("/a"), protecting("/a"))).toEqual([]);
    expect(looserTold(protecting("/a"), protecting("/a", "/b"))).toEqual([
      ["privacy.protected[/b]", shows("calls POST", "with a value of `/b`")],
    ]);
    expect(looserTold(protecting("/c"), protecting("/a", "/b")).map(([field]) => field)).toEqual([
      "privacy.protected[/a]",
      "privacy.protected[/b]",
    ]);
  });

  test("noLooser: nothing shows it where nothing can be called, or nobody looks", () => {
    const mute = (one: Spec): Spec => ({ ...one, sovereignty: { ...one.sovereignty, endpoints: [] } });
    expect(looserTold(mute(protecting()), mute(protecting("/a")))).toEqual([["privacy.protected[/a]", null]]);
    const raw = (one: Spec): Spec => ({
      ...one,
      sovereignty: {
        ...one.sovereignty,
        endpoints: [{ ...PLAIN_ENDPOINT, serves: [], address: "8.8.8.8", opaque: RAW }],
      },
    });
    expect(looserTold(raw(protecting()), raw(protecting("/a")))).toEqual([["privacy.protected[/a]", null]]);
  });
});
