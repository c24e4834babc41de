// GGUF headers written by hand after the format's document, and bytes that are none.
import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { freshTree } from "../../test/captured-tree.ts";
import { depth, seed } from "../../test/depth.ts";
import { ggufModels } from "./gguf-folder.ts";
import { parseMetadata, readGgufHeader } from "./gguf-header.ts";

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: bigint | number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function text(value: string): Buffer {
  return Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)]);
}

function header(entries: readonly Buffer[], { version = 3, count = entries.length } = {}): Buffer {
  return Buffer.concat([Buffer.from("GGUF"), u32(version), u64(0), u64(count), ...entries]);
}

const architecture = Buffer.concat([text("general.architecture"), u32(8), text("llama")]);
const context = Buffer.concat([text("llama.context_length"), u32(4), u32(8192)]);
const tokens = Buffer.concat([text("tokenizer.ggml.tokens"), u32(9), u32(8), u64(2), text("a"), text("b")]);
const scores = Buffer.concat([text("tokenizer.ggml.scores"), u32(9), u32(6), u64(3), Buffer.alloc(12)]);
const flag = Buffer.concat([text("x.flag"), u32(7), Buffer.from([1])]);

describe("parseMetadata", () => {
  it("reads architecture and context in any order, past every other type", () => {
    const expected = { architecture: "llama", context_max: 8192 };
    expect(parseMetadata(header([architecture, context]))).toEqual(expected);
    expect(parseMetadata(header([flag, tokens, context, scores, architecture]))).toEqual(expected);
    expect(parseMetadata(header([architecture, context], { version: 2 }))).toEqual(expected);
  });

  it("reads a context of eight bytes, and none that is over the safe integers", () => {
    const wide = (value: bigint): Buffer =>
      Buffer.concat([text("llama.context_length"), u32(10), u64(value)]);
    expect(parseMetadata(header([architecture, wide(1_048_576n)]))?.context_max).toBe(1_048_576);
    expect(parseMetadata(header([architecture, wide(2n ** 63n)]))?.context_max).toBeNull();
  });

  it("takes another architecture's context for none", () => {
    const other = Buffer.concat([text("bert.context_length"), u32(4), u32(512)]);
    expect(parseMetadata(header([architecture, other]))).toEqual({
      architecture: "llama",
      context_max: null,
    });
  });

  it("keeps what it found when the rest is cut off or lies about its length", () => {
    const lying = Buffer.concat([text("x"), u32(8), u64(2n ** 62n)]);
    const nested = Buffer.concat([text("x"), u32(9), u32(9), u64(1)]);
    for (const bad of [lying, nested, Buffer.from([1]), Buffer.concat([text("x"), u32(99)])]) {
      expect(parseMetadata(header([architecture, context, bad], { count: 2 ** 40 }))).toEqual({
        architecture: "llama",
        context_max: 8192,
      });
    }
  });

  it.each([
    ["no bytes", Buffer.alloc(0)],
    ["another magic", Buffer.concat([Buffer.from("GGML"), Buffer.alloc(40)])],
    ["version 1", header([], { version: 1 })],
    ["a big-endian version", header([], { version: 0x03000000 })],
    ["a cut header", header([]).subarray(0, 23)],
  ])("takes %s for no GGUF file", (_, bytes) => {
    expect(parseMetadata(bytes)).toBeNull();
  });

  it("never throws, whatever follows a good start", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(300), (junk, cut) => {
        const bytes = Buffer.concat([header([architecture, context], { count: 9 }), Buffer.from(junk)]);
        const whole = parseMetadata(bytes);
        expect(whole?.architecture).toBe("llama");
        const part = parseMetadata(bytes.subarray(0, cut));
        expect(part === null || part.architecture === null || part.architecture === "llama").toBe(true);
      }),
      { seed, numRuns: depth(1000, 50_000) },
    );
  });
});

describe("ggufModels", () => {
  it("names models by their files, with the file's size, and passes over what is none", async () => {
    const folder = freshTree({
      "note.txt": "x",
      "broken.gguf": "GGUF",
      "sub/deep.gguf": "",
      "\u001b.gguf": "",
    });
    writeFileSync(join(folder, "b-model.gguf"), header([architecture, context]));
    writeFileSync(join(folder, "a-model.gguf"), header([architecture]));
    truncateSync(join(folder, "b-model.gguf"), 10_000_000);
    const models = await ggufModels(folder);
    expect(models).toMatchObject({
      ok: true,
      value: [
        { name: "a-model", context_max: null, loaded: false, remote: false, digest: null },
        { name: "b-model", context_max: 8192, memory: 10_000_000, loaded: false },
      ],
    });
  });

  it("says when the folder cannot be read", async () => {
    expect(await ggufModels("/nowhere")).toEqual({ ok: false, error: "its folder cannot be read" });
  });
});

describe("readGgufHeader", () => {
  it("takes a folder, a device and a missing file for none", async () => {
    expect(await readGgufHeader(freshTree({ x: "" }))).toBeNull();
    expect(await readGgufHeader("/dev/zero")).toBeNull();
    expect(await readGgufHeader("/nowhere.gguf")).toBeNull();
  });
});
