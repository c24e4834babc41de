// Known answers for addressClass: one address in each range of the registries, at its edges, and inside IPv6.
import { expect, test } from "vitest";
import { addressClass, METADATA_ADDRESSES } from "./address.ts";

test.each([
  ["8.8.8.8", "public"],
  ["1.0.0.0", "public"],
  ["9.255.255.255", "public"],
  ["10.0.0.0", "private"],
  ["10.255.255.255", "private"],
  ["11.0.0.0", "public"],
  ["100.63.255.255", "public"],
  ["100.64.0.0", "cgnat"],
  ["100.127.255.255", "cgnat"],
  ["100.128.0.0", "public"],
  ["127.0.0.1", "loopback"],
  ["127.255.255.255", "loopback"],
  ["169.254.0.1", "link-local"],
  ["172.15.255.255", "public"],
  ["172.16.0.0", "private"],
  ["172.31.255.255", "private"],
  ["172.32.0.0", "public"],
  ["192.168.1.1", "private"],
  ["192.0.2.1", "reserved"],
  ["198.18.0.1", "reserved"],
  ["198.51.100.1", "reserved"],
  ["203.0.113.1", "reserved"],
  ["224.0.0.1", "multicast"],
  ["239.255.255.255", "multicast"],
  ["240.0.0.1", "reserved"],
  ["255.255.255.255", "reserved"],
  ["0.0.0.0", "unspecified"],
  ["0.1.2.3", "unspecified"],
  ["169.254.169.254", "metadata"],
  ["100.100.100.200", "metadata"],
  ["168.63.129.16", "metadata"],
  ["2606:4700::1", "public"],
  ["3fff:ffff::1", "public"],
  ["::", "unspecified"],
  ["::1", "loopback"],
  ["::7f00:1", "reserved"],
  ["4000::1", "reserved"],
  ["fe80::1", "link-local"],
  ["febf::1", "link-local"],
  ["fec0::1", "private"],
  ["fc00::1", "private"],
  ["fd12::1", "private"],
  ["ff02::1", "multicast"],
  ["fd00:ec2::254", "metadata"],
  ["FD00:0EC2::0254", "metadata"],
  ["fd20:ce::254", "metadata"],
  ["2001:db8::1", "reserved"],
  ["2001::1", "reserved"],
  ["100::1", "reserved"],
  ["::ffff:8.8.8.8", "public"],
  ["::ffff:127.0.0.1", "loopback"],
  ["::ffff:a9fe:a9fe", "metadata"],
  ["::ffff:10.0.0.1", "private"],
  ["64:ff9b::8.8.8.8", "public"],
  ["64:ff9b::7f00:1", "loopback"],
  ["64:ff9b::a9fe:a9fe", "metadata"],
  ["64:ff9b:1::7f00:1", "reserved"],
  ["2002:7f00:1::", "loopback"],
  ["2002:a9fe:a9fe::1", "metadata"],
  ["2002:a00:1::1", "private"],
  ["2002:808:808::1", "public"],
])("addressClass(%j) is %s", (text, expected) => {
  expect(addressClass(text)).toBe(expected);
});

test.each([
  "",
  "example.com",
  "0x7f.1",
  "2130706433",
  "127.1",
  "0177.0.0.1",
  "1.2.3",
  "::g",
  "[::1]",
  "fe80::1%eth0",
])("addressClass never takes %j for an address that may be dialled", (text) => {
  expect(["reserved", "link-local"]).toContain(addressClass(text));
});

test.each(METADATA_ADDRESSES)("addressClass knows the metadata service at %s", (text) => {
  expect(addressClass(text)).toBe("metadata");
});
