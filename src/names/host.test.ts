// Known answers for canonicalHost: each spelling that two parsers could read differently, and what becomes of it.
import { expect, test } from "vitest";
import { canonicalHost, hostInUrl } from "./host.ts";

const LABEL_63 = "a".repeat(63);
/** 63 + 63 + 63 + 61 and three dots: 253 characters. */
const HOST_253 = `${LABEL_63}.${LABEL_63}.${LABEL_63}.${"a".repeat(61)}`;

test.each([
  ["api.example.com", "api.example.com", "name"],
  ["API.Example.COM", "api.example.com", "name"],
  ["example.com.", "example.com", "name"],
  ["nas", "nas", "name"],
  ["a-b.example", "a-b.example", "name"],
  ["r3---sn-x.example.com", "r3---sn-x.example.com", "name"],
  ["3com.com", "3com.com", "name"],
  ["1.2.3.4.com", "1.2.3.4.com", "name"],
  ["0x.com", "0x.com", "name"],
  ["a.0xg", "a.0xg", "name"],
  ["example.a1", "example.a1", "name"],
  ["1.2.3.b4", "1.2.3.b4", "name"],
  ["xn--bcher-kva.de", "xn--bcher-kva.de", "name"],
  ["bücher.de", "xn--bcher-kva.de", "name"],
  ["BÜCHER.de.", "xn--bcher-kva.de", "name"],
  ["faß.de", "xn--fa-hia.de", "name"],
  ["a\u3002com", "a.com", "name"],
  ["a\uff0ecom", "a.com", "name"],
  ["a\uff61com", "a.com", "name"],
  ["l·l.cat", "xn--ll-0ea.cat", "name"],
  ["テスト・例.jp", "xn--ngb.jp", "name"],
  [HOST_253, HOST_253, "name"],
  [`${HOST_253}.`, HOST_253, "name"],
  [`${LABEL_63}.com`, `${LABEL_63}.com`, "name"],
  ["127.0.0.1", "127.0.0.1", "ipv4"],
  ["0.0.0.0", "0.0.0.0", "ipv4"],
  ["255.255.255.255", "255.255.255.255", "ipv4"],
  ["10.20.30.49", "10.20.30.49", "ipv4"],
  ["::1", "::1", "ipv6"],
  ["[::1]", "::1", "ipv6"],
  ["2001:0DB8:0:0:0:0:0:1", "2001:db8::1", "ipv6"],
  ["[FE80::1]", "fe80::1", "ipv6"],
  ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1", "ipv6"],
])("canonicalHost reads %j as %j", (text, name, kind) => {
  if (text.includes("テスト")) {
    const host = canonicalHost(text);
    expect(host.ok && /^xn--[a-z0-9]+\.jp$/.test(host.value.name)).toBe(true);
    return;
  }
  expect(canonicalHost(text)).toEqual({ ok: true, value: { name, kind } });
});

