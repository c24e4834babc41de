// What an admitted task is granted and what is hidden from it: exact, real, sorted, once each.
import { describe, expect, test } from "vitest";
import { decided, failing, passes, specWith } from "../../test/decision-cases.ts";
import { baseTask, MIB, path } from "../../test/decision-fixtures.ts";
import type { Task } from "../task/task.ts";

const folder = (at: string) => path(at, { kind: "directory" });

test("grantsOf an ordinary task", () => {
  const task: Task = {
    ...baseTask({ reads: ["/in/b", "/in/a", "/in/link"], writes: ["/out"], memory: 5 }),
    run: { command: ["prog", "x.py"] },
  };
  const reads = [
    path("/in/b"),
    path("/in/a", { device: "7", inode: "99999999999999999999" }),
    path("/in/link", { real: "/in/a" }),
  ];
  const { grants } = passes({
    task,
    paths: { reads, arguments: [{ ...path("x.py", { real: "/work/job/x.py" }), sha256: "bb" }] },
  });
  expect(grants).toEqual({
    command: ["prog", "x.py"],
    executable: { path: "/usr/bin/prog", kind: "file", device: "1", inode: "2", sha256: "aa" },
    arguments: [{ path: "/work/job/x.py", kind: "file", device: "1", inode: "2", sha256: "bb" }],
    directory: "/work/job",
    reads: [
      { path: "/in/a", kind: "file", device: "1", inode: "2" },
      { path: "/in/b", kind: "file", device: "1", inode: "2" },
    ],
    writes: [{ path: "/out", kind: "directory", device: "1", inode: "2" }],
    toolchain: [],
    masked: [],
    label: "public",
    memory: 5,
    cpu: 1000,
    processes: 64,
    time: 120_000,
    output: MIB,
    models: [],
    provider: null,
    calls: [],
    opaque: [],
    secrets: [],
    detectors: null,
    records_network: false,
    submits: 0,
  });
});

test("grantsOf records_network, where a gate runs and the task is no provider", () => {
  const task = baseTask({ records_network: true });
  expect(passes({ task }).grants?.records_network).toBe(true);
  expect(passes({ task, node: { gate: "none" } }).grants?.records_network).toBe(false);
});

test("grantsOf reads_directory adds the real working directory", () => {
  const directory = folder("/work/job");
  const { grants } = passes({
    task: baseTask({ reads_directory: true }),
    paths: { directory: { ...directory, real: "/mnt/job" } },
  });
  expect(grants?.directory).toBe("/mnt/job");
  expect(grants?.reads).toEqual([{ path: "/mnt/job", kind: "directory", device: "1", inode: "2" }]);
});

describe("the toolchain of a program outside the system's folders", () => {
  const executable = { ...path("prog", { real: "/data/vault/bin/prog" }), sha256: "aa" };
  const toolchain = [folder("/data/vault/lib"), folder("/data/vault/bin")];
  const named = [
    { path: "/data/vault/bin", kind: "directory", device: "1", inode: "2" },
    { path: "/data/vault/lib", kind: "directory", device: "1", inode: "2" },
  ];

  test("is granted, counts for the label, and hides its private places", () => {
    const apart = { ...executable, real: "/opt/bin/prog" };
    const masked = ["/data/vault/lib/.ssh", "/data/vault/other/.ssh"];
    const decision = passes({ paths: { executable: apart, toolchain, masked } });
    expect(decision.grants?.toolchain).toEqual(named);
    expect(decision.grants?.masked).toEqual(["/data/vault/lib/.ssh"]);
    expect(decision.label).toBe("secret");
  });

  test("is not granted where what is declared covers the program, nor twice where it covers a part", () => {
    const task = baseTask({ reads: ["/data/vault/bin/prog"] });
    expect(passes({ task, paths: { executable, toolchain } }).grants?.toolchain).toEqual([]);
    const part = baseTask({ writes: ["/data/vault/lib"] });
    expect(passes({ task: part, paths: { executable, toolchain } }).grants?.toolchain).toEqual([named[0]]);
  });

  test("is refused when it may not be read, or lies in a private place", () => {
    const closed = toolchain.map((part) => ({ ...part, permitted: false, reason: "too large" }));
    expect(
      failing(decided({ paths: { executable, toolchain: closed } })).map(({ cause }) => cause),
    ).toContain("path_not_permitted");
    expect(
      failing(decided({ paths: { executable, toolchain, masked: ["/data"] } })).map(({ cause }) => cause),
    ).toContain("path_private");
  });
});

