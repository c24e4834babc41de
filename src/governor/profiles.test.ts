import { expect, test } from "vitest";
import type { CommandTaskFlags } from "../task/command-task.ts";
import type { Task } from "../task/task.ts";
import { taskOf } from "./parse-input.ts";
import { profileNames, profileTaskText } from "./profiles.ts";

function task(asked: string, more: readonly string[] = [], flags: CommandTaskFlags = {}): Task {
  const text = profileTaskText(asked, more, flags);
  return taskOf({ text, source: "command line", directory: "/work", format: "json" }).task;
}

/** Those that go only where the caller says. */
const OPEN = ["curl-rss", "rsync-ssh-backup"];
const named = (name: string): string => (OPEN.includes(name) ? `${name}=store.example.org` : name);

test("profileNames lists what ships", () => {
  expect(profileNames()).toEqual([
    "agent",
    "claude",
    "codex",
    "curl-rss",
    "git-https",
    "git-ssh",
    "make",
    "npm-ci",
    "pip-install",
    "rsync-ssh-backup",
    "summarise",
  ]);
});

test.each(profileNames())(
  "profile %s is a task of the language, and grants only the working directory",
  (name) => {
    const { needs, directory, task: called } = task(named(name));
    expect(called).toBe(name);
    expect(directory).toBe("/work");
    expect([...needs.reads, ...needs.writes].every((path) => path === "/work")).toBe(true);
    expect(needs.memory).not.toBeNull();
    expect(needs.time).not.toBeNull();
    // Nothing leaves without a bound, and every call says where.
    for (const { to, bytes_out_max } of needs.calls) {
      expect(bytes_out_max).not.toBeNull();
      expect(to).not.toContain("{");
    }
  },
);

test("profileTaskText puts words behind the command and adds the needs of the flags", () => {
  const flags = {
    name: "mine",
    intent: "why\u2028not",
    read: ["data"],
    write: ["out"],
    call: ["POST https://other.example.org/a"],
    secret: ["OTHER_KEY"],
    memory: "1 GiB",
    processes: "7",
  };
  const plain = task("claude");
  const changed = task("claude", ["--print", "höflich \u{1f600}"], flags);
  expect(changed).toMatchObject({ task: "mine", intent: flags.intent });
  expect(changed.run.command).toEqual([...plain.run.command, "--print", "höflich \u{1f600}"]);
  expect(changed.needs).toEqual({
    ...plain.needs,
    reads: ["/work/data"],
    writes: ["/work", "/work/out"],
    calls: [...plain.needs.calls, expect.objectContaining({ to: "https://other.example.org:443/a" })],
    secrets: ["ANTHROPIC_API_KEY", "OTHER_KEY"],
    memory: 1024 ** 3,
    processes: 7,
  });
});

test.each([
  ["npm-ci", "https://packages.example.org:443/"],
  ["pip-install=index.home.arpa", "https://index.home.arpa:443/"],
  ["git-ssh=forge.home.arpa", "tcp://forge.home.arpa:22"],
  ["agent=model.home.arpa:8443", "https://model.home.arpa:8443/v1/"],
  ["npm-ci=Registry.home.arpa", "https://registry.home.arpa:443/"],
  ["npm-ci=registry.home.arpa:8443", "https://registry.home.arpa:8443/"],
  ["npm-ci=[2001:db8::1]:8443", "https://[2001:db8::1]:8443/"],
  ["rsync-ssh-backup=nas.home.arpa", "tcp://nas.home.arpa:22"],
  ["rsync-ssh-backup=nas.home.arpa:2222", "tcp://nas.home.arpa:2222"],
])("profile `%s` goes to %s", (asked, to) => {
  expect(task(asked).needs.calls.map((call) => call.to)).toEqual([to]);
});

test.each([
  ["rsync-ssh-backup=nas.home.arpa:2222", "ssh -p 2222 "],
  ["git-ssh=forge.home.arpa:2222", "ssh -p 2222 "],
  ["npm-ci=registry.home.arpa:8443", "--registry=https://registry.home.arpa:8443/"],
  ["pip-install=index.home.arpa:8443", "--index-url https://index.home.arpa:8443/simple/"],
  ["agent=[2001:db8::1]:8443", "OPENAI_BASE_URL=https://[2001:db8::1]:8443/v1"],
])("the place of `%s` stands wherever it is named", (asked, words) => {
  expect(task(asked).run.command.join(" ")).toContain(words);
});

test("a summary stays on this node", () => {
  const { needs, requires } = task("summarise", ["mail"]);
  expect([needs.calls, requires.residency]).toEqual([[], "node"]);
});

test.each([
  ["", "no profile named: there are agent, claude, codex, ", "writ run --profile agent"],
  ["claud", "no profile `claud`: there are ", "did you mean `writ run --profile claude`?"],
  ["../../etc/passwd", "no profile `../../etc/passwd`", "writ run --profile agent"],
  ["claud=a.example.org", "no profile `claud`", "did you mean `writ run --profile claude`?"],
  ["make=a.example.org", "profile `make` goes nowhere", "writ run --profile make"],
  [
    "curl-rss",
    "profile `curl-rss` needs the host",
    "writ run --profile curl-rss=HOST  # or curl-rss=HOST:PORT",
  ],
  ["curl-rss=", "names no host", "writ run --profile curl-rss=HOST  # or curl-rss=HOST:PORT"],
  ["curl-rss=a@b", "names no host", "writ run --profile curl-rss=HOST  # or curl-rss=HOST:PORT"],
  ["curl-rss=a.example.org/x", "names no host", "writ run --profile curl-rss=HOST  # or curl-rss=HOST:PORT"],
  ["curl-rss=a.example.org:0", "names no host", "writ run --profile curl-rss=HOST  # or curl-rss=HOST:PORT"],
  ['curl-rss=a"\n  b', "names no host", "writ run --profile curl-rss=HOST  # or curl-rss=HOST:PORT"],
])("profile `%s` is refused with what there is", (asked, message, hint) => {
  expect(() => profileTaskText(asked, [], {})).toThrow(
    expect.objectContaining({
      code: "WRIT_USAGE",
      message: expect.stringContaining(message) as string,
      hint,
    }),
  );
});

test("a port over 65535 is the language's own error", () => {
  expect(() => task("curl-rss=a.example.org:65536")).toThrow("port");
});
