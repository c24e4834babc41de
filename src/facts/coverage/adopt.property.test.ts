// Adopted lines parse back to the command that they came from, go through Writ, and run the same program with the same words
// under a real shell as cron starts it; drop-ins hold up before systemd's own parser where it is installed.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { freshTree } from "../../../test/captured-tree.ts";
import { depth, seed } from "../../../test/depth.ts";
import { cronFile, cronShellText } from "./cron-file.ts";
import { execLine } from "./exec-line.ts";
import { observeCoverage } from "./observe-coverage.ts";
import type { ScheduledCommand } from "./scheduled-command.ts";
import { type ShellWord, shellLine } from "./shell-line.ts";

const PASSWD = "root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/home/alice:/bin/sh\n";

/** Commands of a tree whose `writ` passes on what stands behind `--`. */
function commandsOf(tree: Readonly<Record<string, string>>): {
  readonly root: string;
  readonly commands: readonly ScheduledCommand[];
} {
  const root = freshTree({
    "etc/passwd": PASSWD,
    "opt/writ/package.json": '{ "name": "writ" }',
    // `$1` is run; the words up to `--` are Writ's.
    "opt/writ/bin/writ.js": '#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done; shift; exec "$@"\n',
    ...tree,
  });
  const caller = { program: ["/opt/writ/bin/writ.js"], home: null };
  const { commands } = observeCoverage({ root, home: null, caller, uids: new Set(), ownFolder: "/opt/writ" });
  return { root, commands };
}

/** The crontab with `command` adopted; the text that its shell gets, and standard input. */
function adoptedCron(head: string, command: string): { readonly root: string; readonly line: string } {
  const { root, commands } = commandsOf({ "var/spool/cron/alice": `${head}0 7 * * 1 ${command}\n` });
  const adopted = commands[0]?.adopted;
  if (adopted === null || adopted === undefined || "none" in adopted)
    throw new Error(JSON.stringify(commands));
  return { root, line: adopted.lines.join("\n") };
}

function shellTextOf(line: string): string {
  const entry = cronFile(line, "alice").entries[0];
  if (entry === undefined) throw new Error(`no entry: ${line}`);
  return cronShellText(entry.text.slice(entry.start)).text;
}

/** The words of each command without what adoption puts before them. */
function bare(text: string): readonly (readonly string[])[] {
  return shellLine(text).commands.map(({ assignments, words }) => {
    const all = [...assignments, ...words].map((word) => text.slice(word.start, word.end));
    const dashes = all.indexOf("--");
    const from = all.findIndex((word) => word.endsWith("writ.js"));
    if (from < 0) return all;
    const kept = [...all.slice(0, from), ...all.slice(dashes + 1)];
    return kept[0] === "env" && /^[A-Z]=/.test(kept[1] ?? "") ? kept.slice(1) : kept;
  });
}

const word = fc.oneof(
  fc.stringMatching(/^[a-z0-9_./=:@,+-]{1,8}$/),
  fc.stringMatching(/^'[ a-z"$;&|#\\]{0,8}'$/),
  fc.stringMatching(/^"[ a-z';&|#]{0,6}(?:\$X|\\"|\\\\|)"$/),
  fc.constantFrom("\\%Y", "'\\%d'", '"\\%m"', "\\ a", "$X", "${X}", "a\\;b", "*.none", "~"),
);
const program = fc.constantFrom("./rec", "$PWD/rec", "'./rec'", '"./rec"');
const wrapper = fc.constantFrom("", "", "nice -n 1 ", "timeout 20 ", "env B=2 ", "exec ", "nohup ", "A=1 ");
const simple = fc
  .tuple(
    wrapper,
    program,
    fc.array(word, { maxLength: 4 }),
    fc.constantFrom("", " 2>/dev/null", " </dev/null"),
  )
  .map(([before, name, words, after]) => `${before}${[name, ...words].join(" ")}${after}`);
const commandLine = fc
  .tuple(
    fc.array(fc.tuple(simple, fc.constantFrom("; ", " && ", " || ", " | cat; ")), { maxLength: 2 }),
    simple,
  )
  .map(([parts, last]) => `${parts.map(([one, join]) => one + join).join("")}${last}`);

