// Paths of a task on a real file system: identity, permission by the bits, programs, hashes, private places, and what moves
// while it is looked at.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { baseTask } from "../../test/decision-fixtures.ts";
import type { PathFacts } from "../decide/facts.ts";
import type { Task } from "../task/task.ts";
import { ContentHasher } from "./content-hash.ts";
import { observePaths } from "./identity.ts";
import type { TaskIdentity } from "./task-identity.ts";

/** As root the task is someone else; as anyone else it is us. */
const isRoot = process.getuid?.() === 0;
const identity: TaskIdentity = isRoot
  ? { uid: 54_321, gid: 54_321, groups: [54_322] }
  : { uid: process.getuid?.() ?? 1, gid: process.getgid?.() ?? 1, groups: process.getgroups?.() ?? [] };
const stranger: TaskIdentity = { uid: 54_999, gid: 54_999, groups: [] };

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "writ-paths-")));
  chmodSync(root, 0o755);
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

describe("observePaths: what is there", () => {
  it("gives device and inode as decimal strings, and the real path behind links", async () => {
    const file = write("data/real.txt", "x");
    symlinkSync("data", join(root, "link"));
    const { reads } = await look({ reads: [join(root, "link/real.txt"), join(root, "data/../data")] });
    const stats = statSync(file, { bigint: true });
    expect(reads).toEqual([
      {
        asked: join(root, "link/real.txt"),
        real: file,
        kind: "file",
        device: String(stats.dev),
        inode: String(stats.ino),
        permitted: true,
      },
      expect.objectContaining({
        asked: join(root, "data/../data"),
        real: join(root, "data"),
        kind: "directory",
      }),
    ]);
  });

  it("tells a missing path, a broken link and a loop of links", async () => {
    symlinkSync("nowhere", join(root, "broken"));
    symlinkSync("loop", join(root, "loop"));
    write("file", "");
    const asked = ["gone", "broken", "loop", "file/below"].map((name) => join(root, name));
    const { reads, writes } = await look({ reads: asked, writes: asked });
    expect(reads.map((fact) => fact.kind)).toEqual(["missing", "missing", "other", "missing"]);
    for (const fact of [...reads, ...writes]) {
      expect(fact).toMatchObject({ real: null, device: null, inode: null, permitted: false });
    }
  });

  it("tells what is neither file nor directory, without opening it", async () => {
    execFileSync("/usr/bin/mkfifo", [join(root, "pipe")]);
    const { reads } = await look({
      reads: [join(root, "pipe"), "/dev/null"],
      command: ["true", join(root, "pipe")],
    });
    expect(reads.map((fact) => fact.kind)).toEqual(["other", "other"]);
  });
});

describe("observePaths: permission by the bits", () => {
  it.each([
    [0o600, true, true],
    [0o400, true, false],
    [0o200, false, true],
    [0o000, false, false],
    [0o066, false, false],
  ])("judges the owner by the owner's bits alone: %o", async (mode, reads, writes) => {
    const file = write("f", "x");
    chmodSync(file, mode);
    expect(await permission(file)).toEqual({ reads, writes });
  });

  it.each([
    [0o604, true, false],
    [0o660, false, false],
    [0o606, true, true],
  ])("judges a stranger by the last bits: %o", async (mode, reads, writes) => {
    const file = write("f", "x");
    chmodSync(file, mode);
    const facts = await look({ reads: [file], writes: [file] }, stranger);
    // What the kernel denies us as well counts too; as root it denies nothing here.
    expect(facts.reads[0]?.permitted).toBe(reads);
    expect(facts.writes[0]?.permitted).toBe(writes);
  });

  it("judges a member of the group by the group's bits, also a supplementary one", async () => {
    if (!isRoot) return console.info("skipped: only root can give a file to another group");
    const file = write("f", "x");
    chmodSync(file, 0o640);
    for (const gid of [54_321, 54_322]) {
      chownSync(file, 0, gid);
      expect(await permission(file)).toEqual({ reads: true, writes: false });
    }
    chmodSync(file, 0o604);
    expect(await permission(file)).toEqual({ reads: false, writes: false });
  });

  it("wants search permission on every folder above", async () => {
    const file = write("a/b/f", "x");
    chmodSync(join(root, "a"), 0o700);
    expect((await look({ reads: [file] }, stranger)).reads[0]?.permitted).toBe(false);
    chmodSync(join(root, "a"), 0o711);
    expect((await look({ reads: [file] }, stranger)).reads[0]?.permitted).toBe(true);
  });

  it("wants read and search to read a directory, write and search to write it", async () => {
    const folder = join(root, "d");
    mkdirSync(folder);
    give(folder);
    const judged: unknown[] = [];
    for (const mode of [0o500, 0o400, 0o100, 0o300, 0o700]) {
      chmodSync(folder, mode);
      judged.push(await permission(folder));
    }
    expect(judged).toEqual([
      { reads: true, writes: false },
      { reads: false, writes: false },
      { reads: false, writes: false },
      // What we cannot list we cannot search for private places; root can.
      { reads: false, writes: isRoot },
      { reads: true, writes: true },
    ]);
  });

  it("permits nothing to uid 0, which is never a task's", async () => {
    const file = write("f", "x");
    const facts = await look({ reads: [file] }, { uid: 0, gid: 0, groups: [] });
    expect(facts.reads[0]?.permitted).toBe(false);
    expect(facts.executable?.permitted ?? false).toBe(false);
  });
});

