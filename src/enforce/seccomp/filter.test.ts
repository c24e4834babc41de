// The filter against a naive model of it, over every call number and many arguments, on a machine that runs the bytes.
import { describe, expect, it } from "vitest";
import { runFilter } from "../../../test/enforce/bpf-machine.ts";
import { DENIED, DENIED_AS_MISSING, DENIED_AS_UNSUPPORTED } from "./denials.ts";
import { buildSeccompFilter } from "./filter.ts";
import { type Architecture, type SyscallName, syscallNumber } from "./syscalls.ts";

const AUDIT = { x64: 0xc000003e, arm64: 0xc00000b7, i386: 0x40000003, arm: 0x40000028, riscv64: 0xc00000f3 };
const ALLOW = 0x7fff0000;
const KILL = 0x80000000;
const fails = (errno: number): number => 0x00050000 + errno;
const HIGH = 0xdeadbeef_00000000n;

/** What the documentation of buildSeccompFilter promises, as straight code. */
function expected(arch: Architecture, terminal: boolean, number: number, args: readonly bigint[]): number {
  const is = (...names: readonly SyscallName[]): boolean =>
    names.some((n) => syscallNumber(arch, n) === number);
  const low = (index: number): number => Number(BigInt.asUintN(32, args[index] ?? 0n));
  if (number > 469) return fails(38);
  if (is("socket")) return expectedSocket(low(0), low(1) % 16, low(2));
  if (is("socketpair")) return low(0) !== 1 ? fails(97) : [1, 5].includes(low(1) % 16) ? ALLOW : fails(1);
  if (is("clone")) {
    const flags = [0x20000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000];
    return flags.some((flag) => (low(0) & flag) !== 0) ? fails(1) : ALLOW;
  }
  if (is("ioctl")) {
    const console = (low(1) >= 0x4b00 && low(1) < 0x4c00) || (low(1) >= 0x5600 && low(1) < 0x5700);
    if ([0x5412, 0x541c, 0x541d, 0x5423].includes(low(1))) return fails(1);
    return terminal && (console || low(1) === 0x540c) ? fails(1) : ALLOW;
  }
  if (is("personality")) return low(0) === 0 || low(0) === 0xffffffff ? ALLOW : fails(1);
  if (is(...DENIED_AS_MISSING)) return fails(38);
  if (is(...DENIED_AS_UNSUPPORTED)) return fails(95);
  return is(...DENIED) ? fails(1) : ALLOW;
}

function expectedSocket(family: number, type: number, protocol: number): number {
  if (family === 16) return protocol === 0 ? ALLOW : fails(93);
  if (family !== 2 && family !== 10) return fails(97);
  if (type !== 1 && type !== 2) return fails(1);
  return [0, 6, 17].includes(protocol) ? ALLOW : fails(93);
}

const cases = (["x64", "arm64"] as const).flatMap((arch) => [
  { arch, terminal: false },
  { arch, terminal: true },
]);

