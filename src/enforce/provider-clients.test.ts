// openProviderClients: who ends with a provider, and who may not begin after it.
import { expect, test } from "vitest";
import { openProviderClients } from "./provider-clients.ts";

const [at, other] = [{ port: 1 }, { port: 2 }];
const nothing = (): Promise<void> => Promise.resolve();

test("ends the clients of its address, those that fail to end too, and none that left", async () => {
  const clients = openProviderClients(() => 0);
  const ended: string[] = [];
  const end = (name: string) => (): Promise<void> => {
    ended.push(name);
    return name === "fails" ? Promise.reject(new Error("no")) : Promise.resolve();
  };
  clients.join(at, end("fails"));
  clients.join(at, end("one"));
  clients.join(at, end("left"))();
  clients.join(other, end("other"));
  await clients.ended(at);
  expect(ended).toEqual(["fails", "one"]);
});

test("takes no client for an address whose provider ended lately, until another started there", async () => {
  let now = 0;
  const clients = openProviderClients(() => now);
  await clients.ended(at);
  now = 29_999;
  expect(() => clients.join(at, nothing)).toThrow(expect.objectContaining({ code: "WRIT_GRANT_CHANGED" }));
  clients.join(other, nothing)();
  clients.started(at);
  clients.join(at, nothing)();
  await clients.ended(at);
  now += 30_000;
  clients.join(at, nothing)();
});
