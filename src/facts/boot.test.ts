// Boot clock and boot id: from captured trees and from this machine.
import { describe, expect, it } from "vitest";
import { capturedTree } from "../../test/captured-tree.ts";
import { createBootClock } from "./boot-clock.ts";
import { readBootId } from "./boot-id.ts";

describe("createBootClock", () => {
  it("gives milliseconds since boot", () => {
    expect(createBootClock(capturedTree({ "proc/uptime": "1499.01 2838.35\n" }), "linux")()).toBe(1_499_010);
    expect(createBootClock(capturedTree({ "proc/uptime": "0.09 0.00\n" }), "linux")()).toBe(90);
  });

  it.each(["", "x", "1499 2838", "-1.00 0.00", "1e3.00 0.00"])(
    "throws on %j: without time nothing is admitted",
    (text) => {
      const clock = createBootClock(capturedTree({ "proc/uptime": text }), "linux");
      expect(clock).toThrow(expect.objectContaining({ code: "WRIT_FILE_UNREADABLE" }));
    },
  );

  it("throws when there is no such file", () => {
    expect(createBootClock(capturedTree({}), "linux")).toThrow(/does not tell the time since boot/);
  });

  it("never goes back on this machine", () => {
    const clock = createBootClock();
    let last = clock();
    expect(last).toBeGreaterThan(0);
    for (let at = 0; at < 1000; at++) {
      const now = clock();
      expect(now).toBeGreaterThanOrEqual(last);
      last = now;
    }
  });

  it("works where there is no /proc", () => {
    const clock = createBootClock(capturedTree({}), "darwin");
    expect(clock()).toBeLessThanOrEqual(clock());
    expect(Number.isSafeInteger(clock())).toBe(true);
  });
});

describe("readBootId", () => {
  it("is the kernel's, in lower case", () => {
    const id = "66983B28-b921-468b-a582-e9804d683ba0";
    expect(readBootId(capturedTree({ "proc/sys/kernel/random/boot_id": `${id}\n` }), "linux")).toBe(
      id.toLowerCase(),
    );
    expect(readBootId()).toBe(readBootId());
  });

  it.each(["", "66983b28", "../../etc", "66983b28-b921-468b-a582-e9804d683ba0-1"])("throws on %j", (text) => {
    const roots = capturedTree({ "proc/sys/kernel/random/boot_id": text });
    expect(() => readBootId(roots, "linux")).toThrow(
      expect.objectContaining({ code: "WRIT_FILE_UNREADABLE" }),
    );
  });

  it("throws on macOS when its own word for it cannot be had", () => {
    if (process.platform === "darwin") return expect(readBootId()).toMatch(/^[0-9a-f-]{36}$/);
    expect(() => readBootId(capturedTree({}), "darwin")).toThrow(/boot id/);
  });
});
