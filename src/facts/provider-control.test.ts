// Control of a provider: proved by its unit's address deny, else unknown with the reason. On captured trees of /proc, with
// systemctl's answers given; and on this machine's own /proc with a real listening socket.
import { type AddressInfo, createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { capturedTree, type Tree } from "../../test/captured-tree.ts";
import { listeningProcesses } from "./listening-process.ts";
import { MACHINE } from "./observed-roots.ts";
import { doctorDropIn, providerControl } from "./provider-control.ts";

const URL_ASKED = "http://127.0.0.1:11434";
const TITLE =
  "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";

function row(local: string, inode: number, state = "0A"): string {
  return `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000   997        0 ${inode} 1 0000 100 0 0 10 0\n`;
}

/** 11434 is 2CAA. */
const ollama: Tree = {
  "proc/self/net/tcp":
    TITLE + row("0100007F:2CAA", 777) + row("0100007F:0050", 1) + row("0100007F:2CAA", 5, "01"),
  "proc/self/net/tcp6": TITLE,
  "proc/812/fd/0": "-> /dev/null",
  "proc/812/fd/3": "-> socket:[777]",
  "proc/812/cgroup": "0::/system.slice/ollama.service\n",
  "proc/900/fd/3": "-> socket:[778]",
  "proc/900/cgroup": "0::/system.slice/other.service\n",
};

const proved = {
  ActiveState: "active",
  ControlGroup: "/system.slice/ollama.service",
  IPAddressAllow: "127.0.0.0/8 ::1/128",
  IPAddressDeny: "::/0 0.0.0.0/0",
  NeedDaemonReload: "no",
};

async function control(
  tree: Tree,
  shown: Readonly<Record<string, string>> | null = proved,
): ReturnType<typeof providerControl> {
  const text =
    shown === null
      ? null
      : Object.entries(shown)
          .map(([name, value]) => `${name}=${value}\n`)
          .join("");
  return await providerControl(URL_ASKED, capturedTree(tree), async () => text);
}

describe("providerControl", () => {
  it("is node when the listening unit denies all but loopback", async () => {
    expect(await control(ollama)).toEqual({
      control: "node",
      evidence: "ollama.service denies all addresses but loopback",
      unit: "ollama.service",
    });
  });

  it("asks systemctl about exactly that unit", async () => {
    const asked: (readonly string[])[] = [];
    await providerControl(URL_ASKED, capturedTree(ollama), async (file, args) => {
      asked.push([file, ...args]);
      return null;
    });
    expect(asked).toHaveLength(1);
    expect(asked[0]?.slice(0, 3)).toEqual(["/usr/bin/systemctl", "show", "ollama.service"]);
  });

  it.each([
    ["0.0.0.0/0 ::/0", "127.0.0.0/8 ::1/128"],
    ["any", "localhost"],
    ["::/0 0.0.0.0/0", ""],
    ["::/0 0.0.0.0/0 10.0.0.0/8", "127.0.0.1/32"],
  ])("takes deny %s with allow %s", async (IPAddressDeny, IPAddressAllow) => {
    expect(await control(ollama, { ...proved, IPAddressDeny, IPAddressAllow })).toMatchObject({
      control: "node",
    });
  });

  it.each([
    ["no deny", { IPAddressDeny: "" }, "does not deny all addresses"],
    ["only IPv4 denied", { IPAddressDeny: "0.0.0.0/0" }, "does not deny all addresses"],
    ["only IPv6 denied", { IPAddressDeny: "::/0" }, "does not deny all addresses"],
    ["a private net denied", { IPAddressDeny: "10.0.0.0/8" }, "does not deny all addresses"],
    ["a host allowed", { IPAddressAllow: "127.0.0.0/8 203.0.113.7/32" }, "allows addresses beyond loopback"],
    ["everything allowed", { IPAddressAllow: "0.0.0.0/0" }, "allows addresses beyond loopback"],
    ["more than loopback allowed", { IPAddressAllow: "127.0.0.0/7" }, "allows addresses beyond loopback"],
    ["link-local allowed", { IPAddressAllow: "link-local" }, "allows addresses beyond loopback"],
    ["a unit that is not active", { ActiveState: "inactive" }, "is not active"],
    ["an edit not loaded", { NeedDaemonReload: "yes" }, "was edited and not reloaded"],
    ["another control group", { ControlGroup: "/system.slice/other.service" }, "has another control group"],
    [
      "a control group that only begins alike",
      { ControlGroup: "/system.slice/ollama.serv" },
      "has another control group",
    ],
    ["no control group", { ControlGroup: "" }, "has another control group"],
  ])("is unknown with %s", async (_, change, evidence) => {
    const found = await control(ollama, { ...proved, ...change });
    expect(found).toEqual({
      control: "unknown",
      evidence: `ollama.service ${evidence}`,
      unit: "ollama.service",
    });
  });

  it("is unknown when systemctl says nothing, or nonsense", async () => {
    expect(await control(ollama, null)).toMatchObject({ control: "unknown", unit: "ollama.service" });
    expect(await control(ollama, {})).toMatchObject({ control: "unknown" });
  });

  const trees: readonly (readonly [string, Tree, string])[] = [
    [
      "nothing is seen to listen",
      { "proc/self/net/tcp": TITLE },
      "no listening socket of this machine is seen there",
    ],
    ["there is no table", {}, "no listening socket of this machine is seen there"],
    [
      "the holder is hidden",
      { "proc/self/net/tcp": TITLE + row("0100007F:2CAA", 777) },
      "which process listens there is not visible to this user",
    ],
    [
      "one of two sockets has a hidden holder",
      { ...ollama, "proc/self/net/tcp": TITLE + row("0100007F:2CAA", 777) + row("00000000:2CAA", 999) },
      "which process listens there is not visible to this user",
    ],
    [
      "a second process holds the socket outside the unit",
      { ...ollama, "proc/900/fd/4": "-> socket:[777]", "proc/900/cgroup": "0::/\n" },
      "process 900 is in no unit of its own",
    ],
    [
      "another unit listens on the wildcard too",
      { ...ollama, "proc/self/net/tcp6": TITLE + row(`${"0".repeat(32)}:2CAA`, 778) },
      "other.service has another control group",
    ],
    [
      "it is a user's unit",
      {
        ...ollama,
        "proc/812/cgroup": "0::/user.slice/user-1000.slice/user@1000.service/app.slice/ollama.service\n",
      },
      "ollama.service is a user's unit, which cannot deny addresses",
    ],
    [
      "control groups are not unified",
      { ...ollama, "proc/812/cgroup": "1:name=systemd:/system.slice/ollama.service\n0::/\n" },
      "control groups are not unified here",
    ],
    [
      "it is in no unit",
      { ...ollama, "proc/812/cgroup": "0::/process_api/abc\n" },
      "process 812 is in no unit of its own",
    ],
    [
      "its groups cannot be read",
      { ...ollama, "proc/812/cgroup": "" },
      "process 812 is in no unit of its own",
    ],
    [
      "its unit is named like an option",
      { ...ollama, "proc/812/cgroup": "0::/system.slice/--host=evil.service\n" },
      "process 812 is in no unit of its own",
    ],
  ];
  it.each(trees)("is unknown when %s", async (_, tree, evidence) => {
    expect(await control(tree)).toMatchObject({ control: "unknown", evidence });
  });

  it("knows a unit by a process in a group below it, and one that listens on the wildcard", async () => {
    const below = { ...ollama, "proc/812/cgroup": "0::/system.slice/ollama.service/runner\n" };
    expect(await control(below)).toMatchObject({ control: "node" });
    const wildcard = {
      ...ollama,
      "proc/self/net/tcp": TITLE,
      "proc/self/net/tcp6": TITLE + row(`${"0".repeat(32)}:2CAA`, 777),
    };
    expect(await control(wildcard)).toMatchObject({ control: "node" });
  });

  it("is unknown for a url elsewhere", async () => {
    const found = await providerControl("http://192.0.2.1/", capturedTree(ollama), async () => "");
    expect(found).toMatchObject({ control: "unknown", evidence: "its url is not on this machine" });
  });
});

describe("listeningProcesses", () => {
  it.each([
    ["127.0.0.1", "127.0.0.1"],
    ["127.0.0.1", "0.0.0.0"],
    ["127.0.0.1", "::ffff:127.0.0.1"],
    ["127.0.0.1", "::"],
    ["::1", "::1"],
    ["127.1.2.3", "127.1.2.3"],
  ])("finds this process for %s when it listens on %s", async (asked, bound) => {
    const server = createServer();
    const listening = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false));
      server.listen(0, bound, () => resolve(true));
    });
    if (!listening) return console.info(`skipped: this machine has no address ${bound}`);
    const { port } = server.address() as AddressInfo;
    expect(listeningProcesses(MACHINE, asked, port)).toEqual({ ok: true, pids: [process.pid] });
    await new Promise((resolve) => server.close(resolve));
    expect(listeningProcesses(MACHINE, asked, port)).toMatchObject({ ok: false });
  });
});

describe("doctorDropIn", () => {
  it("gives settings that providerControl takes as proof", async () => {
    const { path, text, apply } = doctorDropIn("ollama.service");
    expect(path).toBe("/etc/systemd/system/ollama.service.d/writ.conf");
    expect(apply).toBe("systemctl daemon-reload && systemctl restart ollama.service");
    const settings = Object.fromEntries(
      text
        .split("\n")
        .filter((line) => line.includes("="))
        .map((line) => line.split("=")),
    );
    expect(await control(ollama, { ...proved, ...settings })).toMatchObject({ control: "node" });
  });
});
