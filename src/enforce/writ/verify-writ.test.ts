// P1: which tokens are writs. Each row changes one thing of a good one and must be refused for that reason.
import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { depth, seed } from "../../../test/depth.ts";
import {
  BOOT,
  claimsOf,
  grantsOf,
  INSTANCE,
  NODE,
  signed,
  taskOf,
} from "../../../test/enforce/confined-run.ts";
import type { WritClaims } from "./claims.ts";
import { WRIT_LIFE_MAX } from "./header.ts";
import { openSpentWrits } from "./spent-writs.ts";
import { verifyWrit, type WritPlace } from "./verify-writ.ts";

const key = generateKeyPairSync("ed25519");
const other = generateKeyPairSync("ed25519");
const asked = { command: ["true"], directory: "/tmp", reads: ["/tmp"] };
const task = taskOf(asked);
const NOW = 1_000_000;
const claims: WritClaims = { ...claimsOf(task, grantsOf(asked), 1), expires_at: NOW + 10_000 };
const DETECTORS = {
  credentials: "refuse",
  opaque: "count",
  personal: [{ group: "email", max: 20 }],
  novel_max: 65_536,
  known_harmless: ["0".repeat(64)],
} as const;
const CALL = {
  scheme: "https",
  host: "a.example.com",
  port: 443,
  methods: ["GET"],
  path: "/",
  requests_max: 1,
  bytes_out_max: 1,
  bytes_in_max: null,
  content_types: null,
  address: null,
  ca: null,
  inspected: true,
  meter: null,
};
const place: WritPlace = { publicKey: key.publicKey, node: NODE, boot: BOOT, instance: INSTANCE, now: NOW };
const verify = (token: string, at: Partial<WritPlace> = {}): ReturnType<typeof verifyWrit> =>
  verifyWrit(token, task, { ...place, ...at });
const good = signed(claims, key.privateKey);

/** The claims with the member at `path` replaced; undefined removes it. */
function altered(path: string, value: unknown): unknown {
  const copy = structuredClone(claims) as unknown as Record<string, unknown>;
  const names = path.split(".");
  const last = names.pop() ?? "";
  const parent = names.reduce((at, name) => at[name] as Record<string, unknown>, copy);
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return copy;
}