describe("an adopted line of a crontab", () => {
  it("parses back to the same commands, schedule and user, and goes through Writ", () => {
    fc.assert(
      fc.property(commandLine, fc.constantFrom("", "X=y z\nMAILTO=me\n"), (command, head) => {
        const { line } = adoptedCron(head, command);
        expect(line.startsWith("0 7 * * 1 ")).toBe(true);
        const again = commandsOf({ "var/spool/cron/alice": `${head}${line}\n` });
        expect([line, again.commands.map(({ around }) => around)]).toEqual([line, [null]]);
        const passed = (words: readonly string[]): readonly string[] =>
          words.filter((each) => !(head !== "" && each === 'X="$X"') && each !== "env");
        expect(bare(shellTextOf(line)).map((words) => passed(words))).toEqual(
          bare(cronShellText(command).text).map((words) => passed(words)),
        );
      }),
      { seed, numRuns: depth(30, 20_000) },
    );
  });

  it("runs the same program with the same words, variables and input, as cron's shell does", () => {
    const lines = fc.sample(commandLine, { seed, numRuns: depth(12, 500) });
    const odd = [
      "for i in 1 2; do ./rec $i 'a b'; done",
      "./rec \"$(printf 'a%sb' x)\" 'it'\\''s'",
      "{ ./rec one; ./rec 'two three'; }",
      "(cd /; true) && ./rec `./rec x`",
    ];
    const head = "X=y z\n";
    const both = [...lines, ...odd.map((line) => line.replaceAll("%", "\\%"))].map((command) => ({
      before: cronShellText(command).text,
      after: shellTextOf(adoptedCron(head, command).line),
    }));
    const { root } = commandsOf({
      rec: `#!/bin/sh\nprintf '<%s>' "$@" "X=$X" "A=$A" "B=$B"; echo\n`,
    });
    chmodSync(join(root, "rec"), 0o755);
    chmodSync(join(root, "opt/writ/bin/writ.js"), 0o755);
    // cron's environment (crontab(5)): HOME, LOGNAME, PATH, SHELL and what the crontab sets.
    const env = { HOME: root, LOGNAME: "alice", PATH: "/usr/bin:/bin", SHELL: "/bin/sh", X: "y z" };
    const said = (text: string): readonly (string | number | null)[] => {
      const local = text.replaceAll("/opt/writ/bin/writ.js", `${root}/opt/writ/bin/writ.js`);
      const { status, stdout } = spawnSync("/bin/sh", ["-c", local], { cwd: root, env, encoding: "utf8" });
      return [status, stdout];
    };
    for (const { before, after } of both) expect([after, ...said(after)]).toEqual([after, ...said(before)]);
    expect(both.map(({ before }) => said(before)[1]).join("")).toContain("<X=y z>");
  });

  it("keeps what stands behind `%` as standard input, and the user of a system crontab", () => {
    const { commands } = commandsOf({
      "etc/crontab": "*/5 * * * *  alice\tmail -s 'a\\%b' me%hello%there\n",
    });
    expect(commands[0]?.adopted).toEqual({
      path: "/etc/crontab",
      replaces: 1,
      lines: [
        "*/5 * * * *  alice\tcd /usr && /opt/writ/bin/writ.js run --name mail -- mail -s 'a\\%b' me%hello%there",
      ],
    });
  });

  it("starts in the program's folder, where it names it and goes nowhere itself", () => {
    const changed = (command: string): string =>
      adoptedCron("", command).line.replace("0 7 * * 1 ", "").replaceAll("/opt/writ/bin/writ.js run", "W");
    expect(changed("/srv/jobs/a && nice b")).toBe(
      "cd /srv/jobs && W --name a -- /srv/jobs/a && nice W --name b -- b",
    );
    expect(changed("'/srv/my jobs/a'")).toBe("cd '/srv/my jobs' && W --name a -- '/srv/my jobs/a'");
    expect(changed("cd /srv && /srv/jobs/a")).toBe("cd /srv && W --name a -- /srv/jobs/a");
    expect(changed("./a; /srv/jobs/b")).toBe("W --name a -- ./a; W --name b -- /srv/jobs/b");
  });

  it("is none where writ is called already, in a way that governs nothing", () => {
    const { commands } = commandsOf({ "etc/crontab": "* * * * * root writ run -- true\n" });
    expect(commands[0]?.adopted).toEqual({ none: "it calls writ already, and writ is not in its PATH" });
  });
});

