// What an admitted task may send: one grant a declared call, one a path of a placed model need, caps shared, secrets where
// they go. Exact.
import { describe, expect, test } from "vitest";
import { type Case, passes, specWith } from "../../test/decision-cases.ts";
import { baseTask, call, endpoint, modelNeed, provider } from "../../test/decision-fixtures.ts";
import { UNBOUNDED } from "../spec/personal-groups.ts";
import type { Detectors, Endpoint, SecretBinding, Spec } from "../spec/spec.ts";
import type { Needs } from "../task/task.ts";
import type { Grants } from "./decision.ts";

const CA = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
const KEY: SecretBinding = {
  name: "KEY",
  file: "/keys/one",
  for: { host: "api.example.com", port: 443, methods: ["POST"], paths: ["/v1"], place: "header x-key" },
};

function granted(
  endpoints: readonly Endpoint[],
  needs: Partial<Needs>,
  { secrets = [], ...more }: Partial<Case> & { readonly secrets?: readonly SecretBinding[] } = {},
): Grants {
  const plain = specWith({ sovereignty: { endpoints, secrets, score_min: 0 } });
  const own = secrets.map(({ name }) => name);
  const spec: Spec = { ...plain, principals: plain.principals.map((one) => ({ ...one, secrets: own })) };
  const { grants } = passes({ spec, task: baseTask(needs), ...more });
  if (grants === null) throw new Error("admitted without grants");
  return grants;
}

const down = { facts: { providers: [provider({ state: "down" as const })] } };

describe("grants.calls", () => {
  test("a declared call, with what its endpoint says of it", () => {
    const one = endpoint({ content_types: ["application/json"], address: "10.0.0.5", ca: CA });
    const calls = [call({ calls_max: 3, bytes_out_max: 100, bytes_in_max: 50 })];
    expect(granted([one], { calls })).toMatchObject({
      calls: [
        {
          scheme: "https",
          host: "api.example.com",
          port: 443,
          methods: ["POST"],
          path: "/v1/x",
          requests_max: 3,
          bytes_out_max: 100,
          bytes_in_max: 50,
          content_types: ["application/json"],
          address: "10.0.0.5",
          ca: CA,
        },
      ],
      opaque: [],
      secrets: [],
    });
  });

  test("an ordinary call: any type, whatever the name resolves to, the system's authorities, nothing bounds answers", () => {
    expect(granted([endpoint()], { calls: [call()] }).calls).toEqual([
      {
        scheme: "https",
        host: "api.example.com",
        port: 443,
        methods: ["POST"],
        path: "/v1/x",
        requests_max: 1,
        bytes_out_max: 1024,
        bytes_in_max: null,
        content_types: null,
        address: null,
        ca: null,
        inspected: true,
        meter: null,
      },
    ]);
  });

  test("one grant for each declared call, in order, with the default of bytes, of a wildcard's host in full", () => {
    const wide = endpoint({ host: "*.example.com", control: "owned" });
    const spec = specWith({ sovereignty: { endpoints: [wide] }, defaults: { bytes_out: 7 } });
    const calls = [
      call({ to: "https://b.example.com:443/v1", bytes_out_max: null }),
      call({ to: "https://a.example.com:443/v1/y", method: ["GET"] }),
    ];
    const { grants } = passes({ spec, task: baseTask({ calls }) });
    expect(
      grants?.calls.map(({ host, methods: [method], path, bytes_out_max }) => [
        host,
        method,
        path,
        bytes_out_max,
      ]),
    ).toEqual([
      ["b.example.com", "POST", "/v1", 7],
      ["a.example.com", "GET", "/v1/y", 1024],
    ]);
  });

  test("an address as host is its own pin, and plain HTTP to this node says so", () => {
    const public4 = endpoint({ host: "8.8.8.8" });
    expect(granted([public4], { calls: [call({ to: "https://8.8.8.8:443/v1" })] }).calls).toMatchObject([
      { scheme: "https", host: "8.8.8.8", address: "8.8.8.8" },
    ]);
    const here = endpoint({ host: "::1", address: "::1", port: 8080 });
    expect(granted([here], { calls: [call({ to: "http://[::1]:8080/v1" })] }).calls).toMatchObject([
      { scheme: "http", host: "::1", port: 8080, address: "::1" },
    ]);
  });

  test("of overlapping entries the tightest of each field", () => {
    const narrow = endpoint({ content_types: ["a/b", "c/d"], bytes_in_per_task_max: 90, ca: CA });
    const wide = endpoint({
      host: "*.example.com",
      control: "owned",
      content_types: ["c/d", "e/f"],
      address: "10.0.0.5",
      bytes_in_per_task_max: 80,
    });
    expect(granted([narrow, wide], { calls: [call()] }).calls).toMatchObject([
      { content_types: ["c/d"], address: "10.0.0.5", ca: CA, bytes_in_max: 80 },
    ]);
  });

  test("what calls of one place leave of its answers is shared by those that do not say", () => {
    const two = [endpoint({ bytes_in_per_task_max: 101 }), endpoint({ host: "b.example.com" })];
    const calls = [
      call({ bytes_in_max: 50 }),
      call({ method: ["GET"] }),
      call({ method: ["GET"], to: "https://api.example.com:443/v1/z" }),
    ];
    expect(granted(two, { calls }).calls.map((one) => one.bytes_in_max)).toEqual([50, 25, 25]);
    const apart = [call(), call({ to: "https://b.example.com:443/v1" })];
    expect(granted(two, { calls: apart }).calls.map((one) => one.bytes_in_max)).toEqual([101, null]);
  });
});

