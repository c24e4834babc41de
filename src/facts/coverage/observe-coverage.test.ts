// Coverage of captured trees: what a Debian server, a Fedora workstation and a hostile machine have in these places.
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { freshTree, type Tree } from "../../../test/captured-tree.ts";
import { type Coverage, type CoverageLook, observeCoverage } from "./observe-coverage.ts";

const WRIT: Tree = {
  "usr/lib/node_modules/writ/package.json": '{ "name": "writ" }',
  "usr/lib/node_modules/writ/bin/writ.js": "",
  "usr/bin/writ": "-> ../lib/node_modules/writ/bin/writ.js",
  "usr/bin/node": "",
};
const PASSWD =
  "root:x:0:0:root:/root:/bin/bash\nalice:x:1000:1000::/home/alice:/bin/bash\nbob:x:1001:1001::/home/bob:/bin/sh\n";

function look(tree: Tree, more: Partial<CoverageLook> = {}): Coverage & { readonly root: string } {
  const root = freshTree({ ...WRIT, "etc/passwd": PASSWD, ...tree });
  const program = ["/usr/bin/node", "/usr/lib/node_modules/writ/bin/writ.js"];
  const ownFolder = "/usr/lib/node_modules/writ";
  const coverage = observeCoverage({
    root,
    home: null,
    caller: { program, home: null },
    uids: new Set<number>(),
    ownFolder,
    ...more,
  });
  return { ...coverage, root };
}

/** `place: why` of each command, `through` where it goes through Writ. */
function told({ commands }: Coverage): readonly string[] {
  return commands.map(({ place, around }) => `${place}: ${around ?? "through"}`).sort();
}

