// A first day's work with hosts of one's own, on a fresh home with the spec as it is shipped: a forge over HTTPS and over SSH,
// and a store for backups. One line each; each test looks at what the server has afterwards.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { randomBytes } from "../gate/client-upstream.ts";
import { dayAccounts } from "./day-one/account.ts";
import { LINES } from "./day-one/lines.ts";
import { type DayOne, noDayOne, openDayOne } from "./day-one/place.ts";
import { sshMissing } from "./day-one/served.ts";

const noSsh = sshMissing();
if (noSsh !== null) process.stderr.write(`day one, over SSH: not tested: ${noSsh}\n`);

const open = dayAccounts().filter((account) => {
  const reason = noDayOne(account);
  if (reason !== null)
    process.stderr.write(`day one, with hosts of one's own, as ${account.name}: not tested: ${reason}\n`);
  return reason === null;
});

describe.each(open)("day one, with hosts of one's own, as $name", { timeout: 120_000 }, (account) => {
  let day: DayOne;
  beforeAll(async () => {
    day = await openDayOne(account);
  });
  afterAll(() => day.close());

  it("clones, commits and pushes over HTTPS", async () => {
    day.program("publish.sh", "https");
    expect(await day.line(LINES.gitHttps, "https")).toMatchObject({ code: 0, stderr: "" });
    expectPublished(`${day.served}/https/notes.git`);
    const asked = day.reached().map(({ host, path }) => `${host}${path}`);
    expect(asked).toContain("git.example.org/git/notes.git/git-receive-pack");
  });

  it.skipIf(noSsh !== null)("the same over SSH", async () => {
    day.program("publish.sh", "ssh");
    day.keys("git_key", "ssh");
    expect(await day.line(LINES.gitSsh, "ssh")).toMatchObject({ code: 0, stderr: "" });
    expectPublished(`${day.served}/git/notes.git`);
    expect(day.reached()).toEqual([]);
  });

  it.skipIf(noSsh !== null)("backs a folder up over SSH, and leaves the key here", async () => {
    if (!existsSync("/usr/bin/rsync")) {
      return void process.stderr.write("day one: rsync: not tested: it is not installed here\n");
    }
    day.keys("backup_key", "backup");
    const [letter, picture] = [Buffer.from("Dear you\n"), randomBytes("picture", 3_000_001)];
    day.file("backup/letter.txt", letter);
    day.file("backup/deep/picture.jpg", picture);
    expect(await day.line(LINES.backup, "backup")).toMatchObject({ code: 0, stderr: "" });
    const store = `${day.served}/backup/store`;
    expect(readFileSync(`${store}/letter.txt`).equals(letter)).toBe(true);
    expect(readFileSync(`${store}/deep/picture.jpg`).equals(picture)).toBe(true);
    expect(existsSync(`${store}/backup_key`)).toBe(false);
  });
});

/** The server's repository is whole and has the commit. */
function expectPublished(repository: string): void {
  const git = (...words: readonly string[]): string =>
    execFileSync("git", ["-c", "safe.directory=*", "-C", repository, ...words], { encoding: "utf8" });
  git("fsck", "--strict");
  expect(git("log", "--format=%an %s", "main").split("\n")).toEqual([
    "task a line from a task",
    "t first",
    "",
  ]);
  expect(git("show", "main:notes.txt")).toBe("first\nwritten by a task\n");
}
