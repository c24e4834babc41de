// readClientHello over what real clients send, whole, in any prefix and in any records, and over what none should send.
import { beforeAll, describe, expect, it } from "vitest";
import { HELLO_MAX, readClientHello } from "./client-hello.ts";
import {
  buildHello,
  extension,
  helloOf,
  inRecords,
  nodeClient,
  programClient,
  record,
  serverNames,
  vector,
} from "./fixtures/hellos.ts";

const NAME = "api.example.com";
const CLIENTS = {
  node: nodeClient({ servername: NAME, ALPNProtocols: ["h2", "http/1.1"] }),
  "node, no post-quantum share": nodeClient({
    servername: NAME,
    ecdhCurve: "P-256",
    ALPNProtocols: ["h2", "http/1.1"],
  }),
  "node, TLS 1.2": nodeClient({ servername: NAME, maxVersion: "TLSv1.2", ALPNProtocols: ["h2", "http/1.1"] }),
  "openssl s_client": programClient((port) => [
    "openssl",
    "s_client",
    "-connect",
    `127.0.0.1:${port}`,
    "-servername",
    NAME,
    "-alpn",
    "h2,http/1.1",
  ]),
  curl: programClient((port) => [
    "curl",
    "-q",
    "-sk",
    "--connect-to",
    `::127.0.0.1:${port}`,
    `https://${NAME}/`,
  ]),
} as const;

const hellos = new Map<string, Buffer>();
beforeAll(async () => {
  for (const [name, client] of Object.entries(CLIENTS)) hellos.set(name, await helloOf(client));
});

const EXPECTED = { kind: "hello", hello: { serverName: NAME, protocols: ["h2", "http/1.1"] } };

describe.each(Object.keys(CLIENTS))("readClientHello of %s", (client) => {
  it("reads the name and the protocols", () => {
    expect(readClientHello(hellos.get(client) ?? Buffer.alloc(0))).toEqual(EXPECTED);
  });

  it("asks for more at every prefix, never for more than there is, and never for what it has", () => {
    const hello = hellos.get(client) ?? Buffer.alloc(0);
    for (let length = 0; length < hello.length; length++) {
      const reading = readClientHello(hello.subarray(0, length));
      expect(reading.kind, `${length}`).toBe("more");
      if (reading.kind !== "more") continue;
      expect(reading.needed).toBeGreaterThan(length);
      expect(reading.needed).toBeLessThanOrEqual(hello.length);
    }
  });

  it("reads it out of records of every size", () => {
    const hello = hellos.get(client) ?? Buffer.alloc(0);
    for (const size of [8, 9, 10, 57, 100, 511, 1024]) {
      const cut = inRecords(
        hello,
        Array.from({ length: 250 }, () => size),
      );
      expect(readClientHello(cut), `${size}`).toEqual(EXPECTED);
    }
    expect(readClientHello(inRecords(hello, [1, 1, 1, 1, 1, 1]))).toEqual(EXPECTED);
  });
});

describe("readClientHello", () => {
  it("meets a hello that does not fit one segment", () => {
    expect(hellos.get("node")?.length).toBeGreaterThan(1500);
  });

  it("reads a hello without a name, and one without extensions", () => {
    expect(readClientHello(buildHello([]))).toEqual({
      kind: "hello",
      hello: { serverName: null, protocols: [] },
    });
    const bare = Buffer.concat([
      Buffer.from([3, 3]),
      Buffer.alloc(32),
      Buffer.from([0, 0, 2, 0x13, 1, 1, 0]),
    ]);
    expect(readClientHello(record(Buffer.concat([Buffer.from([1]), vector(3, bare)])))).toEqual({
      kind: "hello",
      hello: { serverName: null, protocols: [] },
    });
  });

  it("reads the outer name where an encrypted hello (0xfe0d) is beside it", () => {
    const hello = buildHello([extension(0xfe0d, Buffer.alloc(300, 1)), serverNames("outer.example.com")]);
    expect(readClientHello(hello)).toMatchObject({ hello: { serverName: "outer.example.com" } });
  });

  it("reads a large hello with padding", () => {
    const hello = buildHello([extension(21, Buffer.alloc(12_000)), serverNames(NAME)]);
    expect(readClientHello(hello)).toMatchObject({ hello: { serverName: NAME } });
  });

  it("keeps odd octets in a name as they are", () => {
    expect(readClientHello(buildHello([serverNames(Buffer.from([0x61, 0, 0xff]))]))).toMatchObject({
      hello: { serverName: "a\u0000\u00ff" },
    });
  });

  it.each([
    ["two names", buildHello([serverNames(NAME, "evil.test")])],
    ["the extension twice", buildHello([serverNames(NAME), serverNames("evil.test")])],
    ["another extension twice", buildHello([extension(51, Buffer.alloc(2)), extension(51, Buffer.alloc(2))])],
    ["an empty name", buildHello([serverNames("")])],
    ["an empty list", buildHello([extension(0, vector(2, Buffer.alloc(0)))])],
    ["a name of another type", buildHello([extension(0, vector(2, Buffer.from([1, 0, 1, 97])))])],
    [
      "bytes behind the list",
      buildHello([extension(0, Buffer.concat([vector(2, Buffer.from([0, 0, 1, 97])), Buffer.of(0)]))]),
    ],
    ["a name longer than its list", buildHello([extension(0, Buffer.from([0, 4, 0, 0, 9, 97]))])],
    ["an extension longer than the hello", buildHello([Buffer.from([0, 0, 255, 255, 1])])],
    [
      "another message in the record",
      record(Buffer.concat([buildHello([serverNames(NAME)]).subarray(5), Buffer.of(0)])),
    ],
    ["a server's hello", record(Buffer.from([2, 0, 0, 1, 0]))],
    ["an empty record", Buffer.from([22, 3, 1, 0, 0])],
    ["a record that is too long", Buffer.from([22, 3, 1, 0x41, 0])],
    ["a version that is none", Buffer.from([22, 2, 0])],
    ["a message that is too long", record(Buffer.from([1, 1, 0, 0]))],
    ["another record in between", Buffer.concat([record(Buffer.from([1, 0, 1])), Buffer.from([23, 3, 3])])],
    ["nothing but record heads", Buffer.concat(Array.from({ length: 300 }, () => record(Buffer.from([1]))))],
  ])("is bad with %s", (_, bytes) => {
    expect(readClientHello(bytes)).toEqual({ kind: "bad" });
  });

  it("never asks for more than its bound", () => {
    const size = HELLO_MAX - 4 - 5;
    const head = Buffer.from([1, 0, size >> 8, size & 255]);
    let bytes: Buffer = record(Buffer.concat([head, Buffer.alloc(16_384 - 4)]));
    const reading = readClientHello(bytes);
    expect(reading.kind).toBe("more");
    bytes = Buffer.concat([bytes, record(Buffer.alloc(16_384)), Buffer.from([22, 3])]);
    expect(readClientHello(bytes)).toEqual({ kind: "bad" });
  });
});