describe("observePaths: the program", () => {
  it("is found in the fixed search path, whatever PATH says", async () => {
    write("true", "#!/bin/sh\nexit 1\n", 0o755);
    const before = process.env["PATH"];
    process.env["PATH"] = root;
    try {
      const { executable } = await look({ command: ["true"] });
      expect(executable).toMatchObject({
        asked: "true",
        real: realpathSync("/usr/bin/true"),
        kind: "file",
        permitted: true,
      });
      expect(executable?.sha256).toBe(sha256(readFileSync("/usr/bin/true")));
    } finally {
      process.env["PATH"] = before;
    }
  });

  it("is relative to the directory when it is named with a slash, and a link's target", async () => {
    const script = write("bin/run.sh", "#!/bin/sh\n", 0o755);
    symlinkSync("bin/run.sh", join(root, "run"));
    const { executable } = await look({ command: ["./run"] });
    expect(executable).toMatchObject({
      asked: "./run",
      real: script,
      permitted: true,
      sha256: sha256("#!/bin/sh\n"),
    });
  });

  it.each([["no-such-program-here"], ["./gone"], ["/nowhere/x"], [""], ["."], ["/usr"]])(
    "is null for %j",
    async (name) => {
      expect((await look({ command: [name] })).executable).toBeNull();
    },
  );

  it("is told though it may not be executed", async () => {
    const file = write("script", "x", 0o644);
    expect((await look({ command: ["./script"] })).executable).toMatchObject({
      real: file,
      permitted: false,
    });
  });
});

describe("observePaths: file arguments", () => {
  it("hashes each argument that names a file, in order, and passes over the rest", async () => {
    const first = write("in/a.txt", "alpha");
    const second = write("b.py", "");
    const { arguments: files } = await look({
      command: ["python3", "b.py", "--flag", "in", first, "gone.txt", "nul\0byte", "-", "b.py"],
    });
    expect(files.map(({ asked, real, sha256: digest }) => [asked, real, digest])).toEqual([
      ["b.py", second, sha256("")],
      [first, first, sha256("alpha")],
      ["b.py", second, sha256("")],
    ]);
  });

  it("gives no hash over 64 MiB, and none of what the kernel makes up", async () => {
    const large = write("large", "");
    truncateSync(large, 64 * 1024 * 1024 + 1);
    const { arguments: files } = await look({
      command: ["cat", "large", "/proc/kmsg", "/proc/self/status", "/sys/kernel/uevent_seqnum"],
    });
    expect(files[0]).toMatchObject({ real: large, sha256: null });
    expect(files.map((file) => file.sha256)).toEqual(files.map(() => null));
  });

  it("hashes the program whatever its size", async () => {
    const program = write("large", "#!/bin/sh\n", 0o755);
    truncateSync(program, 64 * 1024 * 1024 + 1);
    const { executable } = await look({ command: [program] });
    expect(executable?.sha256).toBe(sha256(readFileSync(program)));
  });

  it("sees a change of content that keeps size and mtime", async () => {
    const file = write("f", "one");
    const hasher = new ContentHasher();
    const { mtime, atime } = statSync(file);
    const before = await look({ command: ["cat", "f"] }, identity, hasher);
    await settle();
    writeFileSync(file, "two");
    utimesSync(file, atime, mtime);
    const after = await look({ command: ["cat", "f"] }, identity, hasher);
    expect(before.arguments[0]?.sha256).toBe(sha256("one"));
    expect(after.arguments[0]?.sha256).toBe(sha256("two"));
  });

  it("sees another file under the same name", async () => {
    const file = write("f", "one");
    const hasher = new ContentHasher();
    const before = await look({ command: ["cat", "f"] }, identity, hasher);
    renameSync(write("g", "two"), file);
    const after = await look({ command: ["cat", "f"] }, identity, hasher);
    expect(after.arguments[0]?.inode).not.toBe(before.arguments[0]?.inode);
    expect(after.arguments[0]?.sha256).toBe(sha256("two"));
  });
});

