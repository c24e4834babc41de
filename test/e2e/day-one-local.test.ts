// A first day's work on this node alone, on a fresh home with the spec as it is shipped: a build, a table, logs, and mail that
// a local model sums up. One line each; each test looks at what is there afterwards.
import { existsSync, readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dayAccounts } from "./day-one/account.ts";
import { flagsOf, LINES } from "./day-one/lines.ts";
import { type DayOne, noDayOne, openDayOne } from "./day-one/place.ts";

it("tells no line that the manual does not tell, and none with more than three flags", () => {
  const manual = readFileSync(new URL("../../docs/CLI.md", import.meta.url), "utf8");
  for (const line of Object.values(LINES)) {
    expect(manual).toContain(line);
    expect(flagsOf(line).length).toBeLessThanOrEqual(3);
  }
});

const open = dayAccounts().filter((account) => {
  const reason = noDayOne(account);
  if (reason !== null)
    process.stderr.write(`day one, on this node, as ${account.name}: not tested: ${reason}\n`);
  return reason === null;
});

describe.each(open)("day one, on this node, as $name", { timeout: 120_000 }, (account) => {
  let day: DayOne;
  beforeAll(async () => {
    day = await openDayOne(account);
  });
  afterAll(() => day.close());

  it("`make test` runs the tests of a project, and fails as they fail", async () => {
    const makefile =
      "test: product\n\t[ $$(cat product) = $(WANTED) ]\nproduct:\n\techo 42 > product\nWANTED ?= 42\n";
    day.file("project/Makefile", makefile);
    expect(await day.line(LINES.make, "project")).toMatchObject({ code: 0, stderr: "" });
    expect(readFileSync(`${day.me}/project/product`, "utf8")).toBe("42\n");
    expect((await day.line(`${LINES.make} WANTED=41`, "project")).code).toBe(2);
  });

  it("CSV goes into a database", async () => {
    if (isAbsent("sqlite3")) return;
    day.file("table/orders.csv", 'id,what,cents\n1,"a, b",250\n2,ü,1750\n');
    expect(await day.line(LINES.csv, "table")).toMatchObject({ code: 0, stderr: "" });
    const database = new DatabaseSync(`${day.me}/table/orders.db`, { readOnly: true });
    const rows = database
      .prepare("SELECT what, CAST(cents AS INTEGER) AS cents FROM orders ORDER BY id")
      .all();
    database.close();
    expect(rows.map((row) => ({ ...row }))).toEqual([
      { what: "a, b", cents: 250 },
      { what: "ü", cents: 1750 },
    ]);
  });

  it("logs rotate, and rotate again", async () => {
    if (isAbsent("logrotate")) return;
    day.file(
      "service/rotate.conf",
      `${day.me}/service/log/*.log {\n  size 1k\n  rotate 2\n  compress\n  create\n}\n`,
    );
    const log = (seed: string): string => `${seed}\n`.repeat(1000);
    for (const seed of ["old", "new"]) {
      day.file("service/log/app.log", log(seed));
      expect(await day.line(LINES.logs, "service")).toMatchObject({ code: 0, stderr: "" });
    }
    const rotated = (name: string): string =>
      gunzipSync(readFileSync(`${day.me}/service/log/${name}`)).toString("utf8");
    expect([rotated("app.log.1.gz"), rotated("app.log.2.gz")]).toEqual([log("new"), log("old")]);
    expect(readFileSync(`${day.me}/service/log/app.log`, "utf8")).toBe("");
  });

  it("a local model sums up the mail of strangers, and nothing leaves", async () => {
    const letter = (subject: string): string => `From: stranger\nSubject: ${subject}\n\nHello.\n\n`;
    day.file("mail/today.mbox", letter("Invoice 1042") + letter("Server room"));
    day.program("ollama.mjs", "model");
    day.file("model/ollama.yaml", OLLAMA);
    const serving = day.begin("exec writ run ollama.yaml", "model");
    const first = await Promise.race([said(serving.said, "ready"), serving.ended]);
    expect(first).toBe("ready");
    const ran = await day.line(LINES.mail, "mail");
    serving.child.kill("SIGTERM");
    await serving.ended;
    expect(ran).toEqual({ code: 0, stdout: "- Invoice 1042\n- Server room\n", stderr: "" });
    expect(day.reached()).toEqual([]);
  });
});

/** The model as a task: it has no network, which proves that it is local. */
const OLLAMA = `task: ollama
run: { command: [node, ollama.mjs] }
needs: { provider: ollama, reads_directory: true, memory: 512 MiB, cpu: 0.5, time: 5 m, processes: 32 }
`;

async function said(words: () => string, what: string): Promise<string> {
  while (!words().includes(what)) await new Promise((resolve) => setTimeout(resolve, 20));
  return what;
}

function isAbsent(program: string): boolean {
  const there = ["/usr/bin", "/usr/sbin"].some((folder) => existsSync(`${folder}/${program}`));
  if (!there) process.stderr.write(`day one: ${program}: not tested: it is not installed here\n`);
  return !there;
}
