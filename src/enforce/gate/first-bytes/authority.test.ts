// readAuthority, readHostField, readAbsoluteForm and canonicalServerName: one canonical place, or none.
import { describe, expect, it } from "vitest";
import { readAbsoluteForm, readAuthority, readHostField } from "./authority.ts";
import { canonicalServerName } from "./server-name.ts";

/** Hosts that have no canonical form as a client writes them on the wire. */
const BAD_HOSTS = [
  "",
  ".",
  "a..b",
  ".a.test",
  "a.test..",
  "user@a.test",
  "a.test@b.test",
  "a.test\u0000.b.test",
  "a.test%00",
  "a%2etest",
  "a test",
  "a.test\r\n",
  "a\ttest",
  "bücher.test",
  "аpi.test",
  "a。test",
  "a_b.test",
  "-a.test",
  "a-.test",
  "a\\b",
  "a/b",
  "a?b",
  "a#b",
  "127.1",
  "0x7f000001",
  "2130706433",
  "0177.0.0.1",
  "127.0.0.01",
  "127.0.0.1.",
  "256.1.1.1",
  "1.2.3.4.5",
  "[::ffff:127.0.0.1]",
  "[::ffff:7f00:1]",
  "[fe80::1%25eth0]",
  "[a.test]",
  "[127.0.0.1]",
  "[::1",
  "::1]",
  "[]",
  "*.a.test",
  `${"a".repeat(64)}.test`,
  `${"a.".repeat(127)}test`,
];

describe.each(BAD_HOSTS)("the host %j", (host) => {
  it("names no place", () => {
    expect(readAuthority(`${host}:443`)).toBeNull();
    expect(readHostField(host, 80)).toBeNull();
    expect(readHostField(`${host}:80`, 80)).toBeNull();
    // What ends a host in a URL leaves another host before it.
    if (!/[/?]/.test(host)) expect(readAbsoluteForm(`http://${host}/`)).toBeNull();
    expect(canonicalServerName(host)).toBeNull();
  });
});

describe("readAuthority", () => {
  it.each([
    ["API.Example.COM:443", { host: "api.example.com", kind: "name", port: 443 }],
    ["api.example.com.:1", { host: "api.example.com", kind: "name", port: 1 }],
    ["localhost:65535", { host: "localhost", kind: "name", port: 65_535 }],
    ["10.1.2.3:80", { host: "10.1.2.3", kind: "ipv4", port: 80 }],
    ["[2001:DB8::0:1]:80", { host: "2001:db8::1", kind: "ipv6", port: 80 }],
    ["xn--bcher-kva.test:443", { host: "xn--bcher-kva.test", kind: "name", port: 443 }],
  ])("reads %s", (text, place) => {
    expect(readAuthority(text)).toEqual(place);
  });

  it.each([
    "",
    ":",
    "a.test",
    "a.test:",
    "a.test:0",
    "a.test:00443",
    "a.test:+443",
    "a.test:65536",
    "a.test:4 43",
    "a.test:443:443",
  ])("does not read %j", (text) => expect(readAuthority(text)).toBeNull());

  it.each([
    "a.test:443/",
    "a.test:443?",
    "a.test:443#x",
    "http://a.test:443",
    "a.test:４４３",
    "::1:443",
    "[::1]443",
    "[::1]x:443",
  ])("does not read %j either", (text) => expect(readAuthority(text)).toBeNull());
});

describe("readAbsoluteForm", () => {
  it.each([
    ["http://a.test/v1?q=http://b.test/", { host: "a.test", port: 80, target: "/v1?q=http://b.test/" }],
    ["HTTP://A.test:8080", { host: "a.test", port: 8080, target: "/" }],
    ["http://a.test?q", { host: "a.test", port: 80, target: "/?q" }],
    ["http://[::1]:81/x", { host: "::1", port: 81, target: "/x" }],
    ["http://a.test//b.test/", { host: "a.test", port: 80, target: "//b.test/" }],
    ["http://a.test/@b.test", { host: "a.test", port: 80, target: "/@b.test" }],
  ])("reads %s", (text, place) => {
    expect(readAbsoluteForm(text)).toMatchObject(place);
  });

  it.each([
    "/",
    "*",
    "a.test:80",
    "https://a.test/",
    "http:/a.test/",
    "http:///a.test/",
    "http:\\\\a.test\\",
    "http://a.test\\b.test/",
    "http://a.test/\\b",
    "http://a.test/#b",
    "http://b.test#a.test/",
    "http://a.test:80@b.test/",
    "http://a.test:/",
    "http://a.test:080/",
    "http://a.test/a b",
    "http://a.test/\u00e9",
    " http://a.test/",
    "//a.test/",
    "http://http://a.test/",
  ])("does not read %j", (text) => {
    expect(readAbsoluteForm(text)).toBeNull();
  });
});

describe("canonicalServerName", () => {
  it("is the name in lower case", () => {
    expect(canonicalServerName("API.example.com")).toBe("api.example.com");
  });

  it.each(["a.test.", "10.0.0.1", "::1", "[::1]", "a.test:443"])("is not %s", (sent) => {
    expect(canonicalServerName(sent)).toBeNull();
  });
});