describe("inspection", () => {
  const places = [
    endpoint({ host: "owned.example.com", control: "owned" }),
    endpoint({ host: "contracted.example.com", control: "contracted" }),
    endpoint({ host: "uncontrolled.example.com", control: "uncontrolled", clearance: "secret" }),
    // The nearer class of two entries that overlap does not hold.
    endpoint({ host: "*.example.com", control: "owned" }),
    endpoint({ host: "*.example.net", control: "owned" }),
  ];

  test("each call is inspected whose endpoint is not owned, whatever its name", () => {
    const hosts = places.slice(0, 3).map(({ host }) => host);
    const calls = [...hosts, "other.example.com", "a.example.net"].map((host) =>
      call({ to: `https://${host}:443/v1` }),
    );
    const spec = specWith({
      sovereignty: { endpoints: places, score_min: 0, external_calls_max: 9, uncontrolled_calls_max: 9 },
    });
    const { grants } = passes({ spec, task: baseTask({ calls }) });
    expect(grants?.calls.map(({ host, inspected }) => [host.split(".")[0], inspected])).toEqual([
      ["owned", false],
      ["contracted", true],
      ["uncontrolled", true],
      ["other", false],
      ["a", false],
    ]);
  });

  test("a placed model need likewise", () => {
    const at = (control: Endpoint["control"]) =>
      granted([endpoint({ serves: ["embed"], control })], {
        models: [modelNeed({ capability: "embed" })],
      }).calls.map(({ inspected }) => inspected);
    expect([at("owned"), at("contracted")]).toEqual([[false], [true]]);
  });

  test("grants.detectors is the spec's word: groups with a bound, in the order of the language", () => {
    const detectors: Detectors = {
      credentials: "refuse",
      opaque: "count",
      personal: { ...UNBOUNDED, email: 20, payment_card: 0 },
      novel_max: 65_536,
      known_harmless: ["f".repeat(64)],
    };
    const grantsWith = (one: Detectors | null) =>
      passes({ spec: specWith({ privacy: { detectors: one } }), task: baseTask({}) }).grants?.detectors;
    expect(grantsWith(detectors)).toEqual({
      credentials: "refuse",
      opaque: "count",
      personal: [
        { group: "payment_card", max: 0 },
        { group: "email", max: 20 },
      ],
      novel_max: 65_536,
      known_harmless: ["f".repeat(64)],
    });
    expect(
      grantsWith({
        ...detectors,
        credentials: "count",
        opaque: "refuse",
        personal: UNBOUNDED,
        novel_max: null,
      }),
    ).toMatchObject({ credentials: "count", opaque: "refuse", personal: [], novel_max: null });
    expect(grantsWith(null)).toBeNull();
  });
});

describe("grants.calls of placed model needs", () => {
  const embed = (change: Parameters<typeof modelNeed>[0] = {}) =>
    modelNeed({ capability: "embed", ...change });

  test("POST to the one path of the endpoint, after what is declared", () => {
    const one = endpoint({ serves: ["embed", "frontier"], bytes_in_per_task_max: 64 });
    const { calls, models } = granted([one], {
      calls: [call({ for: ["frontier"] })],
      models: [embed({ calls_max: 4, bytes_out_max: 900 })],
    });
    expect(
      calls.map((two) => [two.methods[0], two.path, two.requests_max, two.bytes_out_max, two.bytes_in_max]),
    ).toEqual([
      ["POST", "/v1/x", 1, 1024, 32],
      ["POST", "/v1", 4, 900, 32],
    ]);
    expect(models).toEqual([]);
  });

  test("its requests and bytes are shared among its paths, none inside another", () => {
    const one = endpoint({
      serves: ["embed"],
      paths: ["/a", "/a/b", "/c", "/d"],
      bytes_in_per_task_max: 100,
    });
    const at = (calls_max: number) =>
      granted([one], { models: [embed({ calls_max, bytes_out_max: 1000 })] }).calls.map((two) => [
        two.path,
        two.requests_max,
        two.bytes_out_max,
        two.bytes_in_max,
      ]);
    expect(at(5)).toEqual([
      ["/a", 2, 333, 33],
      ["/c", 2, 333, 33],
      ["/d", 1, 333, 33],
    ]);
    expect(at(1)).toEqual([["/a", 1, 1000, 100]]);
    expect(at(2)).toEqual([
      ["/a", 1, 500, 50],
      ["/c", 1, 500, 50],
    ]);
  });

  test("nothing for a need that stays here", () => {
    const { calls, models } = granted([endpoint({ serves: ["chat"] })], { models: [modelNeed()] });
    expect([calls, models.length]).toEqual([[], 1]);
    expect(granted([endpoint({ serves: ["chat"] })], { models: [modelNeed()] }, down).calls).toHaveLength(1);
  });
});

