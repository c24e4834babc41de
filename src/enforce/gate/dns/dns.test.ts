// A task's name server over real sockets, asked by real resolvers and by packets that no resolver sends.
import { createSocket, type Socket as Datagram } from "node:dgram";
import { Resolver } from "node:dns/promises";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { decode, encode, type Packet, type Question } from "dns-packet";
import { array, assert, constantFrom, integer, oneof, property, string, uint8Array } from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { depth, seed } from "../../../../test/depth.ts";
import { canonicalHost } from "../../../names/host.ts";
import { answerQuery, QUERY_MAX } from "./answer-query.ts";
import { createNameServer } from "./serve-dns.ts";
import { syntheticNames, unmapped } from "./synthetic-names.ts";

const GRANTED = {
  calls: [{ host: "api.example.com" }, { host: "10.0.0.1" }],
  opaque: [{ host: "git.example.com" }, { host: "::1" }],
};
const names = syntheticNames(GRANTED as unknown as Parameters<typeof syntheticNames>[0]);

function query(question: Partial<Question>, packet: Packet = {}): Buffer {
  const questions = [{ name: "api.example.com", type: "A", class: "IN", ...question } as Question];
  return encode({ type: "query", id: 4711, flags: 0x01_00, questions, ...packet });
}

describe("syntheticNames", () => {
  it("has one address of 198.18.0.0/15 for each granted name, none for addresses, and the way back", () => {
    expect(names.addressOf("api.example.com")).toBe("198.18.0.1");
    expect(names.addressOf("git.example.com")).toBe("198.18.0.2");
    for (const other of ["10.0.0.1", "::1", "example.com", "x.api.example.com", ""])
      expect(names.addressOf(other)).toBeNull();
    expect(names.nameOf("198.18.0.2")).toBe("git.example.com");
    expect(names.nameOf("::ffff:198.18.0.1")).toBe("api.example.com");
    for (const other of ["198.18.0.0", "198.18.0.3", "10.0.0.1", "", "::ffff:10.0.0.1"])
      expect(names.nameOf(other)).toBeNull();
  });

  it("gives each of many names an address of its own, in the range", () => {
    const calls = Array.from({ length: 70_000 }, (_, at) => ({ host: `h${at}.test` }));
    const many = syntheticNames({ calls, opaque: [] } as unknown as Parameters<typeof syntheticNames>[0]);
    expect(many.addressOf("h65535.test")).toBe("198.19.0.0");
    const addresses = new Set(calls.map(({ host }) => many.addressOf(host)));
    expect(addresses.size).toBe(70_000);
    for (const address of addresses) expect(address).toMatch(/^198\.1[89]\./);
  });

  it("reads a mapped address as what it carries", () => {
    expect(unmapped("::FFFF:1.2.3.4")).toBe("1.2.3.4");
    expect(unmapped("::ffff:102:304")).toBe("::ffff:102:304");
  });
});

describe("answerQuery", () => {
  it("answers A with the synthetic address, in the spelling that was asked", () => {
    const answered = answerQuery(query({ name: "API.Example.com" }), names);
    expect(answered.kind).toBe("answered");
    if (answered.kind !== "answered") return;
    expect(decode(answered.packet)).toMatchObject({
      id: 4711,
      type: "response",
      rcode: "NOERROR",
      flag_rd: true,
      flag_ra: true,
      questions: [{ name: "API.Example.com", type: "A" }],
      answers: [{ name: "API.Example.com", type: "A", data: "198.18.0.1" }],
    });
  });

  it.each(["AAAA", "HTTPS", "MX", "TXT", "ANY"] as const)("has no %s record for a granted name", (type) => {
    const answered = answerQuery(query({ type } as Partial<Question>), names);
    expect(answered.kind).toBe("answered");
    if (answered.kind === "answered")
      expect(decode(answered.packet)).toMatchObject({ rcode: "NOERROR", answers: [] });
  });

  it.each([
    ["evil.test", "A", "NXDOMAIN", "evil.test"],
    ["x.api.example.com", "A", "NXDOMAIN", "x.api.example.com"],
    ["EVIL.test", "TXT", "NXDOMAIN", "evil.test"],
    ["10.0.0.1", "A", "REFUSED", null],
    ["_dmarc.evil.test", "TXT", "REFUSED", null],
    [".", "NS", "REFUSED", null],
  ])("answers %s %s with %s", (name, type, rcode, told) => {
    const answered = answerQuery(query({ name, type } as Partial<Question>), names);
    expect(answered).toMatchObject({ kind: "refused", name: told });
    if (answered.kind === "refused") expect(decode(answered.packet)).toMatchObject({ rcode, answers: [] });
  });

  it("refuses other classes and other operations", () => {
    const chaos = answerQuery(query({ class: "CH" }), names);
    expect(chaos.kind === "refused" && decode(chaos.packet)).toMatchObject({ rcode: "REFUSED" });
    const update = answerQuery(query({}, { flags: 5 << 11 }), names);
    expect(update.kind === "refused" && decode(update.packet)).toMatchObject({
      rcode: "NOTIMP",
      opcode: "UPDATE",
    });
  });

  it("answers a query with EDNS, and leaves that out", () => {
    const edns = [
      { type: "OPT", name: ".", udpPayloadSize: 1232, flags: 0, options: [] },
    ] as unknown as Packet["additionals"];
    const answered = answerQuery(query({}, { additionals: edns }), names);
    expect(answered.kind === "answered" && decode(answered.packet)).toMatchObject({
      answers: [{ data: "198.18.0.1" }],
      additionals: [],
    });
  });

  it.each([
    ["nothing", Buffer.alloc(0)],
    ["a head alone", query({}).subarray(0, 12)],
    ["a cut question", query({}).subarray(0, 20)],
    ["a response", encode({ type: "response", questions: [{ name: "a.test", type: "A" }] })],
    ["no question", encode({ type: "query", questions: [] })],
    [
      "two questions",
      encode({
        type: "query",
        questions: [
          { name: "a.test", type: "A" },
          { name: "b.test", type: "A" },
        ],
      }),
    ],
    ["a pointer to itself", Buffer.concat([query({}).subarray(0, 12), Buffer.from([0xc0, 12, 0, 1, 0, 1])])],
    [
      "a dot inside a label",
      Buffer.concat([query({}).subarray(0, 12), Buffer.from([7, ...Buffer.from("evil.it"), 0, 0, 1, 0, 1])]),
    ],
    [
      "octets that are no text",
      Buffer.concat([query({}).subarray(0, 12), Buffer.from([2, 0xc3, 0x28, 0, 0, 1, 0, 1])]),
    ],
    ["too much", Buffer.concat([query({}), Buffer.alloc(QUERY_MAX)])],
  ])("is malformed with %s", (_, packet) => {
    expect(answerQuery(packet, names)).toEqual({ kind: "malformed" });
  });

  it("never throws, answers granted names only, and reads names as everything else does", () => {
    const label = oneof(
      constantFrom("api", "example", "com", "API", "a.b", "", "xn--a"),
      string({ maxLength: 70 }),
    );
    const noise = uint8Array({ maxLength: 300 });
    assert(
      property(array(label, { maxLength: 6 }), noise, integer({ min: 0, max: 60 }), (labels, bytes, cut) => {
        const wire = labels
          .map((text) => Buffer.from(text).subarray(0, 63))
          .map((text) => Buffer.concat([Buffer.of(text.length), text]));
        const tail = Buffer.from([0, 0, 1, 0, 1]);
        const built = Buffer.concat([query({}).subarray(0, 12), ...wire, tail]);
        for (const packet of [
          built,
          built.subarray(0, cut),
          Buffer.concat([built.subarray(0, 12), bytes]),
          bytes,
        ]) {
          const answered = answerQuery(packet, names);
          if (answered.kind === "malformed") continue;
          const { questions } = decode(answered.packet);
          const host = canonicalHost(questions?.[0]?.name ?? "");
          const granted = host.ok && names.addressOf(host.value.name) !== null;
          if (answered.kind === "answered") expect(granted).toBe(true);
        }
      }),
      { seed, numRuns: depth(2000, 200_000) },
    );
  });
});

