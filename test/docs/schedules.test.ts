// The examples of schedules: each command of theirs goes through Writ, as `writ doctor` reads them.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { type Coverage, observeCoverage } from "../../src/facts/coverage/observe-coverage.ts";
import { freshTree, type Tree } from "../captured-tree.ts";

const example = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../../examples/${name}`, import.meta.url)), "utf8");

function look(tree: Tree): Coverage {
  const root = freshTree({
    "etc/passwd": "me:x:1000:1000::/home/me:/bin/sh\n",
    "usr/local/lib/writ/package.json": '{ "name": "writ" }',
    "usr/local/lib/writ/bin/writ.js": "",
    "usr/local/bin/writ": "-> ../lib/writ/bin/writ.js",
    ...tree,
  });
  const caller = { program: ["writ"], home: null };
  return observeCoverage({ root, home: null, caller, uids: new Set(), ownFolder: "/usr/local/lib/writ" });
}

it("observeCoverage finds all of examples/cron/crontab to go through Writ", () => {
  const coverage = look({ "var/spool/cron/crontabs/me": example("cron/crontab") });
  expect(coverage.commands.map(({ around }) => around)).toEqual([null, null, null]);
  expect(coverage.unread).toEqual([]);
});

it("observeCoverage finds examples/systemd/digest.timer to go through Writ", () => {
  const units = "home/me/.config/systemd/user";
  const coverage = look({
    [`${units}/digest.timer`]: example("systemd/digest.timer"),
    [`${units}/digest.service`]: example("systemd/digest.service"),
    [`${units}/timers.target.wants/digest.timer`]: "-> ../digest.timer",
  });
  expect(coverage.commands.map(({ around }) => around)).toEqual([null]);
  expect(coverage.unread).toEqual([]);
});
