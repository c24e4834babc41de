// firstBytes and readFirstBytes: what is spoken, told by as many bytes as it takes and no more, and none of them lost.
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { firstBytes } from "./first-bytes.ts";
import { buildHello, serverNames } from "./fixtures/hellos.ts";
import { readFirstBytes } from "./read-first-bytes.ts";

const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

describe("firstBytes", () => {
  it.each([
    ["GET / HTTP/1.1\r\n", "http"],
    ["POST http://a.test/ HTTP/1.1\r\n", "http"],
    ["CONNECT a.test:443 HTTP/1.1\r\n", "http"],
    ["CONNECT [::1]:443 HTTP/1.1\r\n", "http"],
    ["OPTIONS * HTTP/1.1\r\n", "http"],
    ["VERSION-CONTROL / HTTP/1.1\r\n", "http"],
    [PREFACE, "cleartext_h2"],
    ["PRI * HTTP/2.1\r\n", "opaque"],
    ["SSH-2.0-OpenSSH\r\n", "opaque"],
    ["get / HTTP/1.1\r\n", "opaque"],
    [" GET /", "opaque"],
    ["\r\nGET / HTTP/1.1", "opaque"],
    ["GET\t/ HTTP/1.1", "opaque"],
    ["GET  / HTTP/1.1", "opaque"],
    ["AVERYLONGWORDTHATISNOMETHOD / HTTP/1.1", "opaque"],
    ["\u0000", "opaque"],
    ["\u0005\u0001\u0000", "socks"],
    ["\u0004\u0001\u0000P", "socks"],
    ["\u0016\u0002", "opaque"],
    ["\u0080.\u0001", "opaque"],
  ])("tells %j as %s, and asks for one more byte at each prefix before", (text, kind) => {
    const bytes = Buffer.from(text, "latin1");
    expect(firstBytes(bytes).kind).toBe(kind);
    let told = "";
    for (let length = 0; length <= bytes.length; length++) {
      const reading = firstBytes(bytes.subarray(0, length));
      // Once told, it stays so whatever follows.
      if (told !== "") expect(reading.kind).toBe(told);
      if (reading.kind === "more") expect(reading.needed).toBeGreaterThan(length);
      else told = reading.kind;
    }
    expect(told).toBe(kind);
  });
});

describe("readFirstBytes", () => {
  let server: Server;
  beforeAll(async () => {
    server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  afterAll(() => void server.close());

  async function pair(): Promise<{ readonly client: Socket; readonly socket: Socket }> {
    const accepted = once(server, "connection");
    const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
    client.on("error", () => undefined);
    client.setNoDelay(true);
    const [socket] = (await accepted) as [Socket];
    return { client, socket };
  }

  it("waits for a hello that comes in pieces, and gives every byte to who reads next", async () => {
    const { client, socket } = await pair();
    const hello = buildHello([serverNames("api.example.com")]);
    const reading = readFirstBytes(socket);
    for (let at = 0; at < hello.length; at += 10) {
      client.write(hello.subarray(at, at + 10));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await reading).toMatchObject({ kind: "tls", hello: { serverName: "api.example.com" } });
    client.end("and more");
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks)).toEqual(Buffer.concat([hello, Buffer.from("and more")]));
  });

  it("gives back what came together with the end of the connection", async () => {
    const { client, socket } = await pair();
    client.end("GET / HTTP/1.1\r\n\r\n");
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await readFirstBytes(socket)).toEqual({ kind: "http" });
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).toString()).toBe("GET / HTTP/1.1\r\n\r\n");
  });

  it("says that nothing came, and that the other side went", async () => {
    const silent = await pair();
    expect(await readFirstBytes(silent.socket, 30)).toEqual({ kind: "silent" });
    silent.client.destroy();
    const gone = await pair();
    const reading = readFirstBytes(gone.socket);
    gone.client.write("GE");
    gone.client.end();
    expect(await reading).toEqual({ kind: "gone" });
    gone.socket.destroy();
    expect(await readFirstBytes(gone.socket)).toEqual({ kind: "gone" });
  });

  it("is not kept waiting by a peer that never says enough", async () => {
    const { client, socket } = await pair();
    const reading = readFirstBytes(socket, 200);
    client.write(Buffer.from([22, 3, 1, 0x40, 0]));
    expect(await reading).toEqual({ kind: "silent" });
    client.destroy();
    socket.destroy();
  });
});
