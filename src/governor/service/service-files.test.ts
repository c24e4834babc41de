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

const CONFIG = `${JSON.stringify({
  format: 1,
  node: "0".repeat(32),
  public_key: "A".repeat(43),
  uid: 990,
  gid: 990,
  run: "/run/writ",
  spool: "/var/spool/writ",
  passwd: "/etc/passwd",
  principals: [],
})}\n`;
const files = serviceFiles(SERVICE_HOME, { pinned: true, executor: CONFIG });
const owner = process.geteuid?.() ?? 0;
const states = (root: string): readonly string[] => files.map((file) => fileState(file, root));
const refused = expect.objectContaining({ code: "WRIT_SERVICE_REFUSED" }) as unknown as Error;

describe("serviceFiles", () => {
  it("are an account, the executor's unit and file, the governor's unit, and the pin only where it is asked for", () => {
    expect(files.map(({ path }) => path)).toEqual([
      "/etc/sysusers.d/writ.conf",
      "/etc/systemd/system/writ-executor.service",
      "/etc/systemd/system/writ.service",
      "/etc/writ/executor.json",
      "/etc/writ/home",
    ]);
    const [, executor = "", governor = ""] = files.map(({ text }) => text ?? "");
    expect(governor).toMatch(
      /^ExecStart=\/\S+ \/\S+\/bin\/writ\.js serve --home \/var\/lib\/writ\/home --service \/etc\/writ\/executor\.json$/m,
    );
    expect(governor).toMatch(/^User=writ$/m);
    expect(governor).toMatch(/^CapabilityBoundingSet=$/m);
    expect(executor).toMatch(
      /^ExecStart=\/\S+ \/\S+\/enforce\/root\/executor-process\.ts \/etc\/writ\/executor\.json$/m,
    );
    expect(executor).not.toMatch(/^User=/m);
    const plain = serviceFiles(SERVICE_HOME, { pinned: false, executor: null });
    expect(plain.map(({ path }) => path)).not.toContain("/etc/writ/home");
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
    expect(() => serviceFiles(home, { pinned: true, executor: null })).toThrow(
      expect.objectContaining({ code: "WRIT_USAGE" }),
    );
  });

  it("hold units that systemd-analyze verify takes", (test) => {
    const analyze = "/usr/bin/systemd-analyze";
    if (!existsSync(analyze)) return test.skip(`no ${analyze} here`);
    const units = files.filter(({ path }) => path.endsWith(".service"));
    const named = units.map(({ path, text }) => [path.slice(path.lastIndexOf("/") + 1), text ?? ""] as const);
    const folder = freshTree(Object.fromEntries(named));
    const verify = (name: string): readonly string[] => {
      const { stdout, stderr } = spawnSync(analyze, ["verify", "--man=no", join(folder, name)], {
        encoding: "utf8",
      });
      return (stdout + stderr).split("\n").filter((line) => line.includes(name));
    };
    expect(named).toHaveLength(2);
    for (const [name, text] of named) {
      expect(verify(name)).toEqual([]);
      writeFileSync(join(folder, name), text.replace("KillMode=", "KillMode=odd"));
      expect(verify(name).join()).toMatch(/kill mode|KillMode/);
    }
  });
});

describe("writeServiceFiles and removeServiceFiles", () => {
  it("write, replace what is of another version, and remove; a home stays", () => {
    const root = freshTree({ "var/lib/writ/home/ledger/x": "kept" });
    const all = (state: string): readonly string[] => files.map(() => state);
    expect(states(root)).toEqual(all("missing"));
    writeServiceFiles(files, root, owner);
    expect(states(root)).toEqual(all("same"));
    const unit = join(root, files[1]?.path ?? "");
    writeFileSync(unit, `${readFileSync(unit, "utf8")}# older\n`);
    const config = join(root, "etc/writ/executor.json");
    writeFileSync(config, CONFIG.replace("990", "991"));
    expect(states(root)).toEqual(["same", "older", "same", "older", "same"]);
    writeServiceFiles(files, root, owner);
    expect(states(root)).toEqual(all("same"));
    // Without a home there is nothing to say of the executor's file: what stands there stays.
    writeServiceFiles(serviceFiles(SERVICE_HOME, { pinned: true, executor: null }), root, owner);
    expect(readFileSync(config, "utf8")).toBe(CONFIG);
    removeServiceFiles(files, root, owner);
    expect(states(root)).toEqual(all("missing"));
    expect(readFileSync(join(root, "var/lib/writ/home/ledger/x"), "utf8")).toBe("kept");
  });

  const inTheWay: readonly (readonly [string, (path: string) => void])[] = [
    ["a file of somebody else's", (path) => writeFileSync(path, "[Unit]\n")],
    ["a link", (path) => symlinkSync("/etc/passwd", path)],
    ["a folder", (path) => mkdirSync(path)],
  ];
  it.each(inTheWay)("leave %s alone, and write nothing beside it", (_, make) => {
    const root = freshTree({});
    const { path } = files[4] as ServiceFile;
    mkdirSync(dirname(join(root, path)), { recursive: true });
    make(join(root, path));
    expect(() => writeServiceFiles(files, root, owner)).toThrow(refused);
    expect(states(root)).toEqual(["missing", "missing", "missing", "missing", "foreign"]);
    removeServiceFiles(files, root, owner);
    expect(states(root)[4]).toBe("foreign");
  });

  it.each(["{}", "{", CONFIG.replace('"format":1', '"format":2')])(
    "leave an executor's file alone that is none of ours: %s",
    (text) => {
      const root = freshTree({ "etc/writ/executor.json": text });
      expect(() => writeServiceFiles(files, root, owner)).toThrow(refused);
      removeServiceFiles(files, root, owner);
      expect(readFileSync(join(root, "etc/writ/executor.json"), "utf8")).toBe(text);
    },
  );

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
    expect(await serviceState(SERVICE_HOME, { root, run })).toMatchObject({ systemd: false });
  });

  it.each([
    ["ActiveState=active\n", "active"],
    ["ActiveState=failed\n", "failed"],
    ["", null],
    [null, null],
  ] as const)("reads %j of systemctl as %j", async (said, state) => {
    const root = freshTree({ "run/systemd/system/x": "" });
    const run = (): Promise<string | null> => Promise.resolve(said);
    expect(await serviceState(SERVICE_HOME, { root, run })).toMatchObject({
      systemd: true,
      units: [
        { name: "writ-executor.service", state },
        { name: "writ.service", state },
      ],
    });
  });
});
