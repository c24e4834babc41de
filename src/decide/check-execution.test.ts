// Known answers of what this host can hold and give. For each cause a case beyond the limit, and one at it.
import { describe, expect, test } from "vitest";
import { answer, type Case, onlyFailure, passes } from "../../test/decision-cases.ts";
import { baseSpec, baseTask, path } from "../../test/decision-fixtures.ts";
import type { Spec } from "../spec/spec.ts";

describe("decide, check-execution: this host", () => {
  test("isolation_too_weak", () => {
    const strong = baseSpec();
    const weak: Spec = { ...strong, execution: { isolation: "seatbelt", limits: "soft" } };
    const finding = onlyFailure({ node: { isolation: "seatbelt" } });
    expect([finding.cause, ...answer(finding)]).toEqual([
      "isolation_too_weak",
      "seatbelt",
      "namespaces",
      "none",
      "execution.isolation",
      false,
    ]);
    expect(onlyFailure({ spec: weak, node: { isolation: "none" } }).cause).toBe("isolation_too_weak");
    passes({ spec: weak, node: { isolation: "seatbelt" } });
    passes({ spec: weak, node: { isolation: "namespaces" } });
  });
  test("limits_too_weak", () => {
    const strong = baseSpec();
    const weak: Spec = { ...strong, execution: { isolation: "namespaces", limits: "soft" } };
    const finding = onlyFailure({ node: { limits: "soft" } });
    expect([finding.cause, ...answer(finding)]).toEqual([
      "limits_too_weak",
      "soft",
      "cgroup",
      "none",
      "execution.limits",
      false,
    ]);
    expect(onlyFailure({ spec: weak, node: { limits: "none" } }).cause).toBe("limits_too_weak");
    passes({ spec: weak, node: { limits: "soft" } });
    passes({ spec: weak, node: { limits: "cgroup" } });
  });
  test("executable_missing", () => {
    const file = { ...path("/usr/bin/prog"), sha256: "aa" };
    for (const executable of [null, { ...file, real: null }, { ...file, kind: "directory" as const }]) {
      const finding = onlyFailure({ paths: { executable } });
      expect([finding.cause, ...answer(finding)]).toEqual([
        "executable_missing",
        null,
        null,
        "none",
        "run.command[0]",
        false,
      ]);
      expect(finding.evidence).toEqual([]);
    }
    passes({ paths: { executable: { ...file, sha256: null } } });
  });
  test("path_not_permitted for the executable", () => {
    const file = { ...path("/usr/bin/prog"), sha256: "aa" };
    for (const change of [{ permitted: false }, { inode: null }, { device: null }]) {
      const finding = onlyFailure({ paths: { executable: { ...file, ...change } } });
      expect([finding.cause, ...answer(finding)]).toEqual([
        "path_not_permitted",
        "/usr/bin/prog",
        null,
        "none",
        "run.command[0]",
        false,
      ]);
    }
  });
  test("path_missing, path_not_permitted for the working directory", () => {
    const folder = path("/work/job", { kind: "directory" });
    for (const change of [{ real: null }, { kind: "missing" as const }]) {
      const finding = onlyFailure({ paths: { directory: { ...folder, ...change } } });
      expect([finding.cause, ...answer(finding)]).toEqual([
        "path_missing",
        "/work/job",
        null,
        "none",
        "directory",
        false,
      ]);
    }
    const file = onlyFailure({ paths: { directory: { ...folder, kind: "file" } } });
    expect([file.cause, file.rule]).toEqual(["path_not_permitted", "directory"]);
    const task = baseTask({ reads_directory: true });
    for (const change of [{ permitted: false }, { inode: null }, { device: null }]) {
      const directory = { ...folder, ...change };
      expect(onlyFailure({ task, paths: { directory } }).cause).toBe("path_not_permitted");
      passes({ paths: { directory } });
    }
    passes({ task });
  });
  test("directory_too_wide at or above the home folder", () => {
    const at = (real: string, home: string | null): Case => ({
      paths: { home, directory: path(real, { kind: "directory" }) },
    });
    const finding = onlyFailure(at("/home/me", "/home/me"));
    expect([finding.cause, ...answer(finding)]).toEqual([
      "directory_too_wide",
      "/home/me",
      "/home/me",
      "none",
      "directory",
      false,
    ]);
    expect(onlyFailure(at("/home", "/home/me")).cause).toBe("directory_too_wide");
    expect(onlyFailure(at("/", null)).cause).toBe("directory_too_wide");
    passes(at("/home/me/job", "/home/me"));
    passes(at("/home/mei", "/home/me"));
    passes(at("/home", null));
  });
  test("path_missing, path_not_permitted, path_private for declared paths", () => {
    for (const list of ["reads", "writes"] as const) {
      const task = baseTask({ [list]: ["/data/a"] });
      const having = (change: object): Case => ({ task, paths: { [list]: [path("/data/a", change)] } });
      const missing = onlyFailure(having({ real: null, kind: "missing" }));
      expect([missing.cause, ...answer(missing)]).toEqual([
        "path_missing",
        "/data/a",
        null,
        "none",
        `needs.${list}[0]`,
        false,
      ]);
      expect(missing.evidence).toEqual(["/data/a"]);
      expect(onlyFailure(having({ kind: "missing" })).cause).toBe("path_missing");
      expect(onlyFailure(having({ real: null })).cause).toBe("path_missing");
      expect(onlyFailure({ task, paths: { [list]: [] } }).cause).toBe("path_missing");
      for (const change of [{ kind: "other" }, { permitted: false }, { device: null }, { inode: null }]) {
        const finding = onlyFailure(having(change));
        expect([finding.cause, ...answer(finding)]).toEqual([
          "path_not_permitted",
          "/data/a",
          null,
          "none",
          `needs.${list}[0]`,
          false,
        ]);
      }
      for (const masked of ["/data/a", "/data"]) {
        const finding = onlyFailure({ task, paths: { masked: ["/elsewhere", masked] } });
        expect([finding.cause, ...answer(finding)]).toEqual([
          "path_private",
          "/data/a",
          null,
          "none",
          `needs.${list}[0]`,
          false,
        ]);
      }
      passes({ task, paths: { masked: ["/data/a/b"] } });
      passes(having({ kind: "file" }));
      passes(having({ kind: "directory" }));
    }
  });
  test("path_private for a file argument that would be hidden", () => {
    const file = (real: string) => ({ ...path(real), sha256: "bb" });
    const task = baseTask({ reads_directory: true });
    const finding = onlyFailure({
      task,
      paths: { masked: ["/work/job/.ssh"], arguments: [file("/work/job/.ssh/key")] },
    });
    expect([finding.cause, ...answer(finding)]).toEqual([
      "path_private",
      "/work/job/.ssh/key",
      null,
      "none",
      "run.command",
      false,
    ]);
    passes({ paths: { masked: ["/work/job/.ssh"], arguments: [file("/work/job/.ssh/key")] } });
    passes({ task, paths: { masked: ["/work/job/.ssh"], arguments: [file("/work/job/main.py")] } });
    passes({
      task,
      paths: { masked: ["/work/job/.ssh"], arguments: [{ ...file("/work/job/.ssh/key"), real: null }] },
    });
  });
  test("a labelled file of the command below the working directory is read at its label, a private one is not", () => {
    const argument = (real: string) => ({ ...path(real), sha256: "bb" });
    const paths = {
      directory: path("/data", { kind: "directory" as const }),
      arguments: [argument("/data/vault/x")],
    };
    const task = baseTask({ reads_directory: true });
    const { label, grants } = passes({ task, paths });
    expect([label, grants?.masked, grants?.reads.map((read) => read.path)]).toEqual([
      "secret",
      ["/data/mail", "/data/vault"],
      ["/data", "/data/vault/x"],
    ]);
    const privately = { masked: ["/data/vault/.ssh"], arguments: [argument("/data/vault/.ssh/key")] };
    expect(onlyFailure({ task, paths: { ...paths, ...privately } }).cause).toBe("path_private");
    const secret = { secrets: ["/data/vault/.env"], arguments: [argument("/data/vault/.env")] };
    expect(onlyFailure({ task, paths: { ...paths, ...secret } }).cause).toBe("path_private");
    const declared = baseTask({ reads_directory: true, reads: ["/data/vault"] });
    passes({ task: declared, paths: { ...paths, ...secret } });
  });
  test("path_not_permitted for a file argument without identity", () => {
    const file = { ...path("/work/job/a"), sha256: "bb" };
    for (const change of [{ device: null }, { inode: null }]) {
      const finding = onlyFailure({ paths: { arguments: [{ ...file, ...change }] } });
      expect([finding.cause, ...answer(finding)]).toEqual([
        "path_not_permitted",
        "/work/job/a",
        null,
        "none",
        "run.command",
        false,
      ]);
    }
    const folder = { ...file, kind: "directory" as const, inode: null };
    expect(
      passes({ paths: { arguments: [folder, { ...file, real: null, inode: null }, file] } }).grants
        ?.arguments,
    ).toEqual([{ path: "/work/job/a", kind: "file", device: "1", inode: "2", sha256: "bb" }]);
  });
});