describe("crontabs", () => {
  it("of Debian: system crontab, cron.d, a user's own", () => {
    const coverage = look({
      "etc/crontab": [
        "# /etc/crontab: system-wide crontab",
        "SHELL=/bin/sh",
        "PATH=/usr/local/sbin:/usr/local/bin:/sbin:/bin:/usr/sbin:/usr/bin",
        "17 *\t* * *\troot\tcd / && run-parts --report /etc/cron.hourly",
        "25 6\t* * *\troot\ttest -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }",
      ].join("\n"),
      "etc/cron.d/e2scrub_all":
        "30 3 * * 0 root test -e /run/systemd/system || SERVICE_MODE=1 /usr/lib/x86_64-linux-gnu/e2fsprogs/e2scrub_all_cron\n",
      "etc/cron.d/old.dpkg-dist": "* * * * * root never\n",
      "var/spool/cron/crontabs/alice":
        "@reboot writ submit morning.yaml\n0 7 * * mon-fri writ run -- ./mail\n",
    });
    expect(told(coverage)).toEqual([
      "/etc/cron.d/e2scrub_all:1: it does not start with writ",
      "/etc/crontab:4: it does not start with writ",
      "/etc/crontab:5: it has the shell's word {",
      "/var/spool/cron/crontabs/alice:1: through",
      "/var/spool/cron/crontabs/alice:2: through",
    ]);
    expect([coverage.scheduled, coverage.through, coverage.share]).toEqual([5, 2, 0.4]);
    expect(coverage.unread).toEqual([]);
  });

  const judged: readonly (readonly [string, string])[] = [
    ["writ run -- /usr/bin/backup", "through"],
    ["writ submit job.yaml >> /var/log/job 2>&1", "through"],
    ["/usr/bin/writ run -- true", "through"],
    ["/usr/lib/node_modules/writ/bin/writ.js run -- true", "through"],
    ["/usr/bin/node /usr/lib/node_modules/writ/bin/writ.js run -- true", "through"],
    ["npx --yes writ run -- true", "through"],
    ["cd /srv && npx writ run -- make", "through"],
    ["env -i LANG=C writ run -- true", "through"],
    ["nice -n 19 ionice -c3 writ run -- true", "through"],
    ["timeout -k 5 10m flock -n /run/lock/x writ run -- true", "through"],
    ["flock -n /run/lock/x -c 'writ run -- true'", "through"],
    ["sh -c 'cd /srv; writ run -- true'", "through"],
    ['bash -lc "exec nohup writ run -- true"', "through"],
    ["A=1 writ run -- true", "through"],
    ["writ run -- date +\\%F", "through"],
    ["sleep 5; writ run -- true # nightly", "through"],
    ["/usr/bin/backup writ run -- true", "it does not start with writ"],
    ["echo writ run; rm -rf /srv/x", "it does not start with writ"],
    ["writ run -- true; curl example.org", "it does not start with writ"],
    ["writ run -- true | mail me", "it does not start with writ"],
    ["curl example.org # writ run --", "it does not start with writ"],
    ["sh -c 'backup # writ run'", "it does not start with writ"],
    ["writrun -- true", "it does not start with writ"],
    ["./writ run -- true", "writ is named by a relative path"],
    ["/opt/writ run -- true", "what it calls writ is not Writ's own program"],
    ["node -r ./x /usr/lib/node_modules/writ/bin/writ.js run -- true", "it does not start with writ"],
    ["npx not-writ run -- true", "it does not start with writ"],
    ["writ status", "writ is called for something else than run or submit"],
    ["writ $VERB -- true", "writ is called for something else than run or submit"],
    ["PATH=/opt writ run -- true", "writ is not in its PATH"],
    ["$WRIT run -- true", "its program is computed"],
    ["writ run -- $(curl example.org)", "it substitutes a command or a computed text"],
    ["writ run -- `curl example.org`", "it substitutes a command or a computed text"],
    ['writ run -- "$(curl example.org)"', "it substitutes a command or a computed text"],
    ['sh -c "$LINE"', "the line of its shell is computed"],
    ["sh script.sh writ run", "what sh starts cannot be told"],
    ["timeout --odd 5 writ run -- true", "what timeout starts cannot be told"],
    ["if true; then writ run -- true; fi", "it has the shell's word if"],
    ["writ run -- 'not closed", "a quote in it is not closed"],
    ["cd /srv", "it runs nothing"],
    ["true % writ run -- true", "it runs nothing"],
  ];
  it.each(judged)("%s: %s", (command, expected) => {
    const coverage = look({ "var/spool/cron/crontabs/alice": `* * * * * ${command}\n` });
    expect(told(coverage)).toEqual([`/var/spool/cron/crontabs/alice:1: ${expected}`]);
  });

  it("count one that goes to another home, by flag, variable or crontab, as going around", () => {
    const lines = [
      "* * * * * writ run -- true",
      "* * * * * writ run --home /srv/writ -- true",
      "* * * * * writ run --home=/tmp/loose -- true",
      "* * * * * WRIT_HOME=/tmp/loose writ run -- true",
      "* * * * * env WRIT_HOME=/tmp/loose writ run -- true",
      "WRIT_HOME = /tmp/loose",
      "* * * * * writ run -- true",
    ];
    const coverage = look({ "var/spool/cron/crontabs/alice": lines.join("\n") }, { home: "/srv/writ" });
    expect(told(coverage).map((line) => line.split(": ")[1])).toEqual([
      "through",
      "through",
      "it goes to another home",
      "it goes to another home",
      "env names another home",
      "it goes to another home",
    ]);
  });

  it("that cannot be read are told, not passed over", () => {
    const coverage = look({
      "etc/crontab": "61 what is this\n* * * * *\n",
      "etc/cron.d/big": "# padding\n".repeat(40_000),
      "etc/cron.d/folder/x": "",
      "var/spool/cron/bob": "* * * * * true\n",
    });
    expect(coverage.unread).toEqual([
      { path: "/etc/crontab:1", why: "it is no line of a crontab" },
      { path: "/etc/crontab:2", why: "it is no line of a crontab" },
      { path: "/etc/cron.d/big", why: "it is over 262144 bytes" },
      { path: "/etc/cron.d/folder", why: "it is no regular file" },
    ]);
    expect(told(coverage)).toEqual(["/var/spool/cron/bob:1: it runs nothing"]);
  });

  it("of a spool that nobody can open are told", () => {
    // A link to itself cannot be opened by anyone, root included.
    const coverage = look({ "var/spool/cron/crontabs": "-> crontabs" });
    expect(coverage.unread).toEqual([{ path: "/var/spool/cron/crontabs", why: "ELOOP" }]);
  });

  it("stay in bounds of files, and of commands told", () => {
    const lines = "* * * * * true\n".repeat(2000);
    const coverage = look({ "etc/crontab": "* * * * * root x\n".repeat(2000), "var/spool/cron/bob": lines });
    expect([coverage.scheduled, coverage.commands.length]).toEqual([4000, 500]);
    const few = look(
      { "etc/cron.d/a": "* * * * * root x\n", "etc/cron.d/b": "* * * * * root x\n" },
      { bounds: { files: 3, bytes: 1000, names: 100 } },
    );
    expect(few.scheduled).toBe(1);
    expect(few.unread[0]?.why).toBe("over 3 files: this and all further ones");
  });
});