test("an argument that is a folder or missing is no granted file", () => {
  const file = { ...path("a"), sha256: null };
  const some = [
    { ...file, kind: "directory" as const },
    { ...file, real: null, kind: "missing" as const },
  ];
  expect(passes({ paths: { arguments: some } }).grants?.arguments).toEqual([]);
});

const sources = ["/w/job/secret", "/w/job/secret/deeper/x", "/w/job/mail", "/w/else"].map((at) => ({
  path: `${at}/**`,
  label: "secret",
  trust: "trusted" as const,
}));
const spec = specWith({ privacy: { sources } });

function maskedOf(
  needs: Parameters<typeof baseTask>[0],
  masked: readonly string[] = [],
): readonly string[] | undefined {
  return decided({ spec, task: baseTask(needs), paths: { directory: folder("/w/job"), masked } }).grants
    ?.masked;
}

test("maskedPaths hides labelled places inside the default grant, the outermost of them", () => {
  expect(maskedOf({ reads_directory: true })).toEqual(["/w/job/mail", "/w/job/secret"]);
  expect(maskedOf({})).toEqual([]);
});

test("maskedPaths opens what is declared, and keeps hiding the rest around it", () => {
  expect(maskedOf({ reads_directory: true, reads: ["/w/job/mail"] })).toEqual(["/w/job/secret"]);
  expect(maskedOf({ reads_directory: true, writes: ["/w/job/mail"] })).toEqual(["/w/job/secret"]);
  expect(maskedOf({ reads_directory: true, reads: ["/w/job/mail/today"] })).toEqual([
    "/w/job/mail",
    "/w/job/secret",
  ]);
  expect(maskedOf({ reads_directory: true, reads: ["/w/job"] })).toEqual([]);
});

test("maskedPaths hides private places below every grant, and none that no grant covers", () => {
  const places = ["/w/job/.ssh", "/in/.git-credentials", "/elsewhere/.aws"];
  expect(maskedOf({ reads_directory: true, reads: ["/in"] }, places)).toEqual([
    "/in/.git-credentials",
    "/w/job/.ssh",
    "/w/job/mail",
    "/w/job/secret",
  ]);
  expect(maskedOf({ writes: ["/in"] }, places)).toEqual(["/in/.git-credentials"]);
  expect(maskedOf({ reads: ["/w"] }, places)).toEqual(["/w/job/.ssh"]);
  expect(maskedOf({}, places)).toEqual([]);
});

test("maskedPaths keeps a hidden place below a declared path inside another hidden place", () => {
  const places = ["/w/job/.cfg", "/w/job/.cfg/open/.key"];
  expect(maskedOf({ reads_directory: true }, places)).toEqual([
    "/w/job/.cfg",
    "/w/job/mail",
    "/w/job/secret",
  ]);
  const opened = decided({
    spec,
    task: baseTask({ reads_directory: true, reads: ["/w/job/secret/deeper"] }),
    paths: { directory: folder("/w/job"), masked: ["/w/job/secret/deeper/.key"] },
  });
  expect(opened.grants?.masked).toEqual(["/w/job/mail", "/w/job/secret", "/w/job/secret/deeper/.key"]);
});

test("maskedPaths hides a project's secrets inside the default grant, unless something declared covers them", () => {
  const secrets = ["/work/job/.env", "/work/job/sub/.env"];
  const masked = (needs: Parameters<typeof baseTask>[0]): readonly string[] | undefined =>
    passes({ task: baseTask(needs), paths: { secrets } }).grants?.masked;
  expect(masked({ reads_directory: true })).toEqual(secrets);
  expect(masked({ reads_directory: true, reads: ["/work/job/.env"] })).toEqual(["/work/job/sub/.env"]);
  expect(masked({ reads_directory: true, writes: ["/work/job/sub"] })).toEqual(["/work/job/.env"]);
  expect(masked({ reads: ["/work/job"] })).toEqual([]);
});

test("maskedPaths goes by real paths", () => {
  const task = baseTask({ reads: ["/link"], writes: ["/link2"] });
  const paths = {
    reads: [path("/link", { real: "/in" })],
    writes: [path("/link2", { real: "/out" })],
    masked: ["/in/.a", "/out/.b", "/link/.c"],
  };
  expect(passes({ task, paths }).grants?.masked).toEqual(["/in/.a", "/out/.b"]);
});
