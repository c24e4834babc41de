// A classic BPF machine for seccomp programs, for tests: runs a filter on one system call as the kernel would. Written
// from Documentation/networking/filter.rst and seccomp_filter.rst, independently of the assembler.

export interface Syscall {
  readonly arch: number;
  readonly number: number;
  /** Six 64-bit arguments; missing ones are zero. */
  readonly args: readonly bigint[];
}

/** `struct seccomp_data` has 64 bytes: nr, arch, instruction_pointer, args[6]. */
const DATA_BYTES = 64;

/** The 32-bit action that `filter` returns. Throws on what the kernel's verifier would not accept. */
export function runFilter(filter: Uint8Array, call: Syscall): number {
  const program = new DataView(filter.buffer, filter.byteOffset, filter.byteLength);
  if (filter.byteLength === 0 || filter.byteLength % 8 !== 0) throw new Error("not whole instructions");
  const data = seccompData(call);
  let accumulator = 0;
  let at = 0;
  for (;;) {
    if (at >= filter.byteLength) throw new Error("ran off the end");
    const code = program.getUint16(at, true);
    const k = program.getUint32(at + 4, true);
    const jump = (taken: boolean): void => {
      at += 8 * (1 + program.getUint8(at + (taken ? 2 : 3)));
    };
    switch (code) {
      case 0x20:
        if (k % 4 !== 0 || k > DATA_BYTES - 4) throw new Error(`load outside the data: ${k}`);
        accumulator = data.getUint32(k, true);
        at += 8;
        break;
      case 0x54:
        accumulator = (accumulator & k) >>> 0;
        at += 8;
        break;
      case 0x15:
        jump(accumulator === k);
        break;
      case 0x25:
        jump(accumulator > k);
        break;
      case 0x35:
        jump(accumulator >= k);
        break;
      case 0x45:
        jump((accumulator & k) !== 0);
        break;
      case 0x06:
        return k;
      default:
        throw new Error(`unknown opcode ${code}`);
    }
  }
}

function seccompData(call: Syscall): DataView {
  const data = new DataView(new ArrayBuffer(DATA_BYTES));
  data.setUint32(0, call.number >>> 0, true);
  data.setUint32(4, call.arch, true);
  call.args.forEach((value, index) => {
    data.setBigUint64(16 + 8 * index, BigInt.asUintN(64, value), true);
  });
  return data;
}
