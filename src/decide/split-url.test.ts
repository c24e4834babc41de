// Parts of canonical call URLs, and what is none.
import { expect, test } from "vitest";
import { splitUrl } from "./split-url.ts";

test.each([
  ["https://api.example.com:443/v1", { scheme: "https", host: "api.example.com", port: 443, path: "/v1" }],
  ["http://a:1/", { scheme: "http", host: "a", port: 1, path: "/" }],
  ["https://a:65535/x:y/z", { scheme: "https", host: "a", port: 65_535, path: "/x:y/z" }],
  ["https://[2001:db8::1]:8443/v1", { scheme: "https", host: "2001:db8::1", port: 8443, path: "/v1" }],
  ["tcp://nas.home.arpa:22", { scheme: "tcp", host: "nas.home.arpa", port: 22, path: "" }],
  ["tcp://[2001:db8::1]:65535", { scheme: "tcp", host: "2001:db8::1", port: 65_535, path: "" }],
])("splitUrl takes %s apart", (url, parts) => {
  expect(splitUrl(url)).toEqual(parts);
});

test.each([
  "",
  "ftp://a:1/",
  "xhttps://a:1/",
  "https://a:1",
  "https://a/",
  "https://:443/",
  "https://a:0/",
  "https://a:65536/",
  "https://a:x/",
  "https://a:1.5/",
  "https://a/x:443/",
  "tcp://a",
  "tcp://a:1/",
  "tcp://a:0",
  "tcp://:1",
  "udp://a:1",
])("splitUrl finds no parts in %j", (url) => {
  expect(splitUrl(url)).toBe(null);
});
