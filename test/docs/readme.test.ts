// The documents point at what exists: every relative link resolves, the README's two lines are what CI runs, and the
// command line's page names exactly the commands there are.

import { spawnSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";

const pages = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", ...globSync("docs/*.md")];

describe("the documents", () => {
  it.each(pages)("%s has no dead relative link", (page) => {
    const links = [...readFileSync(page, "utf8").matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)].map(
      (link) => link[1] ?? "",
    );
    expect(links.filter((link) => !existsSync(join(dirname(page), link)))).toEqual([]);
  });

  it("README's test line is what .ci/run runs, and its start line is what a user is told", () => {
    const readme = readFileSync("README.md", "utf8");
    const [start, test] = /```\n(npm .*)\n(npm .*)\n```/.exec(readme)?.slice(1) ?? [];
    expect(start).toBe("npm ci && npm start");
    expect(readFileSync(".ci/run", "utf8")).toContain(`\n${test} `);
  });

  it("docs/CLI.md names every command of `writ --help`, and no other", () => {
    const help = spawnSync(process.execPath, ["bin/writ.js", "--help"], { encoding: "utf8" }).stdout;
    const commands = [...help.matchAll(/^ {2}writ ([a-z]+)(?: ([a-z|]+) \.\.\.)?/gm)].flatMap(
      ([, name = "", subs]) => (subs === undefined ? [name] : subs.split("|").map((sub) => `${name} ${sub}`)),
    );
    const table = readFileSync("docs/CLI.md", "utf8")
      .split("\n")
      .filter((line) => line.startsWith("| `writ "));
    const named = [
      ...new Set(
        table.flatMap((line) =>
          [...line.matchAll(/`writ ([a-z]+)(?: ([a-z]+)\b)?/g)].map(([, group = "", command = ""]) =>
            commands.includes(`${group} ${command}`) ? `${group} ${command}` : group,
          ),
        ),
      ),
    ];
    expect(commands.length).toBeGreaterThan(8);
    expect(named.sort()).toEqual(commands.sort());
  });
});
