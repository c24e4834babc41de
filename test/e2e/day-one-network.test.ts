// A first day's work with other hosts, on a fresh home with the spec as it is shipped: packages, a feed, an agent. One line
// each; each test looks at what is there afterwards, and at what the servers were asked.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dayAccounts } from "./day-one/account.ts";
import { LINES } from "./day-one/lines.ts";
import { type DayOne, noDayOne, openDayOne } from "./day-one/place.ts";
import { FEED } from "./day-one/served.ts";

const open = dayAccounts().filter((account) => {
  const reason = noDayOne(account);
  if (reason !== null)
    process.stderr.write(`day one, with other hosts, as ${account.name}: not tested: ${reason}\n`);
  return reason === null;
});

describe.each(open)("day one, with other hosts, as $name", { timeout: 180_000 }, (account) => {
  let day: DayOne;
  beforeAll(async () => {
    day = await openDayOne(account);
  });
  afterAll(() => day.close());

  it("`npm ci` installs what the lock file names", async () => {
    if (!existsSync("/usr/bin/npm")) return absent("npm");
    const dependencies = { tiny: "1.0.0" };
    const app = { name: "app", version: "1.0.0", dependencies };
    const locked = { version: "1.0.0", integrity: day.packages.integrity };
    const lock = { lockfileVersion: 3, requires: true, packages: { "": app, "node_modules/tiny": locked } };
    // Private to whoever works here: the task neither sees it nor stumbles over it.
    day.file("app/.npmrc", "registry=https://other.example.org/\n");
    day.file("app/package.json", JSON.stringify(app));
    day.file("app/package-lock.json", JSON.stringify({ name: "app", version: "1.0.0", ...lock }));
    const ran = await day.line(LINES.npm, "app");
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    expect(readFileSync(`${day.me}/app/node_modules/tiny/data.bin`).equals(day.packages.data)).toBe(true);
    const asked = day.reached().map(({ host, path }) => `${host}${path}`);
    expect(asked).toEqual(["packages.example.org/tiny", "packages.example.org/npm/tiny/-/tiny-1.0.0.tgz"]);
  });

  it("`pip install` installs from an index", async () => {
    if (!hasPip() || day.packages.wheel === null) return absent("pip");
    day.file("python/main.py", "import tiny\n");
    const ran = await day.line(LINES.pip, "python");
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    const installed = readFileSync(`${day.me}/python/python_modules/tiny/data.bin`);
    expect(installed.equals(day.packages.data)).toBe(true);
    expect(new Set(day.reached().map(({ host }) => host))).toEqual(new Set(["packages.example.org"]));
  });

  it("a feed is fetched as it stands", async () => {
    expect(await day.line(LINES.feed, "feed")).toEqual({ code: 0, stdout: FEED, stderr: "" });
    expect(day.reached()).toEqual([
      { host: "feeds.example.org", method: "GET", path: "/news.xml", bytes: 0 },
    ]);
  });

  it("an agent writes a program in 300 model requests, and no more reach the model", async () => {
    day.program("agent.py", "agent");
    const sum = (300 * 301) / 2;
    expect(await day.line(LINES.agent, "agent")).toEqual({ code: 0, stdout: `${sum}\n`, stderr: "" });
    const program = readFileSync(`${day.me}/agent/steps.py`, "utf8");
    expect(program.match(/^def step_\d+\(\):$/gmu)).toHaveLength(300);
    const asked = day.reached();
    expect(asked).toHaveLength(300);
    expect(new Set(asked.map(({ method, host, path }) => `${method} ${host}${path}`))).toEqual(
      new Set(["POST models.example.com/v1/chat/completions"]),
    );
    const more = await day.line(LINES.agent.replace("300", "301"), "agent");
    expect([more.code, day.reached().length]).toEqual([1, 300]);
    expect(more.stderr).toContain("requests_over_limit");
  });
});

/** Debian's own: the one that a task finds. */
function hasPip(): boolean {
  try {
    execFileSync("/usr/bin/python3", ["-m", "pip", "--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function absent(program: string): void {
  process.stderr.write(`day one: ${program}: not tested: it is not installed here\n`);
}