describe("buildSeccompFilter", () => {
  it.each(cases)("$arch terminal=$terminal agrees with the model on every number", ({ arch, terminal }) => {
    const filter = buildSeccompFilter({ arch, terminal });
    const numbers = [...Array(1024).keys(), 0x40000000, 0x40000029, 0x7fffffff, 0x80000000, 0xffffffff];
    const samples = [[], [1n, 1n, 0n], [2n, 3n, 255n], [16n, 3n, 9n], [0xffffffffffffffffn, 0x5412n, 1n]];
    for (const number of numbers) {
      for (const args of samples) {
        const want = expected(arch, terminal, number, args);
        expect(runFilter(filter, { arch: AUDIT[arch], number, args }), `${number} ${args.join()}`).toBe(want);
      }
    }
  });

  it.each(cases)("$arch terminal=$terminal agrees with the model on every socket", ({ arch, terminal }) => {
    const filter = buildSeccompFilter({ arch, terminal });
    const families = range(0n, 50n).map((family) => family | (HIGH * (family % 2n)));
    const types = range(0n, 16n).map((type) => type | 0o2004000n | (HIGH * (type % 2n)));
    const protocols = [0n, 1n, 6n, 9n, 15n, 17n, 132n, 255n, 262n, HIGH, 6n | HIGH];
    const argumentLists = families.flatMap((f) => types.flatMap((t) => protocols.map((p) => [f, t, p])));
    for (const name of ["socket", "socketpair"] as const) {
      const number = syscallNumber(arch, name) ?? -1;
      for (const args of argumentLists) {
        const want = expected(arch, terminal, number, args);
        expect(runFilter(filter, { arch: AUDIT[arch], number, args }), `${name} ${args.join()}`).toBe(want);
      }
    }
  });

  it.each(cases)("$arch terminal=$terminal agrees with the model on ioctl, clone, personality", (options) => {
    const { arch, terminal } = options;
    const filter = buildSeccompFilter(options);
    const bits = Array.from({ length: 64 }, (_, bit) => 1n << BigInt(bit));
    const values = [...bits, 0n, 8n, 0x40000n, 0xffffffffn, ...range(0x4a00n, 0x5800n)];
    for (const name of ["ioctl", "clone", "personality", "unshare"] as const) {
      const number = syscallNumber(arch, name) ?? -1;
      for (const value of values) {
        const args = [value | (HIGH * (value % 2n)), value | (HIGH * (value % 2n))];
        const want = expected(arch, terminal, number, args);
        expect(runFilter(filter, { arch: AUDIT[arch], number, args }), `${name} ${args.join()}`).toBe(want);
      }
    }
  });

  it("kills a call through another architecture's entry", () => {
    for (const { arch, terminal } of cases) {
      const filter = buildSeccompFilter({ arch, terminal });
      for (const audit of Object.values(AUDIT)) {
        const got = runFilter(filter, { arch: audit, number: 0, args: [] });
        expect(got).toBe(audit === AUDIT[arch] ? ALLOW : KILL);
      }
    }
  });

  it("denies by number what libc's headers call by these names", () => {
    // asm/unistd_64.h and asm-generic/unistd.h as libc6-dev ships them: not the product's own table.
    const headers = {
      x64: {
        eperm: [
          101, 310, 311, 312, 438, 248, 249, 250, 272, 308, 155, 161, 165, 166, 303, 304, 246, 320, 175, 313,
        ],
        enosys: [425, 426, 427, 435, 321, 298, 323],
      },
      arm64: {
        eperm: [
          117, 270, 271, 272, 438, 217, 218, 219, 97, 268, 41, 51, 40, 39, 264, 265, 104, 294, 105, 273,
        ],
        enosys: [425, 426, 427, 435, 280, 241, 282],
      },
    };
    const newMountCalls = [428, 429, 430, 431, 432, 433, 442, 467];
    for (const { arch, terminal } of cases) {
      const filter = buildSeccompFilter({ arch, terminal });
      const run = (number: number): number => runFilter(filter, { arch: AUDIT[arch], number, args: [] });
      for (const number of [...headers[arch].eperm, ...newMountCalls])
        expect(run(number), `${number}`).toBe(fails(1));
      for (const number of headers[arch].enosys) expect(run(number), `${number}`).toBe(fails(38));
    }
  });

  it("leaves what ordinary programs need", () => {
    const needed = { read: 0, write: 1, mmap: 9, connect: 42, fork: 57, execve: 59, kill: 62, openat: 257 };
    const filter = buildSeccompFilter({ arch: "x64", terminal: false });
    for (const [name, number] of Object.entries(needed)) {
      expect(runFilter(filter, { arch: AUDIT.x64, number, args: [] }), name).toBe(ALLOW);
    }
  });

  it("has no filter for an architecture without a table", () => {
    for (const arch of ["riscv64", "ia32", "", "toString"]) {
      const options = { arch: arch as Architecture, terminal: false };
      expect(() => buildSeccompFilter(options)).toThrow("system call table");
    }
  });
});

function range(from: bigint, to: bigint): readonly bigint[] {
  return Array.from({ length: Number(to - from) }, (_, step) => from + BigInt(step));
}