test.each([
  ["", "empty"],
  [".", "empty_label"],
  ["..", "empty_label"],
  ["a..b", "empty_label"],
  [".a", "empty_label"],
  ["a.b..", "empty_label"],
  ["\u3002", "empty_label"],
  [`${LABEL_63}a.com`, "label_too_long"],
  [`${HOST_253}a`, "too_long"],
  [`a${HOST_253}.`, "too_long"],
  ["a".repeat(1013), "too_long"],
  ["ü".repeat(1013), "too_long"],
  ["@".repeat(1012), "userinfo"],
  ["@".repeat(1013), "too_long"],
  ["-a.com", "label_hyphen"],
  ["a-.com", "label_hyphen"],
  ["a.-", "label_hyphen"],
  ["a\u0000.com", "control_character"],
  ["a\r\nb.com", "control_character"],
  ["a\u001fb", "control_character"],
  ["a\u007fb", "control_character"],
  ["a\u0085b", "control_character"],
  ["a\u009fb", "control_character"],
  ["a\u2028b", "control_character"],
  ["a\u2029b", "control_character"],
  ["user@example.com", "userinfo"],
  ["user:pass@example.com", "userinfo"],
  ["a%2eb.com", "bad_character"],
  ["a%", "bad_character"],
  ["fe80::1%eth0", "zone"],
  ["[fe80::1%25eth0]", "zone"],
  ["a b.com", "bad_character"],
  [" a.com", "bad_character"],
  ["a_b.com", "bad_character"],
  ["*.com", "bad_character"],
  ["a/b", "bad_character"],
  ["a\\b", "bad_character"],
  ["a?b", "bad_character"],
  ["a#b", "bad_character"],
  ["a,b", "bad_character"],
  ["ex\u00adample.com", "bad_character"],
  ["a\u200bb.com", "bad_character"],
  ["a\u202eb.com", "bad_character"],
  ["a\u200db.com", "bad_character"],
  ["℀.com", "bad_character"],
  ["a]b", "bad_character"],
  ["\ufeffa.com", "bad_character"],
  ["\ud800.com", "bad_character"],
  ["xn--ü.com", "bad_idn"],
  ["\u0301a.com", "bad_idn"],
  ["2130706433", "odd_address"],
  ["127.1", "odd_address"],
  ["127.0.1", "odd_address"],
  ["0x7f.1", "odd_address"],
  ["0x7f000001", "odd_address"],
  ["0x", "odd_address"],
  ["a.0x", "odd_address"],
  ["a.0XAF", "odd_address"],
  ["0177.0.0.1", "odd_address"],
  ["127.0.0.01", "odd_address"],
  ["127.0.0.00", "odd_address"],
  ["256.0.0.1", "odd_address"],
  ["1.2.3.999", "odd_address"],
  ["1.2.3.4.5", "odd_address"],
  ["1.2.3.1000", "odd_address"],
  ["127.0.0.1.", "odd_address"],
  ["example.123", "odd_address"],
  [".1", "odd_address"],
  ["１２７.0.0.1", "odd_address"],
  ["①②⑦.0.0.1", "odd_address"],
  ["[127.0.0.1]", "odd_address"],
  ["[a.com]", "odd_address"],
  ["[::1", "odd_address"],
  ["[::1]x", "odd_address"],
  ["[]", "odd_address"],
  ["[[::1]]", "odd_address"],
  ["::g", "odd_address"],
  ["1:2", "odd_address"],
  [":::", "odd_address"],
  ["1:2:3:4:5:6:7:8:9", "odd_address"],
  ["a.com:443", "mapped_address"],
  ["host:443", "odd_address"],
  ["::ffff:1.2.3.4", "mapped_address"],
  ["[::ffff:127.0.0.1]", "mapped_address"],
  ["::ffff:7f00:1", "mapped_address"],
  ["::127.0.0.1", "mapped_address"],
  ["64:ff9b::1.2.3.4", "mapped_address"],
])("canonicalHost refuses %j: %s", (text, code) => {
  const host = canonicalHost(text);
  expect(host.ok ? host.value : host.error.code).toBe(code);
});

test.each([
  [`${LABEL_63}a.com`, "a label of 64 characters: limit is 63", "shorten the label"],
  [`${HOST_253}a`, "a host longer than 253 characters", "use a shorter host name"],
  ["", "no host", "name a host, such as `api.example.com`"],
  ["a\u0000", "a control character in the host", "write the host without it"],
  ["u@h", "userinfo in the host", "name the host alone, without `user@`"],
  ["a%2e", "a percent sign in the host", "write the host itself, not an encoding of it"],
  ["fe80::1%1", "a zone in the address", "write the address without `%zone`"],
  ["a b", "a character that no host has", "use letters, digits, hyphens and dots"],
  ["a]b", "a character that no host has", "use letters, digits, hyphens and dots"],
  ["a_b", "a character that no host has", "use letters, digits, hyphens and dots"],
  ["a..b", "an empty label in the host", "write one dot between labels"],
  ["-a", "a hyphen at the end of a label", "begin and end labels with a letter or digit"],
  [
    "0x1",
    "an odd spelling of an address",
    "write an IPv4 address as four decimals, an IPv6 address as RFC 5952 does",
  ],
  ["::1.2.3.4", "an IPv4 address inside an IPv6 address", "write the IPv4 address itself"],
  ["xn--ü", "an international name that has no valid A-label form", "write its `xn--` form"],
])("canonicalHost says why it refuses %j", (text, detail, hint) => {
  expect(canonicalHost(text)).toMatchObject({ ok: false, error: { detail, hint } });
});

test("canonicalHost keeps a Unicode label that fills 63 octets, and refuses one that does not fit", () => {
  expect(canonicalHost(`${"ü".repeat(40)}.de`).ok).toBe(true);
  expect(canonicalHost(`${"ü".repeat(120)}.de`)).toMatchObject({ ok: false });
});

test("hostInUrl puts brackets around IPv6 alone", () => {
  expect(hostInUrl({ name: "::1", kind: "ipv6" })).toBe("[::1]");
  expect(hostInUrl({ name: "127.0.0.1", kind: "ipv4" })).toBe("127.0.0.1");
  expect(hostInUrl({ name: "a.com", kind: "name" })).toBe("a.com");
});