describe("createNameServer", () => {
  let told: [string, string | null][];
  let udp: Datagram;
  let tcp: Server;
  let port: number;
  beforeEach(async () => {
    told = [];
    const server = createNameServer(names, (cause, name) => told.push([cause, name]));
    tcp = createServer((socket) => {
      socket.on("error", () => socket.destroy());
      server.tcp(socket);
    });
    tcp.listen(0, "127.0.0.1");
    await once(tcp, "listening");
    ({ port } = tcp.address() as AddressInfo);
    udp = createSocket("udp4");
    udp.bind(port, "127.0.0.1");
    await once(udp, "listening");
    server.udp(udp);
  });
  afterEach(() => {
    udp.close();
    tcp.close();
  });

  it("serves a resolver over UDP, and tells a refused name once", async () => {
    const resolver = new Resolver({ timeout: 5000, tries: 1 });
    resolver.setServers([`127.0.0.1:${port}`]);
    expect(await resolver.resolve4("git.example.com")).toEqual(["198.18.0.2"]);
    await expect(resolver.resolve6("git.example.com")).rejects.toMatchObject({ code: "ENODATA" });
    for (const ask of [
      () => resolver.resolve4("evil.test"),
      () => resolver.resolve6("evil.test"),
      () => resolver.resolveTxt("evil.test"),
    ]) {
      await expect(ask()).rejects.toMatchObject({ code: "ENOTFOUND" });
    }
    await expect(resolver.resolve4("secret.evil.test")).rejects.toMatchObject({ code: "ENOTFOUND" });
    expect(told).toEqual([
      ["name_not_granted", "evil.test"],
      ["name_not_granted", "secret.evil.test"],
    ]);
  });

  it("serves several queries on one TCP connection, in single bytes", async () => {
    const socket = connect(port, "127.0.0.1");
    const packet = query({});
    const framed = Buffer.concat([Buffer.from([packet.length >> 8, packet.length & 255]), packet]);
    for (const byte of Buffer.concat([framed, framed])) socket.write(Buffer.of(byte));
    let answer = Buffer.alloc(0);
    while (answer.length < 2 || answer.length < 2 * (2 + answer.readUInt16BE(0))) {
      const [chunk] = (await once(socket, "data")) as [Buffer];
      answer = Buffer.concat([answer, chunk]);
    }
    const length = answer.readUInt16BE(0);
    expect(decode(answer.subarray(2, 2 + length))).toMatchObject({ answers: [{ data: "198.18.0.1" }] });
    expect(decode(answer.subarray(4 + length))).toMatchObject({ answers: [{ data: "198.18.0.1" }] });
    socket.destroy();
  });

  it("drops what is malformed, and tells of it within bounds", async () => {
    const client = createSocket("udp4");
    for (let at = 0; at < 100; at++) {
      const sent = once(udp, "message");
      client.send(Buffer.from("x"), port, "127.0.0.1");
      await sent;
    }
    client.close();
    expect(told).toEqual(Array.from({ length: 16 }, () => ["dns_malformed", null]));
    const socket = connect(port, "127.0.0.1");
    socket.write(Buffer.from([0xff, 0xff, 1]));
    await once(socket, "close");
  });
});
