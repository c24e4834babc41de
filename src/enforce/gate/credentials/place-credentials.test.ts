// Known answers of the places a credential may be put into, and of what else authenticates.
import { expect, test } from "vitest";
import type { HeldSecret } from "../policy.ts";
import { foreignCredential } from "./foreign-credentials.ts";
import { placeCredentials } from "./place-credentials.ts";
import { placeInJson, placesInJson } from "./place-in-json.ts";

const BASE = {
  name: "key",
  host: "api.example.com",
  port: 443,
  methods: ["POST"],
  paths: ["/"],
  placeholder: "PLACEHOLDER-1",
  value: "real-value-1",
} as const;
const bearer: HeldSecret = { ...BASE, place: { kind: "bearer" } };
const basic: HeldSecret = { ...BASE, place: { kind: "basic" } };
const header: HeldSecret = { ...BASE, place: { kind: "header", name: "X-Api-Key" } };
const json: HeldSecret = { ...BASE, place: { kind: "json", name: "auth.key" } };
const nothing = new Uint8Array();
const pair = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;

test.each([
  ["bearer", bearer, "Authorization", "Bearer PLACEHOLDER-1", "Bearer real-value-1", "Bearer "],
  ["bearer in other case", bearer, "authorization", "bearer PLACEHOLDER-1", "Bearer real-value-1", "Bearer "],
  ["basic password", basic, "Authorization", pair("u:PLACEHOLDER-1"), pair("u:real-value-1"), pair("u:")],
  ["basic user", basic, "Authorization", pair("PLACEHOLDER-1:x"), pair("real-value-1:x"), pair(":x")],
  ["header", header, "x-api-key", "PLACEHOLDER-1", "real-value-1", ""],
])("placeCredentials swaps a %s placeholder", (_name, secret, field, sent, real, rest) => {
  const placed = placeCredentials(
    {
      fields: [
        ["a", "b"],
        [field, sent],
      ],
      body: nothing,
    },
    [secret],
  );
  expect(placed.sent.fields).toEqual([
    ["a", "b"],
    [field, real],
  ]);
  expect(placed.rest.fields).toEqual([
    ["a", "b"],
    [field, rest],
  ]);
  expect(placed.applied).toEqual([secret]);
});

test.each([
  ["bearer beside more", bearer, "Authorization", "Bearer PLACEHOLDER-1 x"],
  ["another scheme", bearer, "Authorization", "Token PLACEHOLDER-1"],
  ["basic in both", basic, "Authorization", pair("PLACEHOLDER-1:PLACEHOLDER-1")],
  ["basic beside more", basic, "Authorization", pair("u:xPLACEHOLDER-1")],
  ["basic without a colon", basic, "Authorization", pair("PLACEHOLDER-1")],
  ["basic that is no base64", basic, "Authorization", "Basic PLACEHOLDER-1!"],
  ["another value", header, "X-Api-Key", "other"],
])("placeCredentials leaves %s as it is", (_name, secret, field, value) => {
  const asked = { fields: [[field, value] as const], body: nothing };
  expect(placeCredentials(asked, [secret])).toEqual({ sent: asked, rest: asked, applied: [] });
});

test("placeCredentials adds a bearer or header credential that was left out, and no other", () => {
  const asked = { fields: [], body: Buffer.from("{}") };
  expect(placeCredentials(asked, [bearer]).sent.fields).toEqual([["Authorization", "Bearer real-value-1"]]);
  expect(placeCredentials(asked, [header]).sent.fields).toEqual([["X-Api-Key", "real-value-1"]]);
  expect(placeCredentials(asked, [basic, json]).applied).toEqual([]);
});

test("placeCredentials puts one credential into one place: the one that was asked for", () => {
  const second = { ...bearer, name: "second", placeholder: "PLACEHOLDER-2", value: "real-value-2" };
  const asked = { fields: [["Authorization", "Bearer PLACEHOLDER-2"] as const], body: nothing };
  expect(placeCredentials(asked, [bearer, second]).applied).toEqual([second]);
  expect(placeCredentials({ fields: [], body: nothing }, [bearer, second]).applied).toEqual([bearer]);
});

test("placeInJson puts the value under its key and keeps numbers", () => {
  const body = Buffer.from(
    '{ "n": 12345678901234567890, "auth": {"key": "PLACEHOLDER-1"}, "z": [1.0, "é"] }',
  );
  const placed = placeInJson(body, json, "auth.key");
  expect(String(placed && Buffer.from(placed))).toBe(
    '{"n":12345678901234567890,"auth":{"key":"real-value-1"},"z":[1.0,"é"]}',
  );
});