function unsigned(header: unknown, signature: string): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part(header)}.${part(claims)}.${signature}`;
}

function hmacWith(publicKey: KeyObject, encoding: "pem" | "der"): string {
  const secret = publicKey.export({ type: "spki", format: encoding } as { type: "spki"; format: "pem" });
  const token = unsigned({ alg: "HS256", typ: "writ+jwt" }, "");
  const input = token.slice(0, token.lastIndexOf("."));
  return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
}

test("P1 verifyWrit gives the claims of a good writ", () => {
  expect(verify(good)).toEqual({ ok: true, value: claims });
});

test("P1 verifyWrit gives calls and what is done about what is found in them", () => {
  const changed: WritClaims = {
    ...claims,
    grants: { ...claims.grants, detectors: DETECTORS, calls: [{ ...CALL, scheme: "https" }] },
  };
  expect(verify(signed(changed, key.privateKey))).toEqual({ ok: true, value: changed });
  const unbounded = { ...DETECTORS, novel_max: null, personal: [], known_harmless: [] };
  expect(verify(signed(altered("grants.detectors", unbounded), key.privateKey))).toMatchObject({
    ok: true,
  });
});

describe("P1 verifyWrit refuses", () => {
  const swappedPayload = (): string => {
    const [header, , signature] = good.split(".");
    const changed = Buffer.from(JSON.stringify(altered("grants.memory", 1e12))).toString("base64url");
    return `${header}.${changed}.${signature}`;
  };
  const rows: readonly (readonly [name: string, token: string, reason: RegExp])[] = [
    ["another key", signed(claims, other.privateKey), /signature/u],
    ["changed grants under the old signature", swappedPayload(), /signature/u],
    ["a truncated signature", good.slice(0, -3), /signature/u],
    ["a truncated token", good.slice(0, good.lastIndexOf(".")), /header/u],
    ["no signature", `${good.slice(0, good.lastIndexOf("."))}.`, /signature/u],
    ["an empty token", "", /header/u],
    ["one part more", `${good}.x`, /header/u],
    ["algorithm none", unsigned({ alg: "none", typ: "writ+jwt" }, ""), /header/u],
    ["HS256 with the public key as PEM", hmacWith(key.publicKey, "pem"), /header/u],
    ["HS256 with the public key as DER", hmacWith(key.publicKey, "der"), /header/u],
    ["another type", signed(claims, key.privateKey, { alg: "EdDSA", typ: "JWT" }), /header/u],
    ["no type", signed(claims, key.privateKey, { alg: "EdDSA" }), /header/u],
    ["a kid", signed(claims, key.privateKey, { alg: "EdDSA", typ: "writ+jwt", kid: "../key" }), /header/u],
    [
      "a key in the header",
      signed(claims, other.privateKey, {
        alg: "EdDSA",
        typ: "writ+jwt",
        jwk: other.publicKey.export({ format: "jwk" }),
      }),
      /header/u,
    ],
    [
      "crit and b64",
      signed(claims, key.privateKey, { alg: "EdDSA", typ: "writ+jwt", b64: false, crit: ["b64"] }),
      /header/u,
    ],
    ["a header that is a list", signed(claims, key.privateKey, ["EdDSA"]), /header/u],
    ["a header that is null", signed(claims, key.privateKey, null), /header/u],
    ["claims that are a list", signed([], key.privateKey), /not an object/u],
    ["claims that are null", signed(null, key.privateKey), /not an object/u],
    ["a token too long", `${good}${"A".repeat(1_048_576)}`, /limit is 1048576/u],
  ];
  test.each(rows)("P1 %s", (_, token, reason) => {
    expect(verify(token)).toEqual({ ok: false, error: expect.stringMatching(reason) });
  });

  const places: readonly (readonly [name: string, at: Partial<WritPlace>, reason: RegExp])[] = [
    ["at another node", { node: "other" }, /another node/u],
    ["after another boot", { boot: "other" }, /another boot/u],
    ["at another governor start", { instance: "other" }, /another start/u],
    ["at its expiry", { now: NOW + 10_000 }, /expired 0 ms ago/u],
    ["after its expiry", { now: NOW + 10_001 }, /expired 1 ms ago/u],
    ["long before its expiry", { now: NOW + 10_000 - WRIT_LIFE_MAX - 1 }, /limit is 300000/u],
    ["with a clock that gives nothing", { now: Number.NaN }, /no time/u],
    ["with another public key", { publicKey: other.publicKey }, /signature/u],
    [
      "with a private key in the place of the public one",
      { publicKey: key.privateKey },
      /no Ed25519 public key/u,
    ],
    [
      "with a key of another kind",
      { publicKey: createPublicKey(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey) },
      /no Ed25519 public key/u,
    ],
  ];
  test.each(places)("P1 a good writ %s", (_, at, reason) => {
    expect(verify(good, at)).toEqual({ ok: false, error: expect.stringMatching(reason) });
  });

  test("P1 another task, and another command than the task's", () => {
    const changes = [{ intent: "x" }, { directory: "/" }, { run: { command: ["false"] } }, { extra: 1 }];
    for (const change of changes) {
      const result = verifyWrit(good, { ...task, ...change }, place);
      expect(result).toEqual({ ok: false, error: "writ is for another task" });
    }
    const command = signed(altered("grants.command", ["false"]), key.privateKey);
    expect(verify(command)).toMatchObject({
      ok: false,
      error: expect.stringContaining("another command"),
    });
  });

  const forms: readonly (readonly [path: string, value: unknown])[] = [
    ["v", 2],
    ["v", "1"],
    ["extra", true],
    ["uid", 0],
    ["uid", -1],
    ["uid", null],
    ["uid", 0.5],
    ["uid", 2 ** 53],
    ["fence", 0],
    ["fence", 1.5],
    ["fence", "1"],
    ["decision", -1],
    ["expires_at", 1e300],
    ["jti", ""],
    ["task_digest", "0".repeat(63)],
    ["spec_hash", "A".repeat(64)],
    ["grants.extra", null],
    ["grants.memory", -1],
    ["grants.memory", Number.MAX_SAFE_INTEGER + 1],
    ["grants.time", 0],
    ["grants.command", []],
    ["grants.command", ["a\0b"]],
    ["grants.directory", "relative"],
    ["grants.directory", "/a/../b"],
    ["grants.directory", "/a//b"],
    ["grants.directory", "/a/"],
    ["grants.reads", {}],
    ["grants.reads.0.kind", "link"],
    ["grants.reads.0.inode", 5],
    ["grants.reads.0.extra", 5],
    ["grants.masked", ["../x"]],
    ["grants.executable.sha256", "x"],
    ["grants.provider", { name: "p", url: "http://10.0.0.1:80" }],
    ["grants.provider", { name: "p", url: "http://127.0.0.1:80/x" }],
    [
      "grants.models",
      [
        {
          provider: "p",
          kind: "ollama",
          url: "https://127.0.0.1:1",
          model: "m",
          requests_max: 1,
          context: 0,
        },
      ],
    ],
    [
      "grants.models",
      [
        {
          provider: "p",
          kind: "ollama",
          url: "http://127.0.0.1:1",
          model: "m",
          requests_max: 1,
          context: -1,
        },
      ],
    ],
    ["grants.toolchain", [{ path: "lib", kind: "directory", device: "1", inode: "2" }]],
    ["grants.detectors", { ...DETECTORS, credentials: "warn" }],
    ["grants.detectors", { ...DETECTORS, opaque: true }],
    ["grants.detectors", { ...DETECTORS, personal: [{ group: "email", max: -1 }] }],
    ["grants.detectors", { ...DETECTORS, personal: [{ group: "email", max: 1, extra: 1 }] }],
    ["grants.detectors", { ...DETECTORS, novel_max: "64 KiB" }],
    ["grants.detectors", { ...DETECTORS, known_harmless: [""] }],
    ["grants.detectors", { ...DETECTORS, extra: null }],
    ["grants.calls", [{ ...CALL, inspected: null }]],
    ["grants.calls", [{ ...CALL, inspected: undefined }]],
  ];
  test.each(forms)("P1 signed claims with %s as %j", (path, value) => {
    const result = verify(signed(altered(path, value), key.privateKey));
    expect(result).toEqual({ ok: false, error: expect.stringMatching(/^claims[.:]/u) });
  });

  test("P1 signed claims that lack any one member", () => {
    const names = [...Object.keys(claims), ...Object.keys(claims.grants).map((name) => `grants.${name}`)];
    expect(names.length).toBe(36);
    for (const name of names) {
      const result = verify(signed(altered(name, undefined), key.privateKey));
      expect(result).toEqual({ ok: false, error: `claims.${name}: is missing` });
    }
  });

  test("P1 any one character changed", () => {
    const alphabet = ["A", "B", "Y", "Z", "a", "b", "y", "z", "0", "1", "9", "-", "_", ".", "="];
    const spoil = fc.tuple(fc.nat({ max: good.length - 1 }), fc.constantFrom(...alphabet));
    const property = fc.property(spoil, ([index, character]) => {
      fc.pre(good[index] !== character);
      const token = good.slice(0, index) + character + good.slice(index + 1);
      // The last character of a base64url part carries padding bits: decoders differ on those, the bytes do not.
      fc.pre(!sameBytes(token, good));
      expect(verify(token).ok).toBe(false);
    });
    fc.assert(property, { seed, numRuns: depth(300, 20_000) });
  });

  test("P1 any text", () => {
    const property = fc.property(fc.string({ unit: "binary" }), (token) => {
      expect(verify(token).ok).toBe(false);
    });
    fc.assert(property, { seed, numRuns: depth(300, 20_000) });
  });
});

describe("P1 openSpentWrits", () => {
  test("P1 takes each fence once and only rising ones", () => {
    const spent = openSpentWrits();
    expect(spent.spend({ fence: 3 }).ok).toBe(true);
    for (const fence of [3, 2, 1, 0, -1, 3.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(spent.spend({ fence })).toEqual({
        ok: false,
        error: expect.stringContaining("highest one used is 3"),
      });
    }
    expect(spent.spend({ fence: 4 }).ok).toBe(true);
  });
});

function sameBytes(a: string, b: string): boolean {
  const decode = (token: string): string =>
    token
      .split(".")
      .map((part) => Buffer.from(part, "base64url").toString("hex"))
      .join(".");
  return decode(a) === decode(b);
}
