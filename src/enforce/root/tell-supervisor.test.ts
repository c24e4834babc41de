// reportTo over a real datagram socket of the unix kind, as systemd listens at one. Node opens none: perl does.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { reportTo, supervisorOf } from "./tell-supervisor.ts";

const PERL = "/usr/bin/perl";
const NOTIFY = "/usr/bin/systemd-notify";
/** Prints each datagram as one line, and first a line when it listens. What comes with a datagram is dropped, as systemd does. */
const LISTEN = `use Socket; $| = 1; socket(S, AF_UNIX, SOCK_DGRAM, 0) or die $!;
bind(S, pack_sockaddr_un($ARGV[0])) or die $!; print "listening\\n";
while (defined recv(S, my $m, 4096, 0)) { $m =~ tr/\\n/ /; print "$m\\n" }`;

const missing = [PERL, NOTIFY].filter((program) => !existsSync(program));

describe("supervisorOf", () => {
  test.each([
    [{}, null],
    [{ NOTIFY_SOCKET: "" }, null],
    [{ NOTIFY_SOCKET: "relative" }, null],
    [{ NOTIFY_SOCKET: "/run/x" }, { socket: "/run/x", watchdog: null }],
    [
      { NOTIFY_SOCKET: "@x", WATCHDOG_USEC: "60000000" },
      { socket: "@x", watchdog: 60_000 },
    ],
    [
      { NOTIFY_SOCKET: "/x", WATCHDOG_USEC: "-1" },
      { socket: "/x", watchdog: null },
    ],
    [
      { NOTIFY_SOCKET: "/x", WATCHDOG_USEC: "soon" },
      { socket: "/x", watchdog: null },
    ],
  ])("of %j is %j", (env, supervisor) => {
    expect(supervisorOf(env)).toEqual(supervisor);
  });
});

describe.skipIf(missing.length > 0)(`reportTo (skipped without ${PERL} and ${NOTIFY})`, () => {
  let folder: string;
  let listener: ChildProcess;
  let lines: string[];
  let moved = Promise.withResolvers<void>();

  beforeEach(async () => {
    folder = mkdtempSync(`${tmpdir()}/writ-notify-`);
    lines = [];
    listener = spawn(PERL, ["-e", LISTEN, `${folder}/socket`], { stdio: ["ignore", "pipe", "inherit"] });
    listener.stdout?.on("data", (chunk: Buffer) => {
      lines.push(...chunk.toString().split("\n").filter(Boolean));
      moved.resolve();
    });
    await heard(() => lines.includes("listening"));
  });
  afterEach(() => {
    listener.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });

  /** Resolves when what was heard is as `wanted` says. */
  async function heard(wanted: () => boolean): Promise<void> {
    while (!wanted()) {
      moved = Promise.withResolvers();
      await moved.promise;
    }
  }

  /** Without the barrier that systemd-notify waits at until its message is taken (sd_notify_barrier(3)). */
  const said = (): readonly string[] => lines.filter((line) => line !== "listening" && line !== "BARRIER=1");

  test("says READY=1, WATCHDOG=1 as often as it lives when asked, and STOPPING=1 at its end", async () => {
    const supervisor = supervisorOf({ NOTIFY_SOCKET: `${folder}/socket`, WATCHDOG_USEC: "40000" });
    let asked = 0;
    const dead = Promise.withResolvers<void>();
    const lives = (): boolean => {
      asked += 1;
      if (asked === 6) dead.resolve();
      return asked <= 3;
    };
    const rest = reportTo(supervisor, { lives, untold: () => lines.push("untold") });
    await dead.promise;
    await rest();
    await heard(() => lines.includes("STOPPING=1"));
    expect(said()).toEqual(["READY=1", "WATCHDOG=1", "WATCHDOG=1", "WATCHDOG=1", "STOPPING=1"]);
  });

  test("without a sign of life wanted it gives none", async () => {
    const supervisor = supervisorOf({ NOTIFY_SOCKET: `${folder}/socket` });
    const rest = reportTo(supervisor, { lives: () => true, untold: () => lines.push("untold") });
    await rest();
    await heard(() => lines.includes("STOPPING=1"));
    expect(said()).toEqual(["READY=1", "STOPPING=1"]);
  });

  test("says that it could not be told where nobody listens, and goes on", async () => {
    const untold = Promise.withResolvers<void>();
    const supervisor = supervisorOf({ NOTIFY_SOCKET: `${folder}/nobody`, WATCHDOG_USEC: "40000" });
    const rest = reportTo(supervisor, { lives: () => true, untold: untold.resolve });
    await untold.promise;
    expect(await rest()).toBe(false);
  });
});