describe("observePaths: private places", () => {
  it("finds them at any depth when the directory is granted", async () => {
    for (const path of [
      ".ssh/id",
      "a/b/.aws/credentials",
      "a/.netrc",
      ".config/gh/hosts.yml",
      ".config/other/x",
      "a/ssh/x",
    ]) {
      write(path, "x");
    }
    const { masked, directory } = await look({ reads_directory: true });
    expect(masked).toEqual([".config/gh", ".ssh", "a/.netrc", "a/b/.aws"].map((path) => join(root, path)));
    expect(directory).toMatchObject({ permitted: true });
  });

  it("tells a project's secrets apart, inside the working directory alone", async () => {
    const secrets = [write(".env", "x"), write("sub/.env", "x")];
    const npmrc = write("sub/.npmrc", "x");
    expect(await look({ reads_directory: true })).toMatchObject({ secrets, masked: [npmrc] });
    const declared = await look({ reads: [root, join(root, ".env")] });
    expect(declared).toMatchObject({ secrets: [], masked: [npmrc] });
  });

  it("looks for none when nothing is granted", async () => {
    write(".ssh/id", "x");
    expect((await look({})).masked).toEqual([]);
  });

  it("finds them inside and around declared paths", async () => {
    const key = write("home/.ssh/id", "x");
    write("data/.gnupg/x", "x");
    const { masked } = await look({ reads: [key], writes: [join(root, "data")] });
    expect(masked).toEqual([join(root, "data/.gnupg"), join(root, "home/.ssh")]);
  });

  it("finds what a link hides, by its real path", async () => {
    const key = write("home/.ssh/id", "x");
    symlinkSync(key, join(root, "innocent"));
    expect((await look({ reads: [join(root, "innocent")] })).masked).toEqual([join(root, "home/.ssh")]);
  });

  it("masks Writ's own homes", async () => {
    const home = join(root, "state/writ");
    write("state/writ/keys/node", "x");
    expect((await look({ reads_directory: true, writHomes: [home] })).masked).toEqual([home]);
    expect((await look({ reads: [join(home, "keys/node")], writHomes: [home] })).masked).toEqual([home]);
  });

  it("follows no link while it searches", async () => {
    const outside = mkdtempSync(join(tmpdir(), "writ-outside-"));
    mkdirSync(join(outside, ".ssh"));
    symlinkSync(outside, join(root, "out"));
    symlinkSync(".", join(root, "self"));
    expect((await look({ reads_directory: true })).masked).toEqual([]);
    rmSync(outside, { recursive: true });
  });

  it("does not permit a directory that is nested too deeply to search", async () => {
    const deep = join(root, ...Array.from({ length: 66 }, () => "d"));
    mkdirSync(deep, { recursive: true });
    const { directory } = await look({ reads_directory: true });
    expect(directory).toMatchObject({
      permitted: false,
      reason: expect.stringContaining("nested too deeply"),
    });
  });
});

describe("observePaths: home", () => {
  it("hands on the submitting user's home", async () => {
    expect((await look({})).home).toBe("/home/someone");
  });
});

interface Asked {
  readonly command?: readonly string[];
  readonly reads?: readonly string[];
  readonly writes?: readonly string[];
  readonly reads_directory?: boolean;
  readonly writHomes?: readonly string[];
}

async function look(
  asked: Asked,
  who: TaskIdentity = identity,
  hasher = new ContentHasher(),
): Promise<PathFacts> {
  const { command = ["true"], reads = [], writes = [], reads_directory = false, writHomes = [] } = asked;
  const task: Task = {
    ...baseTask({ reads, writes, reads_directory }),
    run: { command },
    directory: root,
  };
  return await observePaths(task, { identity: who, home: "/home/someone", writHomes, hasher });
}

async function permission(path: string): Promise<{ readonly reads: boolean; readonly writes: boolean }> {
  const facts = await look({ reads: [path], writes: [path] });
  return { reads: facts.reads[0]!.permitted, writes: facts.writes[0]!.permitted };
}

/** Writes a file owned by the task's identity, in folders that everyone may enter. */
function write(path: string, content: string, mode = 0o644): string {
  const full = join(root, path);
  mkdirSync(join(full, ".."), { recursive: true, mode: 0o755 });
  writeFileSync(full, content);
  chmodSync(full, mode);
  give(full);
  return full;
}

function give(path: string): void {
  if (isRoot) chownSync(path, identity.uid, 0);
}

function sha256(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

/** Longer than a tick of the clock that stamps files. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}
