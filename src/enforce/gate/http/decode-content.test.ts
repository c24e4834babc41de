// Known answers of content encodings: what a server would read, or why nobody can say.
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { expect, test } from "vitest";
import { decodeContent } from "./decode-content.ts";

const BOUNDS = { max: 1000, layers: 3 };
const text = Buffer.from("hello");

test.each([
  ["", text],
  ["identity", text],
  ["gzip", gzipSync(text)],
  ["X-GZIP", gzipSync(text)],
  ["deflate", deflateSync(text)],
  ["deflate", deflateRawSync(text)],
  ["br", brotliCompressSync(text)],
  ["zstd", zstdCompressSync(text)],
  ["br, gzip", gzipSync(brotliCompressSync(text))],
  ["gzip,,identity,", gzipSync(text)],
  ["gzip", Buffer.concat([gzipSync("hel"), gzipSync("lo")])],
])("decodeContent(%j) gives what is below", async (header, body) => {
  expect(await decodeContent(header, body, BOUNDS)).toEqual({ ok: true, value: text });
});

test.each([
  ["lzma", text, "odd"],
  ["gzip", text, "odd"],
  ["gzip, br", gzipSync(brotliCompressSync(text)), "odd"],
  ["gzip", gzipSync(text).subarray(0, -3), "odd"],
  ["gzip", Buffer.concat([gzipSync(text), Buffer.from("more")]), "odd"],
  ["gzip", Buffer.concat([gzipSync(text), Buffer.alloc(8)]), "odd"],
  ["br", Buffer.concat([brotliCompressSync(text), Buffer.from("more")]), "odd"],
  ["zstd", Buffer.concat([zstdCompressSync(text), Buffer.from("more")]), "odd"],
  ["deflate", Buffer.concat([deflateSync(text), Buffer.from("more")]), "odd"],
  ["gzip", gzipSync(Buffer.alloc(1001)), "large"],
  ["br", brotliCompressSync(Buffer.alloc(1001)), "large"],
  ["gzip,gzip,gzip,gzip", text, "large"],
])("decodeContent(%j) of what cannot be read is %3$s", async (header, body, fault) => {
  expect(await decodeContent(header, body, BOUNDS)).toEqual({ ok: false, error: fault });
});
