// buildListenerFilter, run call by call on an independent machine; executor-model.test.ts tries it in a real sandbox.
import { describe, expect, test } from "vitest";
import { runFilter } from "../../../test/enforce/bpf-machine.ts";
import { type Architecture, AUDIT_ARCH } from "../seccomp/syscalls.ts";
import { buildListenerFilter } from "./listener-filter.ts";

/** From each architecture's system call table. */
const CALLS = {
  x64: { connect: 42, accept4: 288, sendto: 44, sendmsg: 46, sendmmsg: 307, write: 1 },
  arm64: { connect: 203, accept4: 242, sendto: 206, sendmsg: 211, sendmmsg: 269, write: 64 },
} as const;
const ALLOWED = 0x7fff0000;
const DENIED = 0x00050001;
const FASTOPEN = 0x20000000n;
const NOSIGNAL = 0x4000n;

describe.each<Architecture>(["x64", "arm64"])("buildListenerFilter on %s", (arch) => {
  const filter = buildListenerFilter(arch);
  const run = (number: number, args: readonly bigint[] = []): number =>
    runFilter(filter, { arch: AUDIT_ARCH[arch], number, args });
  const calls = CALLS[arch];

  test("answers are let through", () => {
    for (const number of [calls.accept4, calls.write])
      expect(run(number, [3n, 0n, FASTOPEN, FASTOPEN])).toBe(ALLOWED);
    for (const number of [calls.sendto, calls.sendmmsg])
      expect(run(number, [4n, 1n, 1n, NOSIGNAL])).toBe(ALLOWED);
    expect(run(calls.sendmsg, [4n, 1n, NOSIGNAL])).toBe(ALLOWED);
  });

  test("every way to dial is denied, whatever else the flags say and above their low half", () => {
    expect(run(calls.connect, [3n])).toBe(DENIED);
    for (const flags of [FASTOPEN, FASTOPEN | NOSIGNAL, FASTOPEN | (1n << 40n)]) {
      for (const number of [calls.sendto, calls.sendmmsg])
        expect(run(number, [3n, 1n, 1n, flags])).toBe(DENIED);
      expect(run(calls.sendmsg, [3n, 1n, flags])).toBe(DENIED);
    }
  });

  test("another architecture's calls are denied", () => {
    const other = AUDIT_ARCH[arch === "x64" ? "arm64" : "x64"];
    expect(runFilter(filter, { arch: other, number: calls.write, args: [] })).toBe(DENIED);
  });
});
