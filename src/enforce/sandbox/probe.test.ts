// probeIsolation on this machine, and the repair it names for machines that lack something.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { TASK_UID } from "../../../test/enforce/confined-runner.ts";
import { ATTEMPTS, probeIsolation } from "./probe.ts";
import { missingTools, repairFor } from "./probe-repair.ts";

const base = mkdtempSync("/var/tmp/writ-probe-");
const isRoot = process.geteuid?.() === 0;
afterAll(() => rmSync(base, { recursive: true, force: true }));

describe("probeIsolation", () => {
  test("attests namespaces here, with each attempt seen to fail, and leaves nothing", async () => {
    const probe = await probeIsolation({ taskUid: isRoot ? TASK_UID : null, runFolder: base });
    expect(probe).toMatchObject({ tier: "namespaces", repair: null });
    expect(probe.evidence.length).toBe(ATTEMPTS.length);
    for (const line of probe.evidence) expect(line).toMatch(/^isolation: \w+: blocked/u);
    expect(readdirSync(base)).toEqual([]);
  });

  test("gives root without an unprivileged uid no tier", async () => {
    if (!isRoot) {
      process.stderr.write("not tested: root's probe: the tests run as an ordinary user\n");
      return;
    }
    const probe = await probeIsolation({ taskUid: null, runFolder: base });
    expect(probe).toMatchObject({ tier: "none", repair: "writ init" });
  });

  test("is told, not thrown, when its folder cannot be made", async () => {
    writeFileSync(`${base}/file`, "");
    const probe = await probeIsolation({ taskUid: isRoot ? TASK_UID : null, runFolder: `${base}/file` });
    expect(probe).toMatchObject({ tier: "none", evidence: [expect.stringContaining("ENOTDIR")] });
  });
});

describe("missingTools", () => {
  test("names each program that is not there", () => {
    expect(missingTools()).toEqual([]);
    expect(missingTools(base)).toEqual(["bwrap", "unshare", "nsenter", "setpriv", "mount", "prlimit", "ip"]);
  });
});

describe("repairFor", () => {
  const refused =
    "bwrap: No permissions to create new namespace, likely because the kernel does not allow it";
  const kernel = (values: Readonly<Record<string, string>>) => (path: string) =>
    values[path.split("/").at(-1) ?? ""] ?? null;

  test("names the switch that refuses user namespaces", () => {
    expect(repairFor(refused, kernel({ unprivileged_userns_clone: "0" }))).toBe(
      "sysctl -w kernel.unprivileged_userns_clone=1",
    );
    expect(repairFor(refused, kernel({ max_user_namespaces: "0" }))).toBe(
      "sysctl -w user.max_user_namespaces=15000",
    );
    const apparmor = repairFor(
      "bwrap: setting up uid map: Permission denied",
      kernel({ apparmor_restrict_unprivileged_userns: "1", unprivileged_userns_clone: "1" }),
    );
    expect(apparmor).toContain("apparmor_parser -r /etc/apparmor.d/writ-$p");
    expect(apparmor).not.toContain("\n");
  });

  test("names nothing when nothing refuses or another thing failed", () => {
    expect(repairFor(refused, kernel({ max_user_namespaces: "5000" }))).toBeNull();
    expect(repairFor("bwrap: Can't find source path", kernel({ max_user_namespaces: "0" }))).toBeNull();
  });
});
