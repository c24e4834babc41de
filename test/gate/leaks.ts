// What an attacker writes a value down as: requests that each hold one that must not leave, and some that no one can look
// into. Data of attack-content.test.ts.
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";

/** What must never leave. */
export const VALUE = "tok_9fA3kQ0zL7pX2mB5wR";

/** One request of a test. */
export interface Sent {
  readonly host?: string;
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export const b64 = (text: string | Uint8Array): string => Buffer.from(text as string).toString("base64");
const hex = (text: string): string => Buffer.from(text).toString("hex");
const each = (text: string, how: (code: string) => string): string =>
  Array.from(text, (one) => how(one.charCodeAt(0).toString(16).padStart(2, "0"))).join("");
export const gzip = { "content-encoding": "gzip" };
export const json = { "content-type": "application/json" };

/** Where and how the value is written, and a request that does. */
export const LEAKS: readonly (readonly [string, Sent])[] = [
  ["the path", { method: "GET", path: `/echo/${VALUE}/x` }],
  ["the query", { method: "GET", path: `/echo/?q=${VALUE}` }],
  ["the query, percent-encoded", { method: "GET", path: `/echo/?q=${each(VALUE, (code) => `%${code}`)}` }],
  [
    "the query, percent-encoded twice",
    { method: "GET", path: `/echo/?q=${each(VALUE, (code) => `%25${code}`)}` },
  ],
  ["the query, base64url", { method: "GET", path: `/echo/?q=${Buffer.from(VALUE).toString("base64url")}` }],
  ["a header", { method: "GET", headers: { "x-note": `hello ${VALUE}` } }],
  ["a header's name", { method: "GET", headers: { [VALUE]: "x" } }],
  ["a cookie", { method: "GET", headers: { cookie: `a=b; c=${VALUE}` } }],
  ["an Authorization field", { method: "GET", headers: { authorization: `Bearer ${VALUE}` } }],
  [
    "a password of basic authentication",
    { method: "GET", headers: { authorization: `Basic ${b64(`me:${VALUE}`)}` } },
  ],
  ["a User-Agent", { method: "GET", headers: { "user-agent": `agent/1 (${VALUE})` } }],
  ["a body", { body: VALUE }],
  ["the body of a GET", { method: "GET", body: VALUE }],
  ["a JSON body", { headers: json, body: JSON.stringify({ a: [{ b: `x${VALUE}y` }] }) }],
  [
    "JSON inside JSON",
    { headers: json, body: JSON.stringify({ a: JSON.stringify({ b: JSON.stringify(VALUE) }) }) },
  ],
  [
    "a form",
    {
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: `a=${each(VALUE, (code) => `%${code.toUpperCase()}`)}`,
    },
  ],
  [
    "a multipart file",
    {
      headers: { "content-type": "multipart/form-data; boundary=b" },
      body: `--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n${VALUE}\r\n--b--\r\n`,
    },
  ],
  ["base64 at offset 0", { body: b64(VALUE) }],
  ["base64 at offset 1", { body: b64(`Q${VALUE}`) }],
  ["base64 at offset 2", { body: b64(`QQ${VALUE}`) }],
  ["base64 in lines", { body: (b64(`prefix ${VALUE} suffix`).match(/.{1,8}/gu) ?? []).join("\r\n") }],
  ["base64 of base64", { body: b64(b64(VALUE)) }],
  ["base64 inside JSON", { headers: json, body: JSON.stringify({ file: b64(`key=${VALUE}`) }) }],
  ["hexadecimal", { body: hex(VALUE) }],
  ["hexadecimal in capitals", { body: hex(VALUE).toUpperCase() }],
  ["hexadecimal with separators", { body: (hex(VALUE).match(/../gu) ?? []).join(":") }],
  ["\\x escapes", { body: each(VALUE, (code) => `\\x${code}`) }],
  ["\\u escapes", { headers: json, body: `{"a":"${each(VALUE, (code) => `\\u00${code}`)}"}` }],
  ["reverse", { body: Array.from(VALUE).reverse().join("") }],
  ["base64 of its reverse", { body: b64(Array.from(VALUE).reverse().join("")) }],
  ["UTF-16", { body: Buffer.from(`x${VALUE}`, "utf16le") }],
  ["white space between its characters", { body: Array.from(VALUE).join("\n") }],
  ["gzip", { headers: gzip, body: gzipSync(VALUE) }],
  ["deflate", { headers: { "content-encoding": "deflate" }, body: deflateSync(VALUE) }],
  ["raw deflate", { headers: { "content-encoding": "deflate" }, body: deflateRawSync(VALUE) }],
  ["brotli", { headers: { "content-encoding": "br" }, body: brotliCompressSync(VALUE) }],
  ["gzip in gzip", { headers: { "content-encoding": "gzip, gzip" }, body: gzipSync(gzipSync(VALUE)) }],
  ["gzip that no field tells of", { body: gzipSync(`notes and ${VALUE}`) }],
  ["base64 of gzip", { body: b64(gzipSync(`notes and ${VALUE}`)) }],
  ["gzip of base64", { headers: gzip, body: gzipSync(b64(VALUE)) }],
  ["a long body, at its end", { body: `${"a line of no interest\n".repeat(20_000)}${VALUE}` }],
];

/** Bodies that are not what they are called. */
export const REFUSED_ENCODINGS: readonly (readonly [string, Sent])[] = [
  ["an unknown content encoding", { headers: { "content-encoding": "lzma" }, body: "x" }],
  ["a content encoding that the body is not in", { headers: gzip, body: VALUE }],
  [
    "bytes behind a compressed end",
    { headers: gzip, body: Buffer.concat([gzipSync("hello"), Buffer.from(VALUE)]) },
  ],
];
