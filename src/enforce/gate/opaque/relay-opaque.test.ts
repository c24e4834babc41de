// relayOpaque over real sockets: bytes pass unchanged either way, and nothing beyond a cap does.
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { GrantedOpaque } from "../../../decide/decision.ts";
import { createDial } from "../dial/dial.ts";
import { type OpaqueEnd, relayOpaque } from "./relay-opaque.ts";

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

async function listen(
  accept: (socket: Socket) => void,
  allowHalfOpen = true,
): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer({ allowHalfOpen }, (socket) => {
    socket.on("error", () => socket.destroy());
    stops.push(() => socket.destroy());
    accept(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  stops.push(() => server.close());
  return { server, port: (server.address() as AddressInfo).port };
}

interface Bench {
  readonly client: Socket;
  readonly connected: Promise<void>;
  readonly ended: Promise<OpaqueEnd>;
  readonly use: { requests: number; bytes_out: number; bytes_in: number; tokens: number; money: number };
  readonly abort: () => void;
}

/** A relay between a client of ours and `port`. */
async function relay(
  port: number,
  part: Partial<GrantedOpaque> = {},
  used: Partial<Bench["use"]> = {},
): Promise<Bench> {
  const grant = {
    host: "git.test",
    port,
    address: "127.0.0.1",
    connections_max: 5,
    bytes_out_max: 1e9,
    bytes_in_max: 1e9,
    ...part,
  };
  const use = { requests: 0, bytes_out: 0, bytes_in: 0, tokens: 0, money: 0, ...used };
  const controller = new AbortController();
  let end: (ended: OpaqueEnd) => void;
  const ended = new Promise<OpaqueEnd>((resolve) => {
    end = resolve;
  });
  let stand: () => void;
  const connected = new Promise<void>((resolve) => {
    stand = resolve;
  });
  const serve = async (socket: Socket): Promise<void> => {
    const { signal } = controller;
    const told = await relayOpaque(socket, {
      grant,
      use,
      dial: createDial(),
      signal,
      connected: () => stand(),
    });
    socket.destroy();
    end(told);
  };
  const front = await listen((socket) => {
    void serve(socket);
  }, false);
  const client = connect({ port: front.port, host: "127.0.0.1", allowHalfOpen: true });
  client.on("error", () => client.destroy());
  stops.push(() => client.destroy());
  return { client, connected, ended, use, abort: () => controller.abort() };
}

async function all(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => chunks.push(Buffer.from(chunk)));
  socket.on("end", () => socket.end());
  socket.resume();
  await once(socket, "close");
  return Buffer.concat(chunks);
}

describe("relayOpaque", () => {
  it("passes a greeting of the server, an end of the client, and what the server says after it", async () => {
    const { port } = await listen((socket) => {
      socket.write("SSH-2.0-here\r\n");
      const got: Buffer[] = [];
      socket.on("data", (chunk) => got.push(Buffer.from(chunk)));
      socket.on("end", () => socket.end(Buffer.concat([Buffer.from("got "), ...got])));
    });
    const { client, ended, use } = await relay(port);
    const answer = all(client);
    await once(client, "data");
    client.end("hello");
    expect((await answer).toString()).toBe("SSH-2.0-here\r\ngot hello");
    expect(await ended).toEqual({ cause: null, bytes_out: 5, bytes_in: 23 });
    expect(use).toEqual({ requests: 1, bytes_out: 5, bytes_in: 23, tokens: 0, money: 0 });
  });

  it("passes many bytes both ways unchanged, to a reader that is slow at first", async () => {
    const { port } = await listen((socket) => void socket.pipe(socket));
    const { client, ended } = await relay(port);
    const sent = Buffer.from(Array.from({ length: 3_000_000 }, (_, at) => (at * 31 + (at >> 8)) & 255));
    client.end(sent);
    client.pause();
    await new Promise((resolve) => setTimeout(resolve, 200));
    const back = await all(client);
    expect(back.equals(sent)).toBe(true);
    expect(await ended).toEqual({ cause: null, bytes_out: sent.length, bytes_in: sent.length });
  });

  it("holds no more than buffers of a peer that does not read", async () => {
    let upstream: Socket | null = null;
    const { port } = await listen((socket) => {
      upstream = socket;
      socket.pause();
    });
    const { client, use } = await relay(port);
    const chunk = Buffer.alloc(1 << 20);
    let accepted = 0;
    for (let at = 0; at < 200; at++) {
      if (!client.write(chunk)) break;
      accepted++;
    }
    for (let at = 0; at < 100 && client.writableLength > 0; at++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      if (client.writableLength === 0) client.write(chunk);
    }
    // It stands still: what the kernel and one buffer hold crossed, and no more is claimed.
    await new Promise((resolve) => setTimeout(resolve, 200));
    const held = use.bytes_out;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(use.bytes_out).toBe(held);
    expect(held).toBeLessThan(64 << 20);
    expect(accepted).toBeLessThan(200);
    expect(upstream).not.toBeNull();
  });

  it("lets no byte of a chunk cross that would pass the cap, either way", async () => {
    let all10 = (): void => undefined;
    const there = new Promise<void>((resolve) => {
      all10 = resolve;
    });
    const got: Buffer[] = [];
    const out = await listen((socket) =>
      socket.on("data", (chunk) => {
        got.push(Buffer.from(chunk));
        if (Buffer.concat(got).length >= 10) all10();
      }),
    );
    const first = await relay(out.port, { bytes_out_max: 10 });
    first.client.write("1234567890");
    await there;
    first.client.write("x");
    expect(await first.ended).toEqual({ cause: "bytes_over_limit", bytes_out: 10, bytes_in: 0 });
    expect(Buffer.concat(got).toString()).toBe("1234567890");

    const inward = await listen((socket) => void socket.write("12345678901"));
    const second = await relay(inward.port, { bytes_in_max: 10 });
    const answer = all(second.client);
    expect(await second.ended).toEqual({ cause: "bytes_over_limit", bytes_out: 0, bytes_in: 0 });
    expect((await answer).length).toBe(0);
  });

  it.each([
    ["connections", { connections_max: 2 }, { requests: 2 }, "connections_over_limit"],
    ["bytes out", { bytes_out_max: 7 }, { bytes_out: 7 }, "bytes_over_limit"],
    ["bytes in", { bytes_in_max: 7 }, { bytes_in: 7 }, "bytes_over_limit"],
    ["a cap of nothing", { bytes_out_max: 0 }, {}, "bytes_over_limit"],
  ])("opens nothing once %s are used up", async (_, part, used, cause) => {
    let accepted = 0;
    const { port } = await listen(() => accepted++);
    const { ended } = await relay(port, part, used);
    expect(await ended).toEqual({ cause, bytes_out: 0, bytes_in: 0 });
    expect(accepted).toBe(0);
  });

  it("counts one use over several connections", async () => {
    const { port } = await listen((socket) => void socket.pipe(socket));
    const first = await relay(port, { bytes_out_max: 8 });
    first.client.end("12345");
    await first.ended;
    const second = await relay(port, { bytes_out_max: 8 }, first.use);
    second.client.end("12345");
    expect(await second.ended).toMatchObject({ cause: "bytes_over_limit", bytes_out: 0 });
  });

  it("never dials another address than the pinned one, and no metadata address", async () => {
    const { ended } = await relay(80, { address: "169.254.169.254" });
    expect(await ended).toEqual({ cause: "address_not_permitted", bytes_out: 0, bytes_in: 0 });
  });

  it("says that the other side is not there", async () => {
    const { server, port } = await listen(() => undefined);
    server.close();
    await once(server, "close");
    expect(await (await relay(port)).ended).toEqual({
      cause: "connection_refused",
      bytes_out: 0,
      bytes_in: 0,
    });
  });

  it("ends with its signal, with a reset client, and with a reset upstream", async () => {
    const idle = await listen(() => undefined);
    const aborted = await relay(idle.port);
    await aborted.connected;
    aborted.abort();
    expect(await aborted.ended).toMatchObject({ cause: null });

    const reset = await relay(idle.port);
    await reset.connected;
    reset.client.resetAndDestroy();
    expect(await reset.ended).toMatchObject({ bytes_out: 0 });

    const resetting = await listen((socket) => socket.resetAndDestroy());
    expect(await (await relay(resetting.port)).ended).toMatchObject({ bytes_in: 0 });
  });
});
