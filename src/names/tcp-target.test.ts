// canonicalTcpTarget: one spelling for each target of a raw connection, and nothing beside host and port.
import { expect, test } from "vitest";
import { canonicalTcpTarget, isTcpTarget } from "./tcp-target.ts";

test.each([
  ["tcp://nas.home.arpa:22", "tcp://nas.home.arpa:22", "nas.home.arpa", 22],
  ["TCP://Nas.Home.ARPA.:22", "tcp://nas.home.arpa:22", "nas.home.arpa", 22],
  ["tcp://10.0.0.5:65535", "tcp://10.0.0.5:65535", "10.0.0.5", 65_535],
  ["tcp://[2001:DB8:0::1]:1", "tcp://[2001:db8::1]:1", "2001:db8::1", 1],
])("canonicalTcpTarget of %j is %j", (text, canonical, host, port) => {
  const target = canonicalTcpTarget(text);
  expect(target.ok ? [target.value.text, target.value.host.name, target.value.port] : target.error).toEqual([
    canonical,
    host,
    port,
  ]);
  expect(canonicalTcpTarget(canonical)).toEqual(target);
});

test.each([
  ["https://nas.home.arpa:22", "bad_scheme"],
  ["nas.home.arpa:22", "bad_scheme"],
  ["", "bad_scheme"],
  ["tcp://nas.home.arpa", "bad_port"],
  ["tcp://nas.home.arpa:", "bad_port"],
  ["tcp://nas.home.arpa:0", "bad_port"],
  ["tcp://nas.home.arpa:65536", "bad_port"],
  ["tcp://nas.home.arpa:022", "bad_port"],
  ["tcp://nas.home.arpa:22/", "tcp_path"],
  ["tcp://nas.home.arpa:22\\x", "tcp_path"],
  ["tcp://nas.home.arpa:22?x", "tcp_path"],
  ["tcp://nas.home.arpa:22#x", "tcp_path"],
  ["tcp://me@nas.home.arpa:22", "userinfo"],
  ["tcp://0x7f.1:22", "odd_address"],
  ["tcp://:22", "empty"],
])("canonicalTcpTarget refuses %j as %s", (text, code) => {
  const target = canonicalTcpTarget(text);
  expect(target.ok ? null : target.error.code).toBe(code);
  expect(target.ok ? "" : target.error.detail).not.toBe("");
  expect(target.ok ? "" : target.error.hint).not.toBe("");
});

test("isTcpTarget looks at the scheme alone, in any case", () => {
  expect(["tcp://", "TcP://x", "tcp:/x", "atcp://", "https://tcp://"].map(isTcpTarget)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});
