// The service's files: what they say, that systemd takes the unit, and that nothing of somebody else's is replaced or removed.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { freshTree } from "../../../test/captured-tree.ts";
import {
  fileState,
  refuseLooseProgram,
  removeServiceFiles,
  SERVICE_HOME,
  type ServiceFile,
  serviceFiles,
  writeServiceFiles,
} from "./service-files.ts";
import { serviceState } from "./service-state.ts";

const files = serviceFiles(SERVICE_HOME, true);
const owner = process.geteuid?.() ?? 0;
const states = (root: string): readonly string[] => files.map((file) => fileState(file, root));
const refused = expect.objectContaining({ code: "WRIT_SERVICE_REFUSED" }) as unknown as Error;

describe("serviceFiles", () => {
  it("are a user, a unit that serves as it, and the pin only where it is asked for", () => {
    expect(files.map(({ path }) => path)).toEqual([
      "/etc/sysusers.d/writ.conf",
      "/etc/systemd/system/writ.service",
      "/etc/writ/home",
    ]);
    expect(files[1]?.text).toMatch(
      /^ExecStart=\/\S+ \/\S+\/bin\/writ\.js serve --home \/var\/lib\/writ\/home$/m,
    );
    expect(files[1]?.text).toMatch(/^User=writ$/m);
    expect(serviceFiles(SERVICE_HOME, false).map(({ path }) => path)).not.toContain("/etc/writ/home");
  });

  it.each([
    "",
    "relative",
    "/",
    "/writ",
    "/a b/c",
    "/srv/../etc/x",
    "/srv//x",
    "/srv/x\nExecStart=/bin/sh",
    "/srv/%h/x",
  ])("throw WRIT_USAGE for a home at %j", (home) => {
    expect(() => serviceFiles(home, true)).toThrow(expect.objectContaining({ code: "WRIT_USAGE" }));
  });

  it("hold a unit that systemd-analyze verify takes", (test) => {
    const analyze = "/usr/bin/systemd-analyze";
    if (!existsSync(analyze)) return test.skip(`no ${analyze} here`);
    const unit = join(freshTree({ "writ.service": files[1]?.text ?? "" }), "writ.service");
    const verify = (): readonly string[] => {
      const { stdout, stderr } = spawnSync(analyze, ["verify", "--man=no", unit], { encoding: "utf8" });
      return (stdout + stderr).split("\n").filter((line) => line.includes("writ.service"));
    };
    expect(verify()).toEqual([]);
    writeFileSync(unit, (files[1]?.text ?? "").replace("KillMode=mixed", "KillMode=odd"));
    expect(verify().join()).toMatch(/kill mode|KillMode/);
  });
});

describe("writeServiceFiles and removeServiceFiles", () => {
  it("write, replace what is of another version, and remove; a home stays", () => {
    const root = freshTree({ "var/lib/writ/home/ledger/x": "kept" });
    expect(states(root)).toEqual(["missing", "missing", "missing"]);
    writeServiceFiles(files, root, owner);
    expect(states(root)).toEqual(["same", "same", "same"]);
    const unit = join(root, files[1]?.path ?? "");
    writeFileSync(unit, `${readFileSync(unit, "utf8")}# older\n`);
    expect(states(root)[1]).toBe("older");
    writeServiceFiles(files, root, owner);
    expect(states(root)).toEqual(["same", "same", "same"]);
    removeServiceFiles(files, root, owner);
    expect(states(root)).toEqual(["missing", "missing", "missing"]);
    expect(readFileSync(join(root, "var/lib/writ/home/ledger/x"), "utf8")).toBe("kept");
  });

  const inTheWay: readonly (readonly [string, (path: string) => void])[] = [
    ["a file of somebody else's", (path) => writeFileSync(path, "[Unit]\n")],
    ["a link", (path) => symlinkSync("/etc/passwd", path)],
    ["a folder", (path) => mkdirSync(path)],
  ];
  it.each(inTheWay)("leave %s alone, and write nothing beside it", (_, make) => {
    const root = freshTree({});
    const { path } = files[2] as ServiceFile;
    mkdirSync(dirname(join(root, path)), { recursive: true });
    make(join(root, path));
    expect(() => writeServiceFiles(files, root, owner)).toThrow(refused);
    expect(states(root)).toEqual(["missing", "missing", "foreign"]);
    removeServiceFiles(files, root, owner);
    expect(states(root)[2]).toBe("foreign");
  });

  it("are refused to whoever is not root", () => {
    expect(() => writeServiceFiles(files, freshTree({}), owner + 1)).toThrow(refused);
    expect(() => removeServiceFiles(files, freshTree({}), owner + 1)).toThrow(refused);
  });

  it("refuse a program that others than root could change", () => {
    const root = freshTree({ "bin/node": "" });
    chmodSync(join(root, "bin/node"), 0o777);
    expect(() => refuseLooseProgram(join(root, "bin/node"))).toThrow(refused);
    // What every system keeps to root alone.
    expect(() => refuseLooseProgram("/usr/bin/env")).not.toThrow();
  });
});

describe("serviceState", () => {
  it("says no systemd where none runs, and asks nobody then", async () => {
    const root = freshTree({});
    const run = (): Promise<string | null> => Promise.reject(new Error("asked"));
    expect(await serviceState(SERVICE_HOME, { root, run })).toMatchObject({ systemd: false, unit: null });
  });

  it.each([
    ["ActiveState=active\n", "active"],
    ["ActiveState=failed\n", "failed"],
    ["", null],
    [null, null],
  ] as const)("reads %j of systemctl as %j", async (said, unit) => {
    const root = freshTree({ "run/systemd/system/x": "" });
    const run = (): Promise<string | null> => Promise.resolve(said);
    expect(await serviceState(SERVICE_HOME, { root, run })).toMatchObject({ systemd: true, unit });
  });
});
