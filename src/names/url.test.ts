// Known answers for canonicalUrl and canonicalUrlPath.
import { expect, test } from "vitest";
import { canonicalUrl } from "./url.ts";
import { canonicalUrlPath } from "./url-path.ts";

test.each([
  ["https://api.example.com", "https://api.example.com:443/"],
  ["HTTPS://API.Example.com./v1", "https://api.example.com:443/v1"],
  ["http://a.com", "http://a.com:80/"],
  ["HtTp://a.com:8080/", "http://a.com:8080/"],
  ["https://a.com:80/", "https://a.com:80/"],
  ["https://a.com:65535/x", "https://a.com:65535/x"],
  ["https://a.com:1/x", "https://a.com:1/x"],
  ["https://[::1]/x", "https://[::1]:443/x"],
  ["https://[::]:1/x", "https://[::]:1/x"],
  ["https://[2001:DB8::0:1]:8443/x", "https://[2001:db8::1]:8443/x"],
  ["https://127.0.0.1:11434/api", "https://127.0.0.1:11434/api"],
  ["https://bücher.de/%7euser", "https://xn--bcher-kva.de:443/~user"],
])("canonicalUrl reads %j as %j", (text, expected) => {
  const url = canonicalUrl(text);
  expect(url.ok ? url.value.text : url.error).toBe(expected);
});

test("canonicalUrl takes the URL apart", () => {
  expect(canonicalUrl("HTTPS://A.com:8443/x/../y")).toEqual({
    ok: true,
    value: {
      scheme: "https",
      host: { name: "a.com", kind: "name" },
      port: 8443,
      path: "/y",
      text: "https://a.com:8443/y",
    },
  });
  expect(canonicalUrl("http://a.com")).toMatchObject({ value: { scheme: "http", port: 80, path: "/" } });
});

test.each([
  ["", "bad_scheme", "a URL that is neither https nor http", "start it with `https://`"],
  [
    "https://a.com:1e3/",
    "bad_port",
    "a port that is not a number from 1 to 65535",
    "write the port in plain decimals",
  ],
  ["api.example.com/v1", "bad_scheme", "a URL that is neither https nor http", "start it with `https://`"],
  ["ftp://a.com/", "bad_scheme", "a URL that is neither https nor http", "start it with `https://`"],
  ["https:/a.com/", "bad_scheme", "a URL that is neither https nor http", "start it with `https://`"],
  [" https://a.com/", "bad_scheme", "a URL that is neither https nor http", "start it with `https://`"],
  ["xhttp://a.com/", "bad_scheme", "a URL that is neither https nor http", "start it with `https://`"],
  ["https://a.com/?q=1", "query", "a query in the URL", "declare the path alone, without `?`"],
  ["https://a.com?", "query", "a query in the URL", "declare the path alone, without `?`"],
  ["https://a.com/#f", "fragment", "a fragment in the URL", "drop everything from the `#` on"],
  ["https://a.com/?q#f", "fragment", "a fragment in the URL", "drop everything from the `#` on"],
  ["https://u@a.com/", "userinfo", "userinfo in the URL", "write the URL without `user@`"],
  ["https://u:p@a.com:1/", "userinfo", "userinfo in the URL", "write the URL without `user@`"],
  [
    "https://a.com:/",
    "bad_port",
    "a port that is not a number from 1 to 65535",
    "write the port in plain decimals",
  ],
  [
    "https://a.com:0/",
    "bad_port",
    "a port that is not a number from 1 to 65535",
    "write the port in plain decimals",
  ],
  [
    "https://a.com:080/",
    "bad_port",
    "a port that is not a number from 1 to 65535",
    "write the port in plain decimals",
  ],
  [
    "https://a.com:65536/",
    "bad_port",
    "a port that is not a number from 1 to 65535",
    "write the port in plain decimals",
  ],
  [
    "https://a.com:443x/",
    "bad_port",
    "a port that is not a number from 1 to 65535",
    "write the port in plain decimals",
  ],
  [
    "https://a.com:1:2/",
    "bad_port",
    "a port that is not a number from 1 to 65535",
    "write the port in plain decimals",
  ],
  [
    "https://a.com:-1/",
    "bad_port",
    "a port that is not a number from 1 to 65535",
    "write the port in plain decimals",
  ],
  [
    "https://[::1]:x/",
    "bad_port",
    "a port that is not a number from 1 to 65535",
    "write the port in plain decimals",
  ],
])("canonicalUrl refuses %j: %s", (text, code, detail, hint) => {
  expect(canonicalUrl(text)).toEqual({ ok: false, error: { code, detail, hint } });
});