describe("grants.opaque", () => {
  const raw = endpoint({
    host: "nas.example.com",
    port: 22,
    address: "10.0.0.5",
    opaque: { max_label: "public", bytes_out: 4096, bytes_in: 100 },
  });
  const connect = (change: Partial<Parameters<typeof call>[0]> = {}) =>
    call({ to: "tcp://nas.example.com:22", method: ["CONNECT"], ...change });

  test("one grant a declared raw connection, and none among the calls", () => {
    const { calls, opaque } = granted([raw, endpoint()], {
      calls: [connect({ calls_max: 2, bytes_in_max: 60 }), call(), connect({ data: "public" })],
    });
    expect(calls.map(({ host }) => host)).toEqual(["api.example.com"]);
    expect(opaque).toEqual([
      {
        host: "nas.example.com",
        port: 22,
        address: "10.0.0.5",
        connections_max: 2,
        bytes_out_max: 1024,
        bytes_in_max: 60,
      },
      {
        host: "nas.example.com",
        port: 22,
        address: "10.0.0.5",
        connections_max: 1,
        bytes_out_max: 1024,
        bytes_in_max: 40,
      },
    ]);
  });

  test("the tighter cap on answers holds", () => {
    const back = (bytes_in_per_task_max: number | null) =>
      granted([{ ...raw, bytes_in_per_task_max }], { calls: [connect()] }).opaque.map(
        (one) => one.bytes_in_max,
      );
    expect([back(null), back(99), back(101)]).toEqual([[100], [99], [100]]);
  });

  test("an address is its own pin", () => {
    const one = { ...raw, host: "8.8.8.8", address: null };
    expect(granted([one], { calls: [connect({ to: "tcp://8.8.8.8:22" })] }).opaque).toMatchObject([
      { host: "8.8.8.8", address: "8.8.8.8" },
    ]);
  });
});

describe("grants.secrets", () => {
  test("each declared secret with its place taken apart", () => {
    const json = { ...KEY, name: "JSON", for: { ...KEY.for, place: "json api_key", methods: [], paths: [] } };
    const basic = { ...KEY, name: "BASIC", for: { ...KEY.for, place: "basic" } };
    const bearer = { ...KEY, name: "TOKEN", for: { ...KEY.for, place: "bearer" } };
    const secrets = [basic, json, KEY, bearer];
    const needs = { calls: [call()], secrets: ["BASIC", "JSON", "KEY", "TOKEN"] };
    const place = { host: "api.example.com", port: 443 };
    expect(granted([endpoint()], needs, { secrets }).secrets).toEqual([
      { name: "BASIC", ...place, methods: ["POST"], paths: ["/v1"], place: { kind: "basic" } },
      { name: "JSON", ...place, methods: [], paths: [], place: { kind: "json", name: "api_key" } },
      { name: "KEY", ...place, methods: ["POST"], paths: ["/v1"], place: { kind: "header", name: "x-key" } },
      { name: "TOKEN", ...place, methods: ["POST"], paths: ["/v1"], place: { kind: "bearer" } },
    ]);
  });

  test("none for a model need that was placed here, one when it leaves", () => {
    const one = [endpoint({ serves: ["chat"] })];
    const needs = { models: [modelNeed()], secrets: ["KEY"] };
    expect(granted(one, needs, { secrets: [KEY] }).secrets).toEqual([]);
    expect(granted(one, needs, { secrets: [KEY], ...down }).secrets.map(({ name }) => name)).toEqual(["KEY"]);
  });

  test("none for the same host at another port", () => {
    const two = [endpoint({ serves: ["chat"] }), endpoint({ port: 8443 })];
    const needs = {
      models: [modelNeed()],
      calls: [call({ to: "https://api.example.com:8443/v1" })],
      secrets: ["KEY"],
    };
    expect(granted(two, needs, { secrets: [KEY] }).secrets).toEqual([]);
  });
});
