// Program: runs in a task's fresh network namespace before anything of the task exists. Opens the listeners it is told
// to, hands each to the executor over Node's own channel, waits until all were taken, and ends. A socket stays in the
// namespace it was opened in, so what accepts there knows which task is calling.
import { createServer, type Server } from "node:net";

// No executor left to hand anything to: the launcher sees the exit code and starts nothing.
process.on("disconnect", () => process.exit(1));
process.on("message", () => process.exit(0));

const addresses = JSON.parse(process.argv[2] ?? "[]") as readonly {
  readonly host: string;
  readonly port: number;
}[];
for (const [index, address] of addresses.entries()) await hand(index, await listen(address));

function listen(address: { readonly host: string; readonly port: number }): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer({ pauseOnConnect: true });
    server.once("error", reject);
    server.listen(address, () => resolve(server));
  });
}

function hand(index: number, server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = (error: Error | null): void => (error === null ? resolve() : reject(error));
    if (process.send?.({ index }, server, undefined, sent) === undefined) reject(new Error("no executor"));
  });
}
