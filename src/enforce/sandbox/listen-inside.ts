// Program: runs in a task's fresh network namespace before anything of the task exists. Opens the sockets it is told to,
// hands each to the executor over Node's own channel, and waits to be ended: its namespace is opened through it meanwhile. A
// socket stays in the namespace it was opened in, so what accepts there knows which task is calling.
import { createSocket, type Socket } from "node:dgram";
import { flushCompileCache } from "node:module";
import { createServer, type Server } from "node:net";
import type { InsideSocket } from "./inside-plan.ts";

/** ms. The executor ends this within fifteen seconds (prepare-namespace.ts); one that was killed does not. */
const ENDS_WITHIN = 20_000;

// No executor left to hand anything to, or that would end this. A channel whose handles were not answered may not say so.
process.on("disconnect", () => process.exit(1));
setTimeout(() => process.exit(1), ENDS_WITHIN);

const sockets = JSON.parse(process.argv[2] ?? "[]") as readonly InsideSocket[];
const opened = await Promise.all(sockets.map((one) => (one.kind === "dns_udp" ? bind(one) : listen(one))));
await Promise.all(opened.map((handle, index) => hand(index, handle)));
flushCompileCache();

function listen({ host, port }: InsideSocket): Promise<Server> {
  return anyFamily(host, (address) => {
    const { promise, resolve, reject } = Promise.withResolvers<Server>();
    const server = createServer({ pauseOnConnect: true });
    server.once("error", reject);
    server.listen({ host: address, port }, () => resolve(server));
    return promise;
  });
}

function bind({ host, port }: InsideSocket): Promise<Socket> {
  return anyFamily(host, (address) => {
    const { promise, resolve, reject } = Promise.withResolvers<Socket>();
    const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
    socket.once("error", reject);
    socket.bind({ address, port }, () => resolve(socket));
    return promise;
  });
}

/** On one address; on all, of both families at once where the kernel has IPv6 (ipv6(7), IPV6_V6ONLY). */
async function anyFamily<T>(host: string | null, open: (address: string) => Promise<T>): Promise<T> {
  if (host !== null) return open(host);
  try {
    return await open("::");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "EAFNOSUPPORT" || code === "EADDRNOTAVAIL") return open("0.0.0.0");
    throw cause;
  }
}

function hand(index: number, handle: Server | Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = (error: Error | null): void => (error === null ? resolve() : reject(error));
    if (process.send?.({ index }, handle, undefined, sent) === undefined) reject(new Error("no executor"));
  });
}