test.each([
  ["no JSON", "PLACEHOLDER-1"],
  ["another key", '{"auth":{"other":"PLACEHOLDER-1"}}'],
  ["a longer value", '{"auth":{"key":"xPLACEHOLDER-1"}}'],
  ["a key given twice", '{"auth":{"key":"PLACEHOLDER-1","key":"attacker"}}'],
  ["a key given twice, the placeholder last", '{"auth":{"key":"attacker","key":"PLACEHOLDER-1"}}'],
  ["a list on the way", '{"auth":[{"key":"PLACEHOLDER-1"}]}'],
  ["an inherited key", '{"auth":{}}'],
  ["broken UTF-8", '{"auth":{"key":"PLACEHOLDER-1"},"x":"\xff"}'],
])("placeInJson finds no place in %s", (_name, text) => {
  expect(placeInJson(Buffer.from(text, "latin1"), json, "auth.key")).toBeNull();
});

test.each([
  [[["Authorization", "Bearer x"]], "", "header authorization"],
  [[["Cookie", "a=b"]], "", "header cookie"],
  [[["X_API_KEY", "x"]], "", "header x-api-key"],
  [[["Private-Token", "x"]], "", "header private-token"],
  [[], "?a=1&access_token=x", "query key accesstoken"],
  [[], "?a;key=x", "query key key"],
  [[], "?to%6ben=x", "query key token"],
  [[], "?X-Amz-Signature=x", "query key xamzsignature"],
  [[], "?auth[user]=x", "query key auth"],
  [[["xi-api-key", "x"]], "", "header xi-api-key"],
  [[["Fastly-Key", "x"]], "", "header fastly-key"],
  [[["X-Subscription-Token", "x"]], "", "header x-subscription-token"],
  [[["X-RapidAPI-Key", "x"]], "", "header x-rapidapi-key"],
  [[["X-Figma-Token", "x"]], "", "header x-figma-token"],
  [[["X-ApiKey", "x"]], "", "header x-apikey"],
  [[["My_Client_Secret", "x"]], "", "header my-client-secret"],
  [[["X-Credentials", "x"]], "", "header x-credentials"],
  [[["Cookie2", "x"]], "", "header cookie2"],
  [[["X-SessionId", "x"]], "", "header x-sessionid"],
  [[["Accept", "x"]], "?page=2&monkey=1", null],
  [
    [
      ["Idempotency-Key", "x"],
      ["Keep-Tokens", "x"],
      ["X-Monkey", "x"],
      ["Authority", "x"],
      ["npm-auth-type", "web"],
    ],
    "",
    null,
  ],
] as const)("foreignCredential of %j and %j is %s", (fields, query, expected) => {
  expect(foreignCredential(fields, query, { own: new Set(), bound: new Set() })).toBe(expected);
});

test.each([
  [[["X-Api-Key", "real"]], ["x-api-key"], null],
  [[["X-Ours", "real"]], ["x-ours"], null],
  [[["X-Ours", "attacker"]], [], "header x-ours"],
  [[["x_ours", "attacker"]], [], "header x-ours"],
  [
    [
      ["X-Ours", "real"],
      ["X-Ours", "attacker"],
    ],
    ["x-ours"],
    "header x-ours",
  ],
  [
    [
      ["X-Ours", "real"],
      ["X_OURS", "attacker"],
    ],
    ["x-ours"],
    "header x-ours",
  ],
] as const)("foreignCredential of %j where the gate filled %j is %s", (fields, own, expected) => {
  const places = { own: new Set<string>(own), bound: new Set(["x-api-key", "x-ours"]) };
  expect(foreignCredential(fields, "", places)).toBe(expected);
});

test.each([
  ['{"auth":{"key":1}}', 1],
  ['{"auth":{"key":1,"KEY":2}}', 2],
  ['{"Auth":{"key":1},"auth":{"key":2}}', 2],
  ['{"auth":[{"key":1}]}', 0],
  ["[]", 0],
  ['{"auth":{"key":1,"key":2}}', null],
  ["key=1", null],
])("placesInJson of %s is %s", (text, expected) => {
  expect(placesInJson(Buffer.from(text), "auth.key")).toBe(expected);
});
