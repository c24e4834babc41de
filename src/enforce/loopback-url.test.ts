// loopbackAddress: the one form of a provider's URL, and nothing that could be read as another host.
import { describe, expect, test } from "vitest";
import { loopbackAddress } from "./loopback-url.ts";

describe("loopbackAddress", () => {
  test.each([
    ["http://127.0.0.1:11434", { host: "127.0.0.1", port: 11_434 }],
    ["http://127.8.9.10:1", { host: "127.8.9.10", port: 1 }],
    ["http://[::1]:65535", { host: "::1", port: 65_535 }],
  ])("reads %s", (url, address) => {
    expect(loopbackAddress(url)).toEqual(address);
  });

  test.each([
    "http://127.0.0.1",
    "https://127.0.0.1:1",
    "http://localhost:1",
    "http://127.0.0.1:0",
    "http://127.0.0.1:01",
    "http://127.0.0.1:65536",
    "http://127.0.0.1:1/",
    "http://127.0.0.1:1?x",
    "http://127.0.0.256:1",
    "http://127.0.0.01:1",
    "http://127.1:1",
    "http://0x7f.0.0.1:1",
    "http://128.0.0.1:1",
    "http://10.0.0.1:1",
    "http://0.0.0.0:1",
    "http://[::]:1",
    "http://[::2]:1",
    "http://[::ffff:127.0.0.1]:1",
    "http://u@127.0.0.1:1",
    "http://127.0.0.1:1\n",
    " http://127.0.0.1:1",
    "",
  ])("refuses %j", (url) => {
    expect(loopbackAddress(url)).toBeNull();
  });
});
