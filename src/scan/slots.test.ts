import * as fc from "fast-check";
import { expect, test } from "vitest";
import { depth, seed } from "../../test/depth.ts";
import { ScanExhausted } from "./scan-budget.ts";
import { type RequestParts, SLOTS_MAX, slotsOf } from "./slots.ts";

const request = (parts: Partial<RequestParts>): RequestParts => ({
  host: "",
  target: "",
  headers: [],
  contentType: "",
  body: "",
  ...parts,
});

const pairsOf = (parts: Partial<RequestParts>): readonly string[] =>
  slotsOf(request(parts)).map(({ name, value }) => `${name}=${value}`);

test("slotsOf takes host labels, path, query and headers apart", () => {
  expect(
    pairsOf({ host: "a.b.example", target: "/v1/x%41?q=1+2&z=%zz&flag", headers: [["X-A", "b"]] }),
  ).toEqual([
    "host:0=a",
    "host:1=b",
    "host:2=example",
    "path:0=v1",
    "path:1=xA",
    "query:q=1 2",
    "query:z=%zz",
    "query=flag",
    "header:x-a=b",
    "names=q z",
  ]);
});

test("slotsOf gives every leaf of JSON, of equal members both, whatever the content type says", () => {
  expect(
    pairsOf({ body: '{"a":{"b":["x",{"c":"\\u0041\\n\\""}],"n":-1.5e3,"t":true},"a":"y","":"z"}' }),
  ).toEqual([
    "json:a.b.[]=x",
    'json:a.b.[].c=A\n"',
    "json:a.n=-1.5e3",
    "json:a.t=true",
    "json:a=y",
    "json:=z",
    "names=a.b.[] a.b.[].c a.n a.t a ",
  ]);
});

test("slotsOf takes what is no JSON as text, and JSON by lines as JSON", () => {
  for (const body of ['{"a":"b"', '{"a":"b}', "[1,2]]", '{"a":\u0001}', "{'a':1}", "plain text"])
    expect(pairsOf({ contentType: "application/json", body })).toEqual([`text=${body}`]);
  expect(pairsOf({ body: '{"a":1}\n{"a":2}\n' })).toEqual(["json:a=1", "json:a=2", "names=a a"]);
});

test("slotsOf takes forms, multipart bodies and tables apart", () => {
  expect(pairsOf({ contentType: "application/x-www-form-urlencoded", body: "a=1&b=%32" })).toEqual([
    "form:a=1",
    "form:b=2",
    "names=a b",
  ]);
  const body = '--B\r\nContent-Disposition: form-data; name="f"\r\n\r\nhello\r\n--B--\r\n';
  expect(pairsOf({ contentType: "multipart/form-data; boundary=B", body })).toEqual([
    "part:f=hello",
    "names=f",
  ]);
  expect(pairsOf({ contentType: "text/csv", body: 'a,"b,c"\nd,e' })).toEqual([
    "column:0=a",
    "column:1=b,c",
    "column:0=d",
    "column:1=e",
  ]);
});

test("slotsOf loses no value to its bounds", () => {
  const many = Array.from({ length: SLOTS_MAX + 3 }, (_, at) => `"v${String(at)}"`).join(",");
  const slots = slotsOf(request({ body: `[${many}]` }));
  expect(slots.find(({ name }) => name === "rest")?.value).toBe(
    `v${String(SLOTS_MAX)} v${String(SLOTS_MAX + 1)} v${String(SLOTS_MAX + 2)}`,
  );
  const deep = `${"[".repeat(100_000)}"x"${"]".repeat(100_000)}`;
  expect(slotsOf(request({ body: deep }))[0]?.value).toBe("x");
  const large = `["${"y".repeat(2 ** 20)}"]`;
  expect(pairsOf({ body: large })).toEqual([`text=${large}`]);
});

test("slotsOf refuses what comes to far more than is sent, and takes long names above some leaves", () => {
  const under = (names: number, leaves: number): string =>
    `{"${"n".repeat(names)}":[${Array.from({ length: leaves }, () => "1").join(",")}]}`;
  const few = slotsOf(request({ body: under(1000, 10) }));
  expect(few.filter(({ name }) => name === `json:${"n".repeat(1000)}.[]`)).toHaveLength(10);
  const before = process.memoryUsage().heapUsed;
  for (const body of [under(400_000, 200_000), `${under(100_000, 1000)}\n${under(100_000, 1000)}`])
    expect(() => slotsOf(request({ body }))).toThrowError(new ScanExhausted("slots"));
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(2 ** 30);
});

test("slotsOf never throws on small requests, and every letter of a text body or a JSON string is in some slot", () => {
  const hostile = fc.oneof(fc.string(), fc.json(), fc.stringMatching(/^[\\"[\]{}:, ]{0,40}$/));
  fc.assert(
    fc.property(hostile, fc.string(), fc.webPath(), (body, host, target) => {
      const slots = slotsOf(request({ body, host, target }));
      expect(slots.every(({ value }) => value !== "")).toBe(true);
    }),
    { seed, numRuns: depth(300, 20_000) },
  );
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.string({ minLength: 1 })), (document) => {
      const found = slotsOf(request({ body: JSON.stringify(document) })).map(({ value }) => value);
      for (const value of Object.values(document)) expect(found).toContain(value);
    }),
    { seed, numRuns: depth(100, 5000) },
  );
});
