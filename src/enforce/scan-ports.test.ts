// The ports of Node: streams with something behind them, cut short, with a wrong checksum, too large, or none at all.
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { expect, test } from "vitest";
import { createScanPorts } from "./scan-ports.ts";

const ports = createScanPorts();
const TEXT = Buffer.from("some text that is long enough to be worth it ".repeat(4));

test.each([
  ["gzip", gzipSync(TEXT)],
  ["zlib", deflateSync(TEXT)],
  ["deflate", deflateRawSync(TEXT)],
  ["brotli", brotliCompressSync(TEXT)],
  ["zstd", zstdCompressSync(TEXT)],
] as const)("createScanPorts inflates %s, and says above the bound", (format, stream) => {
  const inner = ports.inflate(format, stream, 1024);
  expect(Buffer.from(inner?.bytes ?? [])).toEqual(TEXT);
  expect(inner?.used).toBeGreaterThan(stream.length - 9);
  expect(inner?.used).toBeLessThanOrEqual(stream.length);
  expect(() => ports.inflate(format, stream, 100)).toThrow("inflation");
});

test("createScanPorts inflates what stands before other bytes, is cut short, or has a wrong checksum", () => {
  const stream = gzipSync(TEXT);
  const wrong = Buffer.from(stream);
  wrong[stream.length - 6] = (wrong[stream.length - 6] ?? 0) ^ 255;
  const behind = ports.inflate("gzip", Buffer.concat([stream, Buffer.from("tail of it")]), 1024);
  expect(Buffer.from(behind?.bytes ?? [])).toEqual(TEXT);
  expect(Buffer.from(ports.inflate("gzip", wrong, 1024)?.bytes ?? [])).toEqual(TEXT);
  expect(ports.inflate("gzip", stream.subarray(0, stream.length - 12), 1024)?.bytes.length).toBeGreaterThan(
    0,
  );
});

test("createScanPorts inflates nothing of what is no stream", () => {
  for (const format of ["gzip", "zlib", "deflate", "brotli", "zstd"] as const) {
    expect(
      ports.inflate(format, Buffer.from("\xff\xff\xff\xff no stream at all", "latin1"), 1024),
    ).toBeNull();
    expect(ports.inflate(format, new Uint8Array(), 1024)).toBeNull();
  }
});

test("createScanPorts measures what is new beside a dictionary, and digests", () => {
  const body = Buffer.from('{"status":"ok","count":17,"note":"nothing new here"}');
  expect(ports.deflatedLength(body, body)).toBeLessThan(ports.deflatedLength(body, new Uint8Array()));
  // FIPS 180-4 and RFC 4231, test case 2.
  expect(Buffer.from(ports.sha256(Buffer.from("abc"))).toString("hex")).toMatch(/^ba7816bf8f01cfea/);
  const mac = ports.hmac(Buffer.from("Jefe"), Buffer.from("what do ya want for nothing?"));
  expect(Buffer.from(mac).toString("hex")).toMatch(/^5bdcc146bf60754e/);
});

test("time passes as the thread works, and not while it waits", () => {
  const { now } = createScanPorts();
  const before = now();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
  const waited = now() - before;
  while (now() - before < waited + 20) createScanPorts().sha256(new Uint8Array(65_536));
  expect(waited).toBeLessThan(150);
});
