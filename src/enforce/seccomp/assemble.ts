// An assembler for classic BPF as seccomp reads it: labels to relative jumps, instructions to `struct sock_filter`.
// Not an optimiser and not the rules (filter.ts).
import { assert } from "../../stdx/assert.ts";

/** Where a jump goes: a label's name, or `next` for the instruction that follows. */
export type Target = string;

export type Instruction =
  | { readonly op: "load"; readonly offset: number }
  | { readonly op: "and"; readonly value: number }
  | { readonly op: "label"; readonly name: string }
  | { readonly op: "return"; readonly value: number }
  | {
      readonly op: "jump";
      readonly test: keyof typeof JUMP;
      readonly value: number;
      readonly hit: Target;
      readonly miss: Target;
    };

/** Opcodes of include/uapi/linux/bpf_common.h, 32-bit loads and constant operands only. */
const LOAD = 0x20;
const AND = 0x54;
const RETURN = 0x06;
const JUMP = { equal: 0x15, greater: 0x25, at_least: 0x35, any_bit: 0x45 } as const;

/** BPF_MAXINSNS (include/uapi/linux/bpf_common.h). */
const INSTRUCTIONS_MAX = 4096;
/** Jump distances are 8 bits wide in `struct sock_filter`. */
const DISTANCE_MAX = 255;
/** Bytes of one `struct sock_filter`: u16 code, u8 jt, u8 jf, u32 k (include/uapi/linux/filter.h). */
const INSTRUCTION_BYTES = 8;

/**
 * The bytes of `program`, little-endian as both supported architectures are. An unknown or repeated label, a jump
 * backwards or further than 255 instructions, and an empty or oversized program are broken invariants.
 *
 * @example assemble([{ op: "return", value: 0x7fff0000 }]).length === 8
 */
export function assemble(program: readonly Instruction[]): Uint8Array {
  const labels = placeLabels(program);
  const instructions = program.filter((instruction) => instruction.op !== "label");
  assert(instructions.length > 0, "a filter has at least one instruction");
  assert(instructions.length <= INSTRUCTIONS_MAX, "a filter has at most 4096 instructions");
  const bytes = new Uint8Array(instructions.length * INSTRUCTION_BYTES);
  const view = new DataView(bytes.buffer);
  instructions.forEach((instruction, index) => {
    const [code, jt, jf, k] = encode(instruction, (target) => distance(labels, target, index));
    assert(Number.isInteger(k) && k >= 0 && k <= 0xffffffff, "an operand fits 32 bits");
    const at = index * INSTRUCTION_BYTES;
    view.setUint16(at, code, true);
    view.setUint8(at + 2, jt);
    view.setUint8(at + 3, jf);
    view.setUint32(at + 4, k, true);
  });
  return bytes;
}

function placeLabels(program: readonly Instruction[]): ReadonlyMap<string, number> {
  const labels = new Map<string, number>();
  let index = 0;
  for (const instruction of program) {
    if (instruction.op === "label") {
      assert(!labels.has(instruction.name), `label ${instruction.name} stands once`);
      assert(instruction.name !== "next", "`next` is no label");
      labels.set(instruction.name, index);
    } else {
      index += 1;
    }
  }
  return labels;
}

function distance(labels: ReadonlyMap<string, number>, target: Target, index: number): number {
  if (target === "next") return 0;
  const at = labels.get(target);
  assert(at !== undefined, `label ${target} stands somewhere`);
  const steps = at - index - 1;
  assert(steps >= 0, `the jump to ${target} goes forward`);
  assert(steps <= DISTANCE_MAX, `the jump to ${target} spans at most 255 instructions`);
  return steps;
}

function encode(
  instruction: Exclude<Instruction, { readonly op: "label" }>,
  jump: (target: Target) => number,
): readonly [code: number, jt: number, jf: number, k: number] {
  switch (instruction.op) {
    case "load":
      return [LOAD, 0, 0, instruction.offset];
    case "and":
      return [AND, 0, 0, instruction.value];
    case "return":
      return [RETURN, 0, 0, instruction.value];
    case "jump":
      return [JUMP[instruction.test], jump(instruction.hit), jump(instruction.miss), instruction.value];
  }
}