describe("an adopted drop-in", () => {
  const execWord = fc.oneof(
    fc.stringMatching(/^[a-z0-9_./:,+-]{1,8}$/).filter((text) => text !== "--"),
    fc.stringMatching(/^"[ a-z';#]{0,8}"$/),
    fc.constantFrom("%i", "%%", "${DEST}", "$$", "'a \\x20b'", "\\s", '"\\""'),
  );
  const exec = fc
    .tuple(fc.constantFrom("", "-", "+", "!", ":", "-!!"), fc.array(execWord, { maxLength: 4 }))
    .map(([prefix, words]) => `${prefix}${["/usr/bin/true", ...words].join(" ")}`);
  const unitTree = (service: string): Readonly<Record<string, string>> => ({
    "etc/systemd/system/job.timer": "[Timer]\nOnCalendar=daily\n",
    "etc/systemd/system/job.service": service,
    "etc/systemd/system/timers.target.wants/job.timer": "-> ../job.timer",
  });
  const texts = (value: string): readonly unknown[] =>
    (execLine(value) ?? []).map(({ prefixes, words }) => [prefixes, texts2(words)]);
  const texts2 = (words: readonly ShellWord[]): readonly string[] => {
    const all = words.map(({ text }) => text);
    return all[0]?.endsWith("writ.js") === true ? all.slice(all.indexOf("--") + 1) : all;
  };

  it("parses back to the same commands with the same prefixes, and goes through Writ", () => {
    fc.assert(
      fc.property(fc.array(exec, { minLength: 1, maxLength: 3 }), (execs) => {
        const service = `[Service]\nType=oneshot\n${execs.map((line) => `ExecStart=${line}\n`).join("")}`;
        const { commands } = commandsOf(unitTree(service));
        const adopted = commands[0]?.adopted;
        if (adopted === null || adopted === undefined || "none" in adopted) throw new Error(service);
        expect(adopted.lines.slice(0, 3)).toEqual(["[Service]", "WorkingDirectory=/usr/bin", "ExecStart="]);
        const values = adopted.lines.slice(3).map((line) => line.slice("ExecStart=".length));
        expect(values.map((value) => texts(value))).toEqual(execs.map((line) => texts(line)));
        const again = commandsOf({ ...unitTree(service), [adopted.path.slice(1)]: adopted.lines.join("\n") });
        expect(again.commands.map(({ around }) => around)).toEqual(execs.map(() => null));
      }),
      { seed, numRuns: depth(30, 20_000) },
    );
  });

  it("hands on variables, and is none where it could not keep the command", () => {
    const adopt = (service: string): unknown => commandsOf(unitTree(service)).commands[0]?.adopted;
    expect(adopt("[Service]\nEnvironment=A=1 'B=2 3'\nExecStart=/usr/bin/true x\n")).toMatchObject({
      lines: [
        "[Service]",
        "WorkingDirectory=/usr/bin",
        "ExecStart=",
        "ExecStart=/opt/writ/bin/writ.js run --name true -- env A=${A} B=${B} /usr/bin/true x",
      ],
    });
    const none = (lines: string): string =>
      (adopt(`[Service]\n${lines}\nExecStart=/usr/bin/true\n`) as { none: string }).none;
    expect(none("Type=notify")).toBe("Type=notify speaks to systemd, which a task cannot");
    expect(none("EnvironmentFile=/etc/x")).toContain("EnvironmentFile= says its variables");
    expect(none("ExecStart=@/usr/bin/true other")).toBe("`@` gives it another name than its file's");
    expect(none("ExecStart=:/usr/bin/true\nEnvironment=A=1")).toContain("`:` keeps its variables");
    expect(none("ExecStart=/usr/bin/true 'open")).toBe("its quoting cannot be read");
  });

  it("is a unit to systemd-analyze verify, with what it came from", (test) => {
    const analyze = "/usr/bin/systemd-analyze";
    if (!existsSync(analyze)) return test.skip(`no ${analyze} here`);
    const service =
      '[Service]\nType=oneshot\nEnvironment=A=1\nExecStart=-/usr/bin/env true %i "a b" ${A} $$\n';
    const { root, commands } = commandsOf(unitTree(service));
    const adopted = commands[0]?.adopted;
    if (adopted === null || adopted === undefined || "none" in adopted) throw new Error(service);
    chmodSync(join(root, "opt/writ/bin/writ.js"), 0o755);
    const folder = join(root, "etc/systemd/system/job.service.d");
    mkdirSync(folder);
    const verify = (text: string): string => {
      writeFileSync(join(folder, "writ.conf"), text.replaceAll("/opt/writ", `${root}/opt/writ`));
      const unit = join(root, "etc/systemd/system/job.service");
      const { stdout, stderr } = spawnSync(analyze, ["verify", "--man=no", unit], { encoding: "utf8" });
      return (stdout + stderr)
        .split("\n")
        .filter((line) => line.includes("job.service"))
        .join("\n");
    };
    expect(verify(adopted.lines.join("\n"))).toBe("");
    // It would tell of a wrong one.
    expect(verify('[Service]\nExecStart=\nExecStart="/opt/writ/bin/writ.js\n')).not.toBe("");
  });
});