test.each([
  ["https:///x", "empty"],
  ["https://", "empty"],
  ["https://a.com\\x", "bad_character"],
  ["https://a.com\\@b.com/", "bad_character"],
  ["https://a..com/", "empty_label"],
  ["https://::1/", "empty"],
  ["https://[::1]x/", "odd_address"],
  ["https://[::1/", "odd_address"],
  ["https://0x7f.1/", "odd_address"],
  ["https://a.com/a b", "bad_character"],
  ["https://a.com/%2f", "encoded_separator"],
  ["https://a.com/\u0000", "control_character"],
])("canonicalUrl passes on why it refuses %j: %s", (text, code) => {
  const url = canonicalUrl(text);
  expect(url.ok ? url.value.text : url.error.code).toBe(code);
});

test.each([
  ["", "/"],
  ["/", "/"],
  ["/v1", "/v1"],
  ["/v1/", "/v1/"],
  ["/v1/./a", "/v1/a"],
  ["/v1/../a", "/a"],
  ["/../../a", "/a"],
  ["/a/b/..", "/a/"],
  ["/a/b/.", "/a/b/"],
  ["/a/..", "/"],
  ["/..", "/"],
  ["/.", "/"],
  ["/%2e%2e/a", "/a"],
  ["/a/%2E/b", "/a/b"],
  ["/%41%5a%61%7a%30%39%2d%5f%7e", "/AZaz09-_~"],
  ["/%3a%c3%bc", "/%3A%C3%BC"],
  ["/%20", "/%20"],
  ["/%80%ff", "/%80%FF"],
  ["/a;b=1/c", "/a;b=1/c"],
  ["/.a/..b/...", "/.a/..b/..."],
  ["/-._~!$&'()*+,;=:@", "/-._~!$&'()*+,;=:@"],
  [`/${"a".repeat(7999)}`, `/${"a".repeat(7999)}`],
])("canonicalUrlPath reads %j as %j", (text, expected) => {
  expect(canonicalUrlPath(text)).toEqual({ ok: true, value: expected });
});

test.each([
  [`/${"a".repeat(8000)}`, "too_long", "a path longer than 8000 characters", "shorten the path"],
  ["v1", "not_absolute", "a path that does not start with `/`", "start it with `/`"],
  [
    "/a b",
    "bad_character",
    "a character that must be escaped in a path",
    "write it as `%` and its UTF-8 bytes",
  ],
  [
    "/ü",
    "bad_character",
    "a character that must be escaped in a path",
    "write it as `%` and its UTF-8 bytes",
  ],
  [
    "/a\\b",
    "bad_character",
    "a character that must be escaped in a path",
    "write it as `%` and its UTF-8 bytes",
  ],
  [
    "/{x}",
    "bad_character",
    "a character that must be escaped in a path",
    "write it as `%` and its UTF-8 bytes",
  ],
  [
    "/a?b",
    "bad_character",
    "a character that must be escaped in a path",
    "write it as `%` and its UTF-8 bytes",
  ],
  ["/a\nb", "control_character", "a control character in the path", "write the path without it"],
  ["/a\u007f", "control_character", "a control character in the path", "write the path without it"],
  ["/a\u009f", "control_character", "a control character in the path", "write the path without it"],
  ["/%", "bad_percent", "a percent sign without two hexadecimal digits", "write `%` followed by two digits"],
  ["/%4", "bad_percent", "a percent sign without two hexadecimal digits", "write `%` followed by two digits"],
  [
    "/%4g",
    "bad_percent",
    "a percent sign without two hexadecimal digits",
    "write `%` followed by two digits",
  ],
  [
    "/%g4",
    "bad_percent",
    "a percent sign without two hexadecimal digits",
    "write `%` followed by two digits",
  ],
  ["/%00", "encoded_control", "an escaped control character in the path", "write the path without it"],
  ["/%0d%0a", "encoded_control", "an escaped control character in the path", "write the path without it"],
  ["/%1f", "encoded_control", "an escaped control character in the path", "write the path without it"],
  ["/%7F", "encoded_control", "an escaped control character in the path", "write the path without it"],
  ["/a%2fb", "encoded_separator", "an escaped slash or backslash in the path", "write the path without it"],
  ["/a%5Cb", "encoded_separator", "an escaped slash or backslash in the path", "write the path without it"],
  ["/%252e", "encoded_percent", "an escaped percent sign in the path", "write the path without it"],
  ["//", "empty_segment", "an empty segment in the path", "write one slash"],
  ["/a//b", "empty_segment", "an empty segment in the path", "write one slash"],
  ["/..;x/a", "path_parameter", "a parameter on a dot segment of the path", "write the path without `;`"],
  ["/a/.;", "path_parameter", "a parameter on a dot segment of the path", "write the path without `;`"],
  ["/%2e%2e;x", "path_parameter", "a parameter on a dot segment of the path", "write the path without `;`"],
])("canonicalUrlPath refuses %j: %s", (text, code, detail, hint) => {
  expect(canonicalUrlPath(text)).toEqual({ ok: false, error: { code, detail, hint } });
});