describe("timers", () => {
  const timer = "[Timer]\nOnCalendar=daily\n[Install]\nWantedBy=timers.target\n";
  const service = (exec: string): string => `[Service]\nType=oneshot\n${exec}\n`;

  it("of the system: enabled ones with drop-ins, templates and what came with the system", () => {
    const coverage = look({
      "usr/lib/systemd/system/apt-daily.timer": timer,
      "usr/lib/systemd/system/apt-daily.service": service("ExecStart=/usr/lib/apt/apt.systemd.daily update"),
      "usr/lib/systemd/system/fstrim.timer": timer,
      "usr/lib/systemd/system/fstrim.service": service("ExecStart=/sbin/fstrim --all"),
      "etc/systemd/system/timers.target.wants/apt-daily.timer": "-> /usr/lib/systemd/system/apt-daily.timer",
      "etc/systemd/system/backup.timer": timer,
      "etc/systemd/system/backup.service": service(
        "User=alice\nExecStart=-/usr/local/bin/backup \\\n  --all",
      ),
      "etc/systemd/system/timers.target.wants/backup.timer": "-> ../backup.timer",
      "etc/systemd/system/sync@.timer": `${timer}Unit=copy@%i.service\n`,
      "etc/systemd/system/mail@.timer": timer,
      "etc/systemd/system/mail@.service": service("ExecStart=/usr/local/bin/mail %i"),
      "etc/systemd/system/mail@.service.d/writ.conf":
        "[Service]\nExecStart=\nExecStart=/usr/bin/writ run --name mail -- /usr/local/bin/mail %i\n",
      "etc/systemd/system/timers.target.wants/mail@me.timer": "-> ../mail@.timer",
      "etc/systemd/system/off.timer": timer,
      "etc/systemd/system/off.service": "-> /dev/null",
      "etc/systemd/system/timers.target.wants/off.timer": "-> ../off.timer",
      "etc/systemd/system/timers.target.wants/gone.timer": "-> ../gone.timer",
      "etc/systemd/system/lost.timer": timer,
      "etc/systemd/system/timers.target.wants/lost.timer": "-> ../lost.timer",
    });
    expect(told(coverage)).toEqual([
      "backup.timer starts backup.service: it does not start with writ",
      "mail@me.timer starts mail@me.service: through",
    ]);
    expect(coverage.commands[0]).toMatchObject({ user: "alice", command: "-/usr/local/bin/backup    --all" });
    expect([coverage.scheduled, coverage.shipped]).toEqual([2, 1]);
    expect(coverage.unread.map(({ path }) => path).sort()).toEqual(["lost.service", "off.service"]);
  });

  it("of a user, in the home, with `%h` and variables left as they are", () => {
    const coverage = look({
      "home/alice/.config/systemd/user/timers.target.wants/notes.timer": "-> ../notes.timer",
      "home/alice/.config/systemd/user/notes.timer": timer,
      "home/alice/.config/systemd/user/notes.service": service("ExecStart=%h/bin/notes --to ${DEST}"),
      "home/alice/.config/systemd/user/timers.target.wants/good.timer": "-> ../good.timer",
      "home/alice/.config/systemd/user/good.timer": timer,
      "home/alice/.config/systemd/user/good.service": service(
        "ExecStart=@/usr/bin/env env nice writ run a.yaml",
      ),
    });
    expect(told(coverage)).toEqual([
      "good.timer starts good.service: through",
      "notes.timer starts notes.service: it does not start with writ",
    ]);
    expect(coverage.commands[0]).toMatchObject({
      user: "alice",
      adopted: {
        path: "/home/alice/.config/systemd/user/notes.service.d/writ.conf",
        lines: [
          "[Service]",
          "WorkingDirectory=%h/bin",
          "ExecStart=",
          "ExecStart=/usr/bin/node /usr/lib/node_modules/writ/bin/writ.js run --name notes -- %h/bin/notes --to ${DEST}",
        ],
      },
    });
  });

  it("of hostile names and files throw nothing and open no pipe", () => {
    const root = freshTree({ ...WRIT, "etc/passwd": "\0:::::::\n:x:\nroot:x:0:0::/root:\n" });
    const folder = join(root, "etc/systemd/system/timers.target.wants");
    mkdirSync(folder, { recursive: true });
    for (const name of ["..timer", "\u001b[31m.timer", `${"a".repeat(200)}.timer`, "a b.timer"]) {
      writeFileSync(join(folder, name), "");
    }
    writeFileSync(join(root, "etc/systemd/system/x.timer"), `[Timer]\nUnit=../../../etc/shadow\n`);
    writeFileSync(join(folder, "x.timer"), "");
    chmodSync(join(folder, "x.timer"), 0);
    const caller = { program: ["writ"], home: null };
    const coverage = observeCoverage({ root, home: null, caller, uids: new Set([0]), ownFolder: "/x" });
    expect([coverage.scheduled, coverage.share]).toEqual([0, null]);
  });
});

