// The observer: figures and providers are remembered for a moment, on the clock it is given, and never longer.
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { capturedTree } from "../../test/captured-tree.ts";
import type { Provider } from "../spec/spec.ts";
import { accountHome } from "./account-home.ts";
import { createBootClock } from "./boot-clock.ts";
import { createObserver } from "./observe.ts";

const meminfo = (kib: number): string => `MemTotal: 4096000 kB\nMemAvailable: ${kib} kB\n`;

describe("createObserver", () => {
  it("remembers figures for 100 ms of its clock", async () => {
    let now = 1000;
    const roots = capturedTree({ "proc/meminfo": meminfo(100), "sys/devices/system/cpu/online": "0-3\n" });
    const observer = createObserver({ clock: () => now, roots, platform: "linux" });
    const first = observer.node();
    expect(await first).toEqual({
      memory_total: 4_096_000 * 1024,
      memory_available: 100 * 1024,
      cpu: 4000,
      memory_some_avg10: null,
      heat: { state: "unmeasurable", cause: "no temperature sensor" },
    });
    writeFileSync(join(roots.proc, "meminfo"), meminfo(200));
    now += 99;
    expect(observer.node()).toBe(first);
    now += 1;
    expect((await observer.node()).memory_available).toBe(200 * 1024);
  });

  it("asks providers once for a second, however many wait, and anew when a writ begins or ends", async () => {
    let asked = 0;
    const server = createServer((_, response) => {
      asked++;
      response.end('{"data":[]}');
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const providers: Provider[] = [
      { name: "p", kind: "openai", url, folder: null, serves: [], latency: null },
    ];
    let now = 0;
    const observer = createObserver({ clock: () => now, roots: capturedTree({}), run: async () => null });
    const none = new Set<string>();
    await Promise.all([1, 2, 3].map(() => observer.providers(providers, none)));
    expect(asked).toBe(1);
    now = 999;
    await observer.providers(providers, none);
    expect(asked).toBe(1);
    expect((await observer.providers(providers, new Set(["p"])))[0]?.control).toBe("node");
    expect((await observer.providers(providers, none))[0]?.control).toBe("unknown");
    expect(asked).toBe(3);
    now = 1999;
    await observer.providers(providers, none);
    expect(asked).toBe(4);
    observer.forgetProviders();
    await observer.providers(providers, none);
    expect(asked).toBe(5);
    server.close();
  });

  it("observes this machine", async () => {
    const node = await createObserver({ clock: createBootClock() }).node();
    expect(node.memory_available).toBeGreaterThan(0);
    expect(node.cpu).toBeGreaterThan(0);
  });
});

describe("accountHome", () => {
  it("is the real path of what the system's list says, not of HOME", () => {
    const { proc } = capturedTree({ "proc/home/real/x": "", "proc/link": "-> home/real", "proc/passwd": "" });
    const passwd = join(proc, "passwd");
    writeFileSync(
      passwd,
      `broken\nx:x:77:77\nme:x:4711:4711:,,,:${proc}/link:/bin/sh\nno:x:4712:1::/nowhere:/bin/sh\nrel:x:4713:1::home:/bin/sh\n`,
    );
    const before = process.env["HOME"];
    process.env["HOME"] = "/tmp";
    try {
      expect(accountHome(4711, passwd)).toBe(join(proc, "home/real"));
    } finally {
      process.env["HOME"] = before;
    }
    expect([77, 4712, 4713, 4714].map((uid) => accountHome(uid, passwd))).toEqual([null, null, null, null]);
  });
});
