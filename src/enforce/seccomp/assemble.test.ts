// The assembler's own promises: bytes, labels, ranges.
import { describe, expect, it } from "vitest";
import { assemble, type Instruction } from "./assemble.ts";

const end: Instruction = { op: "return", value: 7 };
const jumpTo = (target: string): Instruction => ({
  op: "jump",
  test: "equal",
  value: 1,
  hit: target,
  miss: "next",
});
const filler = (count: number): readonly Instruction[] =>
  Array.from({ length: count }, () => ({ op: "load", offset: 0 }) as const);

describe("assemble", () => {
  it("lays an instruction out as struct sock_filter, little-endian", () => {
    const program: readonly Instruction[] = [
      { op: "jump", test: "any_bit", value: 0x01020304, hit: "next", miss: "end" },
      { op: "load", offset: 16 },
      { op: "label", name: "end" },
      { op: "return", value: 0x80000000 },
    ];
    expect(Buffer.from(assemble(program)).toString("hex")).toBe(
      ["4500000104030201", "2000000010000000", "0600000000000080"].join(""),
    );
  });

  it("takes a jump over 255 instructions and no further", () => {
    const far = (count: number): readonly Instruction[] => [
      jumpTo("far"),
      ...filler(count),
      { op: "label", name: "far" },
      end,
    ];
    expect(assemble(far(255))[2]).toBe(255);
    expect(() => assemble(far(256))).toThrow("at most 255");
  });

  it("refuses labels that are missing, doubled, behind or reserved, and programs of no or too many steps", () => {
    const here: Instruction = { op: "label", name: "here" };
    expect(() => assemble([jumpTo("nowhere"), end])).toThrow("stands somewhere");
    expect(() => assemble([here, here, end])).toThrow("stands once");
    expect(() => assemble([here, jumpTo("here"), end])).toThrow("goes forward");
    expect(() => assemble([{ op: "label", name: "next" }, end])).toThrow("no label");
    expect(() => assemble([here])).toThrow("at least one");
    expect(() => assemble([...filler(4096), end])).toThrow("at most 4096");
    expect(() => assemble([{ op: "return", value: 2 ** 32 }])).toThrow("fits 32 bits");
  });
});