describe("processes", () => {
  const proc = (pid: number, uid: number, name: string, group: string, command = `${name}\0-x\0`): Tree => ({
    [`proc/${pid}/status`]: `Name:\t${name}\nUmask:\t0022\nUid:\t${uid}\t${uid}\t${uid}\t${uid}\n`,
    [`proc/${pid}/cmdline`]: command,
    [`proc/${pid}/cgroup`]: `0::${group}\n`,
  });
  const task = "/user.slice/user-1000.slice/writ-1a2b3c4d-42";

  it("of governed uids are inside, Writ's own, or outside by name; others and kernel threads do not count", () => {
    const governor = "node\0/usr/lib/node_modules/writ/dist/governor/governor-process.js\0";
    const coverage = look(
      {
        ...proc(10, 1000, "agent", task),
        ...proc(11, 1000, "python3", "/user.slice/user-1000.slice"),
        ...proc(12, 1000, "python3", "/user.slice/writ-notes"),
        ...proc(13, 1000, "node", "/user.slice", governor),
        ...proc(14, 1001, "bash", "/user.slice"),
        ...proc(15, 1000, "kworker", "/", ""),
        "proc/cpuinfo": "",
        "proc/99/status": "",
      },
      { uids: new Set([1000]) },
    );
    expect(coverage.processes).toEqual({
      inside: 1,
      own: 1,
      outside: 2,
      names: [{ uid: 1000, name: "python3", count: 2 }],
    });
  });
});
